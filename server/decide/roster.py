"""Roster entries: the unit's own list of its people, linked to members by document number and never the other way."""

from __future__ import annotations

import unicodedata
from typing import Any

from server.decide import reading
from server.decide.caller import Asked
from server.decide.mentions import in_form
from server.decide.verdict import APPLIED, Refusal, Verdict, applied, refused
from server.decide.versions import outdated
from server.decide.workspace import Step

TEXTS = (
    "name", "document_type", "document_number", "gender", "birth_date", "mobile", "department", "education_level",
    "school", "specialty", "graduation_date", "title_level", "insurance_month", "remark",
)  # fmt: skip
PERSON_DOCUMENT = "person-document"


def document_text(kind: str | None, number: str) -> str:
    """One spelling for one document: half-width, no blanks, capitals."""
    plain = "".join(unicodedata.normalize("NFKC", number).split()).upper()
    return f"{kind or 'mainland_id'}|{plain}"


def save(step: Step, asked: Asked) -> Verdict:
    """Make or update an entry. A second entry with the same document number becomes an alias of the first, for ever."""
    unit = asked.caller.unit
    if asked.caller.desk != "unit" or not unit:
        return refused(Refusal.NOT_ALLOWED)
    read = reading.only(asked.payload, dict.fromkeys(TEXTS, lambda value, place: reading.text(value, place, limit=500)))
    entry = step.get(asked.entity)
    if entry is not None and entry.unit != unit:
        return refused(Refusal.NOT_ALLOWED)
    if verdict := outdated(step, asked):
        return verdict
    body: dict[str, Any] = {**(entry.body if entry else {}), **read, "id": asked.entity, "unit": unit}
    if not body.get("name"):
        return refused(Refusal.MALFORMED, "姓名：必填", path="name")
    _keep_document(step, asked.entity, unit, body, entry.body if entry else {})
    step.put(asked.entity, body, unit=unit)
    return applied(rows=[{"same_as": body["same_as"]}] if body.get("same_as") else [])


def remove(step: Step, asked: Asked) -> Verdict:
    """Take an entry out of the list, unless an open form names it or another entry was made one with it."""
    entry, unit = step.get(asked.entity), asked.caller.unit
    if entry is None:
        return APPLIED
    if asked.caller.desk != "unit" or not unit or entry.unit != unit:
        return refused(Refusal.NOT_ALLOWED)
    reading.only(asked.payload, {})
    if verdict := outdated(step, asked):
        return verdict
    number = entry.body.get("document_number")
    text = document_text(entry.body.get("document_type"), number) if number else ""
    forms = (one.get("form") or {} for one in step.open_for(unit, "application"))
    if any(asked.entity in in_form(form) for form in forms) or (text and step.owner(_aliases(unit), text)):
        return refused(Refusal.NOT_NOW, "这一条已经用在表单里，或与另一条并在一起，不能移出。")
    if text and step.owner(f"roster-document:{unit}", text) == asked.entity:
        step.claim(f"roster-document:{unit}", text, None)
    step.drop(asked.entity)
    return APPLIED


def _aliases(unit: str) -> str:
    """The space of documents of which a second entry was made an alias."""
    return f"roster-alias:{unit}"


def _keep_document(step: Step, entity: str, unit: str, body: dict[str, Any], before: dict[str, Any]) -> None:
    space = f"roster-document:{unit}"
    number = body.get("document_number")
    new = document_text(body.get("document_type"), number) if number else None
    old = before.get("document_number")
    gone = document_text(before.get("document_type"), old) if old else None
    if gone and gone != new and step.owner(space, gone) == entity:
        step.claim(space, gone, None)
    body["person"] = None
    if new is None:
        return
    first = step.owner(space, new)
    if first in (None, entity):
        step.claim(space, new, entity)
    elif not body.get("same_as"):
        body["same_as"] = first
        step.claim(_aliases(unit), new, entity)
    body["person"] = member_of(step, unit, new)


def member_of(step: Step, unit: str, document: str) -> str | None:
    """The member with this document, if in the archive of this unit; of anybody else a unit learns nothing."""
    person = step.owner(PERSON_DOCUMENT, document)
    entry = step.get(person) if person else None
    return person if entry is not None and entry.unit == unit else None
