"""Exam results from the learning platform: attempts are counted, a pass gives what was studied for."""

from __future__ import annotations

from domain.transitions import Refusal as Refused
from domain.transitions import study_step
from server import effects
from server.decide import reading
from server.decide.caller import Asked
from server.decide.verdict import Refusal, Verdict, applied, refused, refused_with
from server.decide.versions import outdated
from server.decide.views import view_for
from server.decide.workspace import Step
from server.effects import Because


def result(step: Step, asked: Asked) -> Verdict:
    """One attempt at an exam. Only the study port tells of it."""
    if asked.caller.desk != "system":
        return refused(Refusal.NOT_ALLOWED)
    task = step.body(asked.entity)
    if task is None:
        return refused(Refusal.NOT_FOUND)
    if asked.operation.base_version and (verdict := outdated(step, asked)):
        return verdict
    payload = asked.payload
    if not isinstance(payload.get("passed"), bool):
        return refused(Refusal.MALFORMED, "passed：应为是或否", path="passed")
    told = {"on": reading.day(payload.get("on"), "on"), "passed": payload["passed"]}
    for key in ("score", "note"):
        if payload.get(key) not in (None, ""):
            told[key] = reading.text(str(payload[key]), key, limit=200)
    person = step.body(task["person"]) or {}
    application = step.body(task.get("application")) or {}
    unit = person.get("unit") or application.get("unit")
    view = view_for(step, unit, [task["person"]], account=step.body(asked.caller.account))
    made = study_step(asked.pack, task, passed=payload["passed"], view=view, today=asked.day)
    if isinstance(made, Refused):
        return refused_with(made.findings) if made.findings else refused(Refusal.NOT_NOW)
    step.put(asked.entity, {**task, "results": [*task.get("results", ()), told]})
    because = Because(asked.pack, asked.day, asked.received_at, unit, {**task, "state": made.target})
    effects.carry_out(step, because, made.writes)
    if made.notify != "none":
        effects.tell(step, because, made.notify, {"person": task["person"]})
    return applied(action=made.action)
