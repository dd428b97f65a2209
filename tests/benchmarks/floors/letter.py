"""The floor for the letter: the same page by reportlab as it comes (platypus, Noto embedded), nothing of ours."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import qrcode
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

FONTS = Path(__file__).resolve().parents[3] / "resources" / "fonts"


def register() -> None:
    """The two weights, once."""
    for name in ("NotoSerifSC_400Regular", "NotoSerifSC_600SemiBold"):
        pdfmetrics.registerFont(TTFont(name, str(FONTS / f"{name}.ttf")))


def draw_code(canvas: Canvas, content: str, side: float) -> None:
    """A QR code, a square at a time."""
    code = qrcode.QRCode(border=0)
    code.add_data(content)
    rows = code.get_matrix()
    step = side / len(rows)
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                canvas.rect(A4[0] - 40 * mm + across * step, A4[1] - 20 * mm - down * step, step, step, 0, 1)


def page(title: str, words: list[str], tables: list[list[list[str]]], sign: list[str], code: str) -> bytes:
    """The letter's bytes."""
    body = ParagraphStyle(
        "body", fontName="NotoSerifSC_400Regular", fontSize=12, leading=21, wordWrap="CJK", alignment=TA_JUSTIFY,
        firstLineIndent=24,
    )  # fmt: skip
    head = ParagraphStyle(
        "head", body, fontName="NotoSerifSC_600SemiBold", fontSize=20, leading=30, alignment=TA_CENTER
    )
    cell = ParagraphStyle("cell", body, fontSize=10, leading=14, firstLineIndent=0)
    story: list[Flowable] = [Paragraph(title, head), *(Paragraph(text, body) for text in words)]
    for rows in tables:
        cells = [[Paragraph(text, cell) for text in row] for row in rows]
        grid = [("GRID", (0, 0), (-1, -1), 0.5, "#707070")]
        story += [Table(cells, colWidths=[30, 65, 130, 118, 110], repeatRows=1, style=grid), Spacer(0, 8)]
    story += [Paragraph(text, body) for text in sign]
    file = BytesIO()
    SimpleDocTemplate(file, pagesize=A4).build(story, onFirstPage=lambda canvas, _: draw_code(canvas, code, 17 * mm))
    return file.getvalue()
