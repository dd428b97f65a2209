"""The bad line does to a connection what it says, and counts what really passed."""

from __future__ import annotations

import asyncio
import errno
import http.client
import json
import queue
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast

import pytest

from desktop.demo.line import BAD, CLEAN, Conditions, Line, Link
from desktop.demo.proxy import LineProxy, RemoteProxy
from tests.support.waiting import PATIENCE, nobody_listens, until

Refusal = (ConnectionError, http.client.HTTPException)


class Ledger(ThreadingHTTPServer):
    """A server that keeps what was posted to it, whole bodies only, and answers with as many bytes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: list[bytes] = []
        self.broken: queue.Queue[int] = queue.Queue()  # body bytes of each request that stopped half way

    @property
    def target(self) -> tuple[str, int]:
        return "127.0.0.1", int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A cut connection is what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Ledger

    def do_POST(self) -> None:
        left, body = int(self.headers["Content-Length"]), b""
        while left and (part := self.rfile.read1(left)):
            body, left = body + part, left - len(part)
        if left:
            self.server.broken.put(len(body))
            return
        self.server.bodies.append(body)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def post(port: int, body: bytes, path: str = "/push") -> bytes:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as line:
        line.request("POST", path, body)
        return line.getresponse().read()


def post_until_through(port: int, body: bytes, path: str = "/push") -> int:
    """As a desk would, again and again; returns how often it took."""
    attempts = 0

    def one() -> bool:
        nonlocal attempts
        attempts += 1
        try:
            post(port, body, path)
        except Refusal:
            return False
        return True

    until(one)
    return attempts


def test_a_clean_line_carries_everything_and_counts_it_by_route(ledger: Ledger) -> None:
    body = bytes(range(256)) * 4000
    with LineProxy(ledger.target) as proxy:
        assert post(proxy.port, body) == body
        assert post(proxy.port, b"x", "/api/v1/blobs/unit:1/abc?a=b") == b"x"
        counts = proxy.counts()
    assert ledger.bodies == [body, b"x"]
    assert set(counts.routes) == {"POST /push", "POST /api/v1/blobs"}
    up, down = counts.routes["POST /push"]
    assert len(body) < up < len(body) + 300
    assert len(body) < down < len(body) + 300
    assert (counts.connections, counts.cuts, counts.lost_answers) == (2, 0, 0)


def test_what_was_cut_off_is_counted_as_far_as_the_server_got_it(ledger: Ledger) -> None:
    with LineProxy(ledger.target, conditions=Conditions(cut_after=(50_000, 50_000))) as proxy:
        with pytest.raises(Refusal):
            post(proxy.port, bytes(200_000))
        counts = proxy.counts()
    assert ledger.bodies == []
    assert counts.to_server == 50_000
    assert counts.cuts == 1
    assert 49_000 < ledger.broken.get(timeout=PATIENCE) < 50_000


def test_on_the_bad_line_everything_arrives_for_one_who_tries_again(ledger: Ledger) -> None:
    fast = Conditions(cut_after=BAD.cut_after, refuse_after_cut=0.5, refuse_seconds=0.05)
    with LineProxy(ledger.target, conditions=fast, seed=7) as proxy:
        for _ in range(60):
            post_until_through(proxy.port, bytes(30_000))
        counts = proxy.counts()
    assert len(ledger.bodies) >= 60
    assert counts.cuts >= 7  # 3.6 MB and a cut every half megabyte at the latest
    assert counts.refusals >= 1


def test_the_same_seed_cuts_at_the_same_bytes(ledger: Ledger) -> None:
    def cut_at(seed: int) -> int:
        with LineProxy(ledger.target, conditions=Conditions(cut_after=(50_000, 500_000)), seed=seed) as proxy:
            with pytest.raises(Refusal):
                post(proxy.port, bytes(600_000))
            return proxy.counts().to_server

    assert cut_at(3) == cut_at(3)
    assert cut_at(3) != cut_at(4)


def test_a_pulled_cable_resets_and_refuses_until_it_is_back_on_the_same_port(ledger: Ledger) -> None:
    with LineProxy(ledger.target) as proxy:
        port = proxy.port
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as open_before:
            open_before.sendall(b"POST /push HTTP/1.1\r\n")
            proxy.offline()
            assert ended(open_before)
        with pytest.raises(ConnectionRefusedError):
            post(port, b"x")
        proxy.online()
        assert post(port, b"x") == b"x"
        assert proxy.port == port


def ended(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_a_refusal_ends_by_itself(ledger: Ledger) -> None:
    with LineProxy(ledger.target) as proxy:
        begun = time.monotonic()
        proxy.refuse_for(0.2)
        post_until_through(proxy.port, b"x")
        assert time.monotonic() - begun >= 0.2
        assert proxy.counts().refusals == 1
    assert ledger.bodies == [b"x"]


def test_a_lost_answer_was_a_request_that_arrived(ledger: Ledger) -> None:
    with LineProxy(ledger.target) as proxy:
        proxy.lose_next_answer(b"POST /push")
        assert post(proxy.port, b"other", "/pull") == b"other"
        with pytest.raises(Refusal):
            post(proxy.port, b"sent once")
        assert ledger.bodies == [b"other", b"sent once"]
        assert post(proxy.port, b"sent again") == b"sent again"
        assert proxy.counts().lost_answers == 1


def test_answers_can_be_lost_by_chance(ledger: Ledger) -> None:
    with LineProxy(ledger.target, conditions=Conditions(lose_answers=1.0)) as proxy:
        with pytest.raises(Refusal):
            post(proxy.port, b"x")
        proxy.set(Conditions())
        assert post(proxy.port, b"y") == b"y"
    assert ledger.bodies == [b"x", b"y"]


def test_a_slow_late_line_takes_its_time(ledger: Ledger) -> None:
    with LineProxy(ledger.target, conditions=Conditions(latency=0.05, bandwidth=1_000_000)) as proxy:
        begun = time.monotonic()
        post(proxy.port, bytes(100_000))
        took = time.monotonic() - begun
    assert took >= 2 * 0.05 + 2 * 0.1  # there and back, each late and slow


def test_a_server_that_is_away_is_a_reset_and_found_again_elsewhere(ledger: Ledger) -> None:
    with nobody_listens() as nobody, LineProxy(("127.0.0.1", nobody)) as proxy:
        with pytest.raises(Refusal):
            post(proxy.port, b"x")
        proxy.retarget(ledger.target)
        assert post(proxy.port, b"x") == b"x"


def test_a_proxy_in_its_own_process_obeys_and_keeps_a_log(ledger: Ledger, tmp_path: Path) -> None:
    log = tmp_path / "line.jsonl"
    command = [
        sys.executable,
        "-m",
        "desktop.demo.proxy",
        "--target",
        f"127.0.0.1:{ledger.target[1]}",
        "--log",
        str(log),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        word, port, control = process.stdout.readline().split()
        assert word == "ready"
        remote = RemoteProxy(int(control))
        assert post(int(port), b"x") == b"x"
        remote.offline()
        with pytest.raises(ConnectionRefusedError):
            post(int(port), b"x")
        remote.online()
        remote.lose_next_answer(b"/push")
        with pytest.raises(Refusal):
            post(int(port), b"y")
        remote.set(BAD)
        counts = remote.counts()
        with pytest.raises(RuntimeError, match="no such order"):
            remote._ask("dance")
        remote.stop()
        assert process.wait(PATIENCE) == 0
    assert counts.lost_answers == 1
    assert counts.routes["POST /push"][0] > 0
    events = [json.loads(line)["event"] for line in log.read_text(encoding="utf-8").splitlines()]
    assert events == ["up", "down", "up", "answer-lost", "down", "closed"]


class Gone:
    """The far end of a connection that was reset before the end of the stream could be passed on."""

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")


def test_an_end_that_cannot_be_passed_on_is_the_end_all_the_same() -> None:
    async def carry() -> None:
        pairs = [socket.socketpair() for _ in range(2)]
        streams = [await asyncio.open_connection(sock=mine) for mine, _ in pairs]
        link = Link(Line(("127.0.0.1", 1), 0, CLEAN, random.Random(0), None), streams[0], streams[1])
        given: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        given.put_nowait((0.0, b""))
        await asyncio.wait_for(link._deliver(1, given, cast("asyncio.StreamWriter", Gone())), PATIENCE)
        for _, writer in streams:
            writer.close()
        for _, theirs in pairs:
            theirs.close()

    asyncio.run(carry())
