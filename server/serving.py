"""Serving: uvicorn, and beside it the two duties of a server: what leaves it and what the study platform brings."""

from __future__ import annotations

import gc
import ipaddress
import logging
import os
import socket
import sys
import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import FrameType

import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from domain.bugs import report_of
from server import duties, schema
from server.app import create_app
from server.founding import invite_at
from server.outlet import deliver, ports_of
from server.ports.study import Inbox
from server.pruning import Pruner
from server.reading import ReadingAhead
from server.settings import Settings
from server.study import take_in
from server.work import Work, build

log = logging.getLogger("huiban.server")
PAUSE = 2.0  # seconds between two looks for what other processes left to do
ABANDONED = timedelta(days=7)  # an upload nobody went on with


class Server(uvicorn.Server):
    """Says when it listens, and lets waiting desks go when it is asked to end."""

    def __init__(self, config: uvicorn.Config, parts: Work, said: Callable[[], None]) -> None:
        super().__init__(config)
        self._parts, self._said = parts, said

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listening from here on."""
        await super().startup(sockets)
        if self.started:
            self._said()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A long poll would hold the process for its whole time. To end when asked is success: no signal afterwards."""
        self._parts.notifier.close()
        super().handle_exit(sig, frame)
        self._captured_signals.clear()

    def leave_with(self, stream: int) -> None:
        """Ends when nobody holds the other end of this file any more: whoever started us is gone, however it ended."""
        while os.read(stream, 1):
            pass  # nothing is said to a server this way
        self._parts.notifier.close()
        self.should_exit = True


class ServingError(Exception):
    """Why it does not serve: one sentence."""


def serve(
    settings: Settings, host: str, port: int, tls: tuple[Path, Path] | None = None, *, starter: int | None = None
) -> None:
    """Until it is told to end. Prints one line, `ready http://…`, when it listens. Plain HTTP only on loopback.

    `starter`: a file, by its number, that ends with whoever started the server.
    """
    if tls is None and not is_loopback(host):
        raise ServingError(
            f"监听 {host} 须给出 --tls-certificate 和 --tls-key；或只监听 127.0.0.1，由前置代理提供 HTTPS。"
        )
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    parts = build(settings)
    try:
        schema.upgrade(parts.database)
        listening = listen(host, port)
        address = f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
        invite_at(parts, address)
        stop = threading.Event()
        duty = threading.Thread(target=_duty, args=(parts, stop), name="duties", daemon=True)
        config = uvicorn.Config(
            create_app(parts),
            http=ReadingAhead,
            ws="none",
            loop="asyncio",
            lifespan="on",
            access_log=False,
            log_config=None,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=5,
            timeout_keep_alive=75,
            ssl_certfile=tls[0] if tls else None,
            ssl_keyfile=str(tls[1]) if tls else None,
        )
        # the one word on standard output: whoever started us waits for it
        server = Server(config, parts, lambda: print(f"ready {address}", flush=True))  # noqa: T201
        duty.start()
        if starter is not None:
            threading.Thread(target=server.leave_with, args=(starter,), name="starter", daemon=True).start()
        gc.freeze()  # what the program is made of is no rubbish: it is not looked through again and again
        try:
            server.run(sockets=[listening])
        finally:
            stop.set()
            parts.outlet.set()
            duty.join(timeout=5)
    finally:
        parts.database.close()


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listen(host: str, port: int) -> socket.socket:
    """A listening socket that is named TCP: only then asyncio sends small answers at once (otherwise 40 ms later)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(512)
    except OSError:
        made.close()
        raise
    return made


def _duty(parts: Work, stop: threading.Event) -> None:
    """Whoever holds the duty delivers and takes in; a failure of the database or a port is tried again."""
    holder, ports, inbox = uuid.uuid4().hex, ports_of(parts), Inbox(parts.settings.study_inbox)
    pruner = Pruner()
    while not stop.is_set():
        try:
            parts.database.checkpoint()
            if duties.take(parts, "duties", holder, parts.clock()):
                take_in(parts, inbox)
                deliver(parts, ports)
                parts.blobs.sweep((parts.clock() - ABANDONED).timestamp())
                pruner.look(parts)
        except (SQLAlchemyError, OSError) as error:
            log.warning("duties: %s, tried again", type(error).__name__)
        except Exception as error:  # a bug in one duty must not end all of them for as long as the server runs
            log.error("a bug in the duties: %s", report_of(error))
        parts.outlet.wait(PAUSE)
        parts.outlet.clear()
