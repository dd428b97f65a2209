"""The bare endpoint that a pull is measured against: FastAPI, pages of rows as they lie in SQLite, gzip."""

from __future__ import annotations

import sqlite3
import sys
import zlib
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.responses import Response

PAGE_BYTES = 1 << 20


def create(database: Path) -> FastAPI:
    """Serves `form(seq, body)` of this database."""
    app = FastAPI()
    rows = sqlite3.connect(database, check_same_thread=False)

    @app.get("/forms")
    def page(since: int) -> Response:
        parts, size, at = [], 0, since
        for seq, body in rows.execute("SELECT seq, body FROM form WHERE seq > ? ORDER BY seq", (since,)):
            parts.append(body)
            size, at = size + len(body), seq
            if size > PAGE_BYTES:
                break
        body = f'{{"at":{at},"forms":[{",".join(parts)}]}}'.encode()
        return Response(
            zlib.compress(body, 5, wbits=31), media_type="application/json", headers={"Content-Encoding": "gzip"}
        )

    return app


if __name__ == "__main__":
    uvicorn.run(create(Path(sys.argv[1])), port=int(sys.argv[2]), http="httptools", log_level="error", access_log=False)
