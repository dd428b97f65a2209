"""The mirror: what the server said is so, a row for each scope that showed an entity; and how far each was read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert

from sync.protocol import add_to_sum
from sync.store.tables import cursors, links, mirror
from sync.store.text import dumps, kind_of, loads

MANY = 500  # names in one question
_NEWEST = select(mirror.c.entity, mirror.c.version, mirror.c.body)


@dataclass(frozen=True, slots=True)
class Entity:
    """The newest body of one entity."""

    id: str
    version: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far one scope was read, and what its rows add up to."""

    scope: str
    seq: int
    count: int
    sum: int
    generation: int
    whole: int  # the newest generation that was read to its end; -1: none was
    pulled_at: str | None

    @property
    def filled(self) -> bool:
        """Whether the scope was ever read to its end."""
        return self.whole >= 0

    @property
    def steady(self) -> bool:
        """Whether no snapshot is on its way: its rows are those of one generation, and `count` of them."""
        return self.whole == self.generation


class Mirror:
    """Never begins a transaction, never commits one. `steady`: nothing is written meanwhile, a kind is read once."""

    def __init__(self, connection: Connection, *, steady: bool = False) -> None:
        self._connection = connection
        self._kinds: dict[tuple[str, str, frozenset[str]], dict[str, Entity]] | None = {} if steady else None

    # ---- reading ----

    def get(self, account: str, entity: str) -> Entity | None:
        """The newest body, whichever scope showed it."""
        return self.many(account, [entity]).get(entity)

    def many(self, account: str, entities: Collection[str]) -> dict[str, Entity]:
        """Those of them that are mirrored."""
        return self._newest(account, mirror.c.entity, entities, None)

    def of_kind(self, account: str, kind: str, *, but: Collection[str] = ()) -> dict[str, Entity]:
        """All of one kind, but those in these states."""
        which = (account, kind, frozenset(but))
        if self._kinds is not None and which in self._kinds:
            return dict(self._kinds[which])
        asked = _NEWEST.where(mirror.c.account == account, mirror.c.kind == kind)
        if but:
            asked = asked.where(or_(mirror.c.state.is_(None), mirror.c.state.not_in(sorted(but))))
        found = _collect(self._connection.execute(asked.order_by(mirror.c.version)))
        if self._kinds is not None:
            self._kinds[which] = dict(found)
        return found

    def forget(self) -> None:
        """Let go of what was kept, little by little: all at once would stop every other thread for as long."""
        for kept in (self._kinds or {}).values():
            while kept:
                kept.popitem()

    def of_person(self, account: str, people: Collection[str], kind: str | None = None) -> dict[str, Entity]:
        """Memberships, certificates, study tasks and roster entries of these people."""
        return self._newest(account, mirror.c.person, people, kind)

    def of_application(self, account: str, applications: Collection[str]) -> dict[str, Entity]:
        """The bills that these applications made."""
        return self._newest(account, mirror.c.application, applications, None)

    def with_document(self, account: str, numbers: Collection[str], kind: str) -> dict[str, Entity]:
        """People or roster entries by the number of their document."""
        return self._newest(account, mirror.c.document, numbers, kind)

    def concerning(self, account: str, people: Collection[str], kind: str) -> dict[str, Entity]:
        """Applications or bills that name one of these people."""
        found: set[str] = set()
        for some in _slices(people):
            asked = select(links.c.entity).where(links.c.account == account, links.c.person.in_(some))
            found.update(self._connection.scalars(asked))
        return self.many(account, [entity for entity in found if kind_of(entity) == kind])

    def of_unit(self, account: str, unit: str, kind: str) -> dict[str, Entity]:
        """Applications or bills of this unit that name nobody: they are about the unit itself."""
        named = select(links.c.entity).where(links.c.account == account)
        asked = _NEWEST.where(mirror.c.account == account, mirror.c.kind == kind, mirror.c.unit == unit)
        asked = asked.where(mirror.c.entity.not_in(named))
        return _collect(self._connection.execute(asked.order_by(mirror.c.version)))

    def _newest(self, account: str, column: Any, values: Collection[str], kind: str | None) -> dict[str, Entity]:
        found: dict[str, Entity] = {}
        for some in _slices(values):
            asked = _NEWEST.where(mirror.c.account == account, column.in_(some)).order_by(mirror.c.version)
            rows = self._connection.execute(asked)  # not by kind: the database would walk through all of that kind
            found |= _collect(row for row in rows if kind in (None, kind_of(row.entity)))
        return found

    # ---- cursors ----

    def cursors(self, account: str) -> dict[str, Cursor]:
        """By scope."""
        rows = self._connection.execute(_CURSORS, {"account": account})
        return {row[0]: Cursor(*row) for row in rows}

    def open_scope(self, account: str, scope: str) -> None:
        """From now on this account may see it."""
        self._connection.execute(insert(cursors).values(account=account, scope=scope).on_conflict_do_nothing())

    def begin_again(self, account: str, scope: str) -> None:
        """Read from 0; rows stay on screen until a whole snapshot has come that does not name them."""
        again = {"seq": 0, "count": 0, "sum": 0, "generation": cursors.c.generation + 1}
        self._connection.execute(
            update(cursors).where(cursors.c.account == account, cursors.c.scope == scope).values(**again)
        )

    def advance(self, account: str, cursor: Cursor) -> None:
        """Put down how far we are."""
        here = {name: getattr(cursor, name) for name in ("scope", "seq", "count", "sum", "whole", "pulled_at")}
        self._connection.execute(_ADVANCE, here | {"account": account})

    # ---- writing ----

    def apply(
        self, account: str, cursor: Cursor, changes: Sequence[tuple[str, int, int, Mapping[str, Any] | None]]
    ) -> tuple[int, int]:
        """Put these Changes of one scope in; the (count, sum) of its living rows after it."""
        newest = {entity: (seq, version, body) for entity, seq, version, body in changes}
        among = {"account": account, "scope": cursor.scope, "generation": cursor.generation}
        known = self._connection.execute(_BEFORE, among | {"entities": dumps(list(newest))})
        before = {row.entity: row.version for row in known}
        living = {entity: (seq, version, body) for entity, (seq, version, body) in newest.items() if body is not None}
        self._remove(account, cursor.scope, [entity for entity in newest if entity not in living])
        if living:
            rows = [
                _row(account, cursor, entity, seq, version, body) for entity, (seq, version, body) in living.items()
            ]
            self._connection.execute(_PUT, rows)
            self._link(account, living)
        total = add_to_sum(
            cursor.sum, come=((entity, version) for entity, (_, version, _) in living.items()), gone=before.items()
        )
        return cursor.count + len(living) - len(before), total

    def sweep(self, account: str, scope: str, generation: int) -> list[str]:
        """Take out what the re-pull of this generation did not bring; what went."""
        asked = select(mirror.c.entity).where(
            mirror.c.account == account, mirror.c.scope == scope, mirror.c.generation < generation
        )
        gone = list(self._connection.scalars(asked))
        self._remove(account, scope, gone)
        return gone

    def close_scope(self, account: str, scope: str) -> list[str]:
        """This account may not see it any more: its rows and its cursor go."""
        asked = select(mirror.c.entity).where(mirror.c.account == account, mirror.c.scope == scope)
        gone = list(self._connection.scalars(asked))
        self._remove(account, scope, gone)
        self._connection.execute(delete(cursors).where(cursors.c.account == account, cursors.c.scope == scope))
        return gone

    def count(self, account: str, scope: str) -> int:
        """Rows mirrored in this scope, whatever the cursor says."""
        asked = select(func.count()).where(mirror.c.account == account, mirror.c.scope == scope)
        return self._connection.scalar(asked) or 0

    def _remove(self, account: str, scope: str, entities: Sequence[str]) -> None:
        for some in _slices(entities):
            self._connection.execute(
                delete(mirror).where(mirror.c.account == account, mirror.c.scope == scope, mirror.c.entity.in_(some))
            )
            linked = [entity for entity in some if kind_of(entity) in ("application", "bill")]
            if linked:
                left = self.many(account, linked)
                self._unlink(account, [entity for entity in linked if entity not in left])

    def _unlink(self, account: str, entities: Collection[str]) -> None:
        for some in _slices(entities):
            self._connection.execute(delete(links).where(links.c.account == account, links.c.entity.in_(some)))

    def _link(self, account: str, living: Mapping[str, tuple[int, int, Mapping[str, Any] | None]]) -> None:
        linked = {
            entity: people_of(entity, body or {})
            for entity, (_, _, body) in living.items()
            if kind_of(entity) in ("application", "bill")
        }
        self._unlink(account, linked.keys())
        rows = [
            {"account": account, "person": person, "entity": entity}
            for entity, people in linked.items()
            for person in people
        ]
        if rows:
            self._connection.execute(insert(links).on_conflict_do_nothing(), rows)


