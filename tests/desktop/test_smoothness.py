"""Full collections wait until nobody would notice; lanes give the interpreter back soon."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from desktop import smoothness
from desktop.smoothness import TURN, Smoothness
from tests.support.windows import shown


@pytest.fixture
def smooth(qapp: QApplication) -> Iterator[Smoothness]:
    if (usual := qapp.findChild(Smoothness)) is not None:
        shiboken6.delete(usual)  # the one of all window tests; the next test gets another
    gc.enable()
    sys.setswitchinterval(0.005)  # Python's own
    made = Smoothness(qapp)
    yield made
    shiboken6.delete(made)


@pytest.fixture
def full_collections() -> Iterator[list[int]]:
    made: list[int] = []

    def note(phase: str, about: dict[str, int]) -> None:
        if phase == "start" and about["generation"] == 2:
            made.append(1)

    gc.callbacks.append(note)
    yield made
    gc.callbacks.remove(note)


def rubbish(pieces: int) -> list[list[object]]:
    """Enough that lives to make Python think of a full collection many times over."""
    kept: list[list[object]] = []
    for _ in range(pieces):
        kept.append([kept])
    return kept


def test_python_makes_no_full_collection_by_itself(smooth: Smoothness, full_collections: list[int]) -> None:
    assert len(rubbish(400_000)) == 400_000
    assert full_collections == []
    assert sys.getswitchinterval() == pytest.approx(TURN)


def test_rubbish_of_other_threads_is_collected_on_the_screens_thread_only(qapp: QApplication, qtbot: QtBot) -> None:
    where: set[int] = set()

    def note(phase: str, about: dict[str, int]) -> None:
        where.add(threading.get_ident())

    before, turn = gc.isenabled(), sys.getswitchinterval()
    gc.enable()
    made = Smoothness(qapp)  # as at the start of the program, where the collector is on
    gc.callbacks.append(note)
    try:
        lane = threading.Thread(target=rubbish, args=(200_000,))
        lane.start()
        lane.join()
        assert where == set()
        qtbot.waitUntil(lambda: where == {threading.get_ident()})
    finally:
        gc.callbacks.remove(note)
        shiboken6.delete(made)
        sys.setswitchinterval(turn)
        if before:
            gc.enable()


def test_one_is_made_when_nobody_touched_the_desk_for_a_while(
    smooth: Smoothness, full_collections: list[int], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smoothness, "REST", float("inf"))
    field = QLineEdit()
    qtbot.addWidget(field)
    shown(field)
    QTest.keyClick(field.windowHandle(), Qt.Key.Key_A)
    for _ in range(15):
        rubbish(2_000)
        smooth.tidy()
    smooth.look()
    assert full_collections == [], "somebody types"
    monkeypatch.setattr(smoothness, "REST", 0.0)
    smooth.look()
    assert full_collections == [1]
    smooth.look()
    assert full_collections == [1], "nothing has come since"


def test_a_window_that_is_gone_is_watched_no_more(smooth: Smoothness, qtbot: QtBot) -> None:
    first, second = QLineEdit(), QLineEdit()
    shown(first)
    shiboken6.delete(first)
    qtbot.addWidget(second)
    shown(second)
    assert second.isActiveWindow()
