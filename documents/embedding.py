"""What reportlab needs mended to embed large Chinese fonts: searchable rare characters, no needless copying."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics, ttfonts


def to_unicode_map(font: str, subset: Sequence[int]) -> str:
    """A ToUnicode map with characters beyond U+FFFF as UTF-16, as PDF asks: rare names can be searched and copied."""
    codes = [f"<{at:02X}> <{chr(code).encode('utf-16-be').hex().upper()}>" for at, code in enumerate(subset)]
    chunks = [codes[at : at + 100] for at in range(0, len(codes), 100)]  # PDF allows 100 entries a block
    body = "\n".join(f"{len(chunk)} beginbfchar\n" + "\n".join(chunk) + "\nendbfchar" for chunk in chunks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        f"/CIDSystemInfo << /Registry ({font}) /Ordering ({font}) /Supplement 0 >> def\n"
        f"/CMapName /{font} def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<00> <{len(subset) - 1:02X}>\nendcodespacerange\n{body}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    )


class Outlines:
    """The outlines of a font, sliced where they lie: reportlab would copy all 14 MB of them for every subset."""

    def __init__(self, data: bytes, begin: int) -> None:
        self._data, self._begin = data, begin

    def __getitem__(self, part: slice) -> bytes:
        return self._data[self._begin + part.start : self._begin + part.stop]


class Face(ttfonts.TTFontFace):
    """A font file that makes its subsets without copying itself."""

    _ttf_data: bytes

    def get_table(self, tag: str) -> Any:
        """The bytes of a table; of the outlines a view."""
        if tag == "glyf":
            return Outlines(self._ttf_data, self.get_table_pos(tag)[0])
        return super().get_table(tag)  # type: ignore[no-untyped-call]  # reportlab has no types


@cache
def register(path: Path, name: str) -> ttfonts.TTFont:
    """A font file, read once a process, under a name of its own: reportlab knows fonts by name alone."""
    ttfonts.makeToUnicodeCMap = to_unicode_map  # type: ignore[assignment]  # same call, other argument names
    font = ttfonts.TTFont(name, str(path))
    font.face.__class__ = Face  # the font makes its own face and offers no way to hand one in
    pdfmetrics.registerFont(font)
    return font
