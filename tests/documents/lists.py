"""Lists of people as files, made as people and programs make them."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from stdnum.cn import ric

from documents.excel import RosterSheet, open_roster
from documents.roster_cells import Reading

TODAY = date(2026, 3, 1)
CHOICES: Mapping[str, Mapping[str, str]] = {
    "document_type": {"居民身份证": "mainland_id", "香港居民": "hong_kong", "外国护照": "foreign"},
    "gender": {"男": "male", "女": "female"},
    "education_level": {
        "博士": "doctor", "硕士研究生": "master", "本科": "bachelor", "大专（专科）": "junior_college",
        "中专": "secondary_technical",
    },
    "title_level": {"无": "none", "初级": "junior", "中级": "intermediate", "高级": "senior"},
}  # fmt: skip
READING = Reading(TODAY, CHOICES)


def resident(birth: date = date(1990, 5, 1), order: int = 11, area: str = "440103") -> str:
    """A number that is right in every digit; an odd order is a man's."""
    bare = f"{area}{birth:%Y%m%d}{order:03d}"
    return bare + str(ric.calc_check_digit(bare + "0"))


def xlsx(
    *rows: Sequence[Any], merged: Sequence[str] = (), sheets: Mapping[str, Sequence[Sequence[Any]]] | None = None
) -> bytes:
    """A workbook with these rows on its first sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    for area in merged:
        sheet.merge_cells(area)
    for name, others in (sheets or {}).items():
        other = book.create_sheet(name)
        for row in others:
            other.append(list(row))
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def a_list(
    *rows: Sequence[Any], header: Sequence[str] = ("姓名", "身份证号码"), reading: Reading = READING
) -> RosterSheet:
    """A list with this header, opened."""
    return open_roster(xlsx(header, *rows), reading, "名单.xlsx")


def the_problem(*row: Any, header: Sequence[str] = ("姓名", "身份证号码")) -> Any:
    """The one problem of a list with this one row."""
    (only,) = a_list(row, header=header).rows
    (problem,) = only.problems
    return problem


def value(title: str, cell: Any) -> str:
    """What a list of one good person has for the only further column."""
    (row,) = a_list(("王芳", resident(), cell), header=("姓名", "身份证号码", title)).rows
    assert row.good, row.problems
    from documents.roster_columns import key_of

    return row.values.get(str(key_of(title)), "")


def trouble(title: str, cell: Any) -> Any:
    """The one problem of a person with this cell in the only further column."""
    return the_problem("王芳", resident(), cell, header=("姓名", "身份证号码", title))


def xls(rows: Sequence[Sequence[str | float]]) -> bytes:
    """An Excel 97 file: BIFF8 records in a compound file, the least that is one."""

    def record(kind: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def begin(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))

    cells = b""
    for down, row in enumerate(rows):
        for across, cell in enumerate(row):
            place = struct.pack("<HHH", down, across, 0)
            if isinstance(cell, str):
                cells += record(0x0204, place + struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le"))
            else:
                cells += record(0x0203, place + struct.pack("<d", cell))
    sheet = begin(0x0010) + cells + record(0x000A)
    name = "人员".encode("utf-16-le")
    head_length = len(begin(0x0005)) + 4 + 8 + len(name) + 4
    bound = record(0x0085, struct.pack("<IBBBB", head_length, 0, 0, 2, 1) + name)
    stream = (begin(0x0005) + bound + record(0x000A) + sheet).ljust(4096, b"\0")
    stream += b"\0" * (-len(stream) % 512)
    count = len(stream) // 512
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, count + 2), 0xFFFFFFFE]
    fat = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))

    def entry(called: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = (called + "\0").encode("utf-16-le")
        links = struct.pack("<HBBIII", len(text), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        return text.ljust(64, b"\0") + links + b"\0" * 36 + struct.pack("<IQ", start, size)

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream)) + b"\0" * 256
    header = struct.pack("<8s16sHHHHH6sIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"",
                         0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)  # fmt: skip
    return header + struct.pack("<109I", 0, *[0xFFFFFFFF] * 108) + fat + folder + stream
