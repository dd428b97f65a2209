"""For tests of windows: they get the keyboard when they are shown, and are destroyed by Qt, not by the collector."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import TypeVar

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.smoothness import Smoothness

W = TypeVar("W", bound=QWidget)
PATIENCE = 10_000  # ms


def shown(window: W) -> W:
    """On screen and with the keyboard: under a bare X server no window manager hands it out."""
    window.show()
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window, PATIENCE), f"{window.objectName() or window} never got the keyboard"
    return window


def run_deferred_deletes() -> None:
    """Destroy what was closed or dropped, and what that drops in turn."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QCoreApplication.processEvents()


def left_to_the_collector() -> list[str]:
    """QObjects that only the collector would have destroyed, by class and name."""
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
        found = [one for one in gc.garbage if isinstance(one, QObject)]
        ours = [one for one in found if shiboken6.isValid(one) and shiboken6.ownedByPython(one)]
        return sorted(f"{type(one).__name__} {one.objectName()}".strip() for one in ours)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()


def set_survivors_aside() -> None:
    """What modules and caches keep is never rubbish: to look through it after each test would take half of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def destroyed_by_qt(qapp: QApplication) -> Iterator[None]:
    """As in the program rubbish is collected on the screen's thread; and no test may leave a living QObject to it."""
    if qapp.findChild(Smoothness) is None:
        Smoothness(qapp)
    yield
    run_deferred_deletes()
    left = left_to_the_collector()
    set_survivors_aside()
    assert not left, f"left to the collector: {left}"
