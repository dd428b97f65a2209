"""How long the screen stands still while long lists open: home, people and outbox over 10,000 people and 10,000 asked.

Each page reads on its lane; the heartbeat of `bench_picker` says the longest stand-still until the rows are painted,
then while they are searched and sorted. `python tests/benchmarks/bench_lists.py [--people 10000] [--rounds 3]`
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from desktop import theme
from desktop.background import Lane
from desktop.context import Context
from desktop.pages import home, outbox, people
from desktop.smoothness import Smoothness
from domain.packs import Pack
from sync import actions
from sync.store.local import LocalStore
from tests.benchmarks.bench_picker import Still
from tests.benchmarks.crowd import a_full_desk, the_pack

MARK = 0.05  # seconds
REST = 300  # ms in which what was shown is painted
Do = Callable[[Any], object]
PAGES: dict[str, tuple[Callable[[Context, str], Any], dict[str, Do]]] = {
    "home": (home.make, {}),
    "people": (
        people.make,
        {
            "search": lambda page: page.rows.set_search("zw"),
            "sort": lambda page: page.rows.sort(page.rows.offset, Qt.SortOrder.DescendingOrder),
        },
    ),
    "outbox": (outbox.make, {"search": lambda page: page.waiting.set_search("张")}),
}


def main() -> int:
    """Print the longest stand-stills; 0 when opening passes everywhere."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    told = parser.parse_args()
    app, now, pack = QApplication([]), datetime.now(UTC), the_pack()
    theme.install(app)
    gc.freeze()  # as the program does when all is imported
    Smoothness(app, every=3_600_000)  # somebody sits at the desk all the time
    passed = True
    with tempfile.TemporaryDirectory() as name, a_full_desk(Path(name), told.people, now) as (store, account, _):
        rows = [{"name": f"张{number}", "remark": "新"} for number in range(told.people)]
        for start in range(0, len(rows), 2_000):
            actions.import_roster(store, account, rows[start : start + 2_000], now=now)
        for word, (make, others) in PAGES.items():
            found: dict[str, list[float]] = {}
            for _ in range(told.rounds):
                for what, seconds in opened(store, account, pack, now, make, others).items():
                    found.setdefault(what, []).append(seconds)
            medians = {what: statistics.median(each) for what, each in found.items()}
            passed = passed and medians["stood still"] <= MARK
            print(f"{word}: " + ", ".join(f"{what} {seconds * 1e3:,.0f} ms" for what, seconds in medians.items()))
    return 0 if passed else 1


def opened(
    store: LocalStore,
    account: str,
    pack: Pack,
    now: datetime,
    make: Callable[[Context, str], Any],
    others: dict[str, Do],
) -> dict[str, float]:
    """Seconds until the page is settled, the longest stand-still until it is painted, and that of each other thing."""
    reading, writing = Lane("reading"), Lane("writing")
    context = Context(store, account, pack, reading=reading, writing=writing, clock=lambda: now)
    gc.collect()  # what was made before the page is not counted as its own
    loop, still, began = QEventLoop(), Still(), perf_counter()
    page = make(context, "")
    page.resize(1366, 700)
    page.model.settled.connect(loop.quit)
    page.show()
    page.shown()
    loop.exec()
    found = {"settled": perf_counter() - began}
    rest(loop)
    found["stood still"] = still.end()
    for what, do in others.items():
        still = Still()
        QTimer.singleShot(20, page, lambda do=do: do(page))
        rest(loop)
        found[what] = still.end()
    page.close()
    page.deleteLater()
    context.close()
    reading.close()
    writing.close()
    return found


def rest(loop: QEventLoop) -> None:
    """Let the screen do what it has to."""
    QTimer.singleShot(REST, loop.quit)
    loop.exec()


if __name__ == "__main__":
    sys.exit(main())
