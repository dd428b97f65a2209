"""Bills that transitions make, payments that cover them, and what a payment sets moving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.checking import bill_body
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
    return unset(pack, [key for one in bills if one.bill.total is None for key in one.bill.blocked_by])


def unset(pack: Pack, keys: Sequence[str]) -> tuple[Finding, ...]:
    """Each parameter that somebody has to set first."""
    labels = [(key, pack.parameters[key].label if key in pack.parameters else key) for key in dict.fromkeys(keys)]
    words = pack.spec.required
    return tuple(Finding(words.id, words.parameter.replace("{参数}", label), path=key) for key, label in labels)


def make(step: Step, because: Because, bills: Sequence[BillToMake]) -> list[str]:
    """Bills as the transition of an application makes them; their ids."""
    bodies = ((bill_body(because.pack, one.bill), one.values) for one in bills)
    return [put_bill(step, because, body, **values) for body, values in bodies]


def put_bill(step: Step, because: Because, owed: Mapping[str, Any], **values: Any) -> str:
    """A new bill over what is owed, made by the case; its id."""
    entity = new_id("bill")
    body: Body = {"id": entity, "kind": owed["kind"], "unit": because.unit, "application": because.case["id"]}
    body |= {"lines": list(owed["lines"]), "total": owed["total"], "status": "unpaid", "payment": None}
    body |= {"made_on": because.day.isoformat(), "paid_on": None, "notes": []}
    step.put(entity, {**body, **values}, unit=because.unit)
    number(step, because, entity, "bill")
    return entity


def renewed(step: Step, because: Because, payment: Body, owed: Sequence[Mapping[str, Any]]) -> Body:
    """A payment sent again: if its rows owe something else than the bills it made, those are void and made anew."""
    made = [body for bill in payment["bills"] if (body := _own_unpaid(step, bill, payment)) is not None]
    if sorted(map(_lines, made)) == sorted(map(_lines, owed)):
        return payment
    for body in made:
        step.put(body["id"], {**body, "status": "void", "payment": None})
    gone = {body["id"] for body in made}
    new = [put_bill(step, because, bill, status="under_review", payment=payment["id"]) for bill in owed]
    return {**payment, "bills": [bill for bill in payment["bills"] if bill not in gone] + new}


def _own_unpaid(step: Step, bill: str, payment: Body) -> Body | None:
    body = step.body(bill)
    own = body is not None and body.get("application") == payment["id"] and body["status"] not in BILL_CLOSED
    return body if own else None


def _lines(bill: Mapping[str, Any]) -> str:
    return repr([(line["rule"], line.get("person"), line.get("row"), line["amount"]) for line in bill["lines"]])


def void_unpaid(step: Step, application: Mapping[str, Any]) -> None:
    """What an application that is over never came to owe."""
    for bill in application.get("bills", ()):
        body = step.body(bill)
        if body is not None and body["status"] == "unpaid" and body.get("application") == application["id"]:
            step.put(bill, {**body, "status": "void"})
