"""What a payment may cover: bills not paid, forms that wait for money, each with its amount or the reason why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from desktop.pages.form_lines import money
from desktop.pages.form_values import Form, named_in, new_row
from desktop.pages.words import day_of
from domain.packs.pack import Pack
from domain.packs.service import Service
from sync.store.local import Reader
from sync.store.pinyin import initials
from sync.views import BillRow, CaseRow, applications, bills, rows_for


@dataclass(frozen=True, slots=True)
class Owed:
    """One line that can be chosen, or why it cannot."""

    id: str  # bill or application
    title: str
    number: str
    people: str
    amount: str  # 360.00; empty while it is not known
    since: str
    reason: str  # empty: may be chosen
    search: str


def owed(reader: Reader, account: str, pack: Pack, service: Service, card: str, form: Form) -> tuple[Owed, ...]:
    """Everything unpaid of the kinds this payment is for, also what cannot be paid just now."""
    payment = service.spec.payment
    kinds = set(payment.bills if payment is not None else ())
    listed = [bill for bill in bills(reader, account) if bill.kind in kinds and bill.status not in ("paid", "void")]
    names = _names(reader, account, listed)
    inside = named_in(form, service.cards[card].adds)
    if service.cards[card].adds == "bill":
        return tuple(_bill(pack, bill, names, inside) for bill in listed)
    waiting = applications(reader, account, pack, category="pay", open_only=True)
    by_case: dict[str, list[BillRow]] = {}
    for bill in listed:
        by_case.setdefault(bill.application, []).append(bill)
    return tuple(_case(reader, account, case, by_case.get(case.id, []), inside) for case in waiting)


def _names(reader: Reader, account: str, listed: Sequence[BillRow]) -> dict[str, str]:
    people = {person for bill in listed for person in bill.people}
    return {key: row.name for key, row in rows_for(reader, account, people).items()}


def _bill(pack: Pack, bill: BillRow, names: Mapping[str, str], inside: frozenset[str]) -> Owed:
    who = "、".join(names.get(each, "") for each in bill.people)
    title = pack.spec.bill_kinds.get(bill.kind, "账单")
    reason = _why(bill.total, bill.status, bill.payment, bill.id in inside)
    search = f"{title} {bill.number} {who} {initials(who)}"
    return Owed(bill.id, title, bill.number, who, bill.total or "", bill.made_on, reason, search)


def _case(reader: Reader, account: str, case: CaseRow, listed: Sequence[BillRow], inside: frozenset[str]) -> Owed:
    totals = [bill.total for bill in listed]
    amount = "" if not listed or any(each is None for each in totals) else f"{sum(Decimal(str(t)) for t in totals):.2f}"
    status = next((bill.status for bill in listed if bill.status != "unpaid"), "unpaid")
    payment = next((bill.payment for bill in listed if bill.payment), None)
    reason = _why(amount or None, status, payment, case.id in inside) if listed else "账单还没有到，请先更新资料"
    names = [row.name for row in rows_for(reader, account, case.people).values()]
    who = "、".join(dict.fromkeys(names))
    number = case.number or case.code
    search = f"{case.label} {number} {who} {initials(who)}"
    return Owed(case.id, case.label, number, f"{case.summary}  {who}", amount, day_of(case.since), reason, search)


def _why(total: str | None, status: str, payment: str | None, inside: bool) -> str:
    if inside:
        return "已在本单"
    if total is None:
        return "协会还没有设定金额"
    return "另一笔缴费正在核实" if status == "under_review" or (payment and status != "unpaid") else ""


def row_of(service: Service, card: str, one: Owed) -> dict[str, Any]:
    """A row that covers it."""
    return new_row(None, None, {}, **{service.cards[card].adds: one.id})


def total_of(chosen: Sequence[Owed]) -> str:
    """What these come to."""
    return money(sum((Decimal(one.amount) for one in chosen if one.amount), Decimal(0)))
