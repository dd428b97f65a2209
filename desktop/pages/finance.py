"""The finance desk: voucher at the right, in the middle what was paid beside the lines it pays for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.context import Context
from desktop.pages.finance_model import NOTES, WITH_AMOUNT, FinanceModel, bills_of
from desktop.pages.review import ReviewPage
from desktop.pages.review_parts import PartView
from desktop.pages.review_sheet import ReviewSheet
from desktop.pages.words import money
from desktop.widgets.base import Box, Label, column, row, show_if
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field
from desktop.widgets.inputs import ChoiceInput, TextInput
from desktop.widgets.panel import AmountLine


class MoneyView(PartView):
    """The middle column of finance: owed, paid, difference, then lines and notes of each bill."""

    def __init__(self, model: FinanceModel, parent: QWidget | None = None) -> None:
        self._money = model
        super().__init__(model, parent)

    def fill_bills(self, sheet: ReviewSheet) -> None:
        found = self._money.reckoning
        if found is None:
            return
        words, role = found.verdict
        self.add_title("对账", words, role)
        paid = f"{money(found.paid)} 元" if found.paid is not None else "未填"
        owed = f"{money(found.owed)} 元" if found.owed is not None else "未设定"
        for label, amount, strong in (("应缴", owed, False), ("实缴", paid, True)):
            self.add_plain(AmountLine(label, amount, strong=strong))
        if found.other_payer:
            self.add_plain(Label(f"付款人是“{found.payer}”，不是申请单位", "secondary", "warn", wrap=True))
        kinds = self._money.context.pack.spec.bill_kinds
        for bill in bills_of(sheet):
            self.add_title(kinds.get(str(bill.get("kind")), "账单"), str(bill.get("number") or ""))
            for line in bill.get("lines") or ():
                amount = f"{money(line['amount'])}" if line.get("amount") is not None else "未设定"
                name = self._money.name_of(str(line.get("person") or ""))
                said = " ".join(part for part in (str(line.get("label") or ""), name) if part)
                self.add_plain(AmountLine(said, amount, str(line.get("clause") or "")))
            for note in bill.get("notes") or ():
                kind = NOTES.get(str(note.get("note")), "备注")
                amount = f"{money(note['amount'])} 元 " if note.get("amount") else ""
                said = f"{kind}：{amount}{note.get('reason') or ''}"
                self.add_plain(Label(said, "secondary", "warn", wrap=True))


class BillNoteEditor(Box):
    """Records a difference, a refund or another payer on a bill; opens under 更多."""

    saved = Signal(str, str, str, str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, fill="surface", sides="t")
        self._kind = ""
        self._title = Label("", "section")
        self.bill = ChoiceInput(name="账单")
        self.bill.setObjectName("finance.note.bill")
        self.amount = TextInput(placeholder="120.00")
        self.amount.setObjectName("finance.note.amount")
        self.reason = TextInput(placeholder="情况，例如：银行扣了手续费")
        self.reason.setObjectName("finance.note.reason")
        self._bill = Field("账单", self.bill, width=190)
        self._amount = Field("金额（元）", self.amount, required=True, width=110)
        self._reason = Field("说明", self.reason, required=True)
        save = Button("记下", "primary")
        save.setObjectName("finance.note.save")
        save.clicked.connect(self._save)
        cancel = Button("取消", "quiet")
        cancel.clicked.connect(self.closed)
        fields = row(self._bill, self._amount, self._reason, spacing=12)
        self.setLayout(column(self._title, 8, fields, 8, row(None, cancel, save, spacing=8), margins=(16, 12, 16, 12)))
        self.hide()

    def open_note(self, kind: str, bills: Sequence[tuple[str, str]]) -> None:
        self._kind = kind
        self._title.setText(f"记录{NOTES[kind]}")
        self.bill.set_choices(bills)
        self.bill.set_value(bills[0][0] if bills else "")
        self.amount.set_value("")
        self.reason.set_value("")
        self._reason.set_finding("")
        show_if(self._bill, len(bills) > 1)
        show_if(self._amount, kind in WITH_AMOUNT)
        self.show()
        (self.amount if kind in WITH_AMOUNT else self.reason).setFocus(Qt.FocusReason.OtherFocusReason)

    def say(self, words: str) -> None:
        self._reason.set_finding(words)

    def _save(self) -> None:
        self.saved.emit(self.bill.value, self._kind, self.amount.value, self.reason.value)


class FinancePage(ReviewPage):
    """The same desk as for reviewing, for payments."""

    def __init__(self, model: FinanceModel) -> None:
        self._finance = model
        super().__init__(model, title="财务复核", name="finance")

    def make_parts(self) -> PartView:
        return MoneyView(self._finance)

    def make_more(self) -> Sequence[QWidget]:
        self.notes = BillNoteEditor()
        self.notes.saved.connect(self._save_note)
        self.notes.closed.connect(self._close_notes)
        return (self.notes,)

    def more_actions(self) -> Sequence[tuple[str, Callable[[], object]]]:
        if not self._finance.notable():
            return ()
        kinds = ("difference", "refund", "wrong-payer")
        return [(f"记录{NOTES[kind]}…", partial(self._open_note, kind)) for kind in kinds]

    def _save_note(self, bill: str, kind: str, amount: str, reason: str) -> None:
        wrong = self._finance.note_on_bill(bill, kind, amount, reason)
        self.notes.say(wrong)
        if not wrong:
            self._close_notes()

    def _open_note(self, kind: str) -> None:
        self.notes.open_note(kind, self._finance.notable())
        self._bar.hide()

    def _close_notes(self) -> None:
        self.notes.hide()
        self._bar.show()


def make(context: Context, key: str) -> FinancePage:
    return FinancePage(FinanceModel(context, key))
