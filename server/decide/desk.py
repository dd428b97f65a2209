"""Agencies, and whom to call at the desks of the association."""

from __future__ import annotations

from server.decide import reading
from server.decide.caller import Asked
from server.decide.setting import SETTERS
from server.decide.verdict import APPLIED, Refusal, Verdict, refused
from server.decide.versions import outdated
from server.decide.workspace import Step
from server.scopes import key_of

AGENCY = dict.fromkeys(("name", "city", "contact", "phone"), lambda v, place: reading.text(v, place, limit=200)) | {
    "active": lambda value, _: bool(value)
}
DESK = dict.fromkeys(("name", "contact", "phone", "role"), lambda v, place: reading.text(v, place, limit=200))


def save_agency(step: Step, asked: Asked) -> Verdict:
    """Make or change an agency."""
    if asked.caller.desk not in SETTERS:
        return refused(Refusal.NOT_ALLOWED)
    read = reading.only(asked.payload, AGENCY)
    if verdict := outdated(step, asked):
        return verdict
    body = {"active": True, **(step.body(asked.entity) or {}), **read, "id": asked.entity}
    if not body.get("name"):
        return refused(Refusal.MALFORMED, "名称：必填", path="name")
    step.put(asked.entity, body)
    return APPLIED


def save_desk(step: Step, asked: Asked) -> Verdict:
    """Name and telephone of a desk, shown on every case it holds."""
    if asked.caller.desk not in SETTERS:
        return refused(Refusal.NOT_ALLOWED)
    role = key_of(asked.entity)
    if role not in {actor.desk for actor in asked.pack.spec.actors.values()} | set(asked.pack.spec.actors):
        return refused(Refusal.NOT_FOUND, f"没有 {role} 这个岗位")
    read = reading.only(asked.payload, DESK)
    if verdict := outdated(step, asked):
        return verdict
    step.put(asked.entity, {**(step.body(asked.entity) or {}), **read, "id": asked.entity, "role": role})
    return APPLIED
