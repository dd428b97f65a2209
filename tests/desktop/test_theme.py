"""Tokens, fonts and icons: readable in both modes, complete, and followed by what is on screen."""

import math

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontDatabase, QFontMetrics, QImage, QPainter, QRawFont
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.theme import MARKS, STATES, Theme, install
from desktop.widgets.base import Box
from desktop.widgets.buttons import Button

pytestmark = pytest.mark.windows
TEXTS = ("text", "text2", "accent", *STATES)
GROUNDS = ("surface", "ground", "hover", "accent_soft")


def luminance(colour: QColor) -> float:
    parts = []
    for part in (colour.redF(), colour.greenF(), colour.blueF()):
        parts.append(part / 12.92 if part <= 0.03928 else math.pow((part + 0.055) / 1.055, 2.4))
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one: QColor, other: QColor) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_text_colour_is_readable_on_every_ground(look: Theme, mode: str) -> None:
    look.set_mode("dark" if mode == "dark" else "light")
    pairs = [(text, ground) for text in TEXTS for ground in GROUNDS]
    pairs += [(state, f"{state}_soft") for state in STATES] + [("text", f"{state}_soft") for state in STATES]
    pairs += [("on_accent", "accent"), ("on_accent", "accent_hover")]
    weak = {pair for pair in pairs if contrast(look.colour(pair[0]), look.colour(pair[1])) < 4.5}
    assert weak == set()
    assert contrast(look.colour("field"), look.colour("surface")) >= 3


def test_our_font_has_every_weight_and_rare_names(look: Theme) -> None:
    assert look.tokens.family in QFontDatabase.families()
    rare = QRawFont.fromFont(look.font("body"))
    assert rare.supportsCharacter(ord("喆"))
    assert rare.supportsCharacter(0x2CC56)
    widths = {
        weight: QFontMetrics(look.font("page_title", weight)).boundingRect("会办").width() for weight in (400, 600)
    }
    assert widths[400] > 0
    assert {look.font("body").pixelSize(), look.font("secondary").pixelSize()} == {14, 12}


def drawn(look: Theme, name: str, role: str) -> QImage:
    image = QImage(24, 24, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    look.draw_icon(painter, name, QRectF(0, 0, 24, 24), role)
    painter.end()
    return image


def test_every_icon_draws_something_inside_its_square(look: Theme) -> None:
    names = ["ok", "warn", "bad", "clock", "return", "send", "money", "calendar", "home", "lock", "upload", "search"]
    for name in [*names, *look._icons]:
        image = drawn(look, name, "text")
        inked = [(x, y) for x in range(24) for y in range(24) if image.pixelColor(x, y).alpha() > 60]
        assert len(inked) >= 3, name
        edge = [point for point in inked if 0 in point or 23 in point]
        assert not edge, f"{name} is cut at its edge"


def test_an_icon_takes_the_colour_of_its_role_in_the_present_mode(look: Theme) -> None:
    def strongest(image: QImage) -> QColor:
        return max((image.pixelColor(x, y) for x in range(24) for y in range(24)), key=QColor.alpha)

    assert strongest(drawn(look, "plus", "bad")) == look.colour("bad")
    look.set_mode("dark")
    assert strongest(drawn(look, "plus", "bad")).name() == "#f28b82"


def test_the_windows_of_the_program_carry_its_sign_at_every_size_of_a_task_bar(look: Theme, qapp: QApplication) -> None:
    install(qapp)
    sizes = [size.width() for size in qapp.windowIcon().availableSizes()]
    assert sizes == list(MARKS)
    for size in sizes:
        drawn = qapp.windowIcon().pixmap(size, size).toImage()
        assert drawn.pixelColor(size // 2, 2) == look.colour("accent"), "its ground"
        light = [drawn.pixelColor(x, y).lightness() for x in range(size) for y in range(size)]
        assert max(light) > look.colour("accent").lightness() + 60, "the sign on it"
        assert drawn.pixelColor(0, 0).alpha() < 255, "round corners"


def test_a_new_mode_repaints_what_stands_on_the_screen(look: Theme, qtbot: QtBot) -> None:
    box, button = Box(fill="ground"), Button("提交", "primary")
    for widget in (box, button):
        qtbot.addWidget(widget)
        widget.resize(80, 32)
    assert box.grab().toImage().pixelColor(5, 5).name() == "#f7f8f9"
    look.set_mode("dark")
    assert box.grab().toImage().pixelColor(5, 5).name() == "#151a1e"
    assert button.grab().toImage().pixelColor(10, 3).name() == "#56b8c4"
