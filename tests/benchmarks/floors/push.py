"""The bare endpoint that a push is measured against: FastAPI, pydantic, gzip, one durable insert a batch."""

from __future__ import annotations

import gzip
import sqlite3
import sys
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import Body, FastAPI, Request
from pydantic import BaseModel
from sqlalchemy import create_engine, event, text


class Form(BaseModel):
    """One form as it comes."""

    id: str
    body: dict[str, Any]


class Forms(BaseModel):
    """A batch."""

    forms: list[Form]


def create(folder: Path) -> FastAPI:
    """On SQLite set as our server sets it: WAL, synchronous=FULL."""
    engine = create_engine(f"sqlite:///{folder / 'floor.db'}", connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE form (id TEXT PRIMARY KEY, body TEXT NOT NULL)"))
    app = FastAPI()

    @app.post("/forms")
    async def keep(request: Request) -> dict[str, list[str]]:
        return insert(Forms.model_validate_json(gzip.decompress(await request.body())))

    def insert(batch: Annotated[Forms, Body()]) -> dict[str, list[str]]:
        rows = [{"id": form.id, "body": form.model_dump_json(include={"body"})} for form in batch.forms]
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO form VALUES (:id, :body)"), rows)
        return {"kept": [form.id for form in batch.forms]}

    return app


if __name__ == "__main__":
    uvicorn.run(create(Path(sys.argv[1])), port=int(sys.argv[2]), http="httptools", log_level="error", access_log=False)
