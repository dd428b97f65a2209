"""From a paper to a PDF: A4 pages, fonts embedded as subsets, page numbers, the same bytes for the same values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate, Spacer

from documents import paper as parts
from documents.flowables import Grid, Pairs, QrCode, SealPlace, Text, draw_code
from documents.fonts import PRINTING, Face, FontSet, MissingGlyphs
from documents.ink import Ink
from documents.paper import SHANGHAI, Paper
from documents.tail import Tail

SIDE, TOP, BOTTOM = 25 * mm, 24 * mm, 22 * mm
CORNER = 17 * mm


class PageCanvas(Canvas):
    """A canvas that draws the foot line last, when the number of pages is known."""

    _doc: Any  # reportlab's own, which its stubs leave out
    _pagesize: tuple[float, float]
    _startPage: Any

    def __init__(self, *args: Any, paper: Paper, ink: Ink, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._paper, self._ink, self._done = paper, ink, list[dict[str, Any]]()
        self.setProducer("Huiban")
        self.setCreator("Huiban")
        if paper.made is not None:
            stamp = _instant(paper.made)
            self._doc._timeStamp.YMDhms = stamp.timetuple()[:6]

    def showPage(self) -> None:
        """Keep the page until the number of pages is known."""
        self._done.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write every page with its foot line."""
        for number, page in enumerate(self._done, 1):
            self.__dict__.update(page)
            self._foot(number, len(self._done))
            super().showPage()
        super().save()

    def _foot(self, number: int, pages: int) -> None:
        width, size = self._pagesize[0], 9
        self.setStrokeGray(0.75)
        self.setLineWidth(0.4)
        self.line(SIDE, 16 * mm, width - SIDE, 16 * mm)
        self._ink.write(self, self._paper.foot, x=SIDE, y=11 * mm, size=size, room=width - 2 * SIDE - 30 * mm)
        self._ink.write(self, f"第 {number} 页　共 {pages} 页", x=width - SIDE, y=11 * mm, size=size, right=True)
        if number == 1 and self._paper.corner:
            left, top = width - SIDE + 5 * mm - CORNER, self._pagesize[1] - 10 * mm
            draw_code(self, self._paper.corner, left, top - CORNER, CORNER)
            middle = left + CORNER / 2
            self._ink.write(self, self._paper.corner_words, x=middle, y=top - CORNER - 3.6 * mm, size=8, center=True)


def render(paper: Paper, fonts: FontSet, *, leave_gaps: bool = False) -> bytes:
    """The PDF of a paper."""
    with PRINTING:
        ink = Ink(fonts)
        story = [flowable for block in paper.blocks for flowable in _flowables(block, ink, bool(paper.corner))]
        texts = (paper.foot, paper.corner_words)
        ink.missing.update(fonts.missing(texts))
        if ink.missing and not leave_gaps:
            raise MissingGlyphs(ink.missing)
        return _build(paper, story, ink)


def _build(paper: Paper, story: list[Flowable], ink: Ink) -> bytes:
    size = landscape(A4) if paper.landscape else A4
    file = BytesIO()
    document = BaseDocTemplate(
        file,
        pagesize=size,
        title=paper.title,
        author=paper.author or "Huiban",
        subject=paper.subject or paper.title,
        keywords=list(paper.keywords),
        lang="zh-CN",
        invariant=1,
        initialFontName=ink.font_name(Face.SONG),
        pageCompression=1,
    )
    frame = Frame(
        SIDE, BOTTOM, size[0] - 2 * SIDE, size[1] - TOP - BOTTOM, 0, 0, 0, 0
    )  # no padding: the margins are the page's
    document.addPageTemplates(PageTemplate(frames=[frame]))

    def canvas(*args: Any, **kwargs: Any) -> PageCanvas:
        return PageCanvas(*args, paper=paper, ink=ink, **kwargs)

    document.build(story, canvasmaker=canvas)
    return file.getvalue()


def _flowables(block: parts.Block, ink: Ink, corner: bool = False) -> Sequence[Flowable]:
    """What platypus lays out for a block."""
    match block:
        case parts.Title():
            inset = CORNER if corner else 0
            lines = [Text(ink, block.text, size=20, face=Face.SONG_BOLD, align="center", leading=30, inset=inset)]
            if block.below:
                lines.append(Text(ink, block.below, size=11, align="center", leading=18, inset=inset))
            return [*lines, Spacer(0, 5 * mm)]
        case parts.Para():
            face = Face.SONG_BOLD if block.bold else Face.SONG
            indent = block.indent * block.size
            text = Text(
                ink, block.text, size=block.size, face=face, align=block.align, indent=indent,
                leading=block.size * 1.75, grey=block.grey, before=block.before, with_next=block.with_next,
            )  # fmt: skip
            return [text]
        case parts.Facts():
            return [Pairs(ink, block.pairs, block.across), Spacer(0, 3 * mm)]
        case parts.Table():
            return [Grid(ink, block.columns, block.rows, block.foot, heading=block.heading), Spacer(0, 3 * mm)]
        case parts.Seal():
            return [SealPlace(ink, block.lines, block.mark)]
        case parts.Code():
            return [QrCode(ink, block.content, block.words, block.size * mm)]
        case parts.Space():
            return [Spacer(0, block.height * mm)]
        case parts.Together():
            inside = [flowable for inner in block.blocks for flowable in _flowables(inner, ink)]
            first = inside[0]
            return [Tail(first, inside[1:])] if isinstance(first, Grid) else [KeepTogether(inside)]


def _instant(made: Any) -> datetime:
    """The instant a paper carries as its date, in UTC; a bare day begins in Shanghai."""
    moment = made if isinstance(made, datetime) else datetime.combine(made, time(), SHANGHAI)
    return moment.astimezone(UTC)
