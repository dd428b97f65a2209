"""300 attachments of 400 kB from a desk to a real server, against files put as they are to a bare receiver with fsync.

Ours reads them decrypted from the desk's store, proves each SHA-256, keeps every byte that came and puts a whole one to
its place durably. Passes at 0.3 of the floor, 1.01 of the bytes, and memory that does not grow with their number.
`python tests/benchmarks/bench_attachments.py [--files 300] [--rounds 3]`
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop.demo.proxy import LineProxy
from sync.notices import Notice
from sync.runner import sync_once
from sync.store.port import SyncStore
from tests.processes.forms import a_form, queue_forms
from tests.processes.plain import PlainServer, a_plain_server, a_store, attach, logged_in

FILES, SIZE = 300, 400_000
PASS, BYTES, GROWTH = 0.3, 1.01, 8.0  # of the floor; of the payload; megabytes for ten times as many


def main() -> int:
    """Print the ratios; 0 when all pass."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--rounds", type=int, default=3)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, a_plain_server(Path(name)) as server:
        folder = Path(name)
        few = our_rate(server, folder / "few", max(told.files // 10, 3), -1)
        floors, ours = [], []
        for number in range(told.rounds):
            floors.append(floor_rate(folder / f"floor-{number}", told.files))
            ours.append(our_rate(server, folder / f"desk-{number}", told.files, number))
        share = bytes_share(server, folder / "counted", max(told.files // 10, 3))
    rate, floor = statistics.median(one[0] for one in ours), statistics.median(floors)
    print(f"attachments: {rate:.0f} MB/s, bare receiver {floor:.0f} MB/s, ratio {rate / floor:.2f} (pass {PASS})")
    print(f"bytes: {share:.4f} of the payload, headers included (pass {BYTES})")
    grown = True
    for at, who in ((1, "desk"), (2, "server")):
        most = max(one[at] for one in ours)
        print(
            f"peak memory of the {who}: +{most:.0f} MB; for a tenth of them +{few[at]:.0f} MB (pass {GROWTH:.0f} more)"
        )
        grown = grown and most <= few[at] + GROWTH
    return 0 if rate >= PASS * floor and share <= BYTES and grown else 1


def our_rate(server: PlainServer, folder: Path, files: int, seed: int) -> tuple[float, float, float]:
    """Megabytes a second until the form that needs them is applied; how much the desk's and the server's peak grew."""
    with a_store(folder) as local:
        session = logged_in(local, server)
        sync_once(SyncStore(local), session)
        blobs = [attach(local, session.account, content(seed, number)) for number in range(files)]
        queue_forms(local, session.account, [a_form(2_000)], blobs)
        before = forget_peak(os.getpid()), forget_peak(server.pid)
        began = perf_counter()
        assert sync_once(SyncStore(local), session, _pass_over).exit_status == 0
        seconds = perf_counter() - began
        return files * SIZE / 1e6 / seconds, peak(os.getpid()) - before[0], peak(server.pid) - before[1]


def _pass_over(_: Notice) -> None:
    """Nobody looks at the progress."""


def bytes_share(server: PlainServer, folder: Path, files: int) -> float:
    """Everything that passed for the attachments, headers and answers too, counted on the server's side."""
    with a_store(folder) as local, LineProxy(server.target) as line:
        session = logged_in(local, server, address=line.url)
        sync_once(SyncStore(local), session)
        blobs = [attach(local, session.account, content(-2, number)) for number in range(files)]
        queue_forms(local, session.account, [a_form(2_001)], blobs)
        line.reset_counts()
        assert sync_once(SyncStore(local), session).exit_status == 0
        routes = line.counts().routes.items()
        return sum(sum(both) for route, both in routes if "/blobs" in route) / (files * SIZE)


def content(seed: int, number: int) -> bytes:
    """Bytes that nothing makes smaller."""
    return b"%PDF-1.7 " + random.Random(f"{seed}/{number}").randbytes(SIZE - 9)


def floor_rate(folder: Path, files: int) -> float:
    """The same files, plain on disk, one after the other on one connection; megabytes a second."""
    sources = folder / "sources"
    sources.mkdir(parents=True)
    for number in range(files):
        (sources / str(number)).write_bytes(content(0, number))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.benchmarks.floors.blobs", str(folder), str(port)]
    process = subprocess.Popen(command)
    try:
        line = http.client.HTTPConnection("127.0.0.1", port, blocksize=1 << 20)
        while process.poll() is None:
            try:
                line.request("GET", "/")
                line.getresponse().read()
                break
            except ConnectionRefusedError:
                line.close()
        began = perf_counter()
        for number in range(files):
            with (sources / str(number)).open("rb") as file:
                line.request("PUT", f"/{number}.blob", file, {"Content-Length": str(SIZE)})
                line.getresponse().read()
        return files * SIZE / 1e6 / (perf_counter() - began)
    finally:
        process.kill()
        process.wait()


def peak(pid: int) -> float:
    """Megabytes this process ever held."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def forget_peak(pid: int) -> float:
    """The peak begins anew from what is held now, which is returned."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return peak(pid)


if __name__ == "__main__":
    sys.exit(main())
