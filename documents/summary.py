"""A form as it was sent, on paper: its fields, its tables, the papers that went with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from documents.paper import NUMBER, Block, Column, Facts, Paper, Para, Table, Title


@dataclass(frozen=True, slots=True)
class SummaryTable:
    """One card of the form: its title, its column titles, its rows as people read them."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class SentFile:
    """One paper that went with the form."""

    material: str
    owner: str  # name of the person, or empty for the whole form
    name: str
    size: int  # bytes
    sha256: str
    pages: int | None = None


FILES = (
    NUMBER,
    Column("资料", 2.2),
    Column("人员", 1),
    Column("文件名", 2.6),
    Column("页数", 0.6, "right"),
    Column("大小", 1, "right"),
    Column("校验码", 2),
)


def summary_sheet(
    title: str,
    *,
    association: str,
    facts: Sequence[tuple[str, str]],
    tables: Sequence[SummaryTable] = (),
    files: Sequence[SentFile] = (),
    number: str = "",
    made: datetime | date | None = None,
    notes: Sequence[str] = (),
    landscape: bool = False,
) -> Paper:
    """The sheet. Fields without a value are shown as such: what was not filled in is part of what was sent."""
    blocks: list[Block] = [Title(title, association), Facts([(label, value or "（未填）") for label, value in facts])]
    for table in tables:
        columns = [NUMBER, *table.columns]
        rows = [[str(at), *row] for at, row in enumerate(table.rows, 1)]
        if rows:
            blocks.append(Table(columns, rows, f"{table.title}（{len(rows)}）"))
    if files:
        sent = [
            [
                str(at),
                file.material,
                file.owner,
                file.name,
                str(file.pages or ""),
                size_text(file.size),
                file.sha256[:12],
            ]
            for at, file in enumerate(files, 1)
        ]
        blocks.append(Table(FILES, sent, f"随附资料（{len(sent)} 份）"))
    blocks += [Para(note, indent=0, size=9, grey=True) for note in notes]
    return Paper(
        title=f"{title} {number}".strip(),
        blocks=blocks,
        author=association,
        subject=title,
        keywords=(number,) if number else (),
        made=made,
        foot="　".join(filter(None, (title, number))),
        corner=number,
        corner_words=number,
        landscape=landscape,
    )


def size_text(size: int) -> str:
    """1.4 MB, 380 KB: a file's size as people say it."""
    if size >= 1_000_000_000:
        return f"{size / 1e9:.1f} GB"
    return f"{size / 1e6:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} KB" if size else "0 KB"
