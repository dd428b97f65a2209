"""Formulas whose value a program never stored: told at their cells, never taken for empty ones, quick to find."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from documents import formulas
from documents.excel import RosterSheet, open_roster
from documents.spreadsheets import CannotRead, read_tables
from documents.workbooks import bad_rows_workbook
from tests.documents.lists import READING, a_list, resident, xlsx

GOOD, OTHER = resident(), resident(order=13)
TITLES = ("姓名", "身份证号码", "手机", "部门", "出生日期", "性别")


def told(sheet: RosterSheet) -> list[tuple[str, str]]:
    return [(one.address, one.kind) for row in sheet.rows for one in row.problems]


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same workbook with one part of it written otherwise."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as before, zipfile.ZipFile(made, "w") as after:
        for name in before.namelist():
            after.writestr(name, change(before.read(name)) if name == part else before.read(name))
    return made.getvalue()


def test_a_formula_without_its_value_is_a_bad_cell_that_says_what_to_do() -> None:
    sheet = a_list(["张喆", GOOD, '="1380013"&"8000"'], ["李明", OTHER, 13800138000], header=TITLES[:3])
    (bad,) = sheet.bad
    (problem,) = bad.problems
    assert (problem.address, problem.kind, problem.value) == ("C2", "formula", "")
    assert problem.reason == "这一格是公式，文件里没有存下它的结果。请用 Excel 或 WPS 打开，保存一次再导入。"
    assert [row.values["name"] for row in sheet.good] == ["李明"]


def test_where_a_name_must_stand_the_formula_is_told_and_not_that_nothing_was_written() -> None:
    sheet = a_list(["=A9", GOOD], ["=A9", "=B9"], header=TITLES[:2])
    assert told(sheet) == [("A2", "formula"), ("A3", "formula"), ("B3", "formula")]
    assert not sheet.skipped


def test_what_was_dragged_down_beyond_the_last_person_is_nobody() -> None:
    sheet = a_list(["张喆", GOOD, "", "=1"], ["", "", "", "=1"], ["合计", "", "=SUM(C2:C3)"], header=TITLES)
    assert told(sheet) == [("D2", "formula")]


def test_what_the_number_tells_anyway_needs_no_formula() -> None:
    sheet = a_list(["张喆", GOOD, "", "", "=MID(B2,7,8)", '=IF(1,"男","女")'], header=TITLES)
    assert told(sheet) == []
    assert sheet.good[0].values["birth_date"] == "1990-05-01"


def test_mending_the_cell_or_leaving_it_empty_knowingly_lets_the_row_in() -> None:
    sheet = a_list(["张喆", GOOD, "=1", "=1"], header=TITLES[:4])
    mended = sheet.edit({(1, "mobile"): "13800138000", (1, "department"): ""})
    assert mended.good[0].values["mobile"] == "13800138000"
    assert told(mended.edit({(1, "name"): "张哲"})) == []


def test_the_rows_that_come_back_carry_the_reason() -> None:
    sheet = a_list(["张喆", GOOD, "=1"], header=TITLES[:3])
    back: Any = load_workbook(BytesIO(bad_rows_workbook(sheet))).active
    assert "手机：这一格是公式" in str(back.cell(2, 4).value)


def test_the_sheet_that_is_meant_is_looked_at() -> None:
    rows = [TITLES[:2], ["=A9", GOOD]]
    data = xlsx(["说明"], ["=1+1"], sheets={"名单": rows})
    assert told(open_roster(data, READING)) == [("A2", "formula")]
    assert [table.uncomputed for table in read_tables(data)] == [{(1, 0)}, {(1, 0)}]


def test_formulas_only_are_not_called_an_empty_file() -> None:
    with pytest.raises(CannotRead, match="只有公式"):
        read_tables(xlsx(["=A1"]))
    with pytest.raises(CannotRead, match="公式没有存下结果"):
        open_roster(xlsx(["=A9", "=B9"], ["张喆", GOOD]), READING)


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("cell", "without"),
    [
        (b'<c r="C2"><f>A9</f></c>', True),
        (b'<c r="C2"><f>A9</f><v/></c>', True),
        (b'<c r="C2"><f t="shared" si="0"/><v> </v></c>', True),
        (b'<c r="C2" t="n"><f>A9</f><v></v></c>', True),
        (b'<c r="C2"><f>A9</f><v>13800138000</v></c>', False),
        (b'<c r="C2" t="str"><f>A9</f><v></v></c>', False),  # the result is an empty text
        (b'<c r="C2" t="str"><f>A9</f></c>', True),
        (b'<c r="C2"/>', False),
    ],
)
def test_a_result_is_there_or_not_however_it_is_written(cell: bytes, without: bool) -> None:
    data = xlsx(TITLES[:3], ["张喆", GOOD, "=A9"])
    made = changed(data, SHEET, lambda xml: re.sub(rb'<c r="C2">.*?</c>', cell, xml))
    assert cell in zipfile.ZipFile(BytesIO(made)).read(SHEET)
    assert ((1, 2) in read_tables(made)[0].uncomputed) is without


def test_cells_without_an_address_and_names_with_a_prefix_are_found() -> None:
    data = xlsx(TITLES[:3], ["张喆", GOOD, "=A9"])
    bare = changed(data, SHEET, lambda xml: xml.replace(b' r="C2"', b"").replace(b' r="2"', b""))
    assert read_tables(bare)[0].uncomputed == {(1, 2)}


def test_a_file_that_tells_nothing_of_its_formulas_is_read_all_the_same() -> None:
    data = xlsx(TITLES[:3], ["张喆", GOOD, "=A9"])
    odd = changed(data, SHEET, lambda xml: b"<!DOCTYPE x>" + xml)
    assert read_tables(odd)[0].uncomputed == frozenset()


def test_five_thousand_rows_are_looked_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = [[f"张{at}", GOOD, "", "=1" if at == 4_999 else ""] for at in range(5_000)]
    data = xlsx(TITLES[:4], *plain)
    looked: list[str] = []
    look = formulas.Formulas._look

    def noted(self: formulas.Formulas, part: str) -> formulas.Places:
        looked.append(part)
        return look(self, part)

    monkeypatch.setattr(formulas.Formulas, "_look", noted)
    assert read_tables(data)[0].uncomputed == {(5_000, 3)}
    assert looked == [SHEET]
    looked.clear()
    assert read_tables(xlsx(TITLES[:4], *plain[:-1]))[0].uncomputed == frozenset()
    assert looked == []  # no formula: the cells are not even parsed
