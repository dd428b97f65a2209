"""Excel files out: the bad rows go round, everything is text, nothing is a formula."""

from __future__ import annotations

from io import BytesIO

from openpyxl import load_workbook

from documents.excel import open_roster
from documents.workbooks import REASON, ExportColumn, bad_rows_workbook, table_workbook
from tests.documents.lists import READING, a_list, resident, xlsx

GOOD = resident()
HEADER = ("工号", "身份证号码", "姓名", "手机")


def test_bad_rows_come_back_in_their_own_columns_with_the_reasons() -> None:
    sheet = a_list(
        ("001", GOOD, "王芳", 13800138000), ("002", GOOD[:-1], "李四", "138"), ("003", resident(order=13), "张 喆", ""),
        header=HEADER,
    )  # fmt: skip
    book = load_workbook(BytesIO(bad_rows_workbook(sheet)))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert rows[0] == [*HEADER, REASON]
    assert rows[1][:4] == ["002", GOOD[:-1], "李四", "138"]
    said = str(rows[1][4])
    assert said.startswith("第 3 行　")
    assert "身份证号应为 18 位，这里有 17 位" in said
    assert "手机号应为 11 位，这里有 3 位，请核对。" in said
    assert len(rows) == 2
    coloured = [cell.coordinate[0] for cell in book.worksheets[0][2] if cell.fill.fill_type]
    assert coloured == ["B", "D"]


def test_bad_rows_mended_in_excel_go_in_as_they_are() -> None:
    sheet = a_list(("002", GOOD[:-1], "李四", "13800138000"), header=HEADER)
    book = load_workbook(BytesIO(bad_rows_workbook(sheet)))
    book.worksheets[0]["B2"] = GOOD
    file = BytesIO()
    book.save(file)
    (row,) = open_roster(file.getvalue(), READING).good
    assert row.values["document_number"] == GOOD


def test_bad_rows_untouched_have_the_same_problems_again() -> None:
    rows = [(f"{at}", GOOD[:-1], f"王{name}", "138") for at, name in enumerate("甲乙丙丁")]
    sheet = a_list(*rows, header=HEADER)
    again = open_roster(bad_rows_workbook(sheet), READING)
    assert [[problem.kind for problem in row.problems] for row in again.rows] == [
        [problem.kind for problem in row.problems] for row in sheet.rows
    ]


def test_nothing_exported_is_a_formula_or_loses_a_digit() -> None:
    texts = ["=1+1", "+86", "-2", "@x", GOOD, "007", "甲\x00\x0b乙", "欧阳𬱖"]
    data = table_workbook([ExportColumn(str(at)) for at in range(len(texts))], [texts], sheet="证书")
    sheet = load_workbook(BytesIO(data))["证书"]
    assert [cell.data_type for cell in sheet[2]] == ["s"] * len(texts)
    assert [cell.value for cell in sheet[2]] == [*texts[:6], "甲乙", "欧阳𬱖"]


def test_what_is_exported_can_be_imported() -> None:
    data = table_workbook(["姓名", "身份证号码"], [("欧阳𬱖", GOOD)])
    assert open_roster(data, READING).good[0].values["name"] == "欧阳𬱖"


def test_a_list_of_five_thousand_bad_rows_goes_round() -> None:
    rows = [(f"王{at}", f"44010319900{at:06d}") for at in range(5000)]
    sheet = open_roster(xlsx(("姓名", "身份证号码"), *rows), READING)
    again = open_roster(bad_rows_workbook(sheet), READING)
    assert len(again.bad) == 5000
