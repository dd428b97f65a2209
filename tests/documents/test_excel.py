"""Lists of people as they come: what is understood without a word, what is told and why, what one click mends."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.excel import open_roster
from documents.roster_cells import Reading
from documents.roster_columns import KNOWN, key_of
from documents.spreadsheets import CannotRead, Cell
from tests.documents.lists import CHOICES, READING, TODAY, a_list, resident, the_problem, trouble, value, xlsx

GOOD = resident()
WIDE = GOOD.translate({ord("0") + at: ord("０") + at for at in range(10)})


def test_a_messy_list_is_understood() -> None:
    data = xlsx(
        ("广州示例工程监理有限公司人员名册",),
        ("填表日期：2026年2月", None, None, None, None, None, None),
        ("序号", " 姓 名 ", "*身份证号码（18位）", "联系电话", "最高学历", "毕业时间", "社保月份", "籍贯"),
        (1, "张 喆", WIDE, 13800138000, "大学本科", 41091, "2026年2月", "广东"),
        (),
        (2, "欧阳𬱖", f" '{resident(order=13)} ", "138-0013-8001", "大专", "2012.7.1", 202602, None),
        ("序号", "姓名", "身份证号码（18位）", "联系电话", "最高学历", "毕业时间", "社保月份", "籍贯"),
        (3, "阿依古丽•买买提", resident(order=24).lower(), "+86 139 0013 8002", "硕士", date(2015, 6, 30), "2026-02"),
        ("合计：3人",),
        ("制表人：王芳", None, None, "审核：李四"),
    )  # fmt: skip
    sheet = open_roster(data, READING, "名单.xlsx")
    assert [row.problems for row in sheet.rows] == [(), (), ()]
    assert [row.values["name"] for row in sheet.rows] == ["张喆", "欧阳𬱖", "阿依古丽·买买提"]
    assert sheet.rows[0].values == {
        "name": "张喆", "document_type": "mainland_id", "document_number": GOOD, "gender": "male",
        "birth_date": "1990-05-01", "mobile": "13800138000", "education_level": "bachelor",
        "graduation_date": "2012-07-01", "insurance_month": "2026-02",
    }  # fmt: skip
    assert sheet.rows[1].values["education_level"] == "junior_college"
    assert sheet.rows[2].values["gender"] == "female"
    assert sheet.rows[2].values["mobile"] == "13900138002"
    assert [(row.row, row.reason) for row in sheet.skipped] == [(6, "重复的表头"), (8, "表尾或合计"), (9, "表尾或合计")]
    assert [column.title for column in sheet.matching.unused] == ["序号", "籍贯"]


def test_a_list_in_the_format_before_2007_is_read() -> None:
    data = (Path(__file__).parent / "people-of-2003.xls").read_bytes()  # made with xlwt: BIFF8 in an OLE file
    sheet = open_roster(data, READING, "名单.xls")
    assert [row.problems for row in sheet.rows] == [(), ()]
    told = [(row.values["name"], row.values["mobile"], row.values["graduation_date"]) for row in sheet.rows]
    assert told == [("陈喆", "13800138001", "2012-07-01"), ("欧阳明轩", "13800138002", "2003-09-01")]


@pytest.mark.parametrize(("key", "word"), [(key, word) for key, words in KNOWN.items() for word in words])
def test_every_known_word_for_a_column_means_one_thing(key: str, word: str) -> None:
    assert key_of(f" *{word}：") == key
    assert key_of(f"{word}（必填）") == key


@given(st.permutations(["姓名", "身份证号码", "手机号", "学历", "备注", "部门"]))
def test_columns_come_in_any_order(titles: list[str]) -> None:
    cells = {"姓名": "王芳", "身份证号码": GOOD, "手机号": "13800138000", "学历": "本科", "备注": "无", "部门": "一部"}
    (row,) = a_list([cells[title] for title in titles], header=titles).rows
    assert row.values == {
        "name": "王芳", "document_type": "mainland_id", "document_number": GOOD, "gender": "male",
        "birth_date": "1990-05-01", "mobile": "13800138000", "education_level": "bachelor", "remark": "无",
        "department": "一部",
    }  # fmt: skip


def test_the_sheet_with_the_people_is_found() -> None:
    people = [("姓名", "身份证号"), ("王芳", GOOD)]
    sheet = open_roster(xlsx(("填写说明",), ("请如实填写",), sheets={"花名册": people}), READING)
    assert sheet.table.sheet == "花名册"
    assert len(sheet.good) == 1


def test_a_file_without_a_header_says_what_is_needed() -> None:
    with pytest.raises(CannotRead, match="需要有“姓名”和“身份证号码”两列"):
        open_roster(xlsx(("王芳", GOOD), ("张三", resident(order=13))), READING, "名单.xlsx")


def test_a_column_can_be_taken_for_something_else() -> None:
    sheet = a_list(("王芳", GOOD, "13800138000", "13900139000"), header=("姓名", "身份证号码", "联系电话", "备用"))
    assert sheet.rows[0].values["mobile"] == "13800138000"
    again = sheet.reassign(3, "mobile")
    assert again.rows[0].values["mobile"] == "13900139000"
    assert [column.title for column in again.matching.unused] == ["联系电话"]


def test_a_missing_number_column_is_named() -> None:
    sheet = a_list(("王芳", "女"), header=("姓名", "性别"))
    assert sheet.matching.missing == ("document_number",)
    assert not sheet.good


@pytest.mark.parametrize(
    ("number", "kind", "reason"),
    [
        ("440103199005010012", "id-check", "身份证号最后一位校验不对，请核对第 18 位。"),
        ("4401031990050100", "id-length", "身份证号应为 18 位，这里有 16 位。"),
        ("440103199013010011", "id-date", "身份证号第 7 至 14 位“1990-13-01”不是日期，请核对。"),
        ("44010320300501001X", "id-date", "身份证号里的出生日期 2030-05-01 不可能，请核对第 7 至 14 位。"),
        (
            "4.40103E+17",
            "number-lost",
            "身份证号被 Excel 存成了数字，后几位已经丢失。请把这一列设为“文本”格式后重新填写。",
        ),
        (
            440103199005010000,
            "number-lost",
            "身份证号被 Excel 存成了数字，后几位已经丢失。请把这一列设为“文本”格式后重新填写。",
        ),
        ("", "number-missing", "没有填写证件号码。"),
        ("H12345678", "id-length", "身份证号应为 18 位，这里有 9 位。若不是居民身份证，请加“证件类型”一列并填写。"),
    ],
)
def test_identity_numbers_that_are_wrong(number: object, kind: str, reason: str) -> None:
    problem = the_problem("王芳", number)
    assert (problem.kind, problem.reason, problem.address) == (kind, reason, "B2")
    assert problem.repair is None


def test_letters_that_look_like_digits_are_mended_by_a_click() -> None:
    problem = the_problem("王芳", GOOD.replace("0", "O"))
    assert problem.repair == GOOD
    assert "第 3、5、10、11 位“O”不是数字" in problem.reason
    assert a_list(("王芳", GOOD.replace("0", "O"))).repair(problem).rows[0].good


def test_an_old_number_of_15_digits_offers_the_new_one() -> None:
    old = GOOD[:6] + GOOD[8:17]
    assert the_problem("王芳", old).repair == GOOD
    assert the_problem("王芳", float(old)).repair == GOOD


def test_a_county_that_is_not_known_is_told_but_goes_in() -> None:
    (row,) = a_list(("王芳", resident(area="990103"))).rows
    assert row.good
    assert "“990103”查不到地区" in row.problems[0].reason


@pytest.mark.parametrize("birth", [date(1955, 1, 1), date(1970, 6, 30), date(1981, 12, 31), date(1990, 1, 1)])
def test_a_county_of_when_numbers_were_given_is_known_whatever_the_year_of_birth(birth: date) -> None:
    (row,) = a_list(("王芳", resident(birth, area="440104"))).rows  # a code of 1983: nobody has a number from before
    assert not row.problems


@given(st.dates(date(1930, 1, 1), TODAY), st.integers(1, 999), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_in_an_identity_number_is_always_found(birth: date, order: int, at: int, more: int) -> None:
    number = resident(birth, order)
    digit = 10 if number[at] == "X" else int(number[at])
    wrong = number[:at] + str((digit + more) % 10) + number[at + 1 :]
    assert all(not problem.blocks for problem in a_list(("王芳", number)).rows[0].problems)
    if wrong != number:
        assert not a_list(("王芳", wrong)).rows[0].good


def test_other_documents_are_not_judged_as_identity_cards() -> None:
    header = ("姓名", "证件类型", "证件号码")
    (row,) = a_list(("陈大文", "香港居民", "H12345678"), header=header).rows
    assert row.good
    assert row.values["document_type"] == "hong_kong"
    assert the_problem("陈大文", "军官证", "H12345678", header=header).reason.startswith(
        "证件类型“军官证”不在可选范围内"
    )


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2012-07-01", "2012-07-01"), ("2012/7/1", "2012-07-01"),
        ("2012.7.1", "2012-07-01"), ("20120701", "2012-07-01"),
        ("2012年7月1日", "2012-07-01"), ("２０１２年７月１号", "2012-07-01"),
        (41091, "2012-07-01"), ("41091", "2012-07-01"),
        (20120701, "2012-07-01"),
        (date(2012, 7, 1), "2012-07-01"), ("2012-07-01 00:00:00", "2012-07-01"),
        ("2012-7-1 0:00", "2012-07-01"), ("31/7/2012", "2012-07-31"),
        ("7/31/2012", "2012-07-31"), ("2012，7，1", "2012-07-01"),
        (" 2012 - 07 - 01 ", "2012-07-01"), ("", ""), (None, ""),
    ],
)  # fmt: skip
def test_dates_in_the_forms_people_write(cell: object, expected: str) -> None:
    assert value("毕业日期", cell) == expected


@given(
    st.dates(date(1960, 1, 1), TODAY), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"])
)
def test_every_day_is_read_in_every_form(day: date, form: str) -> None:
    assert value("毕业日期", day.strftime(form)) == day.isoformat()
    assert value("毕业日期", (day - date(1899, 12, 30)).days) == day.isoformat()


@pytest.mark.parametrize(
    ("cell", "kind", "repair"),
    [
        ("5/6/2012", "date-unclear", None),
        ("2012-13-01", "date-none", None), ("2011-02-29", "date-none", None),
        ("12.7.1", "date-short-year", "2012-07-01"),
        ("90-7-1", "date-short-year", "1990-07-01"), ("毕业", "date-form", None),
        ("1812-07-01", "date-range", None), (123, "date-form", None), ("2012", "date-form", None),
    ],
)  # fmt: skip
def test_dates_that_cannot_be_told(cell: object, kind: str, repair: str | None) -> None:
    problem = trouble("毕业日期", cell)
    assert (problem.kind, problem.repair, problem.address) == (kind, repair, "C2")


def test_a_month_alone_goes_in_from_its_first_day_and_says_so() -> None:
    (row,) = a_list(("王芳", GOOD, "2012年7月"), header=("姓名", "身份证号码", "毕业日期")).rows
    assert row.good
    assert row.values["graduation_date"] == "2012-07-01"
    assert row.problems[0].reason == "毕业日期只有年月，按 7 月 1 日计。"


@pytest.mark.parametrize(
    "cell", ["2026-02", "202602", 202602, "2026年2月", "2026.2", "2026/02", date(2026, 2, 28), 46054]
)
def test_months_in_the_forms_people_write(cell: object) -> None:
    assert value("社保月份", cell) == "2026-02"


def test_a_number_2025_1_could_be_january_or_october() -> None:
    assert trouble("社保月份", 2025.1).reason == "社保月份“2025.1”分不清是 1 月还是 10 月，请写成 2025-01 或 2025-10。"
    assert value("社保月份", "2025.1") == "2025-01"


@pytest.mark.parametrize("cell", [13800138000, 13800138000.0, "138 0013 8000", "+8613800138000", "0086-13800138000",
                                  "1.3800138000E+10", "１３８００１３８０００", "013800138000"])  # fmt: skip
def test_mobile_numbers_in_the_forms_people_write(cell: object) -> None:
    assert value("手机号", cell) == "13800138000"


@pytest.mark.parametrize(
    ("cell", "kind", "repair"),
    [
        ("1.38E+10", "mobile-lost", None),
        ("1380013800", "mobile-length", None), ("12800138000", "mobile-length", None),
        ("020-88886666转1", "mobile-characters", None),
        ("13800138000/13900139000", "mobile-several", "13800138000"),
    ],
)  # fmt: skip
def test_mobile_numbers_that_are_wrong(cell: object, kind: str, repair: str | None) -> None:
    problem = trouble("手机号", cell)
    assert (problem.kind, problem.repair) == (kind, repair)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("张三1", "name-characters"),
        ("张?", "name-unreadable"),
        ("张\ue123", "name-unreadable"),
        ("张", "name-length"),
        ("", "name-missing"),
    ],
)
def test_names_that_are_wrong(name: str, kind: str) -> None:
    assert the_problem(name, GOOD).kind == kind


@pytest.mark.parametrize("name", ["张喆", "欧阳𬱖", "𠮷野", "阿依古丽·买买提", "John Smith", "O'Brien-Lee", "㛃䶮"])
def test_names_that_are_right_stay_exactly_so(name: str) -> None:
    assert a_list((name, GOOD)).rows[0].values["name"] == name


def test_the_apostrophe_that_office_writes_by_itself_is_the_plain_one() -> None:
    (row,) = a_list(("O’Brien", GOOD)).rows
    assert (row.good, row.values["name"]) == (True, "O'Brien")


def test_what_differs_from_the_identity_number_is_mended_by_one_click_in_all_rows() -> None:
    header = ("姓名", "身份证号码", "性别", "出生日期")
    rows = [(f"王{name}", resident(order=11 + 2 * at), "女", "1991-01-01") for at, name in enumerate("甲乙丙")]
    sheet = a_list(*rows, header=header)
    assert [problem.kind for problem in sheet.rows[0].problems] == ["gender-differs", "birth-differs"]
    gender, _ = sheet.rows[0].problems
    assert gender.reason == "性别与身份证号不一致：身份证号里是男。"
    once = sheet.repair(gender)
    assert [len(row.problems) for row in once.rows] == [1, 2, 2]
    everywhere = once.repair(once.rows[1].problems[0], alike=True)
    assert [[problem.kind for problem in row.problems] for row in everywhere.rows] == [["birth-differs"]] * 3
    done = everywhere.repair(everywhere.rows[0].problems[0], alike=True)
    assert len(done.good) == 3
    assert {row.values["gender"] for row in done.rows} == {"male"}


def test_the_same_person_twice_is_told_or_skipped() -> None:
    sheet = a_list(("王芳", GOOD), ("李四", resident(order=13)), ("王方", GOOD.lower()), ("王芳", f" {GOOD}"))
    assert [row.good for row in sheet.rows] == [True, True, False]
    assert sheet.rows[2].problems[0].reason == "证件号码与第 2 行（王芳）相同，请只留一行。"
    assert sheet.rows[2].problems[0].address == "B4"
    assert [(row.row, row.reason) for row in sheet.skipped] == [(4, "与第 2 行完全相同")]
    assert sheet.edit({(3, "document_number"): resident(order=15)}).bad == ()


def test_an_edit_can_make_a_double_and_undo_it() -> None:
    sheet = a_list(("王芳", GOOD), ("李四", resident(order=13)))
    double = sheet.edit({(2, "document_number"): GOOD})
    assert [problem.kind for problem in double.rows[1].problems] == ["double"]
    assert double.edit({(2, "document_number"): resident(order=13)}).bad == ()
    assert sheet.bad == ()  # the first reading is untouched


def test_a_merged_department_is_everybodys_and_a_merged_name_is_not() -> None:
    data = xlsx(
        ("部门", "姓名", "身份证号码"), ("第一项目部", "王芳", GOOD), (None, "李四", resident(order=13)),
        (None, None, resident(order=15)), merged=["A2:A4", "B3:B4"],
    )  # fmt: skip
    sheet = open_roster(data, READING)
    assert [row.values["department"] for row in sheet.rows] == ["第一项目部"] * 3
    assert [problem.kind for problem in sheet.rows[2].problems] == ["name-missing"]


@pytest.mark.parametrize("department", ["审核部", "合计工程部", "示例项目部"])
def test_a_person_of_an_oddly_named_department_is_somebody(department: str) -> None:
    sheet = a_list((department, "王芳", GOOD), (department, "李四", ""), header=("部门", "姓名", "身份证号码"))
    assert [row.values["name"] for row in sheet.rows] == ["王芳", "李四"]


@pytest.mark.parametrize("row", [("例：", "张三", GOOD), ("1", "示例张三", GOOD), ("", "（例）王五", GOOD)])
def test_an_example_row_is_nobody(row: tuple[str, str, str]) -> None:
    sheet = a_list(row, header=("序号", "姓名", "身份证号码"))
    assert [skipped.reason for skipped in sheet.skipped] == ["填写示例"]


def test_a_choice_that_is_not_known_lists_what_is() -> None:
    assert trouble("学历", "小学").reason == (
        "学历“小学”不在可选范围内，可填：博士、硕士研究生、本科、大专（专科）、中专。"
    )


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("大专", "junior_college"), ("专科", "junior_college"), ("大学本科", "bachelor"), ("硕士", "master")],
)
def test_choices_as_people_write_them(cell: str, expected: str) -> None:
    assert value("学历", cell) == expected


def test_without_a_packs_words_choices_stay_text() -> None:
    (row,) = a_list(("王芳", GOOD, "本科"), header=("姓名", "身份证号码", "学历"), reading=Reading(TODAY)).rows
    assert row.values["education_level"] == "本科"
    assert row.values["gender"] == "男"


def test_five_thousand_bad_rows_are_told_one_by_one_and_progress_can_stop_it() -> None:
    chance = random.Random(7)
    rows = [(f"王{chance.choice('甲乙丙')}", f"44010319900{at:06d}") for at in range(5000)]
    sheet = a_list(*rows)
    assert len(sheet.bad) == 5000
    assert sheet.rows[4999].problems[0].address == "B5001"

    class Stopped(Exception):
        pass

    def stop(done: int, _all: int) -> None:
        if done >= 1000:
            raise Stopped

    with pytest.raises(Stopped):
        open_roster(xlsx(("姓名", "身份证号码"), *rows), READING, progress=stop)


def test_a_sum_row_with_its_count_beside_it_is_nobody() -> None:
    sheet = a_list((1, "王芳", GOOD), ("合计", "1人", None), header=("序号", "姓名", "身份证号码"))
    assert [row.values["name"] for row in sheet.rows] == ["王芳"]
    assert [(one.row, one.reason) for one in sheet.skipped] == [(2, "表尾或合计")]


@pytest.mark.parametrize(("written", "month"), [("9/2025", "2025-09"), ("2025.9", "2025-09"), ("45903", "2025-09")])
def test_a_month_is_understood_as_people_write_it(written: str, month: str) -> None:
    (row,) = a_list(("王芳", GOOD, written), header=("姓名", "身份证号码", "社保月份")).rows
    assert (row.values["insurance_month"], row.problems) == (month, ())


def test_a_month_that_is_not_understood_is_asked_for_as_a_month() -> None:
    (row,) = a_list(("王芳", GOOD, "去年秋天"), header=("姓名", "身份证号码", "社保月份")).rows
    assert [one.reason for one in row.problems] == ["社保月份“去年秋天”认不出来，请写成 2026-03 的样子。"]


def test_a_day_of_graduation_that_is_still_to_come_is_told() -> None:
    (row,) = a_list(("王芳", GOOD, "2030-07-01"), header=("姓名", "身份证号码", "毕业日期")).rows
    assert [one.kind for one in row.problems] == ["date-future"]


def test_other_words_for_a_choice_are_known_and_a_dash_says_nothing() -> None:
    reading = Reading(TODAY, CHOICES, {"title_level": {"工程师": "intermediate", "助理工程师": "junior"}})
    header = ("姓名", "身份证号码", "职称")
    told = ["助理工程师", "工程师（土建）", "—", "高级工程师"]
    rows = [("王芳", resident(order=11 + 2 * at), title) for at, title in enumerate(told)]
    found = [row.values.get("title_level", "") for row in a_list(*rows, header=header, reading=reading).rows]
    assert found == ["junior", "intermediate", "", "senior"]


TEXTS = st.one_of(
    st.none(), st.text(max_size=20), st.integers(-(10**20), 10**20), st.floats(), st.datetimes(), st.booleans()
)


@given(st.lists(st.lists(TEXTS, min_size=5, max_size=5), max_size=6))
def test_no_cell_whatever_it_holds_stops_the_reading(rows: list[list[Cell]]) -> None:
    from documents.excel import read_roster
    from documents.roster_columns import match_columns
    from documents.spreadsheets import RawTable

    table = RawTable("x", "", [["姓名", "身份证号码", "手机号", "毕业日期", "社保月份"], *rows])
    matching = match_columns(table)
    assert matching is not None
    sheet = read_roster(table, matching, READING)
    for row in sheet.rows:
        assert row.good or all(problem.reason.endswith("。") for problem in row.problems)
    assert len(sheet.rows) + len(sheet.skipped) <= len(rows)
    assert set(CHOICES) >= {"gender"}
