"""What a paper is made of: plain blocks of text, facts, tables, seals. `documents.pdf` makes a PDF of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from documents.fonts import FontSet, bundled

Align = Literal["left", "justify", "center", "right"]
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Title:
    """The name of the paper, once, on top."""

    text: str
    below: str = ""  # a second, smaller line


@dataclass(frozen=True, slots=True)
class Para:
    """One paragraph. `indent` is in characters, as Chinese paragraphs begin two in."""

    text: str
    align: Align = "justify"
    indent: int = 2
    size: float = 12
    bold: bool = False
    grey: bool = False
    before: float = 0  # points
    with_next: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels and values in a grid, `across` pairs beside each other."""

    pairs: Sequence[tuple[str, str]]
    across: int = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `width` is relative to the others, unless it is `fixed` in millimetres."""

    title: str
    width: float = 1
    align: Align = "left"
    fixed: float = 0


NUMBER = Column("序号", align="center", fixed=11)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head that is repeated on each page. `foot` closes it, each text over all columns,
    what stands after its tab at the right."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    heading: str = ""
    foot: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Seal:
    """Where the paper is sealed and signed: lines of label and value at the right, free room for the seal beside."""

    lines: Sequence[tuple[str, str]]  # an empty value is a rule to write on
    mark: str = ""  # printed pale where the seal goes


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code with words beside it."""

    content: str
    words: Sequence[str] = ()
    size: float = 42  # millimetres


@dataclass(frozen=True, slots=True)
class Space:
    """Free room, in millimetres."""

    height: float


@dataclass(frozen=True, slots=True)
class Together:
    """Blocks that stand on one page. A table as the first may begin before it: its last rows stand with the rest."""

    blocks: Sequence[Block]


Block = Title | Para | Facts | Table | Seal | Code | Space | Together


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper. The same values always give the same bytes."""

    title: str
    blocks: Sequence[Block]
    author: str = ""
    subject: str = ""
    keywords: Sequence[str] = ()
    made: datetime | date | None = None  # handed in, never read from a clock
    foot: str = ""  # left end of the foot line; the page number stands at the right
    corner: str = ""  # content of the small QR code on the first page
    corner_words: str = ""
    landscape: bool = False

    def pdf(self, fonts: FontSet | None = None, *, leave_gaps: bool = False) -> bytes:
        """The PDF. Characters that no font has raise MissingGlyphs, or leave a box to write in if `leave_gaps`."""
        from documents.pdf import render  # reportlab costs 0.2 s to import: only who prints pays

        return render(self, fonts or bundled(), leave_gaps=leave_gaps)


def day_text(day: date | str) -> str:
    """2026年3月1日, as papers write a day."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{day.year}年{day.month}月{day.day}日"


def moment_text(moment: datetime | str) -> str:
    """2026年3月1日 14:05:09（北京时间）, of an instant with its zone."""
    moment = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    local = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(SHANGHAI)
    return f"{day_text(local.date())} {local:%H:%M:%S}（北京时间）"
