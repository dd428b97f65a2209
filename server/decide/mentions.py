"""What a batch will look at: found in its Operations, locked in id order, loaded with one query a kind of fact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from domain.operations import Kind, Operation
from server.decide.caller import Caller
from server.decide.workspace import Workspace, membership_of
from server.repositories.entities import Entry
from server.scopes import key_of

LOCKED = ("application", "bill", "person", "unit")
ROUNDS = 3  # a payment names bills, which name applications, which name people


def load_all(workspace: Workspace, caller: Caller, operations: Sequence[Operation]) -> None:
    """Bring in everything the batch names, and all facts about the people and units among it."""
    named = {caller.account, *_known(caller.unit, caller.agency)}
    for operation in operations:
        named |= _named(operation)
    fresh = named
    for _ in range(ROUNDS):
        found = workspace.load(fresh)
        fresh = {one for entry in found for one in _behind(entry) if one not in workspace.entries}
        if not fresh:
            break
    if workspace.connection.dialect.name == "postgresql":
        workspace.load((entity for entity in workspace.entries if entity.partition("/")[0] in LOCKED), lock=True)
    people = [entity for entity in workspace.entries if entity.startswith("person/")]
    units = [entity for entity in workspace.entries if entity.startswith("unit/")]
    if any(operation.kind in (Kind.ACT, Kind.STUDY_RESULT, Kind.NOTE_BILL) for operation in operations):
        workspace.load_facts(people, units)


def _named(operation: Operation) -> set[str]:
    found = {operation.entity}
    if operation.entity.startswith("application/"):
        found.add("draft/" + key_of(operation.entity))
    if operation.kind is Kind.SAVE_DRAFT:
        found.add("application/" + key_of(operation.entity))
    form = operation.payload.get("form")
    if operation.kind is Kind.ACT and isinstance(form, Mapping):
        found |= set(in_form(form))
    return found


def in_form(form: Mapping[str, Any]) -> Iterator[str]:
    """The entities that the rows and fields of a form refer to."""
    cards = form.get("cards")
    for rows in cards.values() if isinstance(cards, Mapping) else ():
        for row in rows if isinstance(rows, list) else ():
            for key in ("person", "roster", "application", "bill") if isinstance(row, Mapping) else ():
                if isinstance(row.get(key), str):
                    yield row[key]
    values = form.get("values")
    for value in values.values() if isinstance(values, Mapping) else ():
        if isinstance(value, str) and value.startswith(("agency/", "unit/")):
            yield value


def _behind(entry: Entry) -> Iterator[str]:
    body = entry.body
    yield from _known(entry.unit, body.get("person"), body.get("application"), body.get("payment"))
    match entry.kind:
        case "person":
            yield membership_of(entry.id)
        case "application":
            yield from _known(
                body.get("agency"), *body.get("people", ()), *body.get("bills", ()), *body.get("covers", ())
            )
            yield from in_form(body.get("form") or {})
        case "bill":
            yield from _known(*(line.get("person") for line in body.get("lines", ())))


def _known(*ids: str | None) -> Iterable[str]:
    return (entity for entity in ids if entity)
