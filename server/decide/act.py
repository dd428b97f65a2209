"""One action of a workflow on an application: submit, pass, return, pay, abandon …; domain says what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.checking import check_form
from domain.operations import Finding
from domain.packs import Pack, Service
from domain.questions import Question
from domain.transitions import Refusal as Refused
from domain.transitions import Transition, transition
from server import effects
from server.decide import payments, reading
from server.decide.caller import Asked
from server.decide.cases import Body, is_open, moved, with_form
from server.decide.verdict import WORDS, Refusal, Verdict, applied, refused, refused_with
from server.decide.versions import outdated, visible
from server.decide.views import view_of
from server.decide.workspace import Step
from server.effects import Because
from server.scopes import key_of

SENDING = frozenset({"submit", "resubmit", "pay"})  # verbs that send a form


@dataclass(frozen=True, slots=True)
class Case:
    """The application that is acted on, by whom, and under which edition."""

    pack: Pack
    service: Service
    body: Body
    actor: str
    action: str
    verb: str
    new: bool


def decide(step: Step, asked: Asked) -> Verdict:
    """What the action leads to, with everything that follows from it; or every reason why not."""
    case = _case(step, asked)
    if isinstance(case, Verdict):
        return case
    if verdict := outdated(step, asked):
        return verdict
    said = _said(asked)
    sent = _sent(step, asked, case)
    if isinstance(sent, Verdict):
        return sent
    view = view_of(step, sent, step.body(asked.caller.account))
    warnings: tuple[Finding, ...] = ()
    owed: Sequence[Mapping[str, Any]] | None = None
    question: Question | None = None
    if case.verb in SENDING:
        check = check_form(case.pack, view, case.service.id, sent["form"], asked.day, application=sent)
        if not check.ok:
            return refused_with(check.findings)
        warnings, question = check.findings, check.question
        if payments.is_payment(case.service) and not case.new:
            owed = check.bills
            if short := payments.unset(case.pack, check.bill_blocked_by):
                return refused_with(short)
    made = transition(
        case.pack, sent, case.actor, case.action, view=view, today=asked.day, payload=said, question=question
    )
    if isinstance(made, Refused):
        return refused_with(made.findings) if made.findings else refused(Refusal.NOT_NOW)
    if short := payments.blocked(case.pack, made.bills):
        return refused_with(short)
    body = _carried_out(step, asked, case, sent, made, said)
    if owed is not None:
        because = Because(case.pack, asked.day, asked.received_at, body.get("unit"), body)
        _store(step, case.pack, payments.renewed(step, because, body, owed))
    queued = frozenset(write.values.get("queue") for write in made.writes if write.op == "queue")
    for covered, action, actor in made.fires:
        _fire(step, asked, case, covered, action, actor, said, queued)
    if case.verb in SENDING:
        _drop_draft(step, asked)
    return applied(findings=warnings, action=case.action)


def _case(step: Step, asked: Asked) -> Case | Verdict:
    """Whose application it is, and whether the caller has anything to do with it."""
    action = reading.text(asked.payload.get("action"), "action", needed=True, limit=60)
    entry, caller = step.get(asked.entity), asked.caller
    body = entry.body if entry else _opened(asked)
    pack = asked.pack
    verb = pack.verb(action) if action in pack.spec.actions else ""
    if entry is not None and verb not in SENDING:
        pack = asked.edition_of(body)
    if body.get("service") not in pack.services or caller.role not in pack.spec.roles:
        return refused(Refusal.MALFORMED, "service：没有这项业务")
    if not verb or verb == "save":
        return refused(Refusal.NOT_NOW)
    if entry is None and (caller.desk != "unit" or not caller.unit):
        return refused(Refusal.NOT_ALLOWED)
    if entry is not None and not (visible(asked, entry) and _own(asked, body)):
        return refused(Refusal.NOT_ALLOWED)
    service = pack.services[body["service"]]
    return Case(pack, service, body, pack.actor_of(caller.role), action, verb, entry is None)


def _opened(asked: Asked) -> Body:
    """An application that does not exist yet."""
    service = reading.text(asked.payload.get("service"), "service", needed=True, limit=100)
    body: Body = {"id": asked.entity, "service": service, "unit": asked.caller.unit, "agency": None, "state": "none"}
    return body | {"initiator": asked.caller.account, "round": 0, "history": [], "bills": [], "people": []}


def _own(asked: Asked, body: Mapping[str, Any]) -> bool:
    """Desks of units and agencies act on their own cases only."""
    caller = asked.caller
    place = {"unit": ("unit", caller.unit), "agency": ("agency", caller.agency)}.get(caller.desk)
    return place is None or (place[1] is not None and body.get(place[0]) == place[1])


def _said(asked: Asked) -> dict[str, Any]:
    """What goes with the action besides a form."""
    payload = asked.payload
    marks = []
    for mark in reading.listing(payload.get("marks"), "marks"):
        path = reading.text(reading.mapping(mark, "marks").get("path"), "marks.path", needed=True, limit=200)
        marks.append({"path": path, "text": reading.text(mark.get("text"), "marks.text", needed=True, limit=1000)})
    reason = reading.text(payload.get("reason"), "reason", limit=1000).strip()
    fields = reading.mapping(payload.get("fields") or {}, "fields")
    return {"reason": reason, "marks": marks, "fields": fields}


def _sent(step: Step, asked: Asked, case: Case) -> Body | Verdict:
    """The application as it is before the action, with the form that came along."""
    form = asked.payload.get("form")
    if case.verb not in SENDING:
        return refused(Refusal.NOT_NOW) if form is not None else case.body
    form = reading.form(form) if form is not None else case.body.get("form")
    if not isinstance(form, dict) or not case.body.get("unit"):
        return refused(Refusal.MALFORMED, "form：必填")
    body = with_form(step, asked, case.service, case.body, form)
    if verdict := _strangers(step, case.body["unit"], form):
        return verdict
    if payments.is_payment(case.service):
        body, wrong = payments.covering(step, case.service, body, case.body["unit"])
        if wrong:
            return refused_with(wrong)
    return body


def _strangers(step: Step, unit: str, form: Body) -> Verdict | None:
    """Rows name people of the unit's archive, or of none. Of anybody else a unit learns no more than of nobody."""
    findings = []
    for card, rows in (form.get("cards") or {}).items():
        for row in rows:
            entry = step.get(row["person"]) if row.get("person") else None
            if row.get("person") and (entry is None or entry.unit not in (None, unit)):
                where = f"{card}[{row['row']}].person"
                findings.append(Finding(Refusal.STRANGER.value, WORDS[Refusal.STRANGER], path=where, row=row["row"]))
    return refused_with(findings) if findings else None


