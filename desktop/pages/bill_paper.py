"""A bill as its paper: what is owed line by line, for whom, and what became of it. Built on the reading lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from documents.bill import BillDoesNotAddUp, bill_sheet
from documents.fonts import MissingGlyphs
from documents.paper import Paper
from domain.entities import Bill
from domain.packs.pack import Pack
from sync.store.local import Reader
from sync.views import BillRow, bills, entity, rows_for

UNPAID = "unpaid"


@dataclass(frozen=True, slots=True)
class BillSheet:
    """One bill on screen: its facts in words, its PDF, or why there is none."""

    row: BillRow
    kind: str
    state: str
    unset: tuple[str, ...]  # amounts the association has not set, by name
    pdf: bytes
    trouble: str  # why it cannot be printed, or characters to be written in by hand
    application: str
    number: str  # of the application it was made for

    @property
    def title(self) -> str:
        return f"{self.kind} {self.row.number}".strip()


def bill_paper(reader: Reader, account: str, pack: Pack, bill: str) -> BillSheet | None:
    """None when this desk has no such bill."""
    row = next((one for one in bills(reader, account) if one.id == bill), None)
    if row is None:
        return None
    found = entity(reader, account, row.application) if row.application else None
    case: Mapping[str, Any] = found.body if found is not None else {}
    number = str(case.get("number") or "")
    state = pack.spec.bill_statuses.get(row.status, row.status)
    kind = pack.spec.bill_kinds.get(row.kind, "缴费单")
    lines = row.body.get("lines") or ()
    unset = tuple(dict.fromkeys(_line(one) for one in lines if one.get("amount") is None))
    service = pack.services.get(str(case.get("service") or ""))
    about = [("类别：", kind)]
    about += [("对应申请：", " ".join(part for part in (service.label if service else "", number) if part))]
    about += [("缴费日期：", row.paid_on)] if row.paid_on else []
    about += [(f"{label}：", words) for label, words in invoices_of(pack, row.body)]
    unit = entity(reader, account, row.unit) if row.unit else None
    try:
        paper = bill_sheet(
            cast(Bill, dict(row.body)),
            association=reader.accounts.need(account).association_name,
            unit=str(unit.body.get("name") or "") if unit is not None else "",
            people={key: one.name for key, one in rows_for(reader, account, set(row.people)).items()},
            receipts=pack.spec.receipts,
            unset=unset,
            state=state,
            about=[one for one in about if one[1]],
        )
    except BillDoesNotAddUp:
        words = "这份账单的明细与合计对不上，不能打印。请致电协会财务核对。"
        return BillSheet(row, kind, state, unset, b"", words, row.application, number)
    pdf, gaps = drawn(paper)
    return BillSheet(row, kind, state, unset, pdf, gaps, row.application, number)


def drawn(paper: Paper) -> tuple[bytes, str]:
    """The bytes of a paper, and what has to be written in by hand."""
    try:
        return paper.pdf(), ""
    except MissingGlyphs as missing:
        return paper.pdf(leave_gaps=True), str(missing)


def invoices_of(pack: Pack, bill: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """The fiscal papers issued for a bill: (what it is, number and day)."""
    return [
        (
            pack.spec.receipts.get(str(note.get("document")), "票据"),
            " ".join(part for part in (str(note.get("number") or ""), str(note.get("issued_on") or "")) if part),
        )
        for note in bill.get("notes") or ()
        if note.get("note") == "invoice"
    ]


def _line(line: Mapping[str, Any]) -> str:
    return str(line.get("label") or line.get("type") or line.get("rule") or "")
