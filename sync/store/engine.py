"""Connections to the encrypted database, and its errors told as known failures."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.pool import QueuePool, StaticPool
from sqlcipher3 import dbapi2 as sqlcipher

from sync.files import sqlite_address
from sync.store.errors import DiskFull, DiskTrouble, StoreDamaged, StoreFailure

BUSY_MS = 10_000
READERS = 4
LITTLE_ROOM = 1 << 20  # bytes free, below which an I/O error means a full disk


def writing_engine(path: Path, key: bytes) -> Engine:
    """One connection, for the one writer: a transaction takes the lock as it begins and is durable at its end."""
    return _engine(path, key, "BEGIN IMMEDIATE", poolclass=StaticPool)


def reading_engine(path: Path, key: bytes) -> Engine:
    """Read-only connections, one a thread that asks: each transaction sees one moment."""
    return _engine(path, key, "BEGIN", poolclass=QueuePool, pool_size=READERS, max_overflow=READERS)


def _engine(path: Path, key: bytes, begin: str, **pool: Any) -> Engine:
    read_only = begin == "BEGIN"

    def connect() -> Any:
        return raw_connection(path, key, read_only=read_only)

    engine = create_engine("sqlite://", module=sqlcipher, creator=connect, **pool)

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    @event.listens_for(engine, "handle_error")
    def _(context: ExceptionContext) -> BaseException | None:
        return known_failure(context.original_exception, path)

    return engine


def raw_connection(path: Path, key: bytes, *, read_only: bool = False, create: bool = True) -> Any:
    """A keyed DB-API connection that begins no transaction by itself; raises known failures."""
    connection: Any = None
    mode = "ro" if read_only else "rwc" if create else "rw"
    try:
        connection = sqlcipher.connect(
            sqlite_address(path.absolute(), mode), uri=True, check_same_thread=False, isolation_level=None
        )
        for statement in (
            "PRAGMA cipher_log_level = NONE",
            f"PRAGMA key = \"x'{key.hex()}'\"",
            f"PRAGMA busy_timeout = {BUSY_MS}",
            "PRAGMA temp_store = MEMORY",  # nothing of anybody's lies about unencrypted
            "PRAGMA foreign_keys = ON",
            *(
                ["PRAGMA query_only = ON"]
                if read_only
                else [
                    "PRAGMA journal_mode = WAL",
                    "PRAGMA synchronous = FULL",
                    "PRAGMA recursive_triggers = ON",
                    "PRAGMA wal_autocheckpoint = 4000",
                ]
            ),
        ):
            connection.execute(statement)
    except sqlcipher.Error as error:
        if connection is not None:
            connection.close()  # a damaged file is put aside next: on Windows not while anybody has it open
        raise known_failure(error, path) or error from error
    return connection


def known_failure(error: BaseException | None, path: Path) -> StoreFailure | None:
    """What an error of the database means, if it means something that can be told."""
    if not isinstance(error, sqlcipher.DatabaseError):
        return None
    words = str(error)
    if "disk is full" in words:
        return DiskFull()
    if "malformed" in words or "not a database" in words or "corrupt" in words:
        return StoreDamaged()
    if "disk I/O" in words:
        return DiskFull() if shutil.disk_usage(path.parent).free < LITTLE_ROOM else DiskTrouble()
    return None
