"""The fonts that papers are printed with: registered once, and for each character the first font that has it."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from documents.typeset import Glyph

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "fonts"
WINDOWS_HELPERS = ("simfang.ttf", "simsunb.ttf")  # FangSong; rare characters of Extension B
SPACES = {0x09: " ", 0x0B: " ", 0x0C: " ", 0xA0: " ", 0x2028: "\n", 0x2029: "\n"}
UNSEEN = dict.fromkeys((0x0D, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(0xFE00, 0xFE10))) | SPACES
PRINTING = threading.Lock()  # a font is cut into subsets for one paper at a time
GAP = "□"  # stands where a character must be written by hand


class Face(StrEnum):
    """A way of writing; which font files stand for it is this module's business."""

    SONG = "NotoSerifSC_400Regular"
    SONG_BOLD = "NotoSerifSC_600SemiBold"
    HEI = "NotoSansSC_400Regular"
    FANGSONG = "simfang"


class MissingGlyphs(ValueError):
    """No font at hand has these characters: the paper was not made, rather than made with holes in it."""

    def __init__(self, characters: Iterable[str]) -> None:
        self.characters = tuple(sorted(set(characters)))
        named = "、".join(f"{char}（U+{ord(char):04X}）" for char in self.characters)
        super().__init__(f"字库里没有这些字，印不出来：{named}。请核对是否输错；确实是这个字的，可以留空打印后手写。")


def windows_fonts(folder: Path) -> tuple[Path, ...]:
    """Those fonts of a Windows font folder that help out: FangSong, and the rare characters of Extension B."""
    return tuple(path for name in WINDOWS_HELPERS if (path := folder / name).is_file())


class FontSet:
    """The bundled fonts and any extra ones, asked in turn for each character."""

    def __init__(self, extra: Sequence[Path] = (), folder: Path = FOLDER) -> None:
        self._extra = tuple(extra)
        self._folder = folder
        self._fonts: dict[str, TTFont] = {}
        self._glyphs: dict[Face, dict[str, Glyph | None]] = {face: {} for face in Face}

    def glyphs(self, text: str, face: Face, missing: set[str]) -> list[Glyph]:
        """Each character with the font that prints it. One that no font has goes to `missing` and leaves a box."""
        known, found = self._glyphs[face], []
        for char in clean(text):
            if char not in known:
                known[char] = self._find(char, face)
            glyph = known[char]
            if glyph is None:
                missing.add(char)
                glyph = self._find(GAP, face)
                assert glyph is not None, "the bundled fonts have the box"
            found.append(glyph)
        return found

    def missing(self, texts: Iterable[str], face: Face = Face.SONG) -> tuple[str, ...]:
        """The characters that no font at hand has, so that a screen can say so while the name is being typed."""
        holes: set[str] = set()
        for text in texts:
            self.glyphs(text, face, holes)
        return tuple(sorted(holes))

    def _find(self, char: str, face: Face) -> Glyph | None:
        if char == "\n":
            return Glyph("\n", "", 0.0)
        for name in self._order(face):
            metrics = self._font(name).face
            if ord(char) in metrics.charToGlyph:
                return Glyph(
                    char, self._font(name).fontName, metrics.charWidths.get(ord(char), metrics.defaultWidth) / 1000
                )
        return None

    def _order(self, face: Face) -> Iterable[str]:
        """Which fonts to ask, best first."""
        yield from dict.fromkeys((face.value, Face.SONG.value, Face.HEI.value, *(path.stem for path in self._extra)))

    def _font(self, name: str) -> TTFont:
        if name not in self._fonts:
            from documents import embedding

            given = {path.stem: path for path in self._extra}
            path = given.get(name, self._folder / f"{name}.ttf")
            if name == Face.FANGSONG and name not in given:  # not on this machine: Song stands in
                return self._font(Face.SONG)
            own = "" if path.parent == FOLDER else f"-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
            self._fonts[name] = embedding.register(path, f"Huiban-{name}{own}")
        return self._fonts[name]


@cache
def bundled() -> FontSet:
    """The fonts that are shipped, and those of Windows where it runs; read once a process."""
    windows = os.environ.get("SYSTEMROOT")  # only there
    return FontSet(windows_fonts(Path(windows) / "Fonts") if windows else ())


def clean(text: str) -> str:
    """Text without what cannot be seen: joiners, variation selectors, control characters. All else stays as it is."""
    return "".join(
        char
        for char in text.translate(UNSEEN)
        if char == "\n" or (char >= " " and not "\x7f" <= char <= "\x9f" and not 0xE0100 <= ord(char) <= 0xE01EF)
    )
