"""The feed: what is so, in the order it became so, for each scope its own. Written by decisions, read by pulls.

A row says only that an entity is to be seen in a scope since a position: the body is the entity's own, projected when
read. A position is taken from the one head row, locked last and held to the commit: the order of positions is the order
of commits, without gaps.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, delete, insert, select, update

from server.models import EntityRow, FeedHeadRow, FeedRow, FeedScopeRow
from server.repositories.bulk import among, rows_among, run, table_of, upsert_rows
from server.repositories.record import GENESIS
from server.scopes import is_drawn, projected
from sync.protocol import MAX_PULL_CHANGES, RawPage, add_to_sum

HEAD, FEED, SCOPE, ENTITY = map(table_of, (FeedHeadRow, FeedRow, FeedScopeRow, EntityRow))
Row = tuple[int, int, bool]  # seq, version, gone
Positions = dict[str, dict[str, int]]  # entity -> scope -> seq


@dataclass(slots=True)
class Head:
    """The head row while it is locked; `keep` writes it back."""

    seq: int
    receipt_number: int
    record_number: int
    record_head: str
    epoch: str
    numbers: dict[str, int]

    def next_number(self, sequence: str) -> int:
        """The next of a sequence that numbers applications, bills, certificates."""
        self.numbers[sequence] = self.numbers.get(sequence, 0) + 1
        return self.numbers[sequence]


@dataclass(slots=True)
class Changed:
    """What the feed has to know of one entity that a decision changed."""

    entity: str
    version: int
    scopes: set[str]  # where it is to be seen from now on, of itself; empty: nowhere
    follows: str | None = None  # it stays where it was drawn, and goes where this entity (its person, itself) was drawn
    drawn: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # scope -> entity -> version: what follows it


def found(connection: Connection, epoch: str) -> None:
    """The head row of a new association."""
    first = {"id": 1, "seq": 0, "receipt_number": 0, "record_number": 0, "record_head": GENESIS, "epoch": epoch}
    connection.execute(insert(HEAD).values(**first, numbers="{}"))


def renew(connection: Connection, epoch: str) -> None:
    """After a restore: every desk re-pulls, and sends again what this database does not know."""
    connection.execute(update(HEAD).values(epoch=epoch))


def position(connection: Connection) -> tuple[str, int]:
    """Epoch and newest seq."""
    epoch, seq = run(connection, "SELECT epoch, seq FROM feed_head").one()
    return epoch, seq


def heads(connection: Connection) -> dict[str, int]:
    """The newest position of every scope."""
    return {row[0]: row[1] for row in connection.execute(select(SCOPE.c.name, SCOPE.c.seq))}


def head_of(connection: Connection, scope: str) -> int:
    """The newest position of one scope."""
    return run(connection, "SELECT seq FROM feed_scope WHERE name = ?", scope).scalar() or 0


def lock_head(connection: Connection) -> Head:
    """The last lock of a transaction."""
    columns = "seq, receipt_number, record_number, record_head, epoch, numbers"
    row = run(connection, f"UPDATE feed_head SET seq = seq WHERE id = 1 RETURNING {columns}").one()
    return Head(row[0], row[1], row[2], row[3], row[4], from_json(row[5]))


def keep(connection: Connection, head: Head) -> None:
    """Write the locked head back."""
    columns = "seq = ?, receipt_number = ?, record_number = ?, record_head = ?, numbers = ?"
    counters = (head.seq, head.receipt_number, head.record_number, head.record_head)
    run(connection, f"UPDATE feed_head SET {columns} WHERE id = 1", *counters, to_json(head.numbers).decode())


# ---- writing --------------------------------------------------------------------------------


def publish(connection: Connection, head: Head, changes: Sequence[Changed], known: Iterable[str] = ()) -> Positions:
    """Give every change its position in every scope concerned; `head` is locked and is advanced.

    `known` are entities that may have rows already: what is not among them is new and is not looked up.
    """
    if not changes:
        return {}
    drawn = {entity for change in changes for entities in change.drawn.values() for entity in entities}
    follows = {change.follows for change in changes if change.follows}
    rows = _rows(connection, set(known) | drawn | follows)
    names = {scope for change in changes for scope in (*change.scopes, *change.drawn)}
    scopes = _Scopes(connection, names, {scope for row in rows.values() for scope in row})
    writes: dict[tuple[str, int], Row] = {}
    positions: Positions = {}
    for change in changes:
        head.seq += 1
        old = rows.get(change.entity, {})
        wanted = {scopes.number(scope) for scope in change.scopes}
        if change.follows:
            rows_there = [*old.items(), *rows.get(change.follows, {}).items()]
            wanted |= {scope for scope, row in rows_there if not row[2] and is_drawn(scopes.name(scope))}
        for scope in wanted:
            writes[change.entity, scope] = (head.seq, change.version, False)
        left = {scope for scope, row in old.items() if not row[2]} - wanted
        for scope in left:
            writes[change.entity, scope] = (head.seq, change.version, True)
        positions[change.entity] = {scopes.name(scope): head.seq for scope in wanted | left}
    for change in changes:
        for name, entities in change.drawn.items():
            scope = scopes.number(name)
            for entity, version in entities.items():
                here = rows.get(entity, {}).get(scope)
                if (entity, scope) not in writes and (here is None or here[2]):
                    head.seq += 1
                    writes[entity, scope] = (head.seq, version, False)
    scopes.count(rows, writes)
    upsert_rows(connection, FeedRow, [(entity, scope, *row) for (entity, scope), row in writes.items()])
    scopes.save(connection)
    return positions


def prune(connection: Connection, upto: int) -> int:
    """Forget tombstones up to this position; how many. A mirror that has not come so far is given a snapshot."""
    lock_head(connection)
    gone = connection.execute(
        delete(FEED).where(FEED.c.gone.is_(True), FEED.c.seq <= upto).returning(FEED.c.scope)
    ).all()
    touched = {row[0] for row in gone}
    connection.execute(update(SCOPE).where(SCOPE.c.id.in_(touched), SCOPE.c.pruned < upto).values(pruned=upto))
    return len(gone)


class _Scopes:
    """The scopes by number and by name, with their counts and sums, while the head is locked."""

    def __init__(self, connection: Connection, names: set[str], numbers: set[int]) -> None:
        known = f" OR id IN ({', '.join(map(str, numbers))})" if numbers else ""
        sql = f"SELECT id, name, seq, count, sum, pruned FROM feed_scope WHERE name {{among}}{known}"
        self._rows: dict[int, list[Any]] = {row[0]: list(row) for row in rows_among(connection, sql, names)}
        self._numbers: dict[str, int] = {row[1]: row[0] for row in self._rows.values()}
        self._moved: set[int] = set()
        if new := sorted(names - self._numbers.keys()):
            last = run(connection, "SELECT COALESCE(MAX(id), 0) FROM feed_scope").scalar()
            for number, name in enumerate(new, start=last + 1):
                self._numbers[name], self._rows[number] = number, [number, name, 0, 0, 0, 0]

    def number(self, name: str) -> int:
        return self._numbers[name]

    def name(self, number: int) -> str:
        return str(self._rows[number][1])

    def count(self, before: Mapping[str, Mapping[int, Row]], writes: Mapping[tuple[str, int], Row]) -> None:
        """What the scopes come to after these rows."""
        come: dict[int, list[tuple[str, int]]] = {}
        gone: dict[int, list[tuple[str, int]]] = {}
        for (entity, scope), (seq, version, dead) in writes.items():
            row = self._rows[scope]
            row[2] = max(row[2], seq)
            self._moved.add(scope)
            if not dead:
                come.setdefault(scope, []).append((entity, version))
            old = before.get(entity, {}).get(scope)
            if old is not None and not old[2]:
                gone.setdefault(scope, []).append((entity, old[1]))
        for scope in self._moved:
            row, new, lost = self._rows[scope], come.get(scope, ()), gone.get(scope, ())
            row[3] += len(new) - len(lost)
            row[4] = add_to_sum(row[4], come=new, gone=lost)

    def save(self, connection: Connection) -> None:
        upsert_rows(connection, FeedScopeRow, [self._rows[number] for number in sorted(self._moved)])


def _rows(connection: Connection, entities: set[str]) -> dict[str, dict[int, Row]]:
    found: dict[str, dict[int, Row]] = {}
    sql = "SELECT entity, scope, seq, version, gone FROM feed WHERE entity {among}"
    for entity, scope, seq, version, gone in rows_among(connection, sql, entities) if entities else ():
        found.setdefault(entity, {})[scope] = (seq, version, bool(gone))
    return found


# ---- reading --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pull:
    """One answer to a pull: pages in the order asked, to be written with sync.protocol.pull_reply."""

    epoch: str
    reset: bool
    head: int
    pages: Mapping[str, RawPage]


def pull(
    connection: Connection,
    scopes: Iterable[str],
    cursors: Mapping[str, int],
    max_bytes: int,
    epoch: str,
    begun: Collection[str] = (),
) -> Pull:
    """What is new in those of `cursors` that may be read (`scopes`), up to `max_bytes` of bodies in all.

    `connection` shows one consistent picture (Database.read). Another epoch, a cursor beyond the head, or one that is
    older than the tombstones that are left, begins anew; but not in the middle of a snapshot that has `begun`.
    """
    own, head = position(connection)
    reset = epoch != own
    readable = set(scopes)
    asked = {scope: (0 if reset else cursor) for scope, cursor in cursors.items() if scope in readable}
    told = {row[1]: row for row in connection.execute(select(SCOPE).where(among(connection, SCOPE.c.name, asked)))}
    pages: dict[str, RawPage] = {}
    left_bytes, left_rows = max_bytes, MAX_PULL_CHANGES
    for scope, cursor in asked.items():
        number, _, newest, count, total, pruned = told.get(scope, (0, scope, 0, 0, 0, 0))
        fresh = cursor > head or (0 < cursor < pruned and scope not in begun)
        since = 0 if fresh else cursor
        changes: list[tuple[str, int, int, str | None]] = []
        more = newest > since
        if more and left_bytes > 0 and left_rows > 0:
            changes, size, more = _page(connection, scope, number, since, left_bytes, left_rows)
            left_bytes -= size
            left_rows -= len(changes)
        at = changes[-1][1] if more and changes else since if more else max(head, since)
        pages[scope] = RawPage(changes, at, more, count, total, fresh)
    return Pull(own, reset, head, pages)


def _page(
    connection: Connection, scope: str, number: int, since: int, max_bytes: int, limit: int
) -> tuple[list[tuple[str, int, int, str | None]], int, bool]:
    """Rows after `since`, their size, and whether there are more: at least one row, whatever its size."""
    query = (
        select(FEED.c.entity, FEED.c.seq, FEED.c.version, FEED.c.gone, ENTITY.c.body)
        .join_from(FEED, ENTITY, FEED.c.entity == ENTITY.c.id, isouter=True)
        .where(FEED.c.scope == number, FEED.c.seq > since)
        .order_by(FEED.c.seq)
        .limit(limit + 1)
        .execution_options(yield_per=200)
    )
    changes: list[tuple[str, int, int, str | None]] = []
    size = 0
    with connection.execute(query) as rows:
        for entity, seq, version, gone, body in rows:
            text = None if gone or body is None else projected(scope, entity, body)
            size += 80 + (len(text) if text else 4)
            if changes and (size > max_bytes or len(changes) >= limit):
                return changes, size, True
            changes.append((entity, seq, version, text))
    return changes, size, False


def moved(connection: Connection, cursors: Mapping[str, int]) -> list[str]:
    """Which of these scopes have something newer."""
    query = select(SCOPE.c.name, SCOPE.c.seq).where(among(connection, SCOPE.c.name, cursors))
    return [name for name, seq in connection.execute(query) if seq > cursors[name]]
