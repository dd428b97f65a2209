"""A paper made from a draft: seen as it will be printed, printed, or saved as a PDF."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QFileDialog

from desktop.context import Context
from desktop.pages.form_page import DraftPage
from desktop.printing import paint_pages
from desktop.saving import file_name
from desktop.widgets.buttons import Button
from desktop.widgets.previews import PdfPreview


class PaperPage(DraftPage):
    """The preview, and its two ways out; a subclass makes the paper and hands it to `show_pdf`."""

    printed_words = "已交给打印机。"

    def __init__(self, context: Context, key: str, title: str, *, name: str) -> None:
        super().__init__(context, key, title, name=name, back=True, scroll=False)
        self.pdf = b""
        self.preview = PdfPreview(name="预览")
        self.preview.setObjectName(f"{name}.preview")
        self.save_as = Button("另存为 PDF", "secondary", icon="download", hint="Ctrl+Shift+S")
        self.save_as.setObjectName(f"{name}.save")
        self.print = Button("打印", "primary", icon="printer", hint="Ctrl+P")
        self.print.setObjectName(f"{name}.print")
        self.set_actions([self.save_as, self.print])
        for part in (self.notice, self.notice_gap, self.progress):
            self.add(part)
        self.add(self.preview, stretch=1)
        self.save_as.clicked.connect(self._save_as)
        self.print.clicked.connect(self.print_paper)
        self.shortcut("Ctrl+Shift+S", self._save_as)

    def first_focus(self) -> None:
        self.print.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_pdf(self, pdf: bytes) -> None:
        """The paper as it is now."""
        self.pdf = pdf
        self.preview.show_bytes(pdf)

    def handed_out(self) -> None:
        """It was printed or saved."""

    def _save_as(self) -> None:
        if not self.pdf:
            return
        dialog = QFileDialog(self, "另存为 PDF")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("PDF (*.pdf)")
        dialog.setDefaultSuffix("pdf")
        dialog.selectFile(file_name(f"{self.title}.pdf"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.save_to)
        dialog.open()

    def save_to(self, path: str) -> None:
        """Write the PDF; what cannot be written is said in words."""
        if not self.pdf:
            return
        try:
            Path(path).write_bytes(self.pdf)
        except OSError as error:
            self.say(f"存不到“{path}”：{error.strerror}。请换一个文件夹。", "bad")
            return
        self.handed_out()
        self.say(f"已存到 {path}。", "ok")

    def print_paper(self) -> None:
        """To a printer that is asked for."""
        if not self.pdf:
            return
        if not QPrinterInfo.availablePrinters():
            self.say("这台电脑没有装打印机。可以另存为 PDF，拿到别处打印。", "warn")
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(self.title)
        dialog = QPrintDialog(printer, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(partial(self.print_on, printer))
        dialog.setModal(True)  # QPrintDialog.open wants a slot by name
        dialog.show()

    def print_on(self, printer: QPrinter) -> None:
        """Every page, as large as the paper allows."""
        if not self.pdf:
            return
        if not paint_pages(self.pdf, printer):
            self.say("没有打印：打印机没有接收。请看它是否开着、连着，再打印一次。", "warn")
            return
        self.handed_out()
        self.say(self.printed_words, "ok")
