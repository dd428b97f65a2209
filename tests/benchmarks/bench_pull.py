"""A second desk fetches 10,000 records of 4.1 KB, against a bare gzipped endpoint with plain SQLite at its other end.

Ours checks count and sum, keeps an encrypted mirror with its indexes, and is resumable at every page. Passes at 0.75 of
the floor; nothing new: 10 ms and 1 KB; ten changed: 20 ms and 16 KB; the server's peak grows by 30 MB at most.
Small pulls are taken among those 10,000: once as `huiban sync` does it, from a new thread and a new connection to the
end, and once as a desk that runs does it, from the wake-up's answer until what came is durable.
"""

from __future__ import annotations

import argparse
import json
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import requests

from desktop.demo.proxy import LineProxy
from sync.login import Session
from sync.notices import Contact, Line, Notice, StatusChanged, StoreChanged
from sync.runner import SyncRunner, sync_once
from sync.store.local import LocalStore
from sync.store.port import SyncStore
from tests.processes.forms import a_form, queue_forms
from tests.processes.plain import PlainServer, a_plain_server, a_store, logged_in

RECORDS = 10_000
PASS = 0.75


def main() -> int:
    """Print the ratios; 0 when all pass."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--rounds", type=int, default=3)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, a_plain_server(Path(name)) as server:
        folder = Path(name)
        with a_store(folder / "first") as local:
            first = logged_in(local, server)
            for start in range(0, told.records, 1_000):
                queue_forms(local, first.account, [a_form(number) for number in range(start, start + 1_000)])
                assert sync_once(SyncStore(local), first).exit_status == 0
        floors, ours, grown = [], [], 0.0
        for number in range(told.rounds):
            floors.append(floor_rate(folder / f"floor-{number}", told.records))
            rate, more = our_rate(server, folder / f"desk-{number}", told.records)
            ours.append(rate)
            grown = max(grown, more)
        nothing, ten, woken = small_pulls(server, folder / "small")
    rate, floor = statistics.median(ours), statistics.median(floors)
    print(f"pull: {rate:,.0f} records/s, gzipped floor {floor:,.0f}/s, ratio {rate / floor:.2f} (pass {PASS})")
    print(f"nothing new: {nothing[0]:.1f} ms, {nothing[1]:,} bytes (pass 10 ms, 1,024)")
    print(f"ten changed: {ten[0]:.1f} ms, {ten[1]:,} bytes (pass 20 ms, 16,384); a desk that runs: {woken:.1f} ms")
    print(f"server peak: +{grown:.0f} MB (pass 30)")
    small = nothing[0] <= 10 and nothing[1] <= 1_024 and ten[0] <= 20 and ten[1] <= 16_384
    return 0 if rate >= PASS * floor and small and grown <= 30 else 1


def our_rate(server: PlainServer, folder: Path, records: int) -> tuple[float, float]:
    """Records a second until the mirror is whole, and megabytes by which the server's memory grew at most."""
    with a_store(folder) as local:
        session = logged_in(local, server)
        held = forget_peak(server)
        began = perf_counter()
        assert sync_once(SyncStore(local), session).exit_status == 0
        seconds = perf_counter() - began
        with local.reading() as reader:
            assert len(reader.mirror.of_kind(session.account, "draft")) == records
        return records / seconds, peak_of(server) - held


def small_pulls(server: PlainServer, folder: Path) -> tuple[tuple[float, int], tuple[float, int], float]:
    """Milliseconds and bytes of a cycle with nothing new, of one with ten changes; milliseconds where a desk runs."""
    with a_store(folder) as local, a_store(folder / "other") as other, LineProxy(server.target) as line:
        session = logged_in(local, server, address=line.url)
        theirs = logged_in(other, server)
        sync_once(SyncStore(local), session)
        sync_once(SyncStore(other), theirs)  # what it asks itself is not to keep the server busy below
        nothing = [cycle(local, session, line) for _ in range(9)]
        changed = []
        for start in range(9):
            ask_ten(other, theirs, 50_000 + 10 * start)
            changed.append(cycle(local, session, line))
        woken = woken_pulls(local, session, lambda round: ask_ten(other, theirs, 60_000 + 10 * round))
        return middle(nothing), middle(changed), woken


