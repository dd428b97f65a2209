"""Drafts that a unit shares among its accounts."""

from __future__ import annotations

from domain.packs import Pack
from server.decide import reading
from server.decide.caller import Asked
from server.decide.verdict import APPLIED, Refusal, Verdict, refused
from server.decide.versions import outdated
from server.decide.workspace import Step
from server.scopes import key_of

READERS = {
    "application": lambda value, place: reading.entity_id(value, place, "application"),
    "service": lambda value, place: reading.text(value, place, needed=True, limit=100),
    "title": lambda value, place: reading.text(value, place, limit=200),
    "form": lambda value, _: reading.form(value),
    "returned": lambda value, _: bool(value),
    "base": lambda value, place: value,
}


def save(step: Step, asked: Asked) -> Verdict:
    """Keep the draft as it is now at the desk; somebody else's newer one is a conflict, solved there field by field."""
    if asked.caller.desk != "unit" or not asked.caller.unit:
        return refused(Refusal.NOT_ALLOWED)
    read = reading.only(asked.payload, READERS)
    application = "application/" + key_of(asked.entity)
    if read.get("application", application) != application:
        return refused(Refusal.MALFORMED, "application：应与草稿同号")
    if read.get("service") not in asked.pack.services:
        return refused(Refusal.MALFORMED, "service：没有这项业务")
    entry = step.get(asked.entity)
    if entry is not None and entry.unit != asked.caller.unit:
        return refused(Refusal.NOT_ALLOWED)
    if verdict := outdated(step, asked):
        return verdict
    if verdict := _sent(step, asked, application):
        return verdict
    read.pop("base", None)
    body = {"id": asked.entity, "application": application, "title": "", "form": {}, "returned": False, **read}
    body |= {"edited_by": asked.caller.name, "edited_at": asked.received_at}
    step.put(asked.entity, body, unit=asked.caller.unit)
    return APPLIED


def delete(step: Step, asked: Asked) -> Verdict:
    """Take a draft away; one that is gone already stays gone."""
    entry = step.get(asked.entity)
    if entry is None:
        return APPLIED
    if asked.caller.desk != "unit" or entry.unit != asked.caller.unit:
        return refused(Refusal.NOT_ALLOWED)
    if verdict := outdated(step, asked):
        return verdict
    step.drop(asked.entity)
    return APPLIED


def _sent(step: Step, asked: Asked, application: str) -> Verdict | None:
    """A form that is on somebody's desk is no draft any more; one that came back is."""
    entry = step.get(application)
    if entry is None:
        return None
    if entry.unit != asked.caller.unit:
        return refused(Refusal.NOT_ALLOWED)
    return None if entry.open and editable(asked.pack, entry.body) else refused(Refusal.ALREADY_SENT)


def editable(pack: Pack, application: dict[str, object]) -> bool:
    """Whether the form of this application may be changed in its state."""
    service = pack.services.get(str(application.get("service")))
    state = service.states.get(str(application.get("state"))) if service else None
    return bool(state and "form" in state.editable)
