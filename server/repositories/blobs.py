"""Whole attachments by scope, and who may read them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, delete, exists, or_, select

from server.models import BlobUseRow, ConcernRow, EntityRow, FeedRow, FeedScopeRow
from server.models_access import BlobRow
from server.repositories.bulk import among, rows_among, table_of, upsert_rows
from server.scopes import projected

BLOB, USE = table_of(BlobRow), table_of(BlobUseRow)


@dataclass(frozen=True, slots=True)
class Blob:
    """An attachment as one scope has it."""

    scope: str
    sha256: str
    bytes: int
    type: str


def find(connection: Connection, scope: str, sha256: str) -> Blob | None:
    """This attachment in this scope."""
    return next(iter(_read(connection, [sha256], {scope})), None)


class Whole(NamedTuple):
    """An attachment whose bytes are whole, proven and durable: its row."""

    scope: str
    sha256: str
    bytes: int
    type: str
    account: str  # who brought it
    at: str


def complete(connection: Connection, scope: str, sha256: str, size: int, type_: str, account: str, now: str) -> None:
    """Its bytes are whole, proven and durable."""
    complete_all(connection, [Whole(scope, sha256, size, type_, account, now)])


def complete_all(connection: Connection, arrived: Iterable[Whole]) -> None:
    """These are there from now on. In the same order in every process, so that none waits for another crosswise."""
    upsert_rows(connection, BlobRow, sorted(arrived))


def present(connection: Connection, scopes: Collection[str], wanted: Iterable[str]) -> set[str]:
    """Of these addresses, those whose bytes are whole and came in through (or may be read in) one of these scopes."""
    chosen = set(wanted)
    here = {blob.sha256 for blob in _read(connection, chosen, scopes)}
    return here | _whole(connection, _shown(connection, scopes, chosen - here)) if chosen - here else here


def readable(connection: Connection, scopes: Collection[str], sha256: str, *, first: str = "") -> Blob | None:
    """The attachment, if who reads these scopes may read it: they brought it, or a body they see refers to it.

    Should several of them have it, it is told as the `first` has it.
    """
    known = _known(connection, [sha256])
    if here := [blob for blob in known if blob.scope in scopes]:
        return next((blob for blob in here if blob.scope == first), here[0])
    if not known or not _shown(connection, scopes, [sha256]):  # what nobody brought cannot be read
        return None
    return known[0]


def erase(connection: Connection, sha256: str) -> None:
    """Forget an attachment in every scope."""
    connection.execute(delete(BLOB).where(BLOB.c.sha256 == sha256))
    connection.execute(delete(BlobUseRow).where(BlobUseRow.blob == sha256))


def _read(connection: Connection, wanted: Iterable[str], scopes: Collection[str]) -> list[Blob]:
    return [blob for blob in _known(connection, wanted) if blob.scope in scopes]


def _known(connection: Connection, wanted: Iterable[str]) -> list[Blob]:
    """As every scope has them."""
    sql = "SELECT scope, sha256, bytes, type FROM blob WHERE sha256 {among}"
    return [Blob(*row) for row in rows_among(connection, sql, wanted)]


def _whole(connection: Connection, wanted: Iterable[str]) -> set[str]:
    query = select(BLOB.c.sha256).where(among(connection, BLOB.c.sha256, wanted))
    return set(connection.scalars(query))


def _shown(connection: Connection, scopes: Collection[str], wanted: Iterable[str]) -> set[str]:
    """Those that a body refers to which these scopes show, as they show it.

    What lies in a person's profile is shown to a desk that is not the person's own only with an application of that
    person: the register row alone, which an office has of everybody, shows nobody's papers.
    """
    wanted = {str(row[0]) for row in rows_among(connection, "SELECT blob FROM blob_use WHERE blob {among}", wanted)}
    if not wanted:  # as of every attachment that has only just come
        return set()
    in_work = FeedRow.__table__.alias()
    application = exists(
        select(ConcernRow.entity)
        .join(in_work, in_work.c.entity == ConcernRow.entity)
        .where(
            ConcernRow.subject == EntityRow.id,
            ConcernRow.open,
            ConcernRow.entity.startswith("application/"),
            in_work.c.scope == FeedRow.scope,
            in_work.c.gone.is_(False),
        )
    )
    query = (
        select(BlobUseRow.blob, FeedScopeRow.name, EntityRow.id, EntityRow.body)
        .join(EntityRow, EntityRow.id == BlobUseRow.entity)
        .join(FeedRow, FeedRow.entity == EntityRow.id)
        .join(FeedScopeRow, FeedScopeRow.id == FeedRow.scope)
        .where(among(connection, USE.c.blob, wanted), FeedScopeRow.name.in_(list(scopes)), FeedRow.gone.is_(False))
        .where(or_(EntityRow.kind != "person", FeedScopeRow.name.startswith("unit:"), application))
    )
    shown: set[str] = set()
    for sha256, scope, entity, text in connection.execute(query):
        if sha256 not in shown and sha256 in projected(scope, entity, text):
            shown.add(sha256)
    return shown
