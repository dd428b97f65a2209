"""Opening a table as people have it: .xlsx, .xls, .ods or .csv by what the file is, not by what it is called."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from documents.formulas import NONE, Formulas

Cell = str | float | int | bool | date | datetime | time | timedelta | None

COMPUTE = "请用 Excel 或 WPS 打开，保存一次再导入。"  # what makes the results of formulas stand in the file
MAX_BYTES = 50_000_000
MAX_UNPACKED = 800_000_000  # a small file that would fill the memory is no list of people
OLE, ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"


class CannotRead(ValueError):
    """The file is no table that can be read: one sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """One sheet as it stands: rows from the first, cells from column A. Merged cells have their value in each place."""

    file: str
    sheet: str
    rows: Sequence[Sequence[Cell]]
    filled: frozenset[tuple[int, int]] = frozenset()  # (row, column) from 0: has the value of the merged cell above
    uncomputed: frozenset[tuple[int, int]] = frozenset()  # a formula stands there, its value nowhere


def read_tables(source: Path | bytes, name: str = "") -> tuple[RawTable, ...]:
    """Every visible sheet that has anything in it, in the file's order."""
    if isinstance(source, Path):
        name = name or source.name
        try:
            size = source.stat().st_size  # asked before a byte is read
            if size > MAX_BYTES:
                raise CannotRead(f"“{name}”有 {size / 1e6:.0f} MB，名单文件最大 {MAX_BYTES // 1_000_000} MB。")
            source = source.read_bytes()
        except OSError as failed:
            raise CannotRead(
                f"“{name}”打不开：{failed.strerror or failed}。若正在 Excel 中打开，请先关闭。"
            ) from failed
    if not source.strip(b"\0\r\n\t "):
        raise CannotRead(f"“{name}”是空文件。")
    if source.startswith((ZIP, OLE)):
        tables = _workbook(source, name)
    elif source[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<html", b"<!doctype", b"<?xml", b"<table")):
        raise CannotRead(f"“{name}”其实是网页，不是 Excel 文件。请用 Excel 打开后另存为 .xlsx 再导入。")
    else:
        tables = (_text(source, name),)
    found = tuple(table for table in tables if any(cell not in (None, "") for row in table.rows for cell in row))
    if not found and any(table.uncomputed for table in tables):
        raise CannotRead(f"“{name}”里只有公式，没有存下结果。{COMPUTE}")
    if not found:
        raise CannotRead(f"“{name}”里没有内容。")
    return found


def _workbook(data: bytes, name: str) -> tuple[RawTable, ...]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    if data.startswith(ZIP):
        try:
            unpacked = sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(data)).infolist())
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as broken:
            raise CannotRead(f"“{name}”已损坏，打不开。请从原处重新复制一份。") from broken
        if unpacked > MAX_UNPACKED:
            raise CannotRead(f"“{name}”展开后有 {unpacked / 1e6:.0f} MB，不像是名单，没有读取。")
    elif "EncryptedPackage".encode("utf-16-le") in data:
        raise CannotRead(f"“{name}”设有密码。请在 Excel 中取消密码、保存后再导入。")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        formulas = Formulas(io.BytesIO(data)) if data.startswith(ZIP) else None
        sheets = []
        for meta in book.sheets_metadata:
            if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible:
                sheet = book.get_sheet_by_name(meta.name)
                rows: list[list[Cell]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
                filled = _fill_down(rows, sheet.merged_cell_ranges or [])
                uncomputed = formulas.uncomputed(meta.name) if formulas is not None else NONE
                last = max((row for row, _ in uncomputed), default=-1)  # calamine ends where the last value stands
                rows += [[""] * len(rows[0]) if rows else []] * (last + 1 - len(rows))  # one empty row, many times
                sheets.append(RawTable(name, meta.name, rows, filled, uncomputed))
    except CalamineError as broken:
        raise CannotRead(f"“{name}”不是完整的 Excel 文件，打不开。请用 Excel 打开后另存为 .xlsx 再导入。") from broken
    except (
        BaseException
    ) as broken:  # a panic of the reader on a damaged file is no Exception, and has no name to import
        if type(broken).__name__ != "PanicException":
            raise
        raise CannotRead(f"“{name}”已损坏，打不开。请从原处重新复制一份。") from broken
    return tuple(sheets)


def _fill_down(
    rows: list[list[Cell]], merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]
) -> frozenset[tuple[int, int]]:
    """Write the value of each cell that is merged downwards into the places it covers in its own column."""
    filled = set()
    for (top, left), (bottom, _) in merged:
        if bottom == top or top >= len(rows) or left >= len(rows[top]):
            continue
        for row in range(top + 1, min(bottom + 1, len(rows))):
            if rows[row][left] in (None, ""):
                rows[row][left] = rows[top][left]
                filled.add((row, left))
    return frozenset(filled)


def _text(data: bytes, name: str) -> RawTable:
    """A text table: UTF-8 or GBK, parted by commas, semicolons or tabs."""
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise CannotRead(f"“{name}”不是表格文件。请选择 .xlsx、.xls 或 .csv 文件。")
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise CannotRead(f"“{name}”的文字编码认不出来。请用 Excel 打开后另存为 .xlsx 再导入。")
    head = text[:4000]
    separator = max("\t;,", key=head.count)
    try:
        rows = [
            [_unquoted(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        ]
    except csv.Error as broken:
        raise CannotRead(f"“{name}”不是完整的表格文件：{broken}。") from broken
    return RawTable(name, "", rows)


def _unquoted(cell: str) -> str:
    """Excel's ="…", which keeps a long number whole in a text file, as what it says."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell


def address(row: int, column: int) -> str:
    """C7, of a row and a column counted from 0."""
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def shown(cell: Cell) -> str:
    """A cell as a person sees it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15G}"
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
