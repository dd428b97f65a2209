"""Entities, their unique keys, whom they concern, which attachments they use: reading by what they are looked up by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, Select, delete, select

from server.models import BlobUseRow, ConcernRow, EntityKeyRow, EntityRow
from server.repositories.bulk import among, insert_missing, rows_among, table_of, upsert_rows

ENTITY, KEY, CONCERN, BLOB_USE = map(table_of, (EntityRow, EntityKeyRow, ConcernRow, BlobUseRow))
BILL_CLOSED = frozenset({"paid", "void"})
Key = tuple[str, str]  # space, hash


@dataclass(slots=True)
class Entry:
    """An entity as it is kept, or is to be kept. The body is parsed when first asked for, never changed in place."""

    id: str
    version: int
    unit: str | None = None
    open: bool = True
    text: str | None = None
    _body: dict[str, Any] | None = field(default=None, repr=False)

    @property
    def kind(self) -> str:
        """The first half of the id."""
        return self.id.partition("/")[0]

    @property
    def body(self) -> dict[str, Any]:
        """The JSON body. Copy before changing."""
        if self._body is None:
            self._body = from_json(self.text or "null")
        return self._body

    @classmethod
    def new(cls, entity: str, version: int, body: Mapping[str, Any], *, unit: str | None, open: bool) -> Entry:
        """One that is about to be written."""
        return cls(entity, version, unit, open, None, dict(body))


def key_hash(text: str) -> str:
    """What stands in entity_key instead of the text."""
    return hashlib.sha256(text.encode()).hexdigest()


COLUMNS = "entity.id, entity.version, entity.unit, entity.open, entity.body"


def load(connection: Connection, ids: Iterable[str], *, lock: bool = False) -> dict[str, Entry]:
    """Those of `ids` that exist; with `lock`, held until the end of the transaction, taken in id order."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    sql = f"SELECT {COLUMNS} FROM entity WHERE id {{among}} ORDER BY id"
    locked = " FOR UPDATE" if lock and connection.dialect.name == "postgresql" else ""
    return {row[0]: Entry(*row) for row in rows_among(connection, sql + locked, wanted)}


def of_people(connection: Connection, people: Iterable[str], kinds: Sequence[str]) -> Iterator[tuple[str, Entry]]:
    """(person, entity) of everything of these kinds that belongs to these people."""
    named = ", ".join(f"'{kind}'" for kind in kinds)
    sql = f"SELECT person, {COLUMNS} FROM entity WHERE person {{among}} AND kind IN ({named})"
    for person, *rest in rows_among(connection, sql, people):
        yield person, Entry(*rest)


def concerning(connection: Connection, subjects: Iterable[str]) -> Iterator[tuple[str, Entry]]:
    """(subject, entity) of the applications that concern these people or units and are open, and of their bills."""
    sql = (
        f"SELECT concern.subject, {COLUMNS} FROM concern JOIN entity ON entity.id = concern.entity"
        " WHERE concern.subject {among} AND concern.open"
    )
    for subject, *rest in rows_among(connection, sql, subjects):
        yield subject, Entry(*rest)


def of_kind(connection: Connection, kind: str, *, unit: str | None = None) -> list[Entry]:
    """All of a kind, in id order; of one unit, if named."""
    query = _entries().where(ENTITY.c.kind == kind).order_by(ENTITY.c.id)
    return list(_read(connection, query if unit is None else query.where(ENTITY.c.unit == unit)))


def of_application(connection: Connection, application: str) -> list[Entry]:
    """What an application made: bills, study tasks."""
    return list(_read(connection, _entries().where(ENTITY.c.application == application).order_by(ENTITY.c.id)))


def states(connection: Connection, kind: str) -> list[tuple[str, int, str | None]]:
    """(id, version, state) of all of a kind, without their bodies."""
    query = select(ENTITY.c.id, ENTITY.c.version, ENTITY.c.state).where(ENTITY.c.kind == kind).order_by(ENTITY.c.id)
    return [tuple(row) for row in connection.execute(query)]


def keys(connection: Connection, wanted: Iterable[Key]) -> dict[Key, str]:
    """Which entity has which key already."""
    chosen = set(wanted)
    if not chosen:
        return {}
    sql = "SELECT space, hash, entity FROM entity_key WHERE hash {among}"
    rows = rows_among(connection, sql, {digest for _, digest in chosen})
    return {(space, digest): entity for space, digest, entity in rows if (space, digest) in chosen}


def save(connection: Connection, entries: Iterable[Entry], texts: Mapping[str, str]) -> None:
    """Write bodies and look-up columns; `texts` are the bodies as JSON."""
    upsert_rows(connection, EntityRow, [_columns(entry, texts[entry.id]) for entry in entries])


def save_keys(connection: Connection, claimed: Mapping[Key, str], freed: Iterable[Key]) -> None:
    """A key that somebody else claimed in the meantime is an IntegrityError, and the batch is decided anew."""
    for space, digest in freed:
        connection.execute(delete(KEY).where(KEY.c.space == space, KEY.c.hash == digest))
    if claimed:
        connection.execute(KEY.insert(), [{"space": s, "hash": h, "entity": e} for (s, h), e in claimed.items()])


def save_concerns(connection: Connection, rows: Sequence[tuple[str, str, bool]]) -> None:
    """(entity, subject, open)"""
    upsert_rows(connection, ConcernRow, rows)


def save_blob_uses(connection: Connection, rows: Sequence[tuple[str, str]]) -> None:
    """(blob, entity)"""
    insert_missing(connection, BlobUseRow, rows)


def remove(connection: Connection, ids: Sequence[str]) -> None:
    """Entities that are no more: their tombstones stand in the feed."""
    if ids:
        connection.execute(delete(ENTITY).where(among(connection, ENTITY.c.id, ids)))
        connection.execute(delete(BLOB_USE).where(among(connection, BLOB_USE.c.entity, ids)))
        connection.execute(delete(KEY).where(among(connection, KEY.c.entity, ids)))


def blobs_in(body: Mapping[str, Any]) -> set[str]:
    """The attachments a body refers to."""
    forms = [form for key in ("form", "previous") if isinstance(form := body.get(key), dict)]
    lists = [*(form.get("attachments") for form in forms), body.get("materials")]
    named = [one for group in lists if group and isinstance(group, list) for one in group if isinstance(one, dict)]
    return {one["blob"] for one in named if isinstance(one.get("blob"), str)}


def _entries() -> Select[Any]:
    return select(ENTITY.c.id, ENTITY.c.version, ENTITY.c.unit, ENTITY.c.open, ENTITY.c.body)


def _read(connection: Connection, query: Select[Any]) -> Iterator[Entry]:
    return (Entry(*row) for row in connection.execute(query))


def _columns(entry: Entry, text: str) -> tuple[Any, ...]:
    body, kind = entry.body, entry.kind
    person = entry.id if kind == "person" else body.get("person")
    state = body.get("state") or body.get("status") or (body.get("since") if kind == "pack" else None)
    number = (entry.id, kind, entry.version, entry.unit, person, body.get("application"), body.get("agency"), state)
    return (*number, entry.open, text)
