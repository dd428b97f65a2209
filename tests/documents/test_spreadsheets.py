"""Tables of every kind people send, and every kind of file that is none: one sentence each, never a crash."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents.excel import open_roster
from documents.spreadsheets import MAX_BYTES, CannotRead, address, read_tables, shown
from tests.documents.lists import READING, resident, xls, xlsx

GOOD = resident()
TEXT = f"姓名,身份证号码,手机\r\n张喆,{GOOD},13800138000\r\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("gbk"),
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.replace(",", "\t").encode("utf-16"),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(GOOD, f'"=""{GOOD}"""').encode("gb18030"),
        TEXT.replace("张喆", "'张喆").replace(GOOD, f"'{GOOD}").encode(),
        xls([["姓名", "身份证号码", "手机"], ["张喆", GOOD, 13800138000.0]]),
        xlsx(("姓名", "身份证号码", "手机"), ("张喆", GOOD, 13800138000)),
    ],
    ids=["gbk", "utf-8", "bom", "utf-16 tabs", "semicolons", "=quoted", "apostrophes", "xls", "xlsx"],
)
def test_lists_in_every_dress_are_read_alike(data: bytes) -> None:
    (row,) = open_roster(data, READING, "名单").good
    assert (row.values["name"], row.values["document_number"], row.values["mobile"]) == ("张喆", GOOD, "13800138000")


def test_rare_characters_survive_gb18030() -> None:
    (row,) = open_roster(TEXT.replace("张喆", "欧阳𬱖").encode("gb18030"), READING).good
    assert row.values["name"] == "欧阳𬱖"


def bomb() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("xl/sheet.xml", "w") as part:
        for _ in range(9):
            part.write(b"\0" * 100_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "是空文件"),
        (b"\r\n \r\n", "是空文件"),
        (xlsx(), "里没有内容"),
        (b"%PDF-1.7\n\0\0", "不是表格文件"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "不是表格文件"),
        (b"PK\x03\x04garbage", "已损坏"),
        (xlsx(("姓名",))[:-400], "已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "打不开"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "设有密码"),
        (b"\n<html><table><tr><td>x", "其实是网页"),
        (b"\xff\x81\x30 \x80\xff,,", "文字编码认不出来"),
    ],
)
def test_what_is_no_table_says_so_in_one_sentence(data: bytes, said: str) -> None:
    with pytest.raises(CannotRead, match=said) as told:
        read_tables(data, "名单.xlsx")
    assert "“名单.xlsx”" in str(told.value)
    assert str(told.value).endswith("。")


def test_a_file_that_unpacks_without_end_is_not_unpacked() -> None:
    data = bomb()
    assert len(data) < 2_000_000
    with pytest.raises(CannotRead, match="展开后有 900 MB"):
        read_tables(data, "炸弹.xlsx")


def test_a_file_of_two_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "大.xlsx"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)
    with pytest.raises(CannotRead, match=f"有 2000 MB，名单文件最大 {MAX_BYTES // 1_000_000} MB"):
        read_tables(path)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match=r"“没有\.xlsx”打不开"):
        read_tables(tmp_path / "没有.xlsx")


SAMPLE = xlsx(("姓名", "身份证号码"), *[("张喆", GOOD)] * 20)
OLD_SAMPLE = xls([["姓名", "身份证号码"], ["张喆", GOOD]])


@settings(max_examples=150)
@given(
    st.booleans(),
    st.lists(st.tuples(st.floats(0, 0.9999), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_a_damaged_file_is_read_or_refused_never_a_crash(old: bool, hits: list[tuple[float, int]]) -> None:
    data = bytearray(OLD_SAMPLE if old else SAMPLE)
    for place, byte in hits:
        data[int(place * len(data))] = byte
    try:
        read = read_tables(bytes(data), "名单")
    except CannotRead as refused:
        said = str(refused)
    else:
        said = f"{len(read)} 张表。"
    assert said.endswith("。")


@given(st.integers(0, 2_000_000), st.integers(0, 16_383))
def test_addresses_are_those_of_excel(row: int, column: int) -> None:
    from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

    letters, number = coordinate_from_string(address(row, column))
    assert (number - 1, column_index_from_string(letters) - 1) == (row, column)


@pytest.mark.parametrize(("cell", "seen"), [(13800138000.0, "13800138000"), (2.5, "2.5"), (True, "TRUE"), (None, ""),
                                            (4.40103199005010e17, "4.4010319900501E+17")])  # fmt: skip
def test_cells_are_shown_as_people_see_them(cell: float | None, seen: str) -> None:
    assert shown(cell) == seen
