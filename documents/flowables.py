"""What platypus lays out on a page: text with both edges straight, grids with a repeated head, seals, codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from documents import qr
from documents.fonts import Face
from documents.ink import Ink
from documents.paper import Align, Column
from documents.typeset import Line

RULE = 0.5  # points: the lines of a grid
PAD = 3.0  # points between a rule and the text
HEADING = 24.0  # points that a heading over a grid takes


def draw_code(canvas: Any, content: str, x: float, y: float, side: float) -> None:
    """A QR code with its lower left corner at x, y: one path, filled once."""
    matrix = qr.matrix(content)
    count = len(matrix.rows)
    step = side / count
    path = canvas.beginPath()
    for row, column, length in matrix.runs():
        path.rect(round(x + column * step, 2), round(y + (count - 1 - row) * step, 2), length * step, step)
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)


def offset(line: Line, align: Align, width: float) -> float:
    """How far a line begins from the left edge."""
    spare = width - line.width - line.indent
    return spare if align == "right" else spare / 2 if align == "center" else 0.0


class Text(Flowable):
    """A paragraph."""

    def __init__(
        self, ink: Ink, text: str, *, size: float, leading: float, face: Face = Face.SONG, align: Align = "left",
        indent: float = 0, inset: float = 0, before: float = 0, grey: bool = False, with_next: bool = False,
        lines: Sequence[Line] | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self._ink, self._text, self._size, self._leading, self._face = ink, text, size, leading, face
        self._align, self._indent, self._inset, self._grey = align, indent, inset, grey
        self._given, self.spaceBefore, self.keepWithNext = lines, before, with_next
        if lines is None:
            ink.lines(text, 1e9, size=size, face=face)  # so that missing characters are known before any page is made

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self._width = width - 2 * self._inset
        self._lines = self._given or self._ink.lines(
            self._text, self._width, size=self._size, face=self._face, indent=self._indent,
            justify=self._align == "justify",
        )  # fmt: skip
        return width, len(self._lines) * self._leading

    def split(self, width: float, height: float) -> list[Flowable]:
        self.wrap(width, height)
        fit = int((height + 1e-6) // self._leading)
        if fit >= len(self._lines):
            return [self]
        fit = min(fit, len(self._lines) - 2) if len(self._lines) > 3 else 0  # no line alone on the next page
        return [self._part(self._lines[:fit]), self._part(self._lines[fit:])] if fit >= 2 else []

    def _part(self, lines: Sequence[Line]) -> Text:
        return Text(
            self._ink, "", size=self._size, leading=self._leading, face=self._face, align=self._align,
            inset=self._inset, grey=self._grey, lines=lines,
        )  # fmt: skip

    def draw(self) -> None:
        top = len(self._lines) * self._leading - self._leading / 2 - self._size * 0.36
        places = (
            (line, self._inset + offset(line, self._align, self._width), top - at * self._leading)
            for at, line in enumerate(self._lines)
        )
        writer = self.canv.beginText()
        writer.setFillGray(0.35 if self._grey else 0)
        self._ink.put(writer, places, self._size)
        self.canv.drawText(writer)


Cells = list[list[Line]]  # one row: for each cell its lines


SIDES: tuple[Align, Align] = ("left", "right")  # of what a line of a foot says before and after its tab


class Grid(Flowable):
    """A table. Its head is repeated on each page; a row is cut only if it is taller than a page."""

    def __init__(
        self, ink: Ink, columns: Sequence[Column], rows: Sequence[Sequence[str]], foot: Sequence[str] = (),
        *, heading: str = "", size: float = 10, given: tuple[list[Cells], list[Cells]] | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self._ink, self._columns, self._rows, self._foot, self._size = ink, columns, rows, foot, size
        self._leading, self._laid = size * 1.4, given
        self._wide, self._heading = 0.0, heading
        self._above = HEADING if heading else 0.0
        texts = (heading, *(column.title for column in columns), *(part for text in foot for part in text.split("\t")),
                 *(cell for row in rows for cell in row))  # fmt: skip
        for text in texts if given is None else ():
            ink.lines(text, 1e9, size=size)

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        total = sum(column.width for column in self._columns if not column.fixed)
        rest = width - sum(column.fixed * mm for column in self._columns)
        self._widths = [column.fixed * mm or column.width / total * rest for column in self._columns]
        if self._laid is None or (self._wide and self._wide != width):
            self._laid = (
                [self._cells(row) for row in self._rows],
                [
                    [self._ink.lines(part, width - 2 * PAD, size=self._size) for part in text.split("\t")]
                    for text in self._foot
                ],
            )
        self._wide = width
        self._head = self._cells([column.title for column in self._columns], Face.SONG_BOLD)
        rows, foot = self._laid
        return width, self._above + sum(map(self._height, (self._head, *rows, *foot)))

    def _cells(self, row: Sequence[str], face: Face = Face.SONG) -> Cells:
        pairs = zip(row, self._widths, strict=True)
        return [self._ink.lines(text, width - 2 * PAD, size=self._size, face=face) for text, width in pairs]

    def _height(self, cells: Cells) -> float:
        return max(len(lines) for lines in cells) * self._leading + 2 * PAD

    @property
    def count(self) -> int:
        """How many rows it has, once it was wrapped."""
        return len(self._laid[0]) if self._laid is not None else len(self._rows)

    def rows_within(self, height: float) -> int:
        """How many of its rows stand under its head within this height, once it was wrapped."""
        assert self._laid is not None
        left, fit = height - self._above - self._height(self._head), 0
        for row in self._laid[0]:
            if (left := left - self._height(row)) < -1e-6:
                break
            fit += 1
        return fit

    def cut(self, at: int) -> tuple[Grid, Grid]:
        """Before and after a row; both have the head, the first the heading, the second the foot."""
        assert self._laid is not None
        rows, foot = self._laid
        return self._part(rows[:at], [], self._heading), self._part(rows[at:], foot)

    def split(self, width: float, height: float) -> list[Flowable]:
        self.wrap(width, height)
        assert self._laid is not None
        rows, foot = self._laid
        fit = self.rows_within(height)
        if fit == len(rows) and foot:
            fit -= 1  # the foot does not stand alone on the next page
        if fit >= 1:
            return list(self.cut(fit))
        room = int((height - self._above - self._height(self._head) - 2 * PAD) // self._leading)
        longest = max((len(lines) for lines in rows[0]), default=0) if rows else 0
        if longest > 40 and room >= 3:  # taller than most pages: cut the row itself
            first, rest = [lines[:room] for lines in rows[0]], [lines[room:] for lines in rows[0]]
            return [self._part([first], [], self._heading), self._part([rest, *rows[1:]], foot)]
        return []

    def _part(self, rows: list[Cells], foot: list[Cells], heading: str = "") -> Grid:
        return Grid(self._ink, self._columns, (), heading=heading, size=self._size, given=(rows, foot))

    def draw(self) -> None:
        assert self._laid is not None
        rows, foot = self._laid
        canvas, height = self.canv, sum(map(self._height, (self._head, *rows, *foot)))
        canvas.setFillGray(0.94)
        canvas.rect(0, height - self._height(self._head), self._wide, self._height(self._head), stroke=0, fill=1)
        y, edges, places = height, [height], list[tuple[Line, float, float]]()
        for at, cells in enumerate((self._head, *rows)):
            places += self._places(cells, y, head=at == 0)
            y -= self._height(cells)
            edges.append(y)
        body = y
        for cells in foot:
            for side, lines in zip(SIDES, cells, strict=False):
                places += self._lines_of(lines, side, 0, self._wide, y, self._height(cells))
            y -= self._height(cells)
            edges.append(y)
        self._rules(edges, body, height)
        writer = canvas.beginText()
        writer.setFillGray(0)
        if self._heading:
            title = self._ink.lines(self._heading, self._wide, size=11, face=Face.SONG_BOLD)[0]
            self._ink.put(writer, [(title, 0, height + 6)], 11)
        self._ink.put(writer, places, self._size)
        canvas.drawText(writer)

    def _places(self, cells: Cells, top: float, *, head: bool) -> list[tuple[Line, float, float]]:
        places, x, height = list[tuple[Line, float, float]](), 0.0, self._height(cells)
        for lines, width, column in zip(cells, self._widths, self._columns, strict=True):
            places += self._lines_of(lines, "center" if head else column.align, x, width, top, height)
            x += width
        return places

    def _lines_of(
        self, lines: list[Line], align: Align, x: float, width: float, top: float, height: float
    ) -> list[tuple[Line, float, float]]:
        """The lines of one cell in the middle of its height."""
        base = top - (height - len(lines) * self._leading) / 2 - self._leading / 2 - self._size * 0.36
        inner = width - 2 * PAD
        return [
            (line, x + PAD + offset(line, align, inner), base - at * self._leading) for at, line in enumerate(lines)
        ]

    def _rules(self, edges: Sequence[float], body: float, height: float) -> None:
        canvas, x, uprights = self.canv, 0.0, [0.0]
        for width in self._widths:
            uprights.append(x := x + width)
        canvas.setLineWidth(RULE)
        canvas.setStrokeGray(0.45)
        across = [(0.0, y, self._wide, y) for y in edges]
        ends = {0, len(uprights) - 1}
        down = [(x, edges[-1] if at in ends else body, x, height) for at, x in enumerate(uprights)]
        canvas.lines([*across, *down])


class Pairs(Flowable):
    """Labels and values in columns without rules: the facts on top of a paper."""

    def __init__(self, ink: Ink, pairs: Sequence[tuple[str, str]], across: int) -> None:
        super().__init__()
        self._ink, self._pairs, self._across, self._size, self._leading = ink, pairs, across, 10.5, 16.0
        for label, value in pairs:
            ink.lines(label + value, 1e9, size=self._size)

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        cell, size = width / self._across, self._size
        labels = [self._ink.lines(label, 1e9, size=size, face=Face.SONG_BOLD)[0] for label, _ in self._pairs]
        stub = max((line.width for line in labels), default=0) + 8
        self._places: list[tuple[Line, float, float]] = []
        y, tallest = 0.0, 0
        for at, (label, (_, value)) in enumerate(zip(labels, self._pairs, strict=True)):
            if at and at % self._across == 0:
                y, tallest = y - tallest * self._leading - 2, 0
            x = at % self._across * cell
            lines = self._ink.lines(value, cell - stub - 8, size=size)
            tallest = max(tallest, len(lines))
            base = y - self._leading / 2 - size * 0.36
            self._places.append((label, x, base))
            self._places += [(line, x + stub, base - down * self._leading) for down, line in enumerate(lines)]
        self._tall = tallest * self._leading - y
        return width, self._tall

    def draw(self) -> None:
        writer = self.canv.beginText()
        writer.setFillGray(0)
        self._ink.put(writer, [(line, x, y + self._tall) for line, x, y in self._places], self._size)
        self.canv.drawText(writer)


class SealPlace(Flowable):
    """Lines to sign at the right half of the page, over the room where the seal goes."""

    def __init__(self, ink: Ink, lines: Sequence[tuple[str, str]], mark: str) -> None:
        super().__init__()
        self._ink, self._pairs, self._mark, self._size, self._leading = ink, lines, mark, 12.0, 24.0
        for label, value in lines:
            ink.lines(label + value, 1e9, size=self._size)
        ink.lines(mark, 1e9, size=self._size)

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self._wide, self._left = width, width * 0.44
        self._laid = [self._lay(label, value) for label, value in self._pairs]
        self._tall = max(sum(len(lines) for _, lines in self._laid) * self._leading, 44 * mm) + 4 * mm
        return width, self._tall

    def _lay(self, label: str, value: str) -> tuple[Line, list[Line]]:
        """The label, and beside it the lines of its value; no text means a rule to write on."""
        stub = self._ink.lines(label, 1e9, size=self._size)[0]
        return stub, self._ink.lines(value, self._wide - self._left - stub.width, size=self._size)

    def draw(self) -> None:
        canvas, y, places = self.canv, self._tall - self._leading, list[tuple[Line, float, float]]()
        canvas.setStrokeGray(0.3)
        canvas.setLineWidth(0.5)
        for label, lines in self._laid:
            places.append((label, self._left, y))
            if not lines[0].runs:
                canvas.line(self._left + label.width + 3, y - 2, self._wide, y - 2)
            for line in lines:
                places.append((line, self._left + label.width, y))
                y -= self._leading
        if self._mark:
            self._circle()
        writer = canvas.beginText()
        writer.setFillGray(0)
        self._ink.put(writer, places, self._size)
        canvas.drawText(writer)

    def _circle(self) -> None:
        canvas, radius = self.canv, 20 * mm
        middle, y = self._left - radius - 2 * mm, self._tall - radius - 3 * mm
        canvas.saveState()
        canvas.setStrokeGray(0.7)
        canvas.setLineWidth(0.6)
        canvas.setDash(3, 3)
        canvas.circle(middle, y, radius, stroke=1, fill=0)
        canvas.restoreState()
        self._ink.write(canvas, self._mark, x=middle, y=y - 3, size=10, center=True, gray=0.6)


class QrCode(Flowable):
    """A QR code with lines of words at its right."""

    def __init__(self, ink: Ink, content: str, words: Sequence[str], side: float) -> None:
        super().__init__()
        self._ink, self._content, self._words, self._side, self._size = ink, content, words, side, 9.0
        for text in words:
            ink.lines(text, 1e9, size=self._size)

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        room = width - self._side - 6 * mm
        self._lines = [line for text in self._words for line in self._ink.lines(text, room, size=self._size)]
        self._tall = max(self._side, len(self._lines) * 14.0) + 2 * mm
        return width, self._tall

    def draw(self) -> None:
        draw_code(self.canv, self._content, 0, self._tall - self._side, self._side)
        writer = self.canv.beginText()
        writer.setFillGray(0.2)
        left, top = self._side + 6 * mm, self._tall - self._size
        self._ink.put(writer, [(line, left, top - at * 14.0) for at, line in enumerate(self._lines)], self._size)
        self.canv.drawText(writer)
