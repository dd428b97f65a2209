"""A finished paper leaves the screen: to a printer, or into a file somebody chooses."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QPainter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QWidget

from desktop.saving import ask_where
from desktop.widgets.previews import open_pdf

SHARP = 300  # dpi; more only costs memory


def print_pdf(data: bytes, parent: QWidget, *, printer: QPrinter | None = None) -> bool:
    """Asks for a printer, unless one is given; False: the person changed their mind, or the printer took nothing."""
    if printer is None:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, parent)
        dialog.setWindowTitle("打印")
        if dialog.exec() != QPrintDialog.DialogCode.Accepted:
            return False
    return paint_pages(data, printer)


def paint_pages(data: bytes, printer: QPrinter) -> bool:
    """Every page fitted into the printable area, at the printer's own resolution up to SHARP; whether it took them.

    A printer that is away takes none, nor does one that makes files when the person names no file.
    """
    painter = QPainter()
    if not painter.begin(printer):
        return False
    document = open_pdf(data)
    dots = min(1.0, SHARP / printer.resolution())
    room = QRectF(printer.pageLayout().paintRectPixels(printer.resolution()))
    for page in range(document.pageCount()):
        if page:
            printer.newPage()
        size: QSizeF = document.pagePointSize(page)
        scale = min(room.width() / size.width(), room.height() / size.height())
        image = document.render(page, (size * scale * dots).toSize())
        painter.drawImage(QRectF(0, 0, size.width() * scale, size.height() * scale), image)
    document.close()
    return painter.end() and printer.printerState() != QPrinter.PrinterState.Error


def save_file(data: bytes, name: str, parent: QWidget, *, kinds: str = "PDF (*.pdf)") -> Path | None:
    """Where it was saved; None when the person changed their mind. Raises OSError where it cannot be written."""
    path = ask_where(parent, "另存为", name, kinds)
    if path is not None:
        path.write_bytes(data)
    return path
