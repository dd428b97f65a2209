"""An application as it moves on: its history, who has it now, its number, its people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from domain.packs import Pack, Service
from server.decide.caller import Asked
from server.decide.reading import entity_id
from server.decide.verdict import Malformed
from server.decide.workspace import Step

Body = dict[str, Any]


def rows_of(form: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every row of every card."""
    for rows in (form.get("cards") or {}).values():
        yield from rows


def people_in(step: Step, form: Mapping[str, Any]) -> list[str]:
    """The members among its rows, each once, in order; a roster entry stands for the member it names."""
    found = (row.get("person") or (step.body(row.get("roster")) or {}).get("person") for row in rows_of(form))
    return list(dict.fromkeys(person for person in found if person))


def agency_in(step: Step, service: Service, form: Mapping[str, Any]) -> str | None:
    """The agency chosen in the form, if its service asks for one."""
    for field in service.fields:
        value = (form.get("values") or {}).get(field.key)
        if field.type == "agency" and value:
            agency = entity_id(value, field.key, "agency")
            body = step.body(agency)
            if body is None or not body.get("active", True):
                raise Malformed(f"{field.label}：没有这家机构，或已停止服务，请改选一家")
            return agency
    return None


def with_form(step: Step, asked: Asked, service: Service, body: Body, form: Body) -> Body:
    """The application with a form that was just sent: what is looked up by comes out of it."""
    made = {**body, "form": form, "people": people_in(step, form)}
    made["agency"] = agency_in(step, service, form)
    return made


def moved(
    step: Step, asked: Asked, pack: Pack, body: Body, *, actor: str, action: str, target: str, said: Mapping[str, Any]
) -> Body:
    """The application one step further. `said`: reason and marks that go with the step."""
    hop: Body = {"at": asked.received_at, "actor": actor, "name": asked.caller.name, "action": action}
    hop |= {"source": body.get("state", "none"), "target": target, "op_id": asked.operation.op_id}
    hop |= {key: said[key] for key in ("reason", "marks") if said.get(key)}
    made = {**body, "state": target, "history": [*body.get("history", ()), hop]}
    state = pack.services[body["service"]].states.get(target)
    if state is not None:
        made["holder"] = holder(step, pack, made, state.actor, asked.received_at)
        if state.outcome == "completed":
            made["completed_on"] = asked.day.isoformat()
    return made


def is_open(pack: Pack, body: Mapping[str, Any]) -> bool:
    """Whether anything can still happen to an application in its state."""
    state = pack.services[body["service"]].states.get(str(body.get("state")))
    return state is None or state.outcome == "open"


def holder(step: Step, pack: Pack, body: Mapping[str, Any], actor: str | None, since: str) -> Body | None:
    """Who has it now and whom to call, as the register says; nobody when it is over."""
    if actor is None:
        return None
    desk = pack.spec.actors[actor].desk if actor in pack.spec.actors else actor
    place = {"unit": body.get("unit"), "agency": body.get("agency")}.get(desk)
    found = step.body(place) if place else step.body(f"desk/{desk}") or step.body(f"desk/{actor}")
    found = found or {}
    label = pack.spec.actors[actor].label if actor in pack.spec.actors else actor
    made = {"actor": actor, "name": found.get("name") or label, "phone": found.get("phone", ""), "since": since}
    return made | ({"contact": found["contact"]} if found.get("contact") else {})
