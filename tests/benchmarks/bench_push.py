"""1,000 queued forms of 4.1 KB to a real server, against a bare batched endpoint on the same database, taking turns.

Ours has login, signatures, rules, feed, record, receipts and the client's store in it; the floor only inserts.
Passes at 0.6 of the floor, 1,400 bytes up and 150 down a form. `python tests/benchmarks/bench_push.py [--rounds 5]`
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import requests
import uuid_utils

from desktop.demo.proxy import LineProxy
from sync.notices import Notice, OutcomeArrived
from sync.runner import sync_once
from sync.store.port import SyncStore
from tests.processes.forms import a_form, queue_forms
from tests.processes.plain import PlainServer, a_plain_server, a_store, logged_in

FORMS, FLOOR_BATCH = 1_000, 100
PASS, UP, DOWN = 0.6, 1_400, 150


def main() -> int:
    """Print the ratios; 0 when all pass."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder, a_plain_server(Path(folder)) as server:
        floors, ours = [], []
        for number in range(rounds):
            floors.append(floor_rate(Path(folder) / f"floor-{number}"))
            ours.append(our_rate(server, Path(folder) / f"desk-{number}"))
        up, down = bytes_a_form(server, Path(folder) / "counted")
    rate, floor, cpu, bare_cpu = (
        statistics.median(one[at] for one in each) for at in (0, 1) for each in (ours, floors)
    )
    print(f"push: {rate:,.0f} forms/s, floor {floor:,.0f}/s, ratio {rate / floor:.2f} (pass {PASS})")
    print(f"processor time of both ends: {cpu:.2f} s, floor {bare_cpu:.2f} s, ratio {bare_cpu / cpu:.2f}")
    print(f"bytes a form: {up:,.0f} up (pass {UP:,}), {down:,.0f} down (pass {DOWN})")
    print(f"peak memory of this desk: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    return 0 if rate >= PASS * floor and up <= UP and down <= DOWN else 1


def our_rate(server: PlainServer, folder: Path) -> tuple[float, float]:
    """Forms a second, from the first look into the outbox until the last receipt is durable; processor seconds."""
    with a_store(folder) as local:
        session = logged_in(local, server)
        store = SyncStore(local)
        sync_once(store, session)
        waiting = set(queue_forms(local, session.account, [a_form(number) for number in range(FORMS)]))
        ended = 0.0

        def tell(notice: Notice) -> None:
            nonlocal ended
            if isinstance(notice, OutcomeArrived):
                waiting.discard(notice.outcome.op_id)
                ended = perf_counter()

        began, spent = perf_counter(), spent_by(server.pid)
        report = sync_once(store, session, tell)
        assert report.exit_status == 0
        assert not waiting
        return FORMS / (ended - began), spent_by(server.pid) - spent


def spent_by(pid: int) -> float:
    """Processor seconds of this process and of that one: what a busy machine does not change much."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def bytes_a_form(server: PlainServer, folder: Path) -> tuple[float, float]:
    """Everything that passed for the push, headers too, counted on the server's side."""
    with a_store(folder) as local, LineProxy(server.target) as line:
        session = logged_in(local, server, address=line.url)
        sync_once(SyncStore(local), session)
        queue_forms(local, session.account, [a_form(number) for number in range(FORMS)])
        line.reset_counts()
        assert sync_once(SyncStore(local), session).exit_status == 0
        up, down = line.counts().routes["POST /api/v1/push"]
        return up / FORMS, down / FORMS


def floor_rate(folder: Path) -> tuple[float, float]:
    """The same forms as batches of 100, gzipped; processor seconds."""
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.floors.push", str(folder), str(port)])
    try:
        session = requests.Session()
        session.trust_env = False
        url = f"http://127.0.0.1:{port}/forms"
        while process.poll() is None:
            try:
                session.get(url, timeout=1)
                break
            except requests.ConnectionError:
                continue
        forms = [{"id": str(uuid_utils.uuid7()), "body": a_form(number)} for number in range(FORMS)]
        began, spent = perf_counter(), spent_by(process.pid)
        for start in range(0, FORMS, FLOOR_BATCH):
            body = json.dumps({"forms": forms[start : start + FLOOR_BATCH]}, ensure_ascii=False).encode()
            kept = session.post(
                url, zlib.compress(body, 5, wbits=31), headers={"Content-Encoding": "gzip"}, timeout=60
            ).json()["kept"]
            assert len(kept) == FLOOR_BATCH
        return FORMS / (perf_counter() - began), spent_by(process.pid) - spent
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
