"""What finance notes on a bill. A bill is never edited: a note stands beside it, and a void one is made anew."""

from __future__ import annotations

from typing import Any

from server.decide import reading
from server.decide.caller import Asked
from server.decide.verdict import Refusal, Verdict, applied, refused
from server.decide.versions import outdated
from server.decide.workspace import Step

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
        body["status"] = "void"
    step.put(asked.entity, body)
    return applied(action=kind)
