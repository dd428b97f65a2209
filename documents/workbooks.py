"""Excel files out: any table, and the bad rows of a list in their own columns with the reasons beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from documents.excel import RosterRow, RosterSheet
from documents.spreadsheets import shown

REASON = "原因（改正后可直接再导入）"
HEAD, BAD = "EEF2F4", "FBE3E1"  # fills: head, bad cell


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column of an exported table; width in characters."""

    title: str
    width: float = 14


def table_workbook(
    columns: Sequence[ExportColumn | str], rows: Iterable[Sequence[str]], *, sheet: str = "Sheet1"
) -> bytes:
    """A table as .xlsx. Every cell is text: numbers of people and certificates keep all their digits, and what begins
    with = is no formula."""
    titles = [column if isinstance(column, ExportColumn) else ExportColumn(column) for column in columns]
    book = _Book(sheet, [column.width for column in titles])
    book.head([column.title for column in titles])
    for row in rows:
        book.row(row)
    return book.bytes()


def bad_rows_workbook(list_: RosterSheet, rows: Sequence[RosterRow] | None = None) -> bytes:
    """The rows that could not go in, as .xlsx: the file's own columns in its own order, a column of reasons at the end,
    the bad cells coloured. Mended and imported again it is understood as it is."""
    columns = list_.matching.columns
    last = max((column.index for column in columns if column.title), default=-1) + 1
    titles = [column.title for column in columns[:last]]
    book = _Book("需要改正", [max(10, len(title) * 2.2) for title in titles] + [60])
    book.head([*titles, REASON])
    index = {column.key: column.index for column in columns if column.key}
    for row in list_.bad if rows is None else rows:
        cells = [shown(cell) for cell in (*row.cells, *[None] * last)][:last]
        blocking = [problem for problem in row.problems if problem.blocks]
        reasons = "；".join(f"{problem.column}：{problem.reason.rstrip('。')}" for problem in blocking)
        marked = {index[problem.key] for problem in blocking if problem.key in index}
        book.row([*cells, f"第 {row.row + 1} 行　{reasons}。"], marked)
    return book.bytes()


class _Book:
    """One sheet of text, written row by row so that a large one takes little memory."""

    def __init__(self, sheet: str, widths: Sequence[float]) -> None:
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
        from openpyxl.styles import Alignment, Font, PatternFill
        from openpyxl.utils import get_column_letter

        self._cell: Any = WriteOnlyCell
        self._illegal = ILLEGAL_CHARACTERS_RE
        self._bold, self._wrap = Font(bold=True), Alignment(vertical="top", wrap_text=False)
        self._fills = {colour: PatternFill("solid", fgColor=colour) for colour in (HEAD, BAD)}
        self._book = Workbook(write_only=True)
        self._sheet: Any = self._book.create_sheet(sheet[:31])
        self._sheet.freeze_panes = "A2"
        for at, width in enumerate(widths, 1):
            self._sheet.column_dimensions[get_column_letter(at)].width = min(width, 80)

    def head(self, titles: Sequence[str]) -> None:
        """The titles, which stay on screen."""
        self._sheet.append([self._made(title, HEAD, bold=True) for title in titles])

    def row(self, texts: Sequence[str], bad: Iterable[int] = ()) -> None:
        """One row; the cells at `bad` are coloured."""
        marked = frozenset(bad)
        self._sheet.append([self._made(text, BAD if at in marked else "") for at, text in enumerate(texts)])

    def bytes(self) -> bytes:
        """The file."""
        file = BytesIO()
        self._book.save(file)
        return file.getvalue()

    def _made(self, text: str, fill: str, *, bold: bool = False) -> Any:
        cell = self._cell(self._sheet, value=self._illegal.sub("", text)[:32_000])
        cell.data_type = "s"  # text, also when it begins with =
        cell.number_format = "@"
        if fill:
            cell.fill = self._fills[fill]
        if bold:
            cell.font = self._bold
        return cell
