"""Parts of the demo in a process of their own: its first morning, a story that breaks, a person who looks on.

python -m tests.processes.demo_parts start|break|stuck|sit|stay FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop.demo import hands
from desktop.demo.book import Book
from desktop.demo.play import play, sit_down
from desktop.demo.scene_people import people_from_excel
from desktop.demo.scene_start import everybody, first_run

PACK = "gdjlxh-2025"


def start(book: Book) -> None:
    """The first run, everybody on screen, people from Excel."""
    unit = book.stage.person("unit_main")
    first_run(book, unit, pictures=True)
    everybody(book, unit)
    people_from_excel(book, unit)


def breaks(book: Book) -> None:
    """A bug in the demo itself, with a window open."""
    book.stage.person("unit_main").start()
    raise KeyError("a bug")


def is_stuck(book: Book) -> None:
    """Something that never comes."""
    unit = book.stage.person("unit_main")
    unit.start()
    hands.press(unit.window, "first-run.nowhere", seconds=0.2)


def close_soon() -> None:
    """What a person does who has seen enough: close the window once it is there."""
    window = next((one for one in QApplication.topLevelWidgets() if one.isVisible()), None)
    if window is None:
        QTimer.singleShot(50, close_soon)
    else:
        window.close()


def main(what: str, folder: Path) -> int:
    if what in ("sit", "stay"):
        app = QApplication(["huiban"])
        if what == "sit":
            QTimer.singleShot(50, app, close_soon)
        return sit_down(folder, PACK, seed=0)
    out = folder / "out"
    out.mkdir()
    stories = {"start": start, "break": breaks, "stuck": is_stuck}
    return play(folder, out, PACK, seed=0, story=stories[what])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
