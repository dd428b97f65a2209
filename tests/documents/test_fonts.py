"""Fonts: the right one for each character, help from Windows where it is there, one set for many threads."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from documents.fonts import FOLDER, Face, FontSet, MissingGlyphs, bundled, windows_fonts
from documents.paper import Paper, Para
from tests.documents.letters import a_letter
from tests.documents.reading import reader, text


def test_each_face_prints_with_its_own_font() -> None:
    printed = {face: bundled().glyphs("承", face, set())[0].font for face in (Face.SONG, Face.SONG_BOLD, Face.HEI)}
    assert printed == {face: f"Huiban-{face.value}" for face in printed}


def test_fangsong_is_used_where_windows_has_it_and_song_stands_in_elsewhere(tmp_path: Path) -> None:
    assert windows_fonts(tmp_path) == ()
    assert FontSet().glyphs("承", Face.FANGSONG, set())[0].font == f"Huiban-{Face.SONG.value}"
    shutil.copy(FOLDER / "NotoSansSC_500Medium.ttf", tmp_path / "simfang.ttf")  # any font does: it is found by its name
    found = windows_fonts(tmp_path)
    assert found == (tmp_path / "simfang.ttf",)
    assert FontSet(found).glyphs("承", Face.FANGSONG, set())[0].font.startswith("Huiban-simfang-")


def test_papers_are_printed_with_the_fonts_of_windows_where_the_shipped_ones_lack_a_character(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fonts = tmp_path / "Fonts"
    fonts.mkdir()
    shutil.copy(FOLDER / "NotoSansSC_500Medium.ttf", fonts / "simfang.ttf")
    monkeypatch.setenv("SYSTEMROOT", str(tmp_path))
    assert bundled.__wrapped__().glyphs("承", Face.FANGSONG, set())[0].font.startswith("Huiban-simfang-")
    monkeypatch.delenv("SYSTEMROOT")
    assert bundled.__wrapped__().glyphs("承", Face.FANGSONG, set())[0].font == f"Huiban-{Face.SONG.value}"


def test_a_character_that_one_font_lacks_comes_from_the_next(tmp_path: Path) -> None:
    from fontTools import subset
    from fontTools.ttLib import TTFont

    font = TTFont(FOLDER / f"{Face.SONG.value}.ttf")
    few = subset.Subsetter()
    few.populate(text="承诺□一 0123456789第页共　")
    few.subset(font)
    font.save(tmp_path / f"{Face.SONG.value}.ttf")
    for face in (Face.HEI, Face.SONG_BOLD):
        shutil.copy(FOLDER / f"{face.value}.ttf", tmp_path)
    fonts = FontSet(folder=tmp_path)
    printed = [glyph.font.rsplit("-", 1)[0] for glyph in fonts.glyphs("承喆", Face.SONG, set())]
    assert printed == [f"Huiban-{Face.SONG.value}", f"Huiban-{Face.HEI.value}"]
    assert text(Paper(title="补", blocks=[Para("承诺喆")]).pdf(fonts)) == "承诺喆第1页共1页"
    assert Paper(title="补", blocks=[Para("承诺喆")]).pdf() != Paper(title="补", blocks=[Para("承诺喆")]).pdf(fonts)


def test_a_paper_of_mixed_fonts_is_searchable_and_embedded() -> None:
    pdf = Paper(title="混排", blocks=[Para("承诺 ABC 㛃䶮𬱖①￥", bold=True), Para("承诺 𬱖", bold=False)]).pdf()
    assert "承诺ABC㛃䶮𬱖①￥" in text(pdf)
    assert len(reader(pdf).pages) == 1


def test_many_threads_print_the_same_bytes() -> None:
    expected = a_letter(5).pdf()
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _: a_letter(5).pdf(), range(12))) == {expected}


def test_a_gap_in_the_foot_line_is_found_too() -> None:
    with pytest.raises(MissingGlyphs, match="𠮷"):
        Paper(title="脚", blocks=[Para("正文")], foot="𠮷野公司").pdf()
