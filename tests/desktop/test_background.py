"""Lanes: in order, answered on the screen's thread, errors told, long work stopped."""

import os
import threading
from collections.abc import Iterator
from functools import partial

import pytest
import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.background import Cancelled, Lane, Steps
from sync.store.errors import DiskFull
from tests.support.waiting import PATIENCE
from tests.support.windows import run_deferred_deletes

pytestmark = pytest.mark.windows


@pytest.fixture
def told() -> list[BaseException]:
    return []


@pytest.fixture
def lane(told: list[BaseException]) -> Iterator[Lane]:
    made = Lane(failed=told.append)
    yield made
    made.close()


def test_work_runs_beside_the_screen_in_order_and_answers_on_it(lane: Lane, qtbot: QtBot) -> None:
    seen: list[tuple[int, str, str]] = []
    screen = threading.current_thread().name
    for number in range(3):
        lane.run(
            partial(lambda n: (n, threading.current_thread().name), number),
            done=lambda got: seen.append((*got, threading.current_thread().name)),
        )
    qtbot.waitUntil(lambda: len(seen) == 3)
    assert [number for number, _worker, _here in seen] == [0, 1, 2]
    assert {here for _number, _worker, here in seen} == {screen}
    assert screen not in {worker for _number, worker, _here in seen}


def test_an_error_goes_to_who_asked_or_to_the_one_handler(lane: Lane, told: list[BaseException], qtbot: QtBot) -> None:
    own: list[BaseException] = []
    lane.run(lambda: 1 // 0, failed=own.append)
    lane.run(lambda: os.environ["HUIBAN_NO_SUCH_NAME"])
    qtbot.waitUntil(lambda: bool(own and told))
    assert isinstance(own[0], ZeroDivisionError)
    assert isinstance(told[0], KeyError)


def test_long_work_says_how_far_it_is(lane: Lane, qtbot: QtBot) -> None:
    said: list[tuple[int, int, str]] = []
    result: list[int] = []

    def work(steps: Steps) -> int:
        for number in range(1, 4):
            steps.say(number, 3, f"第 {number} 行")
        return 3

    lane.follow(work, done=result.append, progress=lambda *words: said.append(words))
    qtbot.waitUntil(lambda: result == [3])
    assert said == [(1, 3, "第 1 行"), (2, 3, "第 2 行"), (3, 3, "第 3 行")]


def test_cancelling_stops_the_work_at_its_next_step(lane: Lane, qtbot: QtBot) -> None:
    begun, go_on = threading.Event(), threading.Event()
    ended: list[BaseException] = []

    def work(steps: Steps) -> None:
        begun.set()
        go_on.wait(PATIENCE)
        steps.check()
        raise AssertionError("went on after it was cancelled")

    task = lane.follow(work, failed=ended.append)
    assert begun.wait(PATIENCE)
    task.cancel()
    go_on.set()
    qtbot.waitUntil(lambda: bool(ended))
    assert isinstance(ended[0], Cancelled)


def test_work_cancelled_before_it_began_never_runs(lane: Lane, qtbot: QtBot) -> None:
    gate = threading.Event()
    ran: list[int] = []
    ended: list[BaseException] = []
    lane.run(lambda: gate.wait(PATIENCE))
    task = lane.follow(lambda _steps: ran.append(1), failed=ended.append)
    task.cancel()
    gate.set()
    qtbot.waitUntil(lambda: bool(ended))
    assert isinstance(ended[0], Cancelled)
    assert not ran


def test_a_closed_lane_calls_nobody_back(qtbot: QtBot) -> None:
    lane = Lane()
    called: list[int] = []
    lane.run(lambda: 1, done=called.append)
    lane.close()
    with qtbot.waitSignal(lane.destroyed):
        lane.deleteLater()
    assert called == []


def test_the_answer_for_a_page_that_was_put_away_is_heard_by_nobody(lane: Lane, qtbot: QtBot) -> None:
    class Shown(QObject):
        def __init__(self) -> None:
            super().__init__()
            self.heard: list[int] = []

        def hear(self, number: int) -> None:
            self.heard.append(number)

    gone, there = Shown(), Shown()
    lane.run(lambda: 1, done=gone.hear)
    lane.run(lambda: 2, done=partial(there.hear))
    shiboken6.delete(gone)
    qtbot.waitUntil(lambda: there.heard == [2])
    assert gone.heard == []


def test_a_lane_lives_until_it_is_closed_whoever_forgets_it(qapp: QApplication) -> None:
    lane = Lane("forgotten")
    assert not shiboken6.ownedByPython(lane)
    lane.close()
    run_deferred_deletes()
    assert not shiboken6.isValid(lane)


def test_a_known_failure_of_a_page_that_is_gone_is_nobodys_and_a_bug_is_still_told(qtbot: QtBot) -> None:
    told: list[BaseException] = []
    lane = Lane(failed=told.append)
    page = Hearer()
    hold, known, bug = threading.Event(), DiskFull(), ValueError("a bug")

    def fail(error: BaseException) -> None:
        hold.wait()
        raise error

    for error in (known, bug):
        lane.run(partial(fail, error), done=print, failed=page.hear)
    shiboken6.delete(page)
    hold.set()
    qtbot.waitUntil(lambda: bool(told))
    lane.close()
    assert told == [bug]


class Hearer(QObject):
    """A page, as far as a lane knows one."""

    def hear(self, error: BaseException) -> None:
        raise AssertionError("it is gone") from error


def test_what_was_asked_for_dies_on_the_screens_thread(qtbot: QtBot) -> None:
    died: list[int] = []

    class Asker(QObject):
        def look(self) -> int:
            return 1

        def took(self, _found: int) -> None:
            pass

        def __del__(self) -> None:
            died.append(threading.get_ident())

    lane = Lane()
    for _ in range(300):
        asker = Asker()
        lane.run(asker.look, done=asker.took)
        del asker
    qtbot.waitUntil(lambda: len(died) == 300)
    lane.close()
    assert set(died) == {threading.get_ident()}
