"""Laws of line breaking, tried on many texts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.fonts import Face, bundled, clean
from documents.typeset import NO_END, NO_START, Glyph, break_lines, may_break

TEXT = st.text(st.sampled_from("我单位承诺，。（）《》“”、—… abcXYZ0123456789-.%\n"), max_size=120)


def glyphs(text: str) -> list[Glyph]:
    return bundled().glyphs(text, Face.SONG, set())


@given(TEXT, st.floats(40, 400), st.sampled_from([0.0, 24.0]), st.booleans())
def test_no_character_is_lost_and_no_line_is_too_wide(text: str, width: float, indent: float, justify: bool) -> None:
    lines = break_lines(glyphs(text), size=12, width=width, indent=indent, justify=justify)
    assert "".join(line.text for line in lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")
    for line in lines:
        filled = line.indent + line.width + line.air * max(0, len(line.text) - 1)
        assert filled <= width + 1e-3 or len(line.text) == 1


@given(TEXT)
def test_punctuation_stands_on_its_side_of_a_break(text: str) -> None:
    lines = break_lines(glyphs(text.replace("\n", "")), size=12, width=240)
    marks = NO_START | NO_END | {" "}
    for above, below in pairwise(lines):
        if not set(above.text[-4:] + below.text[:4]) & marks:
            continue
        if not any(may_break(*pair) for pair in pairwise(above.text + below.text[:1])):
            continue  # nowhere else to break: marks and letters all the way
        assert below.text[:1] not in NO_START
        assert above.text[-1:] not in NO_END


@pytest.mark.parametrize(("word", "width"), [("SHA-256", 60), ("13800138000", 80), ("3F9A11C7", 60)])
def test_words_and_numbers_stay_whole(word: str, width: float) -> None:
    lines = [line.text for line in break_lines(glyphs(f"编号{word}号"), size=12, width=width)]
    assert any(word in line for line in lines)


def test_a_word_longer_than_the_line_is_cut() -> None:
    assert len(break_lines(glyphs("a" * 200), size=12, width=100)) > 5


def test_justified_lines_end_at_the_edge_but_the_last() -> None:
    lines = break_lines(glyphs("下列人员均为本单位在职人员，" * 6), size=12, width=301, indent=24, justify=True)
    for line in lines[:-1]:
        assert line.indent + line.width + line.air * (len(line.text) - 1) == pytest.approx(301)
    assert lines[-1].air == 0


def test_what_cannot_be_seen_is_left_out() -> None:
    assert clean("张\u200b喆\ufe00\t甲\x07\u00a0乙\U000e0101") == "张喆 甲 乙"


def test_missing_characters_are_told_while_typing() -> None:
    assert bundled().missing(["张喆", "𠮷野", "欧阳𬱖"]) == ("𠮷",)
