"""A desk with much in its store, used in turn: home, people, drafts, the picker, a form. Says how much memory it took.

sitting FOLDER KEY ACCOUNT DRAFT: opens the store there; prints "peak MB" and "now MB" and ends.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from desktop import theme
from desktop.background import Lane
from desktop.context import Context
from desktop.editions import shipped
from desktop.page import Page
from desktop.registry import pages
from sync.store.local import LocalStore

SERVICE, CARD = "education-registration", "continuing-education"


def memory(name: str) -> float:
    """Megabytes: VmHWM is the peak, VmRSS what is held now."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{name}:")[1].split()[0]) / 1024


def open_page(page: Page, reading: Lane, writing: Lane) -> None:
    """Shown until both lanes have nothing more to do, twice over: what ends may begin something."""
    page.resize(1366, 700)
    page.show()
    page.shown()
    loop = QEventLoop()
    for _ in range(3):
        for lane in (writing, reading):
            lane.run(lambda: None, done=lambda _: loop.quit())
            loop.exec()
    while not getattr(page, "settled", True):
        QTimer.singleShot(50, loop.quit)
        loop.exec()


def main(folder: str, key: str, account: str, draft: str) -> int:
    """Each page in turn; the last stays open."""
    app = QApplication([])
    theme.install(app)
    reading, writing = Lane("reading"), Lane("writing")
    with LocalStore.open(Path(folder), bytes.fromhex(key)) as store:
        context = Context(store, account, shipped("gdjlxh-2025"), reading=reading, writing=writing)
        make = pages(context)
        for route in ("home", "people", "drafts", f"form/{draft}", f"picker/{draft}:{CARD}", "home"):
            page = make(route)
            assert page is not None, route
            open_page(page, reading, writing)
            print(route.partition("/")[0], f"{memory('VmRSS'):.0f}", flush=True)
            page.close()
            page.deleteLater()
            app.processEvents()
        context.close()
        reading.close()
        writing.close()
    print("peak", f"{memory('VmHWM'):.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
