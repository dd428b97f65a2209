"""Members of the association: kept by document, so that rosters find them and nobody is there twice."""

from __future__ import annotations

from typing import Any

from server.decide.roster import PERSON_DOCUMENT, document_text
from server.decide.workspace import Body, Step


def keep_person(step: Step, entity: str, body: Body) -> None:
    """Put a person; the document and the rosters that name it follow."""
    before = step.body(entity) or {}
    old, new = _document(before), _document(body)
    if old and old != new and step.owner(PERSON_DOCUMENT, old) == entity:
        step.claim(PERSON_DOCUMENT, old, None)
    if new and step.owner(PERSON_DOCUMENT, new) in (None, entity):
        step.claim(PERSON_DOCUMENT, new, entity)
    step.put(entity, body, unit=body.get("unit"))
    for unit in {before.get("unit"), body.get("unit")} - {None}:
        for document in {old, new} - {None}:
            _link(step, str(unit), str(document), entity if unit == body.get("unit") and document == new else None)


def _document(body: Body) -> str | None:
    number = body.get("id_number")
    return document_text(body.get("id_document_type"), str(number)) if number else None


def _link(step: Step, unit: str, document: str, person: str | None) -> None:
    """A roster entry with this document names the member as long as the member is in the unit's archive."""
    entry = step.owner(f"roster-document:{unit}", document)
    body: dict[str, Any] | None = step.body(entry)
    if entry and body is not None and body.get("person") != person:
        step.put(entry, {**body, "person": person}, unit=unit)
