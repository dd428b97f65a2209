"""A page on screen in a test, with everything read."""

from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot

from tests.support.windows import shown


def on_screen(qtbot: QtBot, page: Any) -> Any:
    """Shown as the shell shows it."""
    qtbot.addWidget(page)
    page.resize(1150, 690)
    shown(page)
    page.shown()
    settle(qtbot, page)
    return page


def settle(qtbot: QtBot, page: Any) -> None:
    """Until no lane works for the page any more."""
    qtbot.waitUntil(lambda: bool(page.settled))
    qtbot.wait(0)
    qtbot.waitUntil(lambda: bool(page.settled))
