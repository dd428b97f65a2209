"""The program as `huiban` starts it, on the store of HUIBAN_DATA; says when what is painted, and ends.

"opening": the window that says 正在打开. "page": the home page. "rows": its work list.
"""

from __future__ import annotations

import sys
import time

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

import desktop  # noqa: F401 - before Qt
from desktop import cli


class Watch(QObject):
    """Sees every event of the program; once the work list was painted, closes it."""

    def __init__(self) -> None:
        super().__init__()
        self._told: set[str] = set()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            name = watched.objectName()
            if name == "opening":
                self._tell("opening")
            elif name == "home":
                self._tell("page")
            elif (parent := watched.parentWidget()) is not None and parent.objectName().startswith("home."):
                self._tell("rows")
        return False

    def _tell(self, what: str) -> None:
        if what not in self._told:
            self._told.add(what)
            QTimer.singleShot(0, lambda: print(what, time.monotonic(), flush=True))  # the filter sees it before
            if what == "rows":
                QTimer.singleShot(0, QApplication.closeAllWindows)


def main() -> int:
    """As the console script does it."""
    app, watch = QApplication(sys.argv[:1]), Watch()
    app.installEventFilter(watch)
    return cli.main([])


if __name__ == "__main__":
    sys.exit(main())
