"""How a connection is read from and answered: bodies some way ahead, answers at once."""

from __future__ import annotations

import asyncio
import socket

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

AHEAD = 512 << 10  # bytes a connection


class ReadingAhead(HttpToolsProtocol):
    """Uvicorn's own stops reading at each 64 KiB: an attachment would stop and start its line at every piece."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Small answers go at once. The loop of Windows does not see to it: there each would wait for the next."""
        super().connection_made(transport)
        made = transport.get_extra_info("socket")
        if made is not None and made.family != getattr(socket, "AF_UNIX", None):
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def on_body(self, body: bytes) -> None:
        """The next bytes; beyond AHEAD they wait outside."""
        cycle = self.cycle
        if cycle.response_complete or len(cycle.body) + len(body) > AHEAD:
            super().on_body(body)
            return
        cycle.body += body
        cycle.message_event.set()
