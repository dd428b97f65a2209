"""开票记录: paid bills and the papers that belong to them, by period, out to Excel; finance marks them as issued."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.context import Context
from desktop.pages.receipts_model import ReceiptRow, ReceiptsModel
from desktop.printing import save_file
from desktop.rows_model import Column, RowsModel
from desktop.rows_view import RowsView
from desktop.watching_page import WatchingPage
from desktop.widgets.base import Box, Label, column, row, show_if
from desktop.widgets.buttons import Button, Chip, ChipRow
from desktop.widgets.fields import Field, InputFrame, SearchBox
from desktop.widgets.flow import FlowRow
from desktop.widgets.gap import Gap
from desktop.widgets.inputs import ChoiceInput, DateInput, TextInput, read_date
from desktop.widgets.notes import EmptyState, Notice

EXCEL = "Excel (*.xlsx)"
QUICK = (("all", "全部"), ("this-month", "本月"), ("last-month", "上月"), ("this-year", "今年"))


class IssueEditor(Box):
    """Number and day of a paper that was issued; opens below the list, Esc closes it."""

    asked = Signal(str, str, object)  # kind of paper, number, day or None
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, fill="surface", sides="t")
        self._title = Label("", "section")
        self.document = ChoiceInput(name="票据类别")
        self.document.setObjectName("receipts.issue.document")
        self.number = TextInput(placeholder="发票或收据上的号码", name="票据号码")
        self.number.setObjectName("receipts.issue.number")
        self.day = DateInput(name="开票日期")
        self.day.setObjectName("receipts.issue.day")
        self._document = Field("票据类别", self.document, width=160)
        self._number = Field("票据号码", self.number, required=True, width=240)
        self._day = Field("开票日期", self.day, required=True, width=160)
        save = Button("登记", "primary")
        save.setObjectName("receipts.issue.save")
        save.clicked.connect(self._save)
        cancel = Button("取消", "quiet")
        cancel.setObjectName("receipts.issue.cancel")
        cancel.clicked.connect(self.closed)
        fields = row(self._document, self._number, self._day, None, spacing=12)
        self.setLayout(column(self._title, 8, fields, 8, row(cancel, save, None, spacing=8), margins=(24, 12, 24, 0)))
        self.hide()

    def open_for(self, words: str, papers: Sequence[tuple[str, str]], today: str) -> None:
        self._title.setText(words)
        self.document.set_choices(papers)
        self.document.set_value(papers[0][0])
        self.number.set_value("")
        self.day.set_value(today)
        self.say("number", "")
        self.say("day", "")
        self.show()
        self.number.setFocus(Qt.FocusReason.OtherFocusReason)

    def say(self, field: str, words: str) -> None:
        (self._day if field == "day" else self._number).set_finding(words)

    def _save(self) -> None:
        self.say("number", "")
        self.say("day", "")
        self.asked.emit(self.document.value, self.number.value, read_date(self.day.text()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._save()
        else:
            super().keyPressEvent(event)


class ReceiptsPage(WatchingPage):
    """One list with its period."""

    model: ReceiptsModel

    def __init__(self, model: ReceiptsModel) -> None:
        self.export_button = Button("导出", icon="download")
        self.export_button.setObjectName("receipts.export")
        self.issue_button = Button("登记票据", "primary")
        self.issue_button.setObjectName("receipts.issue")
        actions = [self.export_button, self.issue_button]
        super().__init__("开票记录", actions=actions, scroll=False, help_topic="receipts")
        self.model = model
        model.setParent(self)
        self.export_button.clicked.connect(self._export)
        self.notice = Notice()
        self.notice.acted.connect(self.notice.clear)
        self.add(self.notice)
        self.add(Gap(self.notice))
        self.chips = ChipRow([Chip(key, words) for key, words in QUICK], name="时间段")
        self.chips.chosen.connect(self._quick)
        self.since = DateInput(name="从")
        self.since.setObjectName("receipts.since")
        self.until = DateInput(name="到")
        self.until.setObjectName("receipts.until")
        for editor in (self.since, self.until):
            editor.edited.connect(self._typed)
        self.search = SearchBox("账单号、单位、首字母", width=200)
        self.search.input.setObjectName("receipts.search")
        period = row(_framed(self.since), Label("至", "panel_body", "text2"), _framed(self.until), spacing=8)
        between = QWidget()
        between.setLayout(period)
        self.add(FlowRow(self.chips, between, None, self.search, spacing=16))
        self.add(8)
        self.rows: RowsModel[ReceiptRow] = RowsModel(
            [
                Column("账单号", lambda one: one.number or "—", width=136, whole=True),
                Column("类别", lambda one: one.kind, width=176),
                Column("单位", lambda one: one.unit, spare=0 if model.finance else 1),
                Column("票据", lambda one: one.document or "—", sub=lambda one: one.issued, width=232, whole=True),
                Column(
                    "金额（元）",
                    lambda one: one.total,
                    align="right",
                    width=112,
                    sort=lambda one: float(one.amount or 0),
                ),
                Column("缴费日期", lambda one: one.day, align="right", width=112),
                Column("状态", lambda one: one.state, icon=lambda one: one.role, role=lambda one: one.role, width=96),
            ],
            key=lambda one: one.id,
            search=lambda one: one.search,
        )
        self.search.searched.connect(self.rows.set_search)
        empty = EmptyState("这段时间没有缴费", "财务核实通过的缴费会出现在这里。", icon="file")
        self.list = RowsView(self.rows, name="开票记录", empty=empty, row_height=48, hang=True)
        self.list.setObjectName("receipts.table")
        self.list.opened.connect(self._open)
        self.list.chosen_changed.connect(self._chosen)
        self.list.current_changed.connect(self._chosen)
        self.add(self.list, stretch=1)
        self.editor = IssueEditor()
        self.editor.asked.connect(self._issue)
        self.editor.closed.connect(self._close)
        self.add(self.editor, side=0)
        self.issue_button.clicked.connect(self._open_editor)
        model.changed.connect(self._refresh)
        model.said.connect(lambda words, role: self.notice.show_words(words, role=role, action="知道了"))
        model.exported.connect(self._save)

    def _refresh(self) -> None:
        rows = self.model.listed
        self.rows.show(rows)
        total = sum(float(one.amount or 0) for one in rows)
        self.set_head("开票记录", f"{len(rows)} 笔，共 {total:,.2f} 元" if rows else "")
        self.export_button.set_reason("" if rows else "没有可导出的")
        show_if(self.issue_button, self.model.finance and self.editor.isHidden())
        self._chosen()

    def _quick(self, key: str) -> None:
        self.model.set_quick(key)
        self.since.set_value(self.model.since)
        self.until.set_value(self.model.until)

    def _typed(self, _text: str) -> None:
        days = [read_date(one.text()) for one in (self.since, self.until)]
        self.model.set_period(*(day.isoformat() if day is not None else "" for day in days))

    def _open(self, chosen: object) -> None:
        if isinstance(chosen, ReceiptRow):
            self.go.emit(f"bill/{chosen.id.partition('/')[2]}")

    # finance

    def _selected(self) -> tuple[ReceiptRow, ...]:
        return tuple(one for one in self.list.chosen if isinstance(one, ReceiptRow))

    def _chosen(self, _current: object = None) -> None:
        self.issue_button.set_reason(self.model.why_not(self._selected()))

    def _open_editor(self) -> None:
        rows = self._selected()
        papers = self.model.papers_of(rows)
        if papers and not self.model.why_not(rows):
            words = f"{rows[0].unit}　{rows[0].number}" if len(rows) == 1 else f"{rows[0].unit}　{len(rows)} 张账单"
            self.issue_button.hide()
            self.editor.open_for(words, papers, self.model.context.today().isoformat())

    def _issue(self, document: str, number: str, day: object) -> None:
        rows = self._selected()
        if self.model.why_not(rows):
            self._close()
            return
        field, wrong = self.model.issue(rows, document, number, day if isinstance(day, date) else None)
        if wrong:
            self.editor.say(field, wrong)
        else:
            self._close()

    def _close(self) -> None:
        self.editor.hide()
        self.issue_button.show()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _export(self) -> None:
        self.model.export(tuple(self.rows.visible))

    def _save(self, data: object) -> None:
        assert isinstance(data, bytes)
        try:
            saved = save_file(data, "开票记录.xlsx", self, kinds=EXCEL)
        except OSError:
            self.notice.show_words("文件写不进去：可能正在 Excel 里开着。请换个名字再导出。", role="bad")
            return
        if saved is not None:
            self.notice.show_words(f"已导出到 {saved.name}。", role="ok", action="知道了")


def _framed(editor: DateInput) -> InputFrame:
    frame = InputFrame(editor)
    frame.setFixedWidth(140)
    return frame


def make(context: Context, key: str) -> ReceiptsPage:
    return ReceiptsPage(ReceiptsModel(context))
