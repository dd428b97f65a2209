"""The bare receiver that attachments are measured against: HTTP of the standard library, one durable file a request."""

from __future__ import annotations

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PIECE = 1 << 20


class Receiver(BaseHTTPRequestHandler):
    """Takes what is put: bytes to a temporary name, fsync, rename."""

    protocol_version = "HTTP/1.1"
    folder = Path()

    def do_GET(self) -> None:
        """It listens."""
        self._answer()

    def do_PUT(self) -> None:
        """One file, durable before it is answered."""
        target = self.folder / self.path.rpartition("/")[2]
        left, part = int(self.headers["Content-Length"]), target.with_suffix(".part")
        with part.open("wb", buffering=0) as file:
            while left:
                piece = self.rfile.read(min(PIECE, left))
                file.write(piece)
                left -= len(piece)
            os.fsync(file.fileno())
        part.replace(target)
        self._answer()

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def _answer(self) -> None:
        self.send_response(204)
        self.end_headers()


if __name__ == "__main__":
    Receiver.folder = Path(sys.argv[1])
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Receiver).serve_forever()
