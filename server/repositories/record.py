"""The record: who decided what, when. Append-only, hash-chained; the newest hash stands in feed_head."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from server.models import FeedHeadRow, RecordRow
from server.repositories.bulk import insert_rows, table_of

RECORD, HEAD = table_of(RecordRow), table_of(FeedHeadRow)
GENESIS = "0" * 64


class Note(NamedTuple):
    """One line of the record before it has its place in the chain. Ids, hashes and times only."""

    at: str
    op_id: str
    account: str
    device: str
    kind: str
    action: str
    entity: str
    version: int
    status: str
    rules: str
    content_sha256: str


class RecordBroken(ValueError):
    """A row of the record was changed, taken out or put in; the message says which."""


def chain_hash(number: int, note: Note, previous: str) -> str:
    """SHA-256 over the row's number, its fields and the hash before it, one a line."""
    return hashlib.sha256("\n".join(map(str, (number, *note, previous))).encode()).hexdigest()


def append(connection: Connection, number: int, head: str, notes: Sequence[Note]) -> tuple[int, str]:
    """Write `notes` after row `number` whose hash is `head`; the number and hash of the last one written."""
    rows = []
    for note in notes:
        number += 1
        own = chain_hash(number, note, head)
        rows.append((number, *note, head, own))
        head = own
    insert_rows(connection, RecordRow, rows)
    return number, head


def verify(connection: Connection) -> int:
    """How many rows the record has, every one proved; raises RecordBroken."""
    number, head = 0, GENESIS
    for place, note, previous, own in _rows(connection):
        if place != number + 1 or previous != head or own != chain_hash(place, note, previous):
            raise RecordBroken(f"row {place} of the record does not follow from the one before")
        number, head = place, own
    told = connection.execute(select(HEAD.c.record_number, HEAD.c.record_head)).one()
    if tuple(told) != (number, head):
        raise RecordBroken(f"the record ends at row {number}, its head says {told[0]}")
    return number


def _rows(connection: Connection) -> Iterator[tuple[int, Note, str, str]]:
    query = select(RECORD).order_by(RECORD.c.number).execution_options(yield_per=1000)
    for row in connection.execute(query):
        values = row._mapping
        note = Note(*(values[name] for name in Note._fields))
        yield values["number"], note, values["previous"], values["hash"]
