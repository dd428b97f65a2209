"""Doing what the pack says follows from a step: the writes that domain gives, stored exactly as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import uuid_utils

from domain.packs import Pack
from domain.transitions import Write
from server.decide.account import LOGIN
from server.decide.people import keep_person
from server.decide.workspace import Step

FISCAL_KEYS = ("payer_name", "amount", "paid_on", "mobile", "email", "tax_number", "remark")


@dataclass(frozen=True, slots=True)
class Because:
    """Why something is written: the case and the day, for what is made out of it."""

    pack: Pack
    day: date
    at: str
    unit: str | None
    case: Mapping[str, Any]  # the application or study task that moved


def new_id(kind: str) -> str:
    """An id for an entity that the association makes."""
    return f"{kind}/{uuid_utils.uuid7()}"


def carry_out(step: Step, because: Because, writes: Iterable[Write]) -> list[str]:
    """Store what the effects write, in order; the ids of entities they made."""
    made = []
    for write in writes:
        values = dict(write.values)
        match write.op:
            case "create":
                made.append(_create(step, because, write, values))
            case "queue":
                made.append(_queue(step, because, values))
            case "number":
                if write.target:
                    number(step, because, write.target, write.sequence or write.kind)
            case "notify":
                tell(step, because, str(values.pop("template", write.kind)), values)
            case _:  # set, extend, close
                _set(step, because, write, values)
    return made


def number(step: Step, because: Because, entity: str, sequence: str) -> None:
    """Give an entity the next number of a sequence, written as the pack says."""
    form = because.pack.spec.number_format.get(sequence, "{year}{sequence:06d}")
    year = because.day.year
    name = f"{sequence}-{year}" if "{year}" in form else sequence
    step.number(entity, "number", name, lambda given: form.format(year=year, sequence=given))


def tell(step: Step, because: Because, template: str, values: Mapping[str, Any]) -> None:
    """A notification in the words of the pack, to whoever handles the case."""
    spec = next((one for one in because.pack.spec.notifications if template in (one.id, one.event)), None)
    case, unit = because.case, step.body(because.unit) or {}
    person = step.body(values.get("person")) or {}
    service = because.pack.services.get(str(case.get("service")))
    words = {
        "业务": service.label if service else "",
        "编号": str(case.get("number") or ""),
        "单位": str(unit.get("name") or ""),
        "姓名": str(person.get("name") or ""),
        "原因": str(case.get("reason") or ""),
        "状态": because.pack.status_label(str(case.get("service")), str(case.get("state"))),
    }
    text = spec.text if spec else "您办理的“{业务}”有新进展：{状态}。"
    for word, value in words.items():
        text = text.replace("{" + word + "}", value)
    handler = (case.get("form") or {}).get("values") or {}
    mobile = person.get("mobile") or handler.get("contact_mobile") or (unit.get("mobiles") or {}).get("handler")
    body = {"template": template, "title": words["业务"], "text": text, "mobile": mobile, "case": case.get("id")}
    step.dispatch("notification", {**body, "unit": because.unit, "person": person.get("id")})


def _set(step: Step, because: Because, write: Write, values: dict[str, Any]) -> None:
    if not write.target:
        return
    body = {**(step.body(write.target) or {}), **values, "id": write.target}
    if write.kind == "person":
        keep_person(step, write.target, body)
    else:
        step.put(write.target, body)


def _create(step: Step, because: Because, write: Write, values: dict[str, Any]) -> str:
    entity = write.target or new_id(write.kind)
    if write.kind == "account":
        return _account(step, entity, values)
    step.put(entity, {**values, "id": entity})
    if write.sequence:
        number(step, because, entity, write.sequence)
    return entity


def _account(step: Step, entity: str, values: dict[str, Any]) -> str:
    """An account for a new member or unit; one whose login is taken is there already."""
    person = step.body(values.get("person")) or {}
    login = values.get("login") or person.get("id_number")
    owner = step.owner(LOGIN, str(login)) if login else None
    if not login or owner:
        return owner or ""
    known = {"name": person.get("name"), "mobile": person.get("mobile"), "active": True}
    step.claim(LOGIN, str(login), entity)
    step.put(entity, {**known, **values, "id": entity, "login": login}, unit=values.get("unit") or person.get("unit"))
    step.dispatch("first-secret", {"account": entity})
    return entity


def _queue(step: Step, because: Because, values: dict[str, Any]) -> str:
    """An entry of one of the association's queues; a fiscal paper is asked for with what the payer filled in."""
    entity = new_id("queue-entry")
    filled = (because.case.get("form") or {}).get("values") or {}
    if kind := values.get("document_kind"):
        given = {key: value for key, value in filled.items() if key in FISCAL_KEYS or key.startswith("invoice_")}
        values |= {"month": because.day.isoformat()[:7], "status": "queued"}
        step.dispatch("fiscal", {"entry": entity, "kind": kind, "payment": because.case.get("id"), "filled": given})
    step.put(entity, {**values, "id": entity}, unit=because.unit)
    return entity
