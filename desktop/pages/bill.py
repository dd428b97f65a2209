"""A bill as its paper: seen, printed, saved; the unit goes on to pay it. Reached from home, a case, the receipts."""

from __future__ import annotations

from desktop.context import Context
from desktop.page import Page
from desktop.pages.bill_paper import UNPAID, BillSheet, bill_paper
from desktop.printing import print_pdf, save_file
from desktop.starting import pay, payment_service
from desktop.watching import Watching
from desktop.watching_page import WatchingPage
from desktop.widgets.base import column, show_if
from desktop.widgets.buttons import Button
from desktop.widgets.notes import Band, EmptyState
from desktop.widgets.previews import PdfPreview
from sync.store.local import Reader
from sync.store.text import key_of

ROLES = {"paid": "ok", "void": "text2", "under_review": "wait"}


def make(context: Context, key: str) -> Page:
    """bill/<key>."""
    return BillPage(context, key)


class BillModel(Watching["tuple[BillSheet | None, bool]"]):
    """Reads the bill and makes its paper, beside the screen."""

    def __init__(self, context: Context, key: str) -> None:
        super().__init__(context)
        self.id = f"bill/{key}"
        self.sheet: BillSheet | None = None
        self.pays = False  # this desk pays bills

    def look(self, reader: Reader) -> tuple[BillSheet | None, bool]:
        account, pack = self.context.account, self.context.pack
        return bill_paper(reader, account, pack, self.id), pack.fills_in(reader.accounts.need(account).role)

    def take(self, found: tuple[BillSheet | None, bool]) -> None:
        self.sheet, self.pays = found


class BillPage(WatchingPage):
    """Layout and wiring."""

    model: BillModel

    def __init__(self, context: Context, key: str) -> None:
        super().__init__("缴费单", back=True, scroll=False)
        self.setObjectName("bill")
        self.context, self.model = context, BillModel(context, key)
        self.model.setParent(self)
        self.case = Button("看申请", "quiet")
        self.case.setObjectName("bill.case")
        self.save = Button("另存为 PDF", icon="download")
        self.save.setObjectName("bill.save")
        self.print = Button("打印", icon="printer")
        self.print.setObjectName("bill.print")
        self.pay = Button("去缴费", "primary")
        self.pay.setObjectName("bill.pay")
        self.set_actions([self.case, self.save, self.print, self.pay])
        self.band = Band("wait", "正在生成", "")
        self.band.setObjectName("bill.band")
        self.preview = PdfPreview(name="缴费单")
        self.preview.setObjectName("bill.preview")
        self.missing = EmptyState("本机没有这张账单", "请联网后再打开。", icon="money")
        self.add(self.band)
        self.add(12)
        self.add(column(self.preview, self.missing), stretch=1)
        self.case.clicked.connect(self._open_case)
        self.save.clicked.connect(self._save)
        self.print.clicked.connect(self._print)
        self.pay.clicked.connect(self._pay)
        self.shortcut("Ctrl+P", self._print)
        self.model.changed.connect(self.refresh)
        for part in (self.missing, self.case, self.pay):
            show_if(part, False)

    def refresh(self) -> None:
        sheet = self.model.sheet
        show_if(self.missing, sheet is None)
        show_if(self.preview, sheet is not None and bool(sheet.pdf))
        show_if(self.band, sheet is not None)
        for button in (self.save, self.print):
            button.set_reason("" if sheet is not None and sheet.pdf else "没有可打印的")
        show_if(self.case, sheet is not None and bool(sheet.application))
        show_if(self.pay, sheet is not None and self._service(sheet) is not None)
        if sheet is None:
            return
        self.set_head("缴费单", sheet.title)
        self.band.set_verdict(*_verdict(sheet))
        if sheet.pdf:
            self.preview.show_bytes(sheet.pdf)

    def _service(self, sheet: BillSheet) -> str | None:
        """Where this desk can pay it now."""
        if not self.model.pays or sheet.row.status != UNPAID or sheet.row.pending or sheet.unset:
            return None
        return payment_service(self.context.pack, sheet.row.kind)

    def _open_case(self) -> None:
        if self.model.sheet is not None:
            self.go.emit(f"case/{key_of(self.model.sheet.application)}")

    def _pay(self) -> None:
        sheet = self.model.sheet
        service = self._service(sheet) if sheet is not None else None
        if sheet is not None and service is not None:
            pay(self.context, service, sheet.row)

    def _print(self) -> None:
        if self.model.sheet is not None and self.model.sheet.pdf:
            print_pdf(self.model.sheet.pdf, self)

    def _save(self) -> None:
        sheet = self.model.sheet
        if sheet is None or not sheet.pdf:
            return
        try:
            path = save_file(sheet.pdf, f"缴费单{sheet.row.number}.pdf", self)
        except OSError as error:
            self.context.tell(f"文件存不进去：{error.strerror}。请换一个文件夹。", "bad")
            return
        if path is not None:
            self.context.tell(f"已保存为“{path.name}”。")


def _verdict(sheet: BillSheet) -> tuple[str, str, str]:
    """(role, words, what follows) of the band."""
    if sheet.trouble and not sheet.pdf:
        return "bad", sheet.state, sheet.trouble
    if sheet.unset:
        names = "、".join(sheet.unset)
        return "warn", "有金额还没有设定", f"{names}：协会设定后才能缴费，现在不计入合计，也不等于零。"
    if sheet.trouble:
        return "warn", sheet.state, f"{sheet.trouble}打印后请手写补上。"
    if sheet.row.status == UNPAID:
        return "warn", sheet.state, "缴费并上传凭证后，转财务核实。"
    paid = f"{sheet.row.paid_on} 缴费。" if sheet.row.paid_on else ""
    return ROLES.get(sheet.row.status, "wait"), sheet.state, paid
