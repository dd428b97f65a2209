"""A real HTTP server on loopback whose answers a test writes itself, to try what no server of ours would ever say."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sync.protocol import HEADER, JSON_TYPE, PROBLEM_PREFIX, PROBLEM_TYPE, json_bytes

OURS = {HEADER: "1", "Content-Type": JSON_TYPE}


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What to say. `cut`: hang up after so many bytes of the body; `hang_up`: without a word."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: dict(OURS))
    body: bytes = b"{}"
    cut: int | None = None
    hang_up: bool = False


def a_problem(status: int, slug: str, **headers: str) -> Reply:
    body = json_bytes({"type": PROBLEM_PREFIX + slug, "title": "…", "status": status})
    return Reply(status, {HEADER: "1", "Content-Type": PROBLEM_TYPE, **headers}, body)


@contextmanager
def answering(reply: Callable[[Asked], Reply], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Its address while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {key.lower(): value for key, value in self.headers.items()}
            said = reply(Asked(self.command, self.path, headers, body))
            if said.hang_up:
                self.close_connection = True
                return
            self.send_response(said.status)
            for key, value in said.headers.items():
                self.send_header(key, value)
            if said.status != 204:
                self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(said.body if said.cut is None else said.body[: said.cut])
            if said.cut is not None:
                self.close_connection = True

        do_GET = do_POST = do_HEAD = do_PATCH = handle_one

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
