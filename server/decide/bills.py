"""What finance notes on a bill. A bill is never edited: a note stands beside it, and a void one is made anew."""

from __future__ import annotations

from typing import Any

from domain.checking import check_form
from server.decide import payments, reading
from server.decide.caller import Asked
from server.decide.cases import is_open
from server.decide.verdict import Refusal, Verdict, applied, refused, refused_with
from server.decide.versions import outdated
from server.decide.views import view_of
from server.decide.workspace import Step
from server.effects import Because

NOTES = ("difference", "refund", "wrong-payer", "void")


def note(step: Step, asked: Asked) -> Verdict:
    """Record a difference, a refund or a wrong payer, or void the bill, each with its reason."""
    if asked.caller.desk != "finance":
        return refused(Refusal.NOT_ALLOWED)
    entry = step.get(asked.entity)
    if entry is None:
        return refused(Refusal.NOT_FOUND)
    if verdict := outdated(step, asked):
        return verdict
    payload = asked.payload
    kind = payload.get("note")
    if kind not in NOTES:
        return refused(Refusal.MALFORMED, "note：没有这种记录", path="note")
    reason = reading.text(payload.get("reason"), "原因", needed=True, limit=500)
    made: dict[str, Any] = {"note": kind, "reason": reason, "by": asked.caller.name, "at": asked.received_at}
    if payload.get("amount") is not None:
        made["amount"] = reading.money(payload["amount"], "amount")
    elif kind in ("difference", "refund"):
        return refused(Refusal.MALFORMED, "金额：必填", path="amount")
    body = {**entry.body, "notes": [*entry.body.get("notes", ()), made]}
    if kind == "void":
        if entry.body["status"] != "unpaid":
            return refused(Refusal.NOT_NOW, "只有未缴费的账单可以作废；已收款的请记录退款。")
        if verdict := _made_anew(step, asked, entry.body):
            return verdict
        body["status"] = "void"
    step.put(asked.entity, body)
    return applied(action=kind)


def _made_anew(step: Step, asked: Asked, bill: dict[str, Any]) -> Verdict | None:
    """The application that waits for this bill is given another, at what is in force today; None: all is well."""
    application = step.body(bill.get("application"))
    service = str((application or {}).get("service"))
    if application is None or service not in asked.pack.services:
        return None
    pack = (
        asked.pack
        if application.get("edition") in (None, "", asked.pack.edition)
        else asked.edition(application["edition"])
    )
    if payments.is_payment(pack.services[service]) or not is_open(pack, application):
        return None
    view = view_of(step, application, step.body(asked.caller.account))
    check = check_form(pack, view, service, application["form"], asked.day, application=application)
    if short := payments.unset(pack, check.bill_blocked_by):
        return refused_with(short)
    owed = [one for one in check.bills if one["kind"] == bill["kind"]]
    because = Because(pack, asked.day, asked.received_at, application.get("unit"), application)
    new = [payments.put_bill(step, because, one) for one in owed]
    kept = [one for one in application["bills"] if one != bill["id"]]
    step.put(application["id"], {**application, "bills": [*kept, *new]})
    return None
