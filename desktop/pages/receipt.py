"""看回执: the proof of delivery as a paper, checked here without the network, printed or saved."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.context import Context
from desktop.page import Page
from desktop.printing import print_pdf, save_file
from desktop.watching import Watching
from desktop.watching_page import WatchingPage
from desktop.widgets.buttons import Button
from desktop.widgets.notes import Band
from desktop.widgets.previews import PdfPreview
from documents.receipt import Delivery, receipt_sheet
from domain.operations import Status
from sync.store.local import Reader
from sync.views import ReceiptView, operation, receipt
from sync.views.queue import WORDS


def make(context: Context, key: str) -> Page:
    return ReceiptPage(context, key)


@dataclass(frozen=True)
class Proof:
    """What is shown: the facts and the paper."""

    view: ReceiptView
    paper: bytes


class ReceiptModel(Watching[Proof | None]):
    """Reads the receipt and makes its paper, beside the screen."""

    topics = frozenset({"outbox"})

    def __init__(self, context: Context, op_id: str) -> None:
        super().__init__(context)
        self.op_id = op_id
        self.proof: Proof | None = None

    def look(self, reader: Reader) -> Proof | None:
        view = receipt(reader, self.context.account, self.op_id)
        return None if view is None else Proof(view, paper_of(reader, self.context, view))

    def take(self, found: Proof | None) -> None:
        self.proof = found


def paper_of(reader: Reader, context: Context, view: ReceiptView) -> bytes:
    """The paper of a receipt; on a lane."""
    row = operation(reader, view.op_id, now=context.now())
    about = [("业务：", view.title)]
    if row is not None:
        about += [("单号：", row.number or row.code), ("内容：", row.people or view.title)]
    delivery = Delivery(view.association, view.op_id, view.sha256, Status(view.status), view.receipt)
    words = WORDS[view.status]
    return receipt_sheet(
        delivery, key=view.server_key, association=view.association_name, status=words, about=about
    ).pdf()


class ReceiptPage(WatchingPage):
    """Layout and wiring."""

    model: ReceiptModel

    def __init__(self, context: Context, op_id: str) -> None:
        super().__init__("送达回执", back=True, scroll=False)
        self.place = "outbox"
        self.setObjectName("receipt")
        self.context, self.model = context, ReceiptModel(context, op_id)
        self.model.setParent(self)
        self.print = Button("打印", icon="printer")
        self.print.setObjectName("receipt.print")
        self.save = Button("另存为 PDF", icon="download")
        self.save.setObjectName("receipt.save")
        self.set_actions([self.save, self.print])
        self.band = Band("wait", "正在核对签名", "")
        self.band.setObjectName("receipt.band")
        self.preview = PdfPreview()
        self.preview.setObjectName("receipt.preview")
        self.preview.setAccessibleName("回执")
        self.add(self.band)
        self.add(12)
        self.add(self.preview, stretch=1)
        self.print.clicked.connect(self._print)
        self.save.clicked.connect(self._save)
        self.shortcut("Ctrl+P", self._print)
        self.model.changed.connect(self.refresh)

    def refresh(self) -> None:
        proof = self.model.proof
        if proof is None:
            self.band.set_verdict("wait", "还没有回执", "协会还没有答复这一件；答复后回执会自动存到这里。")
            return
        view = proof.view
        self.set_head("送达回执", f"{view.title}·回执 {view.receipt.number}")
        if view.holds:
            self.band.set_verdict("ok", "签名核对相符", "这份回执由协会服务器签名，核对不用联网。")
        else:
            self.band.set_verdict("bad", "签名核对不符", "这份回执不能证明送达，请联系协会。")
        self.preview.show_bytes(proof.paper)

    def _print(self) -> None:
        if self.model.proof is not None:
            print_pdf(self.model.proof.paper, self)

    def _save(self) -> None:
        if self.model.proof is not None:
            path = save_file(self.model.proof.paper, f"送达回执{self.model.proof.view.receipt.number}.pdf", self)
            if path is not None:
                self.context.tell(f"已保存为“{path.name}”。")
