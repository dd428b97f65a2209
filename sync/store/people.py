"""Everybody a person list shows: members and roster entries made one, found by name, sound or number.

A row joins a person the association knows with the unit's own entry of them (by link or by document number). It is made
again whenever the mirror or a pending Operation touches one of them, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text

from sync.store.mirror import Entity, Mirror
from sync.store.operations import Operations, shows
from sync.store.pinyin import full, initials, normal, sorting
from sync.store.tables import people

MANY = 500
GRAM = 3  # characters in the longest token of the index
ASKED = 3  # tokens that a long query is asked by


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list: who, and where the facts are."""

    subject: str
    person: str | None
    roster: str | None
    name: str
    document: str
    unit: str
    sound: str = ""  # of the name, syllable by syllable, as it is sorted


def is_listed(entry: Mapping[str, Any]) -> bool:
    """Whether a roster entry stands in the list: an alias of another does not, nor one that was asked to be removed."""
    return not entry.get("same_as") and not entry.get("removed")


class People:
    """Never begins a transaction, never commits one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._mirror = Mirror(connection)
        self._operations = Operations(connection)

    # ---- reading ----

    def listed(self, account: str, *, limit: int | None = None, offset: int = 0) -> tuple[Listed, ...]:
        """In the order of a register."""
        asked = select(people).where(people.c.account == account).order_by(people.c.sort, people.c.id)
        return tuple(map(_listed, self._connection.execute(asked.limit(limit).offset(offset))))

    def of(self, account: str, subjects: Collection[str]) -> tuple[Listed, ...]:
        """These, by subject, person or roster entry; in the order of a register."""
        found: dict[str, Any] = {}
        for some in _parts(subjects):
            for named in (people.c.subject, people.c.roster):  # a question each: one for both walks through everybody
                asked = select(people).where(people.c.account == account, named.in_(some))
                found |= {row.subject: row for row in self._connection.execute(asked)}
        return tuple(map(_listed, sorted(found.values(), key=lambda row: (row.sort, row.id))))

    def count(self, account: str) -> int:
        """How many there are."""
        return self._connection.scalar(select(func.count()).where(people.c.account == account)) or 0

    def search(self, account: str, query: str, *, limit: int = 200) -> tuple[Listed, ...]:
        """Whoever has the query somewhere in name, initials, pinyin or a number."""
        wanted = normal(query)
        if not wanted:
            return self.listed(account, limit=limit)
        rows = self._connection.execute(
            _SEARCH_LONG if len(wanted) > GRAM else _SEARCH_SHORT,
            {"tokens": _asked(wanted), "account": account, "wanted": wanted, "most": limit},
        )
        return tuple(map(_listed, rows))

    # ---- writing ----

    def touch(self, account: str, changed: Mapping[str, Mapping[str, Any] | None]) -> None:
        """These entities changed (None: are gone): make the rows of whom they concern again."""
        persons = {entity for entity in changed if entity.startswith("person/")}
        rosters = {entity for entity in changed if entity.startswith("roster/")}
        for entity, body in changed.items():
            if entity.startswith("certificate/") and body and body.get("person"):
                persons.add(body["person"])
        if persons or rosters:
            self._refresh(account, persons, rosters)

    def _refresh(self, account: str, persons: set[str], rosters: set[str]) -> None:
        known = {row.subject: row for row in self.of(account, persons | rosters)}
        by_roster = {row.roster: row for row in known.values() if row.roster}
        rosters |= {row.roster for row in known.values() if row.roster}  # it may no longer belong there
        persons |= {row.person for row in by_roster.values() if row.person}
        entries = self._rosters(account, rosters)
        numbers = {
            str(body["document_number"]): entity for entity, body in entries.items() if body.get("document_number")
        }
        persons |= {body["person"] for body in entries.values() if body.get("person")}
        persons |= set(self._mirror.with_document(account, numbers.keys(), "person"))

        bodies = self._mirror.many(account, persons)
        linked = self._link(account, bodies, entries)
        taken = {entity for entity in linked.values() if entity is not None}
        certificates = self._mirror.of_person(account, bodies.keys(), "certificate")
        held: dict[str, list[str]] = {}
        for certificate in certificates.values():
            held.setdefault(certificate.body["person"], []).append(str(certificate.body.get("number") or ""))

        rows = [
            _row(account, person, body.body, linked[person], entries.get(linked[person] or ""), held.get(person, []))
            for person, body in bodies.items()
        ]
        rows += [_row(account, None, {}, entity, body, []) for entity, body in entries.items() if entity not in taken]
        self._delete(account, persons | rosters | taken)
        self._insert(rows)

    def _link(
        self, account: str, bodies: Mapping[str, Entity], entries: dict[str, Mapping[str, Any]]
    ) -> dict[str, str | None]:
        """The roster entry of each person; `entries` gains those found on the way."""
        missing = {str(body.body.get("id_number") or ""): person for person, body in bodies.items()}
        missing.pop("", None)
        found = set(self._mirror.of_person(account, bodies.keys(), "roster"))
        found |= set(self._mirror.with_document(account, missing.keys(), "roster"))
        for some in _parts(missing):
            asked = select(people.c.roster).where(people.c.account == account, people.c.document.in_(some))
            found |= {roster for roster in self._connection.scalars(asked) if roster}
        entries |= self._rosters(account, found - entries.keys())
        linked: dict[str, str | None] = dict.fromkeys(bodies)
        for entity, body in entries.items():
            person = body.get("person") or missing.get(str(body.get("document_number") or ""))
            if person in linked:
                linked[person] = entity
        return linked

    def _rosters(self, account: str, rosters: Collection[str]) -> dict[str, Mapping[str, Any]]:
        """As they are with pending Operations laid over; aliases of another entry are left out."""
        bodies = {entity: found.body for entity, found in self._mirror.many(account, rosters).items()}
        bodies |= {
            kept.entity: kept.overlay
            for kept in self._operations.pending(account, rosters)
            if shows(kept) and kept.overlay is not None
        }
        return {entity: body for entity, body in bodies.items() if is_listed(body)}

    def _delete(self, account: str, subjects: Collection[str]) -> None:
        for some in _parts(subjects):
            ids: set[int] = set()
            for named in (people.c.subject, people.c.roster):
                asked = select(people.c.id).where(people.c.account == account, named.in_(some))
                ids.update(self._connection.scalars(asked))
            if ids:
                self._connection.execute(_UNINDEX, [{"id": number} for number in ids])
                self._connection.execute(delete(people).where(people.c.id.in_(ids)))

    def _insert(self, rows: Sequence[dict[str, Any]]) -> None:
        if not rows:
            return
        first = (self._connection.scalar(select(func.max(people.c.id))) or 0) + 1
        for number, row in enumerate(rows, first):
            row["id"] = number
        self._connection.execute(insert(people), rows)
        self._connection.execute(_INDEX, [{"id": row["id"], "tokens": tokens(row["words"])} for row in rows])

    def forget(self, account: str) -> None:
        """Nobody is listed any more."""
        ids = list(self._connection.scalars(select(people.c.id).where(people.c.account == account)))
        if ids:
            self._connection.execute(_UNINDEX, [{"id": number} for number in ids])
            self._connection.execute(delete(people).where(people.c.account == account))


_INDEX = text("INSERT INTO people_index(rowid, tokens) VALUES (:id, :tokens)")
_UNINDEX = text("DELETE FROM people_index WHERE rowid = :id")
_COLUMNS = "p.subject, p.person, p.roster, p.name, p.document, p.unit, p.sort"
_FOUND = f"""SELECT {_COLUMNS} FROM people_index CROSS JOIN people AS p ON p.id = people_index.rowid
WHERE people_index MATCH :tokens AND p.account = :account"""
_SEARCH_SHORT = text(f"{_FOUND} AND :wanted IS NOT NULL LIMIT :most")
_SEARCH_LONG = text(f"{_FOUND} AND instr(p.words, :wanted) > 0 LIMIT :most")


def tokens(words: str) -> str:
    """Every one, two and three characters that stand together in a line of `words`."""
    grams: set[str] = set()
    for line in words.split("\n"):
        grams.update(line)
        grams.update(line[at : at + 2] for at in range(len(line) - 1))
        grams.update(line[at : at + 3] for at in range(len(line) - 2))
    return " ".join(grams)


def _asked(wanted: str) -> str:
    """What the index is asked: the last few threes, for numbers differ at their ends; the rest `words` must prove."""
    if len(wanted) <= GRAM:
        return f'"{wanted}"'
    starts = range(len(wanted) - GRAM, max(-1, len(wanted) - GRAM * ASKED - 1), -GRAM)
    return " AND ".join(f'"{wanted[start : start + GRAM]}"' for start in {*starts, max(0, starts[-1] - GRAM)})


def _row(
    account: str,
    person: str | None,
    body: Mapping[str, Any],
    roster: str | None,
    entry: Mapping[str, Any] | None,
    certificates: Iterable[str],
) -> dict[str, Any]:
    entry = entry or {}
    name = str(body.get("name") or entry.get("name") or "")
    document = str(body.get("id_number") or entry.get("document_number") or "")
    names = {name, str(entry.get("name") or "")} - {""}
    lines = [line for spoken in sorted(names) for line in (normal(spoken), initials(spoken), full(spoken))]
    lines += [normal(document), normal(str(entry.get("document_number") or "")), *map(normal, certificates)]
    return {
        "account": account,
        "subject": person or roster,
        "person": person,
        "roster": roster,
        "name": name,
        "sort": sorting(name),
        "document": document,
        "unit": str(body.get("unit") or entry.get("unit") or ""),
        "words": "\n".join(dict.fromkeys(line for line in lines if line)),
    }


def _listed(row: Any) -> Listed:
    return Listed(row.subject, row.person, row.roster, row.name, row.document, row.unit, row.sort.partition("\t")[0])


def _parts(values: Iterable[str]) -> list[list[str]]:
    listed = list(values)
    return [listed[start : start + MANY] for start in range(0, len(listed), MANY)]
