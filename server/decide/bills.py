"""What finance notes on a bill. A bill is never edited: a note stands beside it, and a void one is made anew.

An invoice (a fiscal receipt, an electronic invoice) is tracked here, not made: its number and day are a note too.
"""

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
from server.repositories import entities

NOTES = ("difference", "refund", "wrong-payer", "void", "invoice")
QUEUED, ISSUED = "queued", "issued"  # of an entry in the queue of fiscal papers


def note(step: Step, asked: Asked) -> Verdict:
    """Record a difference, a refund, a wrong payer or an invoice, or void the bill, each with what belongs to it."""
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
    if kind == "invoice":
        return _invoice(step, asked, entry.body)
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


def _invoice(step: Step, asked: Asked, bill: dict[str, Any]) -> Verdict:
    """The paper was issued: unit and finance see its number and day at the bill, and the queue is done with it."""
    payload, papers = asked.payload, {line.get("receipt") for line in bill.get("lines", ())} - {None, ""}
    document = payload.get("document") or (min(papers) if len(papers) == 1 else "")
    number = reading.text(payload.get("number"), "票据号码", needed=True, limit=60).strip()
    issued_on = reading.day(payload.get("issued_on"), "开票日期")
    if not number:
        return refused(Refusal.MALFORMED, "票据号码：必填", path="number")
    if document not in papers:
        return refused(Refusal.MALFORMED, "票据类别：这张账单不开这种票据", path="document")
    if bill["status"] != "paid":
        return refused(Refusal.NOT_NOW, "只有已收款的账单可以登记票据。")
    if issued_on > asked.day.isoformat():
        return refused(Refusal.MALFORMED, "开票日期：不能晚于今天", path="issued_on")
    notes = bill.get("notes", ())
    if any((one["note"], one.get("document"), one.get("number")) == ("invoice", document, number) for one in notes):
        return refused(Refusal.TAKEN, "这张票据已经登记过。")
    made = {"note": "invoice", "document": document, "number": number, "issued_on": issued_on}
    made["reason"] = reading.text(payload.get("reason"), "备注", limit=500)
    body = {**bill, "notes": [*notes, {**made, "by": asked.caller.name, "at": asked.received_at}]}
    step.put(asked.entity, body)
    _leave_queue(step, body, document, number, issued_on)
    return applied(action="invoice")


def _leave_queue(step: Step, bill: dict[str, Any], document: str, number: str, issued_on: str) -> None:
    """The entry that waits for this paper is done when no bill of the same payment lacks it any more."""
    source = bill.get("payment") or bill.get("application")
    paid = step.body(source)
    if paid is None:
        return
    covered = [step.body(one) or {} for one in paid.get("covers", ())]
    ids = {*paid.get("bills", ()), *(one for case in covered for one in case.get("bills", ())), bill["id"]}
    if any(_lacks(step.body(one) or {}, source, document) for one in ids):
        return
    for one in entities.of_application(step.base.connection, str(source)):
        entry = step.get(one.id)
        waits = entry is not None and entry.kind == "queue-entry" and entry.body.get("status") == QUEUED
        if entry is not None and waits and entry.body.get("document_kind") == document:
            step.change(entry.id, status=ISSUED, number=number, done_on=issued_on)


def _lacks(bill: dict[str, Any], source: Any, document: str) -> bool:
    """Whether a bill of this payment still waits for a paper of this kind."""
    if source not in (bill.get("payment"), bill.get("application")) or bill.get("status") != "paid":
        return False
    wants = any(line.get("receipt") == document for line in bill.get("lines", ()))
    has = any(one["note"] == "invoice" and one.get("document") == document for one in bill.get("notes", ()))
    return wants and not has


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
