"""Parameters of the association: a value from a day on, with who and why."""

from __future__ import annotations

from typing import Any

from domain.packs import FactError
from domain.packs.parameters import read_parameter
from server.decide import reading
from server.decide.caller import Asked
from server.decide.verdict import APPLIED, Refusal, Verdict, refused
from server.decide.versions import outdated
from server.decide.workspace import Step
from server.scopes import key_of

SETTERS = ("admin", "secretariat")


def save(step: Step, asked: Asked) -> Verdict:
    """Add one value. Those before it stay: what was judged by them must stay explainable."""
    if asked.caller.desk not in SETTERS:
        return refused(Refusal.NOT_ALLOWED)
    key, payload = key_of(asked.entity), asked.payload
    spec = asked.pack.parameters.get(key)
    if spec is None:
        return refused(Refusal.NOT_FOUND, f"没有参数 {key}")
    if unknown := payload.keys() - {"value", "since", "why"}:
        return refused(Refusal.MALFORMED, f"{sorted(unknown)[0]}：没有这一项")
    since = reading.day(payload.get("since"), "since")
    why = reading.text(payload.get("why"), "why", limit=500)
    try:
        read_parameter(key, spec, payload.get("value"))
    except FactError as error:
        return refused(Refusal.MALFORMED, str(error), path="value")
    if verdict := outdated(step, asked):
        return verdict
    value: dict[str, Any] = {"value": payload.get("value"), "since": since, "why": why}
    value |= {"by": asked.caller.name, "at": asked.received_at}
    before = (step.body(asked.entity) or {}).get("values", [])
    step.put(
        asked.entity, {"id": asked.entity, "key": key, "values": sorted([*before, value], key=lambda v: v["since"])}
    )
    return APPLIED