def _carried_out(step: Step, asked: Asked, case: Case, before: Body, made: Transition, said: Mapping[str, Any]) -> Body:
    """The application after the action, with its bills and effects."""
    body = moved(step, asked, case.pack, before, actor=case.actor, action=case.action, target=made.target, said=said)
    if case.verb in SENDING:
        body |= {"edition": case.pack.edition, "submitted_on": asked.day.isoformat(), "round": body.get("round", 0) + 1}
        body |= {"reason": "", "marks": []}
        if not case.new and case.body.get("form") != body["form"]:
            body["previous"] = case.body.get("form")
        body["summary"] = case.pack.describe(body)
    if made.reason_required or case.verb in ("return", "reject"):
        body |= {"reason": said["reason"], "marks": said["marks"]}
    if said["fields"]:
        body["review"] = {**body.get("review", {}), **said["fields"]}
    because = Because(case.pack, asked.day, asked.received_at, body.get("unit"), body)
    _store(step, case.pack, body)
    if case.new:
        effects.number(step, because, body["id"], "application")
    if made.bills:
        bills = payments.make(step, because, made.bills)
        body = {**body, "bills": [*body.get("bills", ()), *bills]}
        _store(step, case.pack, body)
    effects.carry_out(step, because, made.writes)
    if made.notify != "none":
        effects.tell(step, because, made.notify, {})
    if made.outcome == "closed":
        payments.void_unpaid(step, body)
    return body


def _store(step: Step, pack: Pack, body: Body) -> None:
    is_now_open, before = is_open(pack, body), step.body(body["id"]) or {}
    step.put(body["id"], body, unit=body.get("unit"), open=is_now_open)
    step.concern(body["id"], set(before.get("people", ())) - set(body["people"]), False)
    step.concern(body["id"], body["people"] or [body.get("unit")], is_now_open)


def _fire(
    step: Step,
    asked: Asked,
    case: Case,
    covered: str,
    action: str,
    actor: str,
    said: Mapping[str, Any],
    queued: frozenset[Any],
) -> None:
    """What a payment sets moving on an application that it covers, in the edition that application lives by.

    One payment, one paper: what the payment itself has `queued` is not queued again for each application.
    """
    body = step.body(covered)
    if body is None:
        return
    pack, view = asked.edition_of(body), view_of(step, body, step.body(asked.caller.account))
    service = pack.services[body["service"]]
    because = {**said, "reason": said["reason"] or case.service.label}
    made = transition(pack, body, actor, action, view=view, today=asked.day, payload=because)
    if isinstance(made, Transition):
        own = tuple(w for w in made.writes if w.op != "queue" or w.values.get("queue") not in queued)
        made = replace(made, writes=own)
        verb = "fired" if made.verb in SENDING else made.verb  # nobody sent a form
        fired = Case(pack, service, body, case.actor, action, verb, False)
        _carried_out(step, asked, fired, body, made, because)


def _drop_draft(step: Step, asked: Asked) -> None:
    """The draft has become the application."""
    draft = "draft/" + key_of(asked.entity)
    entry = step.get(draft)
    if entry is not None and entry.unit == asked.caller.unit:
        step.drop(draft)
