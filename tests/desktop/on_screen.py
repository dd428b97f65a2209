"""A page on screen in a test, with everything read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pytestqt.qtbot import QtBot

from desktop.context import Context
from desktop.page import Page
from tests.desktop.sample_desk import SampleDesk
from tests.support.windows import shown

P = TypeVar("P", bound=Page)


def on_screen(qtbot: QtBot, page: Any) -> Any:
    """Shown as the shell shows it."""
    qtbot.addWidget(page)
    page.resize(1150, 690)
    shown(page)
    page.shown()
    settle(qtbot, page)
    return page


def opened(make: Callable[[Context, str], object], kind: type[P], qtbot: QtBot, desk: SampleDesk) -> P:
    """The page that `make` makes for this desk, on screen."""
    page = on_screen(qtbot, make(desk.context, ""))
    assert isinstance(page, kind)
    return page


def settle(qtbot: QtBot, page: Any) -> None:
    """Until no lane works for the page any more."""
    qtbot.waitUntil(lambda: bool(page.settled))
    qtbot.wait(0)
    qtbot.waitUntil(lambda: bool(page.settled))