_NAMED = ("account", "scope", "entity")  # what a row is known by
_COLUMNS = [column.name for column in mirror.c if column.name != "id"]
_CURSORS = text(  # these four stand ready: they are asked in every cycle, and putting one together takes longer
    "SELECT scope, seq, count, sum, generation, whole, pulled_at FROM cursors WHERE account = :account"
)
_ADVANCE = text(
    """UPDATE cursors SET seq = :seq, count = :count, sum = :sum, whole = :whole, pulled_at = :pulled_at
    WHERE account = :account AND scope = :scope"""
)
_BEFORE = text(
    """SELECT entity, version FROM mirror WHERE account = :account AND scope = :scope AND generation = :generation
    AND entity IN (SELECT value FROM json_each(:entities))"""
)
_PUT = text(
    f"""INSERT INTO mirror ({", ".join(_COLUMNS)}) VALUES ({", ".join(f":{name}" for name in _COLUMNS)})
    ON CONFLICT ({", ".join(_NAMED)}) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _NAMED)}"""
)


def people_of(entity: str, body: Mapping[str, Any]) -> set[str]:
    """The people an application or a bill names."""
    if kind_of(entity) == "bill":
        return {line["person"] for line in body.get("lines") or () if line.get("person")}
    cards = (body.get("form") or {}).get("cards") or {}
    named = {row["person"] for rows in cards.values() for row in rows if row.get("person")}
    return named | set(body.get("people") or ())


def _row(
    account: str, cursor: Cursor, entity: str, seq: int, version: int, body: Mapping[str, Any] | None
) -> dict[str, Any]:
    body = body or {}
    kind = kind_of(entity)
    return {
        "account": account,
        "scope": cursor.scope,
        "entity": entity,
        "kind": kind,
        "version": version,
        "seq": seq,
        "generation": cursor.generation,
        "person": body.get("person"),
        "unit": body.get("unit"),
        "state": body.get("state") or body.get("status"),
        "document": body.get("id_number") if kind == "person" else body.get("document_number"),
        "application": body.get("application"),
        "body": dumps(body),
    }


def _collect(rows: Iterable[Any]) -> dict[str, Entity]:
    found: dict[str, Any] = {row.entity: row for row in rows}  # by version: the newest is last
    return {entity: Entity(entity, row.version, loads(row.body)) for entity, row in found.items()}


def _slices(values: Iterable[str]) -> Iterator[list[str]]:
    listed = list(values)
    for start in range(0, len(listed), MANY):
        yield listed[start : start + MANY]
