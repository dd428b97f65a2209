"""A damaged store: set aside, made anew, and unsent work carried over as far as it can be read.

The mirror is not carried over: the association has it. What only this desk had is: accounts with their device keys,
settings, drafts, every Operation ever made, and what is known of attachments (their files lie beside the store).
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, select
from sqlcipher3 import dbapi2 as sqlcipher

from sync import files
from sync.store.engine import raw_connection
from sync.store.errors import StoreFailure
from sync.store.local import NAME, LocalStore
from sync.store.operations import OUTBOX
from sync.store.tables import accounts, blobs, contents, cursors, drafts, operations, settings

CARRIED = (accounts, settings, drafts, contents, operations, blobs, cursors)  # an Operation needs its content
UNREADABLE = (sqlcipher.Error, StoreFailure, UnicodeDecodeError, ValueError)


@dataclass(frozen=True, slots=True)
class Salvage:
    """What became of a damaged store."""

    aside: Path | None  # where the damaged file lies now
    drafts: int
    outbox: int
    whole: bool  # whether every row that was to be carried over could be read


def rebuild(folder: Path, key: bytes, now: datetime) -> tuple[LocalStore, Salvage]:
    """Set the store of this folder aside, and open a new one with what could be read of it. It must be closed."""
    aside = _set_aside(folder, now)
    store = LocalStore.create(folder, key)
    try:
        whole = True
        if aside is not None:
            for table in CARRIED:
                whole = _carry(aside, key, store, table) and whole
        with store.transaction() as writer:
            writer.connection.execute(cursors.update().values(seq=0, count=0, sum=0, whole=-1))
            waiting = writer.connection.scalars(select(operations.c.op_id).where(operations.c.place == OUTBOX))
            found = Salvage(aside, len(_ids(writer.connection, drafts)), len(list(waiting)), whole)
            for account in writer.accounts.all():
                pending = {kept.entity: kept.overlay for kept in writer.operations.pending(account.id)}
                writer.people.touch(account.id, pending)
        return store, found
    except BaseException:
        store.close()
        raise


def _ids(connection: Any, table: Table) -> list[Any]:
    return list(connection.execute(select(table.c.account)))


def _set_aside(folder: Path, now: datetime) -> Path | None:
    path = folder / NAME
    if not path.exists():
        return None
    stamp = now.strftime("%Y%m%d-%H%M%S")
    aside = path.with_name(f"{NAME}.damaged-{stamp}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{NAME}.damaged-{stamp}-{number}")
    for ending in ("-wal", "-shm"):
        beside = path.with_name(NAME + ending)
        if beside.exists():
            files.replace(beside, aside.with_name(aside.name + ending))
    return files.replace(path, aside)


def _carry(aside: Path, key: bytes, store: LocalStore, table: Table) -> bool:
    """Row by row by rowid, forwards and backwards from a page that cannot be read; whether all were."""
    rows, whole = _readable(aside, key, table)
    names = [column.name for column in table.c]
    for row in rows:
        values = {name: value for name, value in row.items() if name in names}
        try:
            with store.transaction() as writer:
                writer.connection.execute(insert(table).values(values))
        except Exception as error:  # SQLAlchemy wraps what the driver raised: what is no damage goes on below
            if not isinstance(error.__cause__, sqlcipher.Error) and not isinstance(error, StoreFailure):
                raise
            whole = False
    return whole


def _readable(aside: Path, key: bytes, table: Table) -> tuple[list[dict[str, Any]], bool]:
    found: dict[int, dict[str, Any]] = {}
    ends = [False, False]
    for backwards in (False, True):
        with contextlib.suppress(*UNREADABLE), _opened(aside, key) as connection:
            order = "DESC" if backwards else "ASC"
            asked = connection.execute(f"SELECT rowid AS _rowid, * FROM {table.name} ORDER BY rowid {order}")
            names = [column[0] for column in asked.description]
            while (row := asked.fetchone()) is not None:
                values = dict(zip(names, row, strict=True))
                number = values.pop("_rowid")
                if number in found:
                    break
                _prove(values)
                found[number] = values
            else:
                ends[int(backwards)] = True
            if not backwards and ends[0]:
                break
    return [found[number] for number in sorted(found)], any(ends)


def _prove(row: dict[str, Any]) -> None:
    """A row whose JSON cannot be read is no row."""
    for value in row.values():
        if isinstance(value, str) and value[:1] in ("{", "["):
            json.loads(value)


@contextlib.contextmanager
def _opened(path: Path, key: bytes) -> Iterator[Any]:
    connection = raw_connection(path, key, create=False)
    try:
        yield connection
    finally:
        connection.close()
