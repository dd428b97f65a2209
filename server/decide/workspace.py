"""What one batch has read and is going to write: entities, keys, whom they concern. Nothing is written before the end.

A `Step` is the work of one Operation on top of it: it is taken in whole or dropped whole, which is the savepoint that a
bad Operation needs to stop no other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from server.repositories import entities
from server.repositories.entities import BILL_CLOSED, Entry, Key, key_hash
from server.scopes import REGISTER

Body = Mapping[str, Any]
BELONGINGS = ("certificate", "study-task")


@dataclass(frozen=True, slots=True)
class Numbering:
    """A number that an entity gets when the head is locked: key of the body, sequence, and how it is written."""

    entity: str
    key: str
    sequence: str
    write: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Something that has to leave the server after the commit."""

    port: str
    body: Body


class Workspace:
    """Entities as this batch sees them. What was not loaded before is loaded when asked for."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.entries: dict[str, Entry | None] = {}
        self.stored: dict[str, Entry | None] = {}  # as they were before the batch, of those it changed
        self.open_for: dict[str, set[str]] = {}  # person or unit -> its open applications, and its bills but void ones
        self.belongings: dict[str, set[str]] = {}  # person -> certificates and study tasks
        self.keys: dict[Key, str | None] = {}
        self.claimed: dict[Key, str] = {}
        self.freed: set[Key] = set()
        self.concerns: dict[tuple[str, str], bool] = {}
        self.rescoped: set[str] = set()
        self.numberings: list[Numbering] = []
        self.dispatches: list[Dispatch] = []
        self._config: dict[str, Body] | None = None

    def load(self, ids: Iterable[str], *, lock: bool = False) -> list[Entry]:
        """Bring these in, if they are not here; those that exist."""
        wanted = {entity for entity in ids if lock or entity not in self.entries}
        if not wanted:
            return []
        found = entities.load(self.connection, wanted, lock=lock)
        self.entries.update({entity: found.get(entity) for entity in wanted})
        return list(found.values())

    def load_facts(self, people: Collection[str], units: Collection[str]) -> None:
        """Everything that rules may ask about these people and units: one query for each kind of fact."""
        new = {person for person in people if person not in self.belongings}
        if new:
            self.belongings |= {person: set() for person in new}
            for person, entry in entities.of_people(self.connection, new, ("membership", *BELONGINGS)):
                self.entries.setdefault(entry.id, entry)
                if entry.kind in BELONGINGS:
                    self.belongings[person].add(entry.id)
            for person in new:
                self.entries.setdefault(membership_of(person), None)
        subjects = {one for one in (*people, *units) if one not in self.open_for}
        if subjects:
            self.open_for |= {subject: set() for subject in subjects}
            for subject, entry in entities.concerning(self.connection, subjects):
                self.entries.setdefault(entry.id, entry)
                self.open_for[subject].add(entry.id)

    def get(self, entity: str) -> Entry | None:
        """The entity as it is now, or None."""
        if entity not in self.entries:
            self.load([entity])
        return self.entries[entity]

    def owner(self, key: Key) -> str | None:
        """Which entity has this key."""
        if key not in self.keys:
            self.keys[key] = entities.keys(self.connection, [key]).get(key)
        return self.keys[key]

    def config(self) -> Mapping[str, Body]:
        """All parameters that the association has set, by entity id."""
        if self._config is None:
            for entry in entities.of_kind(self.connection, "config"):
                self.entries.setdefault(entry.id, entry)
            set_here = (entry for key, entry in self.entries.items() if entry is not None and key.startswith("config/"))
            self._config = {entry.id: entry.body for entry in set_here}
        return self._config

    def load_keys(self, keys: Iterable[Key]) -> None:
        """Look many keys up at once."""
        wanted = {key for key in keys if key not in self.keys}
        found = entities.keys(self.connection, wanted)
        self.keys.update({key: found.get(key) for key in wanted})

    def take(self, step: Step) -> None:
        """The step holds: it is part of the batch from now on."""
        for entity, entry in step.entries.items():
            self.stored.setdefault(entity, self.entries.get(entity))
            self.entries[entity] = entry
            if entity.startswith("config/"):
                self._config = None
            person = entry.body.get("person") if entry and entry.kind in BELONGINGS else None
            if person in self.belongings:
                self.belongings[person].add(entity)
        for (entity, subject), is_open in step.concerns.items():
            if subject in self.open_for:
                (self.open_for[subject].add if is_open else self.open_for[subject].discard)(entity)
        self.concerns |= step.concerns
        for key, owner in step.keys.items():
            self.keys[key] = owner
            if owner is None:
                self.claimed.pop(key, None)
                self.freed.add(key)
            else:
                self.claimed[key] = owner
        self.rescoped |= step.rescoped
        self.numberings += step.numberings
        self.dispatches += step.dispatches


@dataclass(slots=True)
class Step:
    """What one Operation changes."""

    base: Workspace
    entries: dict[str, Entry | None] = field(default_factory=dict)
    concerns: dict[tuple[str, str], bool] = field(default_factory=dict)
    keys: dict[Key, str | None] = field(default_factory=dict)
    rescoped: set[str] = field(default_factory=set)
    numberings: list[Numbering] = field(default_factory=list)
    dispatches: list[Dispatch] = field(default_factory=list)

    def get(self, entity: str) -> Entry | None:
        """The entity with what this step did to it."""
        return self.entries[entity] if entity in self.entries else self.base.get(entity)

    def body(self, entity: str | None) -> dict[str, Any] | None:
        """Its body; None when there is no such entity. Not to be changed in place."""
        entry = self.get(entity) if entity else None
        return entry.body if entry else None

    def put(self, entity: str, body: Body, *, unit: str | None = None, open: bool | None = None) -> None:
        """It is so from now on. `unit`: whose archive it lies in; `open`: whether anything can still happen to it."""
        old, kept = self.get(entity), self.base.get(entity)
        if open is None:
            open = body.get("status") not in BILL_CLOSED if entity.startswith("bill/") else old is None or old.open
        at = unit or (old.unit if old and not entity.startswith("person/") else None) or self._unit_of(entity, body)
        self.entries[entity] = Entry.new(entity, (kept.version if kept else 0) + 1, body, unit=at, open=open)
        if entity.startswith("person/") and old is not None and old.unit != at:
            self._move(entity, at)
        if entity.startswith("bill/"):
            whom = {line["person"] for line in body.get("lines", ()) if line.get("person")} or {at}
            self.concern(entity, whom, body.get("status") != "void")  # a paid one still says that somebody paid

    def change(self, entity: str, **values: Any) -> dict[str, Any]:
        """Put some keys of an entity that exists anew."""
        entry = self.get(entity)
        if entry is None:
            raise KeyError(entity)
        body = {**entry.body, **values}
        self.put(entity, body)
        return body

    def drop(self, entity: str) -> None:
        """It is no more."""
        self.entries[entity] = None

    def concern(self, entity: str, subjects: Iterable[str | None], open: bool) -> None:
        """Whom an application or a bill concerns."""
        self.concerns.update({(entity, subject): open for subject in subjects if subject})

    def accounts_of(self, unit: str) -> list[dict[str, Any]]:
        """The accounts of a unit, with what this batch did to them."""
        for entry in entities.of_kind(self.base.connection, "account", unit=unit):
            self.base.entries.setdefault(entry.id, entry)
        both = {**self.base.entries, **self.entries}
        return [one.body for one in both.values() if one and one.kind == "account" and one.body.get("unit") == unit]

    def owner(self, space: str, text: str) -> str | None:
        """Which entity has this key."""
        key = (space, key_hash(text))
        return self.keys[key] if key in self.keys else self.base.owner(key)

    def claim(self, space: str, text: str, entity: str | None) -> None:
        """The key is this entity's from now on, or nobody's."""
        if self.owner(space, text) != entity:
            self.keys[space, key_hash(text)] = entity

    def number(self, entity: str, key: str, sequence: str, write: Callable[[int], str]) -> None:
        """Give the entity a number when its place in the order is known."""
        self.numberings.append(Numbering(entity, key, sequence, write))

    def dispatch(self, port: str, body: Body) -> None:
        """Let something leave the server after the commit."""
        self.dispatches.append(Dispatch(port, body))

    def belongings(self, person: str, kind: str) -> list[dict[str, Any]]:
        """Bodies of a person's certificates or study tasks, in id order."""
        self.base.load_facts([person], [])
        ids = set(self.base.belongings.get(person, ()))
        ids |= {key for key, entry in self.entries.items() if entry and entry.body.get("person") == person}
        return [body for key in sorted(ids) if key.startswith(kind + "/") and (body := self.body(key)) is not None]

    def open_for(self, subject: str, kind: str) -> list[dict[str, Any]]:
        """Bodies of the open applications, or of the bills, that concern a person or a unit, in id order."""
        self.base.load_facts([subject], []) if subject.startswith("person/") else self.base.load_facts([], [subject])
        ids = set(self.base.open_for.get(subject, ()))
        for (entity, whom), is_open in self.concerns.items():
            if whom == subject:
                (ids.add if is_open else ids.discard)(entity)
        return [body for key in sorted(ids) if key.startswith(kind + "/") and (body := self.body(key)) is not None]

    def _unit_of(self, entity: str, body: Body) -> str | None:
        if entity.startswith("unit/"):
            return entity
        if entity.partition("/")[0] in REGISTER[1:] and body.get("person"):
            person = self.get(body["person"])
            return person.unit if person else None
        return body.get("unit")

    def _move(self, person: str, unit: str | None) -> None:
        """Whoever changes units takes everything along."""
        self.base.load_facts([person], [])
        for entity in (membership_of(person), *self.base.belongings[person]):
            entry = self.get(entity)
            if entry is not None:
                self.put(entity, entry.body, unit=unit)


def membership_of(person: str) -> str:
    """membership/<key of the person>"""
    return "membership/" + person.partition("/")[2]
