"""Breaking Chinese text into lines: pure measure and arithmetic, so that every paper breaks its lines the same way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

# What may not begin a line, and what may not end one (GB/T 15834 and common practice).
NO_START = frozenset("!'),.:;?]}%°℃‰’”…—、。〉》」』】〕〗〞！＇），．：；？］｝～％·•")
NO_END = frozenset("([{‘“〈《「『【〔〖〝（［｛$￥＄￡¥#")
EASE = 1e-6  # rounding of summed widths, in points


class Glyph(NamedTuple):
    """One character as it will be printed: by which font, how wide (in em)."""

    char: str
    font: str
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: runs of one font each, its natural width, and how much air to put between its characters."""

    runs: tuple[tuple[str, str], ...]  # (font name, text)
    width: float  # points, without the air
    indent: float = 0.0
    air: float = 0.0  # points after each character: what makes both edges straight

    @property
    def text(self) -> str:
        """The characters of the line."""
        return "".join(text for _, text in self.runs)


def is_wide(char: str) -> bool:
    """Whether a line may be broken beside this character: Chinese characters and Chinese punctuation."""
    return char >= "\u2e80" or char in "—…“”‘’·"


def may_break(left: str, right: str) -> bool:
    """Whether a line may end after `left` and the next begin with `right`."""
    if right == " " or right in NO_START or left in NO_END:
        return False
    return left == " " or is_wide(left) or is_wide(right)


def break_lines(
    glyphs: Sequence[Glyph], *, size: float, width: float, indent: float = 0.0, justify: bool = False
) -> list[Line]:
    """Lines no wider than `width` points; `indent` is that of the first. A newline ends a line; words stay whole."""
    lines: list[Line] = []
    start, count, left = 0, len(glyphs), indent
    while start < count:
        room, used, at = (width - left) / size + EASE, 0.0, start
        while at < count and glyphs[at].char != "\n":
            used += glyphs[at].width
            if used > room and glyphs[at].char != " " and at > start:
                break
            at += 1
        else:  # the paragraph ends here, or a newline stands here
            lines.append(_line(glyphs[start:at], size, left))
            start, left = at + 1, indent if at < count else 0.0
            continue
        end = _last_break(glyphs, start, at, width / size + EASE)
        lines.append(_line(glyphs[start:end], size, left, width if justify else 0.0))
        start, left = end, 0.0
    return lines or [Line((), 0.0)]


def _last_break(glyphs: Sequence[Glyph], start: int, at: int, room: float) -> int:
    """Where to end the line whose first `at - start` characters fit. Only a word longer than a whole line is cut."""
    end = next((end for end in range(at, start, -1) if may_break(glyphs[end - 1].char, glyphs[end].char)), at)
    if end < at:
        word, last = glyphs[end].width, end + 1
        while last < len(glyphs) and not may_break(glyphs[last - 1].char, glyphs[last].char) and word <= room:
            word += glyphs[last].width
            last += 1
        return at if word > room else end
    return end


def _line(glyphs: Sequence[Glyph], size: float, indent: float, fill: float = 0.0) -> Line:
    """The line of these characters, without the spaces at its end; filled out to `fill` points if that looks well."""
    end = len(glyphs)
    while end and glyphs[end - 1].char == " ":
        end -= 1
    runs: list[tuple[str, str]] = []
    begin, total = 0, 0.0
    for at in range(end):
        total += glyphs[at].width
        if glyphs[at].font != glyphs[begin].font:
            runs.append((glyphs[begin].font, "".join(glyph.char for glyph in glyphs[begin:at])))
            begin = at
    if end:
        runs.append((glyphs[begin].font, "".join(glyph.char for glyph in glyphs[begin:end])))
    natural = total * size
    spare = fill - indent - natural
    air = spare / (end - 1) if fill and end > 1 and 0 < spare <= fill / 3 else 0.0
    return Line(tuple(runs), natural, indent, air)
