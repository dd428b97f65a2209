"""Either side is killed at random moments: nothing is lost, nothing is doubled, no half-sent attachment counts.

`pytest tests/processes/test_kills.py --kills 200 --seed N` goes on for longer and at other moments. While one desk
or server lives its next process starts, so that the machine's second core loads Python meanwhile.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import queue
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.runner import SyncRunner, sync_once
from sync.store.local import LocalStore
from sync.store.port import SyncStore
from tests.processes.ears import Ears
from tests.processes.plain import PlainServer, a_store, attach, listening, logged_in, places, roster
from tests.processes.plain import queue as put
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]
PER_LIFE = 10  # Operations queued in each life of the desk


class Phoenix(PlainServer):
    """A server whose next process has loaded Python before this one is killed."""

    _next: subprocess.Popen[bytes] | None = None

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        if self._next is not None:
            self._next.communicate()  # told nothing, it ends

    def _begin(self, *told: str) -> subprocess.Popen[bytes]:
        process, self._next = self._next or self._loaded(), self._loaded()
        command, *options = told
        assert process.stdin is not None
        process.stdin.write(json.dumps([command, "--data", str(self.data), *options]).encode() + b"\n")
        process.stdin.flush()
        return process

    def _loaded(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.processes.waiting"]
        with self.log.open("ab") as log:
            pipe = subprocess.PIPE
            return subprocess.Popen(command, cwd=ROOT, env=self._environment(), stdin=pipe, stdout=pipe, stderr=log)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Phoenix]:
    with listening(Phoenix(tmp_path / "server")) as running:
        yield running


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--kills", default=20))


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(int(request.config.getoption("--seed", default=1)))


class Life:
    """One life of a desk's process; it begins with `begin`."""

    def __init__(self, folder: Path, account: str, count: int, start: int) -> None:
        command = [sys.executable, "-m", "tests.processes.sender", str(folder), account, str(count), str(start)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE)
        self._lines: queue.Queue[str | None] = queue.Queue()
        self.said: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.decode())
        self._lines.put(None)

    def listen(self, until: str = "", seconds: float = PATIENCE) -> bool:
        """Hears it until it says this, or ends, or so many seconds are over; True: it said it."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=left)
            except queue.Empty:
                return False
            if line is None:
                return False
            if line.endswith("\n"):
                self.said.append(line.strip())
            if until and line.startswith(until):
                return True
        return False

    def begin(self) -> None:
        """Opens the store from now on."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self.listen()

    def end(self) -> int:
        return self._process.wait(PATIENCE)

    def told(self, word: str) -> list[str]:
        return [line.split()[1] for line in self.said if line.startswith(f"{word} ")]


def check(server: PlainServer, local: LocalStore, promised: set[str]) -> None:
    """What holds at the end, whatever was killed."""
    mine = places(local)
    assert promised <= set(mine), "an Operation that was said to be queued is not in the store"
    assert set(mine.values()) == {("answered", "applied")}
    ledger = Counter(row[0] for row in server.rows("SELECT op_id FROM ledger WHERE status = 'applied'"))
    assert set(mine) <= set(ledger), "lost"
    names = Counter(
        row[0] for row in server.rows("SELECT json_extract(body, '$.name') FROM entity WHERE kind = 'roster'")
    )
    assert [name for name, count in names.items() if count > 1] == [], "doubled"
    assert len(names) == len(mine)
    entities = server.rows("SELECT count(*), count(DISTINCT entity) FROM ledger WHERE kind = 'save-roster'")
    assert entities == [(len(mine), len(mine))]
    for sha256, size, completed in server.rows("SELECT sha256, bytes, completed_at FROM blob"):
        assert completed, "an attachment is still on its way although all is answered"
        content = server.data.joinpath("blobs", "whole", sha256[:2], sha256).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (size, sha256)
    numbers = sorted(row[0] for row in server.rows("SELECT receipt_number FROM ledger"))
    assert numbers == list(range(1, len(numbers) + 1)), "receipts have gaps"


def test_a_desk_killed_at_random_moments_loses_and_doubles_nothing(
    server: PlainServer, tmp_path: Path, kills: int, chance: random.Random
) -> None:
    folder = tmp_path / "desk"
    with a_store(folder) as local:
        session = logged_in(local, server)
    promised: set[str] = set()
    answered: set[str] = set()
    made = 0
    following = Life(folder, session.account, PER_LIFE, made)
    for left in reversed(range(kills)):
        life = following
        life.begin()
        made += PER_LIFE
        following = Life(folder, session.account, PER_LIFE if left else 1, made)
        assert life.listen("ready")
        life.listen("done", chance.uniform(0.0, 0.8))
        life.kill()
        promised.update(life.told("queued"))
        answered.update(life.told("answered"))
    with a_store(folder) as local:
        mine = places(local)
        assert promised <= set(mine)
        assert {mine[op_id] for op_id in answered} <= {("answered", "applied")}, "an answer was forgotten"
    last = following
    last.begin()
    assert last.listen("done")
    assert last.end() == 0
    with a_store(folder) as local:
        check(server, local, promised | set(last.told("queued")))


def test_a_server_killed_at_random_moments_loses_and_doubles_nothing(
    server: PlainServer, tmp_path: Path, kills: int, chance: random.Random
) -> None:
    with a_store(tmp_path / "desk") as local:
        session = logged_in(local, server)
        ears, promised, made = Ears(), set[str](), 0
        runner = SyncRunner(SyncStore(local), session, ears)
        runner.start()
        try:
            for _ in range(kills):
                said = len(ears.heard)
                blob = attach(local, session.account, b"%PDF-1.7 " + chance.randbytes(400_000))
                promised.update(put(local, session.account, [roster(made)], blobs=[blob]))
                promised.update(put(local, session.account, [roster(n) for n in range(made + 1, made + PER_LIFE)]))
                made += PER_LIFE
                runner.send_now()
                ears.until_more(said, chance.randrange(1, PER_LIFE))
                server.kill()
                server.start()
            runner.send_now()
            ears.until_answered(list(promised))
        finally:
            runner.stop()
        assert runner.crashed is None
        assert sync_once(SyncStore(local), session).exit_status == 0
        check(server, local, promised)


def test_nobody_else_can_open_a_desk_that_is_open(server: PlainServer, tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    with a_store(folder) as local:
        session = logged_in(local, server)
        life = Life(folder, session.account, 1, 0)
        life.begin()
        assert not life.listen("ready")
        assert life.end() != 0
