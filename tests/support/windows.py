"""For tests of windows: they get the keyboard when they are shown, and are destroyed by Qt, not by the collector."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import SignalBlocker

from desktop.smoothness import Smoothness
from tests.support.waiting import PATIENCE

W = TypeVar("W", bound=QWidget)
PATIENCE_MS = round(PATIENCE * 1000)


def shown(window: W) -> W:
    """On screen and with the keyboard: under a bare X server no window manager hands it out."""
    window.show()
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window, PATIENCE_MS), f"{window.objectName() or window} never got the keyboard"
    return window


def press(window: QWidget, name: str) -> None:
    """Click the control of that name, which a person can see."""
    found = window.findChild(QWidget, name)
    assert found is not None, name
    assert found.isVisibleTo(window), name
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


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


def left_alive() -> list[str]:
    """Windows of the test that nobody destroys, by class and name: the end of the process crashes on them.

    What earlier tests left is set aside and not seen here.
    """
    found = (one for one in gc.get_objects() if isinstance(one, QWidget) and shiboken6.isValid(one))
    ours = [one for one in found if shiboken6.ownedByPython(one)]
    return sorted(f"{type(one).__name__} {one.objectName()}".strip() for one in ours)


def set_survivors_aside() -> None:
    """What modules and caches keep is never rubbish: to look through it after each test would take half of the time."""
    gc.collect()
    gc.freeze()


class PatientBot(QtBot):
    """Waits for what has to come as long as a busy machine may need: who is faster decides no test.

    It holds every window it is given. A page hangs in cycles with its models: once the test's own name for it is gone,
    the collector would take the whole living page apart, which PySide does not survive.
    """

    def __init__(self, request: pytest.FixtureRequest) -> None:
        super().__init__(request)
        self._held: list[QWidget] = []

    def addWidget(self, widget: QWidget, *, before_close_func: Callable[[QWidget], None] | None = None) -> None:
        assert before_close_func is None, "nobody needed it so far"
        self._held.append(widget)

    def close_windows(self) -> None:
        """All that it was given and that a test has not destroyed itself."""
        for widget in filter(shiboken6.isValid, self._held):
            widget.close()
            widget.deleteLater()

    def let_go(self) -> None:
        """Of windows that were closed: Qt destroys them, and what is left of them is rubbish that bites nobody."""
        run_deferred_deletes()
        self._held.clear()

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(
        self,
        signal: Any,
        *,
        timeout: int = PATIENCE_MS,
        raising: bool | None = None,
        check_params_cb: Callable[..., bool] | None = None,
    ) -> SignalBlocker:
        return super().waitSignal(signal, timeout=timeout, raising=raising, check_params_cb=check_params_cb)

    def waitExposed(self, widget: QWidget, *, timeout: int = PATIENCE_MS) -> Any:
        return super().waitExposed(widget, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[QtBot]:
    """In place of pytest-qt's own, whose five seconds are too short for a busy machine."""
    bot = PatientBot(request)
    yield bot
    bot.let_go()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Windows are closed before the first of the fixtures that they stand on is taken down."""
    bot = getattr(item, "funcargs", {}).get("qtbot")
    if isinstance(bot, PatientBot):
        bot.close_windows()
    return (yield)


@pytest.fixture
def destroyed_by_qt(qapp: QApplication) -> Iterator[None]:
    """As in the program rubbish is collected on the screen's thread; and no test may leave a living QObject to it."""
    if qapp.findChild(Smoothness) is None:
        Smoothness(qapp)
    yield
    run_deferred_deletes()
    left, alive = left_to_the_collector(), left_alive()
    set_survivors_aside()
    assert not left, f"left to the collector: {left}"
    assert not alive, f"left alive: {alive}"
