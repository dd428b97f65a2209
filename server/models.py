"""The tables behind the server's decisions: entities, feed, ledger, record. Bodies are JSON texts on every database.

Text and not a JSON type: a body goes out byte for byte as it was kept, so a pull parses nothing. What is searched has a
column of its own, and no index that nothing asks for: each is one more page in every commit. Secrets of accounts,
devices, tokens and blobs are `server.models_access`'s.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Index, Integer, LargeBinary, MetaData, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

ROW_NUMBER = BigInteger().with_variant(Integer, "sqlite")  # a key that SQLite needs no second tree for
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def only_where(condition: str) -> dict[str, Any]:
    """For an index that most rows have no place in."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Base(DeclarativeBase):
    """Every table of the server hangs on this one metadata."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {str: Text, bytes: LargeBinary, bool: Boolean}  # noqa: RUF012 - as SQLAlchemy reads it


class EntityRow(Base):
    """The newest body of every entity, with the columns it is looked up by."""

    __tablename__ = "entity"
    __table_args__ = (
        Index(None, "person", "kind", **only_where("person IS NOT NULL")),
        Index(None, "unit", "kind"),
        Index(None, "application", **only_where("application IS NOT NULL")),
        Index(None, "kind", "state"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    unit: Mapped[str | None]
    person: Mapped[str | None]
    application: Mapped[str | None]
    agency: Mapped[str | None]
    state: Mapped[str | None]  # an application's state, a bill's or a study task's status
    open: Mapped[bool]  # something can still happen to it
    body: Mapped[str]


class EntityKeyRow(Base):
    """What may exist once only, by the hash of its text: a document number, a certificate number, a login."""

    __tablename__ = "entity_key"
    __table_args__ = (Index(None, "entity"),)
    space: Mapped[str] = mapped_column(primary_key=True)  # "person-document", "roster-document:<unit>", "login" …
    hash: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str]


class ConcernRow(Base):
    """Whom an application or a bill concerns: the way from a person (or the unit itself) to what is in flight."""

    __tablename__ = "concern"
    __table_args__ = (Index(None, "subject", "open"),)
    entity: Mapped[str] = mapped_column(primary_key=True)  # application/… or bill/…
    subject: Mapped[str] = mapped_column(primary_key=True)  # person/…; unit/… where it is about the unit itself
    open: Mapped[bool]  # an application that is not over, a bill that is not void


class BlobUseRow(Base):
    """Which entity refers to which attachment: who may read the entity may read the bytes."""

    __tablename__ = "blob_use"
    __table_args__ = (Index(None, "entity"),)
    blob: Mapped[str] = mapped_column(primary_key=True)  # SHA-256, hex
    entity: Mapped[str] = mapped_column(primary_key=True)


class LedgerRow(Base):
    """Every Operation ever decided, for good. Ids, hashes and times only."""

    __tablename__ = "ledger"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - as SQLAlchemy reads it
    op_id: Mapped[str] = mapped_column(primary_key=True)
    device: Mapped[str]
    account: Mapped[str]
    kind: Mapped[str]
    entity: Mapped[str]
    content_sha256: Mapped[str]
    received_at: Mapped[str]  # ISO instant, UTC: when its bytes first arrived
    decided_at: Mapped[str]
    status: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    receipt_number: Mapped[int] = mapped_column(BigInteger)


class LedgerTextRow(Base):
    """The bytes of an Operation and its Outcome: apart from the ledger, because names in them can be erased."""

    __tablename__ = "ledger_text"
    receipt_number: Mapped[int] = mapped_column(ROW_NUMBER, primary_key=True, autoincrement=False)  # the ledger's
    content: Mapped[bytes | None]  # as signed; None: erased
    signature: Mapped[str]
    outcome: Mapped[str]  # JSON; after an erasure without findings and bodies


class ArrivalRow(Base):
    """When the bytes of an Operation that must wait first arrived: its day, whenever it is decided."""

    __tablename__ = "arrival"
    op_id: Mapped[str] = mapped_column(primary_key=True)
    content_sha256: Mapped[str]
    received_at: Mapped[str]


class StumbleRow(Base):
    """An Operation that a bug of ours keeps from being decided: what the operator is told. No words of anybody."""

    __tablename__ = "stumble"
    op_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    place: Mapped[str]  # kind of the error, module and line
    first_at: Mapped[str]
    last_at: Mapped[str]
    times: Mapped[int] = mapped_column(BigInteger)


class FeedScopeRow(Base):
    """A scope, and what a whole mirror of it must come to."""

    __tablename__ = "feed_scope"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(unique=True)  # "unit:…", "agency:…", "office" …
    seq: Mapped[int] = mapped_column(BigInteger)  # the newest position in it
    count: Mapped[int] = mapped_column(BigInteger)  # of living rows
    sum: Mapped[int] = mapped_column(BigInteger)  # of their sync.protocol.row_hash
    pruned: Mapped[int] = mapped_column(BigInteger)  # tombstones up to here are gone: an older cursor is too old


class FeedDayRow(Base):
    """How far the feed had come on a day: how old a position is."""

    __tablename__ = "feed_day"
    day: Mapped[str] = mapped_column(primary_key=True)  # ISO date, Shanghai
    seq: Mapped[int] = mapped_column(BigInteger)


class FeedRow(Base):
    """That an entity is to be seen in a scope, since which position. The body is the entity's, projected when read.

    The scope is a number and the key begins with the entity: a third of the time and of the bytes of the obvious key.
    """

    __tablename__ = "feed"
    __table_args__ = (Index(None, "scope", "seq", unique=True), {"sqlite_with_rowid": False})
    entity: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger)
    gone: Mapped[bool]  # a tombstone


class FeedHeadRow(Base):
    """The one row that makes an order of all that is decided: locked last, held to the commit."""

    __tablename__ = "feed_head"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)  # always 1
    seq: Mapped[int] = mapped_column(BigInteger)
    receipt_number: Mapped[int] = mapped_column(BigInteger)
    record_number: Mapped[int] = mapped_column(BigInteger)
    record_head: Mapped[str]  # hash of the newest row of the record
    epoch: Mapped[str]  # renewed when the server is restored
    numbers: Mapped[str]  # JSON: the sequences that give numbers to applications, bills, certificates


class RecordRow(Base):
    """Who decided what, when: append-only, each row carrying the hash of the one before. Ids and hashes only."""

    __tablename__ = "record"
    number: Mapped[int] = mapped_column(ROW_NUMBER, primary_key=True, autoincrement=False)
    at: Mapped[str]
    op_id: Mapped[str]
    account: Mapped[str]
    device: Mapped[str]
    kind: Mapped[str]
    action: Mapped[str]
    entity: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str]
    rules: Mapped[str]  # rule ids of the findings, comma-separated
    content_sha256: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]


class DispatchRow(Base):
    """What has to leave the server because of a decision (a message, a first secret, a fiscal paper)."""

    __tablename__ = "dispatch"
    __table_args__ = (Index(None, "sent_at"),)
    id: Mapped[str] = mapped_column(primary_key=True)  # UUIDv7: in order
    port: Mapped[str]  # "notification", "first-secret", "fiscal"
    body: Mapped[str]  # JSON
    made_at: Mapped[str]
    sent_at: Mapped[str | None]


class DeviceSyncRow(Base):
    """When each device was last heard of: the association sees who is cut off."""

    __tablename__ = "device_sync"
    device: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str]
    pushed_at: Mapped[str | None]
    pulled_at: Mapped[str | None]
    operations: Mapped[int] = mapped_column(BigInteger)  # decided for it, ever