def ask_ten(local: LocalStore, session: Session, first: int) -> None:
    """Ten new forms of somebody else, delivered."""
    queue_forms(local, session.account, [a_form(first + number) for number in range(10)])
    assert sync_once(SyncStore(local), session).exit_status == 0


def woken_pulls(local: LocalStore, session: Session, change: Callable[[int], None]) -> float:
    """Milliseconds from the wake-up's answer until ten changes are durable, where the sync runs as in a window."""
    told: SimpleQueue[tuple[float, Notice]] = SimpleQueue()
    runner = SyncRunner(SyncStore(local), session, lambda notice: told.put((perf_counter(), notice)))
    runner.start()
    try:
        while told.get(timeout=60)[1] != StatusChanged(Line.ONLINE):
            pass
        taken = []
        for round in range(9):
            change(round)
            answers = []  # the first of them is the wake-up's
            while not isinstance((told_now := told.get(timeout=60))[1], StoreChanged):
                answers += [told_now[0]] if isinstance(told_now[1], Contact) else []
            taken.append(told_now[0] - answers[0])
        return statistics.median(taken) * 1_000
    finally:
        runner.stop()


def cycle(local: LocalStore, session: Session, line: LineProxy) -> tuple[float, int]:
    """One pull on a connection that has to be opened, as `huiban sync` does it."""
    line.reset_counts()
    began = perf_counter()
    assert sync_once(SyncStore(local), session).exit_status == 0
    seconds = perf_counter() - began
    counts = line.counts()
    return seconds * 1_000, counts.to_server + counts.from_server


def middle(values: list[tuple[float, int]]) -> tuple[float, int]:
    """Both medians."""
    return statistics.median(ms for ms, _ in values), int(statistics.median(size for _, size in values))


def peak_of(server: PlainServer) -> float:
    """Megabytes the server's process ever held."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def forget_peak(server: PlainServer) -> float:
    """The peak begins anew from what is held now, which is returned: a log-in's key derivation alone takes 64 MB."""
    Path(f"/proc/{server.pid}/clear_refs").write_text("5")
    return peak_of(server)


def floor_rate(folder: Path, records: int) -> float:
    """The same records from the bare endpoint into a plain SQLite."""
    folder.mkdir()
    with closing(sqlite3.connect(folder / "floor.db")) as database, database:
        database.execute("CREATE TABLE form (seq INTEGER PRIMARY KEY, body TEXT NOT NULL)")
        texts = (json.dumps(a_form(number), ensure_ascii=False) for number in range(records))
        database.executemany("INSERT INTO form (body) VALUES (?)", ((text,) for text in texts))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.benchmarks.floors.pull", str(folder / "floor.db"), str(port)]
    process = subprocess.Popen(command)
    try:
        session = requests.Session()
        session.trust_env = False
        url = f"http://127.0.0.1:{port}/forms"
        while process.poll() is None:
            try:
                session.get(url, params={"since": records}, timeout=5)
                break
            except requests.ConnectionError:
                continue
        kept = sqlite3.connect(folder / "kept.db")
        kept.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE kept (body TEXT NOT NULL)")
        began, at = perf_counter(), 0
        while at < records:
            page = session.get(url, params={"since": at}, timeout=60).json()
            with kept:
                rows = ((json.dumps(form, ensure_ascii=False),) for form in page["forms"])
                kept.executemany("INSERT INTO kept VALUES (?)", rows)
            at = page["at"]
        seconds = perf_counter() - began
        kept.close()
        return records / seconds
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
