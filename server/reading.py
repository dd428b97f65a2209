"""How far ahead a body is read of whoever takes it in."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

AHEAD = 512 << 10  # bytes a connection


class ReadingAhead(HttpToolsProtocol):
    """Uvicorn's own stops reading at each 64 KiB: an attachment would stop and start its line at every piece."""

    def on_body(self, body: bytes) -> None:
        """The next bytes; beyond AHEAD they wait outside."""
        cycle = self.cycle
        if cycle.response_complete or len(cycle.body) + len(body) > AHEAD:
            super().on_body(body)
            return
        cycle.body += body
        cycle.message_event.set()
