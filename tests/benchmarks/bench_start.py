"""Process start to the first paint, and to the home page on a real store, against an empty PySide6 window, in turns.

The store is made as a first run makes it: keyring, log-in to a real server, first pull; then the server is gone, so the
desk starts offline. The first paint (the window that says 正在打开) passes at twice the floor; what follows is told.
`python tests/benchmarks/bench_start.py [--rounds 7]`; offscreen unless QT_QPA_PLATFORM says otherwise (for X:
`QT_QPA_PLATFORM=xcb xvfb-run -a python …`).
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop.context import SHANGHAI
from desktop.demo.server_process import ServerProcess
from desktop.editions import SETTING
from desktop.opening import RECOVERY_KEPT, remember
from sync.login import change_password, connect, read_invitation, save_session, sign_in
from sync.runner import sync_once
from sync.store.keys import first_run, new_recovery_code
from sync.store.local import LocalStore
from sync.store.port import SyncStore

ROOT = Path(__file__).resolve().parents[2]
PASS = 2.0
PACK = "gdjlxh-2025"


def main() -> int:
    """Print times and ratio; 0 when it passes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        environment = {
            **os.environ,
            "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
            "PYTHON_KEYRING_BACKEND": "tests.benchmarks.vault.FileVault",
            "BENCH_VAULT": f"{name}/vault.json",
            "HUIBAN_DATA": f"{name}/desk",
            "PYTHONPATH": str(ROOT),
            "PYTHONPYCACHEPREFIX": f"{name}/compiled",  # modules are compiled once, as an installed program's are
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ.update({key: environment[key] for key in ("PYTHON_KEYRING_BACKEND", "BENCH_VAULT", "HUIBAN_DATA")})
        a_real_store(Path(name))
        empty, first, page, rows, bare_cpu, our_cpu = [], [], [], [], [], []
        for number in range(rounds + 1):
            bare = times("tests.benchmarks.floors.window", environment)
            ours = times("tests.benchmarks.starting", environment)
            if number:  # the first of each only warms the disk's cache
                empty.append(bare["painted"])
                first.append(ours["opening"])
                page.append(ours["page"])
                rows.append(ours["rows"])
                bare_cpu.append(bare["cpu"])
                our_cpu.append(ours["cpu"])
    floor, opened, painted, listed = (statistics.median(each) for each in (empty, first, page, rows))
    print(f"start on {environment['QT_QPA_PLATFORM']}, median of {rounds} pairs: empty window {floor:.2f} s")
    print(f"  first paint {opened:.2f} s, ratio {opened / floor:.2f} (pass {PASS})")
    print(f"  home page painted {painted:.2f} s, ratio {painted / floor:.2f}")
    print(f"  its work list painted {listed:.2f} s, ratio {listed / floor:.2f}")
    floor_cpu, cpu = statistics.median(bare_cpu), statistics.median(our_cpu)
    print(f"  processor time to the end {cpu:.2f} s against {floor_cpu:.2f} s, ratio {cpu / floor_cpu:.2f}")
    return 0 if opened <= PASS * floor else 1


def a_real_store(folder: Path) -> None:
    """Of the sample association's first unit, at HUIBAN_DATA."""
    server, desk = ServerProcess(folder / "association"), Path(os.environ["HUIBAN_DATA"])
    today = datetime.now(UTC).astimezone(SHANGHAI).date()
    sample = server.init(pack=PACK, seed=ROOT / "resources" / "demo" / f"{PACK}.yaml", today=today, configured=True)
    login = next(one["login"] for one in sample["accounts"] if one["role"] == "unit_main")
    first = next(one["password"] for one in server.spooled() if one.get("login") == login and one.get("password"))
    server.start()
    desk.mkdir()
    store = LocalStore.create(desk, first_run(desk, new_recovery_code()))
    try:
        invitation = read_invitation(server.invitation().read_bytes()).model_copy(update={"address": server.url})
        hello = connect(invitation)
        session = sign_in(store, invitation.address, hello, login, first, "bench")
        session = change_password(session, first, "另一个口令-2026")
        save_session(SyncStore(store), session)
        with store.transaction() as writer:
            writer.settings.put("", RECOVERY_KEPT, "yes")
            writer.settings.put(session.account, SETTING, hello.pack)
        remember(store, session.account)
        assert sync_once(SyncStore(store), session).exit_status == 0
    finally:
        store.close()
        server.kill()


def times(module: str, environment: Mapping[str, str]) -> dict[str, float]:
    """What the process said, in seconds since it was started."""
    began, before = time.monotonic(), os.times()
    command = [sys.executable, "-m", module]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    said = dict(line.split() for line in done.stdout.splitlines() if len(line.split()) == 2)
    assert done.returncode == 0, done.stderr
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {what: float(at) - began for what, at in said.items()} | {"cpu": cpu}


if __name__ == "__main__":
    sys.exit(main())
