"""开票记录: paid bills and the papers that belong to them, by period, and out to Excel."""

from __future__ import annotations

from desktop.context import Context
from desktop.page import Page
from desktop.pages.office_tables import ReceiptRow, ReceiptsModel
from desktop.printing import save_file
from desktop.rows_model import Column, RowsModel
from desktop.rows_view import RowsView
from desktop.widgets.base import Label, row
from desktop.widgets.buttons import Button, Chip, ChipRow
from desktop.widgets.fields import InputFrame, SearchBox
from desktop.widgets.inputs import DateInput, read_date
from desktop.widgets.notes import EmptyState, Notice

EXCEL = "Excel (*.xlsx)"
QUICK = (("all", "全部"), ("this-month", "本月"), ("last-month", "上月"), ("this-year", "今年"))


class ReceiptsPage(Page):
    """One list with its period."""

    def __init__(self, model: ReceiptsModel) -> None:
        self.export_button = Button("导出", icon="download")
        self.export_button.setObjectName("receipts.export")
        super().__init__("开票记录", actions=[self.export_button], scroll=False, help_topic="receipts")
        self.model = model
        model.setParent(self)
        self.export_button.clicked.connect(self._export)
        self.notice = Notice()
        self.notice.acted.connect(self.notice.clear)
        self.add(self.notice)
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
        self.add(row(self.chips, period, None, self.search, spacing=16))
        self.add(8)
        self.rows: RowsModel[ReceiptRow] = RowsModel(
            [
                Column("账单号", lambda one: one.number or "—", width=136),
                Column("类别", lambda one: one.kind, width=176),
                Column("单位", lambda one: one.unit),
                Column("票据", lambda one: one.document, width=128),
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
        self.list = RowsView(self.rows, name="开票记录", empty=empty, row_height=36, hang=True)
        self.list.setObjectName("receipts.table")
        self.list.opened.connect(self._open)
        self.add(self.list, stretch=1)
        model.changed.connect(self._refresh)
        model.exported.connect(self._save)

    def shown(self) -> None:
        self.model.awake()

    def hidden(self) -> None:
        self.model.sleep()

    @property
    def settled(self) -> bool:
        """Nothing of the page is on its way."""
        return self.model.is_settled

    def _refresh(self) -> None:
        rows = self.model.listed
        self.rows.show(rows)
        total = sum(float(one.amount or 0) for one in rows)
        self.set_head("开票记录", f"{len(rows)} 笔，共 {total:,.2f} 元" if rows else "")
        self.export_button.set_reason("" if rows else "没有可导出的")

    def _quick(self, key: str) -> None:
        self.model.set_quick(key)
        self.since.set_value(self.model.since)
        self.until.set_value(self.model.until)

    def _typed(self, _text: str) -> None:
        days = [read_date(one.text()) for one in (self.since, self.until)]
        self.model.set_period(*(day.isoformat() if day is not None else "" for day in days))

    def _open(self, chosen: object) -> None:
        if isinstance(chosen, ReceiptRow) and chosen.application:
            self.go.emit(f"case/{chosen.application.partition('/')[2]}")

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
