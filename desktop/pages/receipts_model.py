"""开票记录: every paid bill with the fiscal paper that belongs to it, and finance marking it as issued. No widget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.alive import while_there
from desktop.context import Context
from desktop.pages.bill_paper import invoices_of
from desktop.pages.words import money
from desktop.watching import Watching
from documents.workbooks import ExportColumn, table_workbook
from domain.packs.pack import Pack
from sync.actions import issue_invoice
from sync.store.errors import StoreFailure
from sync.store.local import LocalStore, Reader
from sync.store.pinyin import initials
from sync.views import BillRow, bills, entities

COLUMNS = (
    ("账单号", 16), ("类别", 22), ("单位", 32), ("金额（元）", 12), ("票据", 16), ("状态", 10), ("票据号码", 24),
    ("缴费日期", 12),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One bill that is paid, and the papers that finance issues for it."""

    id: str
    number: str
    kind: str
    unit_id: str
    unit: str
    total: str
    amount: str | None
    document: str  # 电子发票, 电子财政收据
    lacks: tuple[str, ...]  # kinds of papers that are not issued yet
    issued: str  # numbers and days of those that are
    state: str
    role: str
    day: str
    application: str

    @property
    def search(self) -> str:
        return f"{self.number} {self.unit} {initials(self.unit)} {self.kind} {self.document} {self.issued}"


@dataclass(frozen=True, slots=True)
class Receipts:
    """One look at the store; `finance`: this desk marks papers as issued."""

    rows: tuple[ReceiptRow, ...]
    finance: bool


class ReceiptsModel(Watching[Receipts]):
    """The list by period; what finance puts down becomes an Operation on each bill."""

    exported = Signal(object)
    said = Signal(str, str)  # words and role for the page

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(context, parent)
        self.rows: tuple[ReceiptRow, ...] = ()
        self.finance = False
        self.since, self.until = "", ""

    def look(self, reader: Reader) -> Receipts:
        pack, account = self.context.pack, self.context.account
        units = {one.id: str(one.body.get("name") or "") for one in entities(reader, account, "unit")}
        rows = tuple(_row(pack, bill, units) for bill in bills(reader, account) if bill.status == "paid")
        return Receipts(rows, pack.role(reader.accounts.need(account).role) == "finance")

    def take(self, found: Receipts) -> None:
        self.rows, self.finance = found.rows, found.finance

    def set_period(self, since: str, until: str) -> None:
        """ISO days; empty: open."""
        self.since, self.until = since, until
        self.changed.emit()

    @property
    def listed(self) -> tuple[ReceiptRow, ...]:
        return tuple(
            row
            for row in self.rows
            if (not self.since or row.day >= self.since) and (not self.until or row.day <= self.until)
        )

    def set_quick(self, key: str) -> None:
        """this-month, last-month, this-year, all."""
        today = self.context.today()
        first = today.replace(day=1)
        if key == "this-month":
            self.set_period(first.isoformat(), "")
        elif key == "last-month":
            last = date(first.year - (first.month == 1), 12 if first.month == 1 else first.month - 1, 1)
            self.set_period(last.isoformat(), date.fromordinal(first.toordinal() - 1).isoformat())
        elif key == "this-year":
            self.set_period(date(today.year, 1, 1).isoformat(), "")
        else:
            self.set_period("", "")

    # what finance puts down

    def papers_of(self, rows: Sequence[ReceiptRow]) -> tuple[tuple[str, str], ...]:
        """Kinds of papers that every one of these bills still lacks: id and words."""
        common = set.intersection(*(set(row.lacks) for row in rows)) if rows else set()
        words = self.context.pack.spec.receipts
        return tuple((kind, words.get(kind, kind)) for kind in sorted(common))

    def why_not(self, rows: Sequence[ReceiptRow]) -> str:
        """Why these bills cannot have one paper; empty: they can."""
        if not rows:
            return "请先选一笔待开票的缴费"
        if len({row.unit_id for row in rows}) > 1:
            return "选中的不是同一个单位，请分开登记"
        return "" if self.papers_of(rows) else "选中的都已开票，或票据类别不同"

    def issue(self, rows: Sequence[ReceiptRow], document: str, number: str, on: date | None) -> tuple[str, str]:
        """Ask for it; (field, what is wrong with it), or two empty words."""
        if not number.strip():
            return "number", "请填写票据号码。"
        if on is None:
            return "day", "请填写开票日期，例如 2026-03-16。"
        if on > self.context.today():
            return "day", "开票日期不能晚于今天。"
        account, now = self.context.account, self.context.now()
        chosen, paper, when = [row.id for row in rows], number.strip(), on.isoformat()

        def work(store: LocalStore) -> int:
            return len([issue_invoice(store, account, one, document, paper, when, now=now) for one in chosen])

        failed = while_there(self, self._failed)
        self.context.write(work, done=while_there(self, partial(self._issued, paper)), failed=failed)
        return "", ""

    def _issued(self, number: str, count: int) -> None:
        many = f"，{count} 张账单" if count > 1 else ""
        self.said.emit(f"已登记票据 {number}{many}，联网后单位就能看到。", "ok")

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, StoreFailure):
            raise error
        self.said.emit(f"{error.sentence}{error.remedy}", "bad")

    def export(self, rows: Sequence[ReceiptRow]) -> None:
        """As Excel."""
        columns = [ExportColumn(title, width) for title, width in COLUMNS]
        lines = [[r.number, r.kind, r.unit, r.amount or "", r.document, r.state, r.issued, r.day] for r in rows]
        self.context.read(
            lambda _r: table_workbook(columns, lines, sheet="开票记录"), done=while_there(self, self.exported.emit)
        )


def _row(pack: Pack, bill: BillRow, units: dict[str, str]) -> ReceiptRow:
    papers = tuple(dict.fromkeys(str(line["receipt"]) for line in bill.body.get("lines") or () if line.get("receipt")))
    noted = [note for note in bill.body.get("notes") or () if note.get("note") == "invoice"]
    lacks = tuple(one for one in papers if one not in {note.get("document") for note in noted})
    state, role = ("不开票", "text2") if not papers else ("待开", "wait") if lacks else ("已开", "ok")
    return ReceiptRow(
        bill.id,
        bill.number,
        pack.spec.bill_kinds.get(bill.kind, bill.kind),
        bill.unit,
        units.get(bill.unit, ""),
        money(bill.total) if bill.total else "",
        bill.total,
        "、".join(pack.spec.receipts.get(one, one) for one in papers),
        lacks,
        "；".join(words for _label, words in invoices_of(pack, bill.body)),
        state,
        role,
        bill.paid_on or bill.made_on,
        bill.application,
    )
