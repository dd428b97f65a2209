"""The tables of a desk's store. Every row of somebody's work carries its account from the first migration on.

JSON is kept as compact text. Instants are ISO texts in UTC, so that they sort. The full-text index over `people` and
the triggers that keep Operations for ever are plain SQL in the migrations, since no table object can say them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    select,
    text,
)

metadata = MetaData()


def listed(column: ColumnElement[str], names: Any) -> ColumnElement[bool]:
    """It is one of these, a JSON list: one parameter for any number, so that the statement is always the same."""
    return column.in_(select(func.json_each(names).table_valued("value").c.value))


def _text(name: str, *, default: str | None = None) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def _maybe(name: str) -> Column[str]:
    return Column(name, Text, nullable=True)


def _number(name: str, default: int | None = None) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=None if default is None else text(str(default)))


accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),  # association/login
    _text("association"),
    _text("association_name", default=""),
    _text("login"),
    _text("body", default="{}"),  # the Account entity as the server gave it at login
    _text("server_key", default=""),  # Ed25519 public key, base64url: receipts are proved with it
    _text("epoch", default=""),
    _maybe("last_contact"),
    _number("revoked", 0),
    _maybe("device"),
    Column("device_key", LargeBinary, nullable=True),  # raw Ed25519 private key; the store is encrypted
)

settings = Table(
    "settings",
    metadata,
    Column("account", Text, primary_key=True),  # "" where it is the store's own
    Column("key", Text, primary_key=True),
    _text("value"),  # JSON
)

mirror = Table(
    "mirror",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("account"),
    _text("scope"),
    _text("entity"),
    _text("kind"),
    _number("version"),
    _number("seq"),
    _number("generation"),  # of the pull that brought it: a re-pull sweeps what it did not bring again
    _maybe("person"),  # what the entity is looked up by, as far as its kind has them
    _maybe("unit"),
    _maybe("state"),
    _maybe("document"),
    _maybe("application"),
    _text("body"),
)
Index("mirror_scope", mirror.c.account, mirror.c.scope, mirror.c.entity, unique=True)
Index("mirror_entity", mirror.c.account, mirror.c.entity)
Index("mirror_kind", mirror.c.account, mirror.c.kind, mirror.c.state)
for _name in ("person", "document", "application"):
    Index(f"mirror_{_name}", mirror.c.account, mirror.c[_name], sqlite_where=text(f"{_name} IS NOT NULL"))

links = Table(  # the people that an application or a bill concerns
    "links",
    metadata,
    Column("account", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("entity", Text, primary_key=True),
    sqlite_with_rowid=False,
)
Index("links_entity", links.c.account, links.c.entity)

cursors = Table(
    "cursors",
    metadata,
    Column("account", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    _number("seq", 0),
    _number("count", 0),
    _number("sum", 0),
    _number("generation", 0),
    _number("whole", -1),  # the newest generation that was read to its end: older rows are swept; -1: none was
    _maybe("pulled_at"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("account", Text, primary_key=True),
    Column("id", Text, primary_key=True),  # draft/<key of the application>, or local/<entity> for anything else
    _text("entity"),  # what the Operation will be about
    _text("kind", default="act"),
    _text("action", default=""),  # of the workflow; "" until it is known
    _text("service", default=""),
    _text("title", default=""),
    _text("form"),
    _text("payload", default="{}"),  # the rest of what will be asked: reason, marks, fields
    _number("base_version", 0),  # of the application that was returned, or of the shared draft
    _text("base", default="null"),  # the form as it was last shared or received: the middle of a three-way merge
    _number("shared_version", 0),
    _number("share", 0),  # to be shared when transport takes it
    _number("returned", 0),
    _text("history", default="[]"),  # values that lost a merge
    _text("asks", default="[]"),  # fields changed on both sides, to be decided by a person
    _text("findings", default="[]"),  # of a refusal
    _maybe("supersedes"),  # op_id of a conflict this one solves
    _maybe("refused"),  # op_id of the refusal it comes from
    _maybe("sent"),  # op_id: frozen while that one is on its way
    _text("edited_by", default=""),
    _text("edited_at"),
)

contents = Table(  # what was asked, never written again: apart, so that a change of state does not write it anew
    "contents",
    metadata,
    Column("seq", Integer, primary_key=True),  # the order they were made in
    _text("account"),
    Column("content", LargeBinary, nullable=False),  # the very bytes that were signed
    _text("signature"),
    _text("overlay", default="null"),  # the body we expect, shown until the mirror has the real one
    _text("base", default="null"),  # the body it was made upon, for a merge after a conflict
    sqlite_autoincrement=True,
)

operations = Table(  # one row an op_id for ever: its place and state change, it never goes
    "operations",
    metadata,
    Column("seq", ForeignKey("contents.seq"), primary_key=True),  # of its content
    Column("op_id", Text, nullable=False, unique=True),
    _text("account"),
    _text("entity"),
    _text("kind"),
    _text("action", default=""),
    _text("place"),
    _text("state"),
    _text("after", default="[]"),
    _text("blobs", default="[]"),
    _maybe("supersedes"),
    _maybe("draft"),
    _text("title", default=""),
    _number("attempts", 0),
    _number("exposed", 0),  # attempts in which bytes may have left; with none it may still be cancelled
    _maybe("next_try"),
    _maybe("last_error"),
    _text("missing", default="[]"),
    _text("waits_for", default="[]"),
    _maybe("first_sent_at"),
    _maybe("answered_at"),
    _text("outcome", default="null"),
    _number("lifted", 0),
    _number("seen", 0),  # a refusal or conflict that somebody has dealt with
    _text("made_at"),
    CheckConstraint(
        "(place = 'outbox' AND state IN ('queued', 'sending', 'unknown', 'waiting', 'exported'))"
        " OR (place = 'answered' AND state IN ('applied', 'refused', 'conflict'))"
        " OR (place = 'taken-back' AND state IN ('cancelled', 'suspended'))",
        name="operations_place",
    ),
)
Index(
    "operations_outbox",
    operations.c.account,
    operations.c.entity,
    operations.c.seq,
    sqlite_where=text("place = 'outbox'"),
)
Index("operations_answered", operations.c.account, operations.c.answered_at, sqlite_where=text("place = 'answered'"))
Index(
    "operations_pending",
    operations.c.account,
    operations.c.seq,
    sqlite_where=text("place = 'outbox' OR (place = 'answered' AND lifted = 0)"),
)
Index("operations_entity", operations.c.account, operations.c.entity)

blobs = Table(
    "blobs",
    metadata,
    Column("account", Text, primary_key=True),
    Column("sha256", Text, primary_key=True),
    _number("bytes"),
    _text("type", default=""),
    _text("name", default=""),
    _number("here", 0),  # whether its bytes are on this machine
    _number("sent", 0),  # how many bytes the server has told us it holds
    _number("delivered", 0),  # the server has it whole
    _number("wanted", 0),  # to be fetched
    _maybe("trouble"),  # why it cannot go as it is
    _text("used_at"),
)

reminders = Table(  # people who could not be chosen yet, and the day from which they can
    "reminders",
    metadata,
    Column("account", Text, primary_key=True),
    Column("id", Text, primary_key=True),  # service:card:person
    _text("day"),
    _text("person"),
    _text("name"),
    _text("service"),
    _text("card"),
    _text("made_at"),
)

people = Table(  # everybody a person list shows, made from mirror, roster and pending Operations
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("account"),
    _text("subject"),  # person/… where the association knows them, otherwise roster/…
    _maybe("person"),
    _maybe("roster"),
    _text("name"),
    _text("sort"),  # pinyin
    _text("document"),
    _text("unit", default=""),
    _text("words"),  # everything a search looks in, one field a line
)
Index("people_subject", people.c.account, people.c.subject, unique=True)
Index("people_sort", people.c.account, people.c.sort, people.c.id)
Index("people_roster", people.c.account, people.c.roster)
Index("people_document", people.c.account, people.c.document)
