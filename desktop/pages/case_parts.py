"""Parts of a case's page: asking once more before it is ended, and its papers with the one that is open."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop import words
from desktop.pages.case_words import PaperLine
from desktop.rows_model import Act, Column, RowsModel
from desktop.rows_view import RowsView
from desktop.widgets.base import Box, Label, column, row, show_if
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field
from desktop.widgets.inputs import TextInput
from desktop.widgets.notes import EmptyState, ProgressBar
from desktop.widgets.previews import ImageDesk, PdfPreview
from domain.transitions import ActionChoice


class ConfirmLine(Box):
    """Ending an application is asked once more, on the page, with its reason where the pack wants one."""

    def __init__(self) -> None:
        super().__init__(fill="warn_soft", radius=4)
        self._words = Label("", "panel_body", wrap=True)
        self.reason = Field("原因", TextInput(), required=True, width=320)
        self.reason.editor.setObjectName("case.reason")
        self.yes = Button("", "primary")
        self.yes.setObjectName("case.confirm")
        self.no = Button("不了", "secondary")
        self.no.setObjectName("case.cancel")
        self.setLayout(
            column(self._words, self.reason, row(self.yes, self.no, None, spacing=8), spacing=10,
                   margins=(16, 12, 16, 12))
        )  # fmt: skip
        self.choice: ActionChoice | None = None
        self.no.clicked.connect(self.hide)
        self.hide()

    def ask(self, choice: ActionChoice) -> None:
        self.choice = choice
        self._words.setText(f"{choice.label}这份申请？{choice.confirm or '送达后不能恢复'}。")
        self.yes.set_text(f"确定{choice.label}")
        show_if(self.reason, choice.require_reason)
        self.show()
        (self.reason if choice.require_reason else self.no).setFocus(Qt.FocusReason.OtherFocusReason)


class PapersView(QWidget):
    """What was sent, and below the one that is open: seen, printed, saved."""

    stopped = Signal()  # nobody waits for what is being fetched
    again = Signal(object)  # PaperLine
    printed = Signal(object)  # bytes
    saved = Signal(object, str)  # bytes, file name

    def __init__(self) -> None:
        super().__init__()
        self.rows: RowsModel[PaperLine] = RowsModel(
            [
                Column("资料", lambda p: p.material, sub=lambda p: p.name, weight=500),
                Column("谁的", lambda p: p.who, width=96),
                Column("文件", lambda p: p.about, sub=lambda p: "" if p.here else "打开时从协会取", role="text2",
                       font="panel_body", width=192),
                Column("打开", acts=lambda p: (Act("open", "打开"),), text=None, align="right", width=72),
            ],
            key=lambda p: p.id,
        )  # fmt: skip
        empty = EmptyState("没有资料", "送出的表单和资料会列在这里。", icon="clip")
        self.list = RowsView(self.rows, name="资料", row_height=48, fit=True, empty=empty)
        self.list.setObjectName("case.papers")
        self._line: PaperLine | None = None
        self._data = b""
        self._title = Label("", "row_title", weight=600, elide="right")
        self._gaps = Label("", "secondary", "warn", elide="right")
        self.print = Button("打印", "quiet", icon="printer")
        self.print.setObjectName("case.paper.print")
        self.print.clicked.connect(lambda: self.printed.emit(self._data))
        self.save = Button("另存为", "quiet", icon="download")
        self.save.setObjectName("case.paper.save")
        self.save.clicked.connect(self._save)
        self._bar = QWidget()
        self._bar.setLayout(row(self._title, 12, self._gaps, None, self.save, self.print, spacing=4))
        self.image = ImageDesk()
        self.image.setMinimumHeight(360)
        self.pdf = PdfPreview()
        self.pdf.setMinimumHeight(420)
        self.pdf.setAccessibleName("资料预览")
        self._wait_words = Label("", "panel_body", "text2")
        self._meter = ProgressBar(width=200)
        self.stop = Button("取消", "quiet", small=True)
        self.stop.setObjectName("case.paper.stop")
        self.stop.clicked.connect(self._stop)
        self.wait = QWidget()
        self.wait.setLayout(row(self._wait_words, self._meter, self.stop, None, spacing=12, margins=(0, 12, 0, 12)))
        self.trouble = EmptyState("", "", action="再取一次", icon="file-x")
        self.trouble.setObjectName("case.paper.trouble")
        self.trouble.acted.connect(self._again)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list)
        self._places = (self._bar, self.image, self.pdf, self.wait, self.trouble)
        for part in self._places:
            layout.addWidget(part)
        layout.addStretch(1)
        self._show()

    def _show(self, *parts: QWidget) -> None:
        for one in self._places:
            show_if(one, one in parts)

    def show_paper(self, line: PaperLine, data: bytes, gaps: str = "") -> None:
        """The paper itself; a picture can be saved, a PDF printed too."""
        self._line, self._data = line, data
        is_pdf = data.startswith(b"%PDF")
        self._title.setText(f"{line.material}　{line.name}".strip("　"))
        self._gaps.setText(f"{gaps}打印后请手写补上。" if gaps else "")
        show_if(self.print, is_pdf)
        self._show(self._bar, self.pdf if is_pdf else self.image)
        good = self.pdf.show_bytes(data) > 0 if is_pdf else self.image.show_bytes(data, line.who, line.about)
        if not good:
            self.show_words(line, "这个附件在这里显示不了", "文件可能已损坏，或不是图片和 PDF。")

    def show_wait(self, line: PaperLine, count: int) -> None:
        """On its way from the association."""
        whole = line.paper.bytes if line.paper is not None else 0
        self._wait_words.setText(f"正在取“{line.material}”　{words.size(count)} / {words.size(whole)}")
        self._meter.set_part(count / whole if whole else 0)
        self._show(self.wait)

    def show_words(self, line: PaperLine, sentence: str, remedy: str) -> None:
        """Why it is not shown, and what to do."""
        self._line = line
        self.trouble.set_words(sentence, remedy)
        self._show(self.trouble)

    @property
    def preview(self) -> QWidget:
        """What is open: the paper, how far it is, or why it is not there."""
        return next((one for one in reversed(self._places) if one.isVisibleTo(self)), self.list)

    @property
    def printable(self) -> bytes:
        """The PDF that is open, if one is."""
        return self._data if self.pdf.isVisibleTo(self) else b""

    def _stop(self) -> None:
        self._show()
        self.stopped.emit()

    def _again(self) -> None:
        if self._line is not None:
            self.again.emit(self._line)

    def _save(self) -> None:
        if self._line is not None:
            kind = "pdf" if self._data.startswith(b"%PDF") else self._line.paper.type if self._line.paper else "pdf"
            name = self._line.name if self._line.paper is not None and self._line.name else self._line.material
            self.saved.emit(self._data, name if name.lower().endswith(f".{kind}") else f"{name}.{kind}")
