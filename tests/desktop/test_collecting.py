"""Rubbish is collected on the screen's thread, whoever made it."""

from __future__ import annotations

import gc
import threading

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.collecting import Collector, collect_here


class Ring:
    """Hangs in a cycle and tells on which thread it died."""

    def __init__(self, told: list[str]) -> None:
        self.me, self.told = self, told

    def __del__(self) -> None:
        self.told.append(threading.current_thread().name)


def test_what_another_thread_leaves_behind_dies_on_the_screens_thread(qapp: QApplication, qtbot: QtBot) -> None:
    collect_here(qapp)
    died: list[str] = []

    def litter() -> None:
        for _ in range(5_000):
            Ring(died)

    worker = threading.Thread(target=litter, name="worker")
    worker.start()
    worker.join()
    assert died == []
    qtbot.waitUntil(lambda: len(died) == 5_000)
    assert set(died) == {threading.main_thread().name}


def test_asked_twice_there_is_one_collector(qapp: QApplication) -> None:
    collect_here(qapp)
    collect_here(qapp)
    assert len(qapp.findChildren(Collector)) == 1
    assert not gc.isenabled()
