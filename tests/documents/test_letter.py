"""The letter: everybody on it, both edges straight, the head repeated, the seal with words, rare names searchable."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from documents.fonts import MissingGlyphs
from documents.letter import letter
from documents.paper import Paper, Para
from documents.templates import PaperTemplate, TemplateError
from tests.documents.letters import TEMPLATE, TEMPLATES, UNIT, a_letter, people
from tests.documents.reading import codes, pages, picture, reader, text


def test_everybody_stands_on_the_letter_with_rare_names_searchable() -> None:
    words = text(a_letter(6).pdf())
    for row in people(6):
        assert row["person"]["name"] in words
        assert row["person"]["id_number"] in words
    assert "欧阳𬱖" in words
    assert "初始教育（4人）" in words
    assert "继续教育（2人）" in words


def test_a_unit_with_a_long_name_is_written_whole() -> None:
    assert text(a_letter().pdf()).count(UNIT) >= 2


def test_two_hundred_people_take_several_pages_each_with_the_head_and_its_number() -> None:
    sheets = pages(a_letter(200).pdf())
    assert len(sheets) >= 5
    assert all("3F9A11C7" in sheet for sheet in sheets)  # what binds the pages together
    with_rows = [sheet for sheet in sheets if "44010119900101" in sheet]
    assert all("序号姓名证件号码申请证书专业" in sheet for sheet in with_rows)
    assert [f"第{at}页共{len(sheets)}页" in sheet for at, sheet in enumerate(sheets, 1)] == [True] * len(sheets)
    assert sum(sheet.count("44010119900101") for sheet in sheets) == 200


@pytest.mark.parametrize("count", [*range(1, 45), 90, 130])
def test_the_seal_never_stands_on_a_page_without_words_of_the_letter_and_people(count: int) -> None:
    sheets = pages(a_letter(count).pdf())
    (sealed,) = [sheet for sheet in sheets if "盖章处" in sheet]
    assert f"以上共{count}人。特此承诺。" in sealed
    assert f"44010119900101{count - 1:04d}" in sealed  # the last row, and the one before it
    if count // 3 > 1:
        assert f"44010119900101{count - 2:04d}" in sealed
    assert sum(sheet.count("44010119900101") for sheet in sheets) == count
    assert sum(sheet.count("继续教育（") for sheet in sheets) == (count >= 3)


def test_eight_people_in_four_tables_do_not_leave_the_seal_alone() -> None:
    template = PaperTemplate.from_mapping(yaml.safe_load(COMMITMENT.read_text("utf-8")))
    cards = dict(zip(template.cards, (people(4), people(2), people(1), people(1)), strict=True))
    sheets = pages(letter(template, values=dict.fromkeys(template.placeholders(), "某"), people=cards).pdf())
    (sealed,) = [sheet for sheet in sheets if "盖章处" in sheet]
    assert "专业变更（1人）" in sealed
    assert "特此承诺" in sealed


def test_a_name_longer_than_a_page_is_printed_all_the_same() -> None:
    rows = [{"person": {"name": "长" * 1500, "id_number": "440101199001010000"}, "row": {}}]
    template = PaperTemplate.from_mapping(TEMPLATE)
    values = dict.fromkeys(template.placeholders(), "某")
    sheets = pages(letter(template, values=values, people={"first": rows}).pdf())
    assert sum(sheet.count("长") for sheet in sheets) == 1500
    assert "盖章处" in sheets[-1]


def test_the_same_values_give_the_same_bytes_and_the_day_is_that_of_the_letter() -> None:
    assert a_letter().pdf() == a_letter().pdf()
    assert a_letter(day=date(2026, 3, 1)).pdf() != a_letter(day=date(2026, 3, 2)).pdf()
    information = reader(a_letter(day=date(2026, 3, 2)).pdf()).metadata
    assert information is not None
    assert information.creation_date is not None
    assert information.creation_date.strftime("%Y-%m-%dT%H:%M") == "2026-03-01T16:00"  # midnight in Shanghai
    assert information.title == "单位承诺书"
    assert information.author == UNIT


def test_every_font_used_is_embedded() -> None:
    used = [
        font.get_object()
        for page in reader(a_letter(30).pdf()).pages
        for font in cast("Any", page["/Resources"])["/Font"].values()
    ]
    assert used
    assert all("/FontFile2" in font["/FontDescriptor"] for font in used)


def test_the_short_code_can_be_scanned_from_a_poor_print() -> None:
    assert codes(a_letter().pdf(), dpi=75) == ["3F9A11C7"]


def test_a_character_that_no_font_has_is_named_before_anything_is_printed() -> None:
    with pytest.raises(MissingGlyphs, match=r"𠮷（U\+20BB7）、𡃁（U\+210C1）") as told:
        a_letter(names=("𡃁𠮷", "王芳")).pdf()
    assert told.value.characters == ("𠮷", "𡃁")


def test_or_it_leaves_a_box_to_write_in() -> None:
    assert "□野" in text(a_letter(names=("𠮷野",)).pdf(leave_gaps=True))


def test_paragraphs_have_two_straight_edges() -> None:
    words = "本单位郑重承诺所报第 3 批 Aa 类人员均为在职职工共计 128 人并如实填报"
    sheet = picture(Paper(title="两边", blocks=[Para(words * 12)]).pdf(), dpi=72)
    left, right = 71, 595 - 71  # 25 mm of margin
    ends, line = list[tuple[int, int]](), list[int]()
    for row in range(60, 780):  # rows of pixels with ink beside each other are one line of text
        columns = [x for x in range(sheet.width) if cast("int", sheet.getpixel((x, row))) < 128]
        if columns:
            line += columns
        elif line:
            ends.append((min(line), max(line)))
            line = []
    assert len(ends) > 8
    for begin, end in ends[1:-1]:  # the first begins two characters in, the last may be short
        assert begin == pytest.approx(left, abs=3)
        assert end == pytest.approx(right, abs=3)


def test_a_row_without_a_known_card_is_not_left_off() -> None:
    sheet = letter(
        PaperTemplate.from_mapping(TEMPLATE | {"intro": [], "closing": [], "footnote": ""}),
        values={"单位": "甲公司"},
        people={"other": people(1)},
    )
    assert "张喆" in text(sheet.pdf())


COMMITMENT = TEMPLATES.parent / "packs" / "gdjlxh-2025" / "documents" / "commitment-letter.yaml"
PACKS = sorted(TEMPLATES.parent.glob("packs/*/documents/*.yaml"))


@pytest.mark.parametrize(
    "path", [*TEMPLATES.glob("*.yaml"), *PACKS], ids=lambda path: f"{path.parent.parent.name}/{path.stem}"
)
def test_every_shipped_template_makes_a_paper(path: Path) -> None:
    template = PaperTemplate.from_mapping(yaml.safe_load(path.read_text("utf-8")))
    cards = {card: people(2) for card in template.cards or {"only": ""}}
    sheet = letter(template, values=dict.fromkeys(template.placeholders(), "某"), people=cards, short_code="3F9A11C7")
    words = text(sheet.pdf())
    assert "{" not in words
    if template.columns:
        assert words.count("欧阳𬱖") == len(cards)
        assert words.count("序号") == len(cards)  # numbered once, by the template or by us


def test_a_template_may_indent_its_paragraphs_itself() -> None:
    plain = TEMPLATE | {"intro": ["一、甲。"], "closing": ["完。"]}
    spaced = TEMPLATE | {"intro": ["　　一、甲。"], "closing": ["　　完。"]}
    made = [letter(PaperTemplate.from_mapping(given), values={}, people={}).pdf() for given in (plain, spaced)]
    assert made[0] == made[1]


def test_a_blank_letter_has_places_to_write_and_a_blank_day() -> None:
    sheet = letter(PaperTemplate.from_mapping(TEMPLATE | {"intro": [], "closing": []}), values={}, people={})
    words = text(sheet.pdf())
    assert "日期：年月日" in words
    assert "经办人：" in words
    assert "序号" not in words


def test_a_placeholder_without_a_value_is_an_error_that_names_it() -> None:
    template = PaperTemplate.from_mapping(TEMPLATE)
    assert template.placeholders() == {"协会", "单位", "业务", "短码", "人数"}
    with pytest.raises(TemplateError, match=r"commitment-letter.*\{协会\}"):
        letter(template, values={}, people={})


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"title": ""}, "title"),
        ({"table": {"cards": {"a": "b"}}}, "table.columns"),
        ({"table": {"columns": [{"title": "x"}]}}, "value"),
        ({"blocks": [{"kind": "stamp", "label": "x"}]}, "stamp"),
    ],
)
def test_a_faulty_template_names_the_key(wrong: dict[str, object], named: str) -> None:
    with pytest.raises(TemplateError, match=named):
        PaperTemplate.from_mapping(TEMPLATE | wrong)


@pytest.mark.parametrize("count", range(8, 26))
def test_no_page_has_only_the_footnote(count: int) -> None:
    *_, last = pages(a_letter(count).pdf())
    assert "盖章处" in last


def test_the_foot_line_has_the_whole_name_of_the_unit() -> None:
    unit = UNIT + "驻粤港澳大湾区办事处"
    assert all(f"单位承诺书3F9A11C7{unit}" in sheet for sheet in pages(a_letter(60, unit=unit).pdf()))


def test_no_page_is_left_half_empty_before_a_table() -> None:
    first, *_, last = pages(a_letter(200).pdf())
    assert first.count("44010119900101") > 15
    assert "盖章处" in last


def test_rows_keep_their_order() -> None:
    words = text(a_letter(40).pdf())
    places = [words.index(row["person"]["id_number"]) for row in people(40)]
    assert all(one < next_ for one, next_ in pairwise(places))
