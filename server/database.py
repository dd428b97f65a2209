"""The database, by URL: SQLite (WAL, durable) or PostgreSQL. One place that knows how each begins a transaction."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

WRITING = "huiban_writing"
LOG_PAGES = 16_000  # in SQLite's log, at which a commit brings them into the file itself: 64 MB
BUSY_SECONDS = 30  # how long a writer waits for another process


class Database:
    """Transactions on one database. Writers take their turn; readers see the last commit and wait for nobody."""

    def __init__(self, url: str, *, pool: int = 20) -> None:
        self.sqlite = url.startswith("sqlite")
        self.engine = _sqlite(url, pool) if self.sqlite else _postgres(url, pool)
        self._writers = self.engine.execution_options(**{WRITING: True})
        self._turn = threading.Lock()  # SQLite has one writer: inside the process they queue here instead of polling

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes: committed at the end, rolled back by any exception."""
        if self.sqlite:
            self._turn.acquire()
        try:
            with self._writers.begin() as connection:
                yield connection
        finally:
            if self.sqlite:
                self._turn.release()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent picture, for reading only."""
        with self.engine.connect() as connection:
            yield connection

    def checkpoint(self) -> None:
        """Bring what was committed from the log into the file, beside whoever writes; else a commit would have to."""
        if self.sqlite:
            with self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def _sqlite(url: str, pool: int) -> Engine:
    connect = {"check_same_thread": False, "timeout": BUSY_SECONDS, "isolation_level": None}
    engine = create_engine(url, connect_args=connect, pool_size=pool, max_overflow=pool)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "cache_size=-4000",
            f"wal_autocheckpoint={LOG_PAGES}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer that began by reading could not be promoted once another has committed: it says at once what it is.
        writing = connection.get_execution_options().get(WRITING)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _postgres(url: str, pool: int) -> Engine:
    if url.startswith(("postgres://", "postgresql://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    engine = create_engine(url, pool_size=pool, max_overflow=pool, pool_pre_ping=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not connection.get_execution_options().get(WRITING):
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    return engine
