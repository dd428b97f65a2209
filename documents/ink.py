"""Ink: measured text put on a canvas, with the characters that no font has noted on the way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from documents.fonts import Face, FontSet
from documents.typeset import Line, break_lines


class Ink:
    """Writes lines of text for one paper; the only place that knows how a canvas is told to write."""

    def __init__(self, fonts: FontSet) -> None:
        self._fonts = fonts
        self.missing: set[str] = set()

    def font_name(self, face: Face) -> str:
        """The name a canvas knows this face by."""
        return self._fonts.glyphs("一", face, self.missing)[0].font

    def lines(
        self, text: str, width: float, *, size: float, face: Face = Face.SONG, indent: float = 0, justify: bool = False
    ) -> list[Line]:
        """The text broken into lines of at most `width` points."""
        glyphs = self._fonts.glyphs(text, face, self.missing)
        return break_lines(glyphs, size=size, width=width, indent=indent, justify=justify)

    def put(self, writer: Any, lines: Iterable[tuple[Line, float, float]], size: float) -> None:
        """Write lines at their places into a text object: x of the left edge, y of the base line."""
        font, air = "", 0.0
        for line, x, y in lines:
            writer.setTextOrigin(x + line.indent, y)
            if line.air != air:
                air = line.air
                writer.setCharSpace(air)
            for name, text in line.runs:
                if name != font:
                    font = name
                    writer.setFont(name, size)
                writer.textOut(text)
        if air:
            writer.setCharSpace(0)

    def write(
        self, canvas: Any, text: str, *, x: float, y: float, size: float, face: Face = Face.SONG, right: bool = False,
        center: bool = False, room: float = 1e9, gray: float = 0.35,
    ) -> None:  # fmt: skip
        """One line of small print, made smaller until it fits into `room` points; nothing is left off."""
        line = self.lines(text, 1e9, size=size, face=face)[0]
        if line.width > room:
            size *= room / line.width
            line = self.lines(text, 1e9, size=size, face=face)[0]
        writer = canvas.beginText()
        writer.setFillGray(gray)
        self.put(writer, [(line, x - line.width * (1 if right else 0.5 if center else 0), y)], size)
        canvas.drawText(writer)
