"""The finance desk: what was paid beside what is owed, and what is noted on a bill. Imports no widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from desktop.alive import while_there
from desktop.pages.review_model import ReviewModel
from desktop.pages.review_sheet import ReviewSheet
from desktop.pages.words import amount_of, money
from sync.actions import note_bill
from sync.store.errors import StoreFailure
from sync.store.local import LocalStore

NOTES = {"difference": "差额", "refund": "退款", "wrong-payer": "付款人不符", "void": "作废"}
WITH_AMOUNT = ("difference", "refund")
AMOUNT, PAYER = "amount", "payer_name"  # fields of a payment as packs name them


@dataclass(frozen=True, slots=True)
class Reckoning:
    """Owed, paid, and the difference; None where an amount is not known."""

    owed: Decimal | None
    paid: Decimal | None
    payer: str
    unit: str

    @property
    def difference(self) -> Decimal | None:
        return None if self.owed is None or self.paid is None else self.paid - self.owed

    @property
    def verdict(self) -> tuple[str, str]:
        """(words, role)."""
        difference = self.difference
        if self.owed is None:
            return "账单上有金额还没有设定，不能核对", "warn"
        if difference is None:
            return "单位没有填缴费金额，请看凭证", "warn"
        if difference == 0:
            return "与账单一致", "ok"
        return (f"多缴 {money(difference)} 元", "warn") if difference > 0 else (f"少缴 {money(-difference)} 元", "bad")

    @property
    def other_payer(self) -> bool:
        """Somebody else than the unit paid."""
        return bool(self.payer) and bool(self.unit) and self.payer.replace(" ", "") != self.unit.replace(" ", "")


def reckoning(sheet: ReviewSheet) -> Reckoning:
    """Of one payment."""
    totals = [amount_of(bill.get("total")) for bill in bills_of(sheet)]
    known = [total for total in totals if total is not None]
    owed = sum(known, Decimal(0)) if totals and len(known) == len(totals) else None
    values = sheet.case.form.get("values") or {}
    return Reckoning(owed, amount_of(values.get(AMOUNT)), str(values.get(PAYER) or ""), sheet.case.row.unit_name)


def bills_of(sheet: ReviewSheet) -> tuple[Mapping[str, Any], ...]:
    """What the payment pays: its own bills, else what would be made of its rows."""
    made = tuple(bill for bill in sheet.bills if bill.get("status") != "void")
    return made or (sheet.check.bills if sheet.check is not None else ())


class FinanceModel(ReviewModel):
    """The payments that finance has to look at."""

    @property
    def reckoning(self) -> Reckoning | None:
        return reckoning(self.sheet) if self.sheet is not None else None

    def name_of(self, person: str) -> str:
        """Of somebody on a bill."""
        return self.sheet.names.get(person, "") if self.sheet is not None and person else ""

    def notable(self) -> tuple[tuple[str, str], ...]:
        """The bills a note may be put on: id and words."""
        if self.sheet is None:
            return ()
        kinds = self.context.pack.spec.bill_kinds
        return tuple(
            (str(bill["id"]), f"{kinds.get(str(bill.get('kind')), '账单')} {bill.get('number') or ''}".strip())
            for bill in self.sheet.bills
            if bill.get("id")
        )

    def note_on_bill(self, bill: str, kind: str, amount: str, reason: str) -> str:
        """Ask for it; what is wrong with it in one sentence, or nothing."""
        exact = amount_of(amount)
        if not reason.strip():
            return "请写明情况，以后查账要看。"
        if kind in WITH_AMOUNT and (exact is None or exact == 0):
            return "请写金额，例如 120.00。"
        told = f"{exact:.2f}" if kind in WITH_AMOUNT and exact is not None else None
        account, now = self.context.account, self.context.now()

        def work(store: LocalStore) -> str:
            return note_bill(store, account, bill, kind, reason=reason.strip(), now=now, amount=told)

        self.context.write(
            work, done=while_there(self, partial(self._noted, kind)), failed=while_there(self, self._not_noted)
        )
        return ""

    def _noted(self, kind: str, _op_id: str) -> None:
        self.said.emit(f"已记下{NOTES[kind]}，联网后送达。", "ok")

    def _not_noted(self, error: BaseException) -> None:
        if not isinstance(error, StoreFailure):
            raise error
        self.said.emit(f"{error.sentence}{error.remedy}", "bad")
