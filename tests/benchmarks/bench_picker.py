"""Choosing among 10,000 people with all rules, against a floor that only reads the same rows from the same store.

First without a window (view, Picker, a verdict for each), then as the page does it, on its lane: when the list stands,
when the people in sight are judged, when all are, and how long the screen ever stood still.
`python tests/benchmarks/bench_picker.py [--people 10000] [--rounds 3]`
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from desktop import theme
from desktop.background import Lane
from desktop.context import SHANGHAI, Context
from desktop.pages.picker import PickerPage
from desktop.smoothness import Smoothness
from domain.packs import Pack
from domain.picking import Picker
from sync import actions
from sync.store.local import LocalStore
from sync.views import view_for
from tests.benchmarks.crowd import a_full_desk, the_pack
from tests.benchmarks.floors import picker as floor

SERVICE, CARD = "education-registration", "continuing-education"
FRAME = 5  # ms between looks at whether the screen moves


def main() -> int:
    """Print times and ratios; 0 when all verdicts are there and some of each kind."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    told = parser.parse_args()
    app, now, pack = QApplication([]), datetime.now(UTC), the_pack()
    theme.install(app)
    gc.freeze()  # as the program does when all is imported
    Smoothness(app, every=3_600_000)  # somebody sits at the desk all the time
    with tempfile.TemporaryDirectory() as name, a_full_desk(Path(name), told.people, now) as (store, account, key):
        floors, judged, paged = [], [], []
        for _ in range(told.rounds):
            began = perf_counter()
            rows = floor.read(Path(name), key, account)
            floors.append(perf_counter() - began)
            judged.append(judge_all(store, account, pack, now))
            paged.append(open_page(store, account, pack, now))
    bare = statistics.median(floors)
    whole = statistics.median(one[0] for one in judged)
    counts = judged[0][1]
    print(f"picker over {told.people:,} people ({rows:,} rows), card {CARD}: {counts[0]:,} may, {counts[1]:,} may not")
    print(f"  floor, rows read: {bare:.2f} s")
    print(
        f"  all judged, no window: {whole:.2f} s, {whole / told.people * 1e3:.3f} ms a person, ratio {whole / bare:.1f}"
    )
    words = ("everybody listed", "those in sight judged", "all judged", "longest stand-still of the screen")
    for at, word in enumerate(words):
        seconds = statistics.median(one[at] for one in paged)
        print(f"  page, {word}: {seconds * 1e3:,.0f} ms, ratio {seconds / bare:.2f}")
    return 0 if sum(counts) == told.people and all(counts) else 1


def judge_all(store: LocalStore, account: str, pack: Pack, now: datetime) -> tuple[float, tuple[int, int]]:
    """Seconds from the first row read to the last verdict; how many may and may not."""
    today, began = now.astimezone(SHANGHAI).date(), perf_counter()
    with store.reading() as reader:
        view = view_for(reader, account, None, pack=pack)
    picker = Picker(pack, view, SERVICE, CARD, today)
    able = sum(picker.check(person, when=False).eligible for person in view.people)
    return perf_counter() - began, (able, len(view.people) - able)


def open_page(store: LocalStore, account: str, pack: Pack, now: datetime) -> tuple[float, float, float, float]:
    """The real page on its lanes: seconds to the list, to those in sight, to all; and the longest stand-still."""
    reading, writing = Lane("reading"), Lane("writing")
    context = Context(store, account, pack, reading=reading, writing=writing, clock=lambda: now)
    draft = actions.new_draft(store, account, SERVICE, now=now)
    gc.collect()  # what was made before the page is not counted as its own
    loop, marks, still = QEventLoop(), dict[str, float](), Still()
    began = perf_counter()
    page = PickerPage(context, f"{draft.id.partition('/')[2]}:{CARD}")
    page.resize(1366, 700)
    model = page.model
    model.loaded.connect(lambda: marks.setdefault("listed", perf_counter()))
    model.judged.connect(lambda *_: marks.setdefault("sight", perf_counter()))
    model.judged.connect(lambda *_: loop.quit() if model.settled else None)
    model.failed.connect(lambda words, _: loop.exit(1))
    page.show()
    page.shown()
    assert loop.exec() == 0
    done = perf_counter()
    assert all(model.verdict(one).state for one in model.people)
    page.close()
    context.close()
    reading.close()
    writing.close()
    page.deleteLater()
    return marks["listed"] - began, marks["sight"] - began, done - began, still.end()


class Still:
    """How long the screen's thread took no event, at most."""

    def __init__(self) -> None:
        self.longest, self._last = 0.0, perf_counter()
        self._timer = QTimer(interval=FRAME)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def end(self) -> float:
        """The longest; a timer left to the collector would end on whatever thread collects."""
        self._timer.stop()
        self._timer.deleteLater()
        return self.longest

    def _look(self) -> None:
        now = perf_counter()
        self.longest, self._last = max(self.longest, now - self._last - FRAME / 1e3), now


if __name__ == "__main__":
    sys.exit(main())
