"""A desk that is closed and a page that is dropped are destroyed by Qt; the collector only finds empty husks."""

from __future__ import annotations

import gc
import threading
import weakref
from functools import partial
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop.desk import Desk
from desktop.page import Page
from desktop.shell import KEPT, Shell
from desktop.shell_model import ShellModel
from tests.desktop.sample_desk import no_session, sample_desk, the_pack
from tests.support.windows import left_alive, left_to_the_collector, run_deferred_deletes

pytestmark = pytest.mark.windows
ROUTES = ("home", "people", "drafts", "outbox", "cases", "study")


def test_a_closed_desk_is_gone_with_its_window_and_every_page(tmp_path: Path, qtbot: QtBot) -> None:
    errors: list[BaseException] = []
    with sample_desk(tmp_path) as there:
        session = no_session(there.account)
        desk = Desk(there.store, session, the_pack(), failed=errors.append)
        for route in ROUTES:
            desk.shell.go(route)
        desk.shell.show()
        parts = [desk, desk.shell, desk.context, *desk.shell.findChildren(QObject)]
        desk.shell.close()
        run_deferred_deletes()
        assert [part for part in parts if shiboken6.isValid(part)] == []
        del desk, parts
        elsewhere = threading.Thread(target=gc.collect)  # as when the sync happens to allocate
        elsewhere.start()
        elsewhere.join()
    assert errors == []


def test_the_oldest_page_is_destroyed_when_it_makes_room(qtbot: QtBot) -> None:
    shell = Shell(ShellModel(), lambda route: Page(route))
    qtbot.addWidget(shell)
    shell.go("first")
    first = shell.page
    assert first is not None
    for number in range(KEPT):
        shell.go(f"page/{number}")
    run_deferred_deletes()
    assert not shiboken6.isValid(first)


def test_what_only_the_collector_would_destroy_is_named(qtbot: QtBot) -> None:
    class Ring(QObject):
        def __init__(self) -> None:
            super().__init__()
            self.me = self

    Ring().setObjectName("nobody's")
    assert left_to_the_collector() == ["Ring nobody's"]
    gc.collect()


def test_a_window_of_a_test_lives_on_when_the_test_has_no_name_for_it_any_more(qtbot: QtBot) -> None:
    """The collector would take it apart while it lives, with every child that hangs in the same cycle: that crashes."""
    page = Page("page")
    vars(page)["again"] = page  # as a page hangs in cycles with its models
    qtbot.addWidget(page)
    seen = weakref.ref(page)
    del page
    gc.collect()
    there = seen()
    assert there is not None
    assert shiboken6.isValid(there)


def test_a_window_that_nobody_destroys_is_named(qtbot: QtBot) -> None:
    """Held by a connection of its own child: Python does not see that cycle, and Qt knows of no owner."""
    page = Page("forgotten")
    button = QPushButton(page)
    button.clicked.connect(partial(print, page))
    assert "Page" in left_alive()
    qtbot.addWidget(page)
