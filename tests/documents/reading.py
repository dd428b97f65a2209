"""Reading papers back as others would: their text by pypdf, their pictures by QtPdf, their codes by zxing."""

from __future__ import annotations

from io import BytesIO

import zxingcpp
from PIL import Image
from pypdf import PdfReader
from PySide6.QtCore import QBuffer, QByteArray, QSize
from PySide6.QtGui import QImage
from PySide6.QtPdf import QPdfDocument


def reader(pdf: bytes) -> PdfReader:
    """The paper, opened strictly: a fault in the file is an error."""
    return PdfReader(BytesIO(pdf), strict=True)


def pages(pdf: bytes) -> list[str]:
    """The text of each page without white space, as somebody would search it."""
    return ["".join((page.extract_text() or "").split()) for page in reader(pdf).pages]


def text(pdf: bytes) -> str:
    """The text of the whole paper without white space."""
    return "".join(pages(pdf))


def picture(pdf: bytes, *, page: int = 0, dpi: int = 100) -> Image.Image:
    """A page as a grey picture on white."""
    data = QByteArray(pdf)
    file, document = QBuffer(data), QPdfDocument()
    file.open(QBuffer.OpenModeFlag.ReadOnly)
    document.load(file)
    size = document.pagePointSize(page) * (dpi / 72)
    drawn = document.render(page, QSize(round(size.width()), round(size.height())))
    drawn = drawn.convertToFormat(QImage.Format.Format_RGBA8888)
    seen = Image.frombytes("RGBA", (drawn.width(), drawn.height()), bytes(drawn.constBits()))
    white = Image.new("RGBA", seen.size, "white")
    return Image.alpha_composite(white, seen).convert("L")


def codes(pdf: bytes, *, dpi: int = 100) -> list[str]:
    """What the QR codes on the first page say."""
    return [code.text for code in zxingcpp.read_barcodes(picture(pdf, dpi=dpi))]
