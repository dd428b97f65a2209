"""Bills that transitions make, payments that cover them, and what a payment sets moving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from domain.operations import Finding
from domain.packs import Pack, Service
from domain.transitions import BillToMake
from server.decide.cases import Body, rows_of
from server.decide.workspace import Step
from server.effects import Because, new_id, number
from server.repositories.entities import BILL_CLOSED


def is_payment(service: Service) -> bool:
    """Whether applications of this service pay for others."""
    return service.kind == "payment"


def covering(step: Step, service: Service, body: Body, unit: str) -> tuple[Body, tuple[Finding, ...]]:
    """The payment with the bills and applications that its rows name; findings for rows that may not be paid here."""
    kinds = service.spec.payment.bills if service.spec.payment else []
    covers: dict[str, None] = {}
    bills: dict[str, None] = {}
    wrong: list[Finding] = []
    for row in rows_of(body["form"]):
        application = step.body(row.get("application"))
        named = [row["bill"]] if row.get("bill") else list((application or {}).get("bills", ()))
        if application is not None:
            covers[application["id"]] = None
        if (row.get("application") and (application is None or application.get("unit") != unit)) or any(
            not _payable(step.body(bill), body, unit, kinds) for bill in ([row["bill"]] if row.get("bill") else [])
        ):
            wrong.append(Finding("huiban-not-payable", "所选账单或表单不在本单位待缴费之列。", row=row.get("row")))
        for bill in named:
            if _payable(found := step.body(bill), body, unit, kinds) and found is not None:
                bills[bill] = None
                if found.get("application") and found["application"] != body["id"]:
                    covers[found["application"]] = None
    own = [bill for bill in body.get("bills", ()) if (step.body(bill) or {}).get("application") == body["id"]]
    return {**body, "covers": list(covers), "bills": list(dict.fromkeys([*own, *bills]))}, tuple(wrong)


def _payable(bill: Mapping[str, Any] | None, payment: Body, unit: str, kinds: Sequence[str]) -> bool:
    """Whether this payment may cover the bill: an open one of the unit, of a kind paid here, in no other payment."""
    if (
        bill is None
        or bill.get("unit") != unit
        or bill["status"] in BILL_CLOSED
        or (kinds and bill["kind"] not in kinds)
    ):
        return False
    return bill.get("payment") in (None, payment["id"])


def blocked(pack: Pack, bills: Sequence[BillToMake]) -> tuple[Finding, ...]:
    """A bill whose amount nobody has set is never zero: the step waits, and says for what."""
    keys = dict.fromkeys(key for one in bills if one.bill.total is None for key in one.bill.blocked_by or ("",))
    labels = [(key, pack.parameters[key].label if key in pack.parameters else key) for key in keys]
    words = pack.spec.required
    return tuple(Finding(words.id, words.parameter.replace("{参数}", label), path=key) for key, label in labels)


def make(step: Step, because: Because, bills: Sequence[BillToMake]) -> list[str]:
    """Bills as the transition of an application makes them; their ids."""
    made = []
    for one in bills:
        entity = new_id("bill")
        lines = [
            {
                "rule": line.rule,
                "type": line.type,
                "label": line.label,
                "clause": line.clause,
                "person": line.person,
                "row": line.row,
                "quantity": line.quantity,
                "amount": money(line.amount),
                "receipt": line.receipt,
            }
            for line in one.bill.lines
        ]
        body: Body = {"id": entity, "kind": one.bill.kind, "unit": because.unit, "application": because.case["id"]}
        body |= {"lines": lines, "total": money(one.bill.total), "made_on": because.day.isoformat(), "paid_on": None}
        step.put(entity, {**body, "payment": None, "notes": [], **one.values}, unit=because.unit)
        number(step, because, entity, "bill")
        made.append(entity)
    return made


def money(amount: Decimal | None) -> str | None:
    """Yuan with fen, as text."""
    return None if amount is None else f"{amount:.2f}"


def void_unpaid(step: Step, application: Mapping[str, Any]) -> None:
    """What an application that is over never came to owe."""
    for bill in application.get("bills", ()):
        body = step.body(bill)
        if body is not None and body["status"] == "unpaid" and body.get("application") == application["id"]:
            step.put(bill, {**body, "status": "void"})
