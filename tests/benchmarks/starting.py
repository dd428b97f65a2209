"""The program as `huiban` starts it, on the store of HUIBAN_DATA; says when the first page is painted, and ends.

"page": the home page was painted for the first time. "rows": its work list was.
"""

from __future__ import annotations

import sys
import time

from desktop import cli

cli.load_engine()  # in the program's order: before Qt

from PySide6.QtCore import QEvent, QObject, QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402


class Watch(QObject):
    """Sees every event of the program; once the work list was painted, closes it."""

    def __init__(self) -> None:
        super().__init__()
        self._told: set[str] = set()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            name = watched.objectName()
            if name == "home":
                self._tell("page")
            elif (parent := watched.parentWidget()) is not None and parent.objectName().startswith("home."):
                self._tell("rows")
        return False

    def _tell(self, what: str) -> None:
        if what not in self._told:
            self._told.add(what)
            print(what, time.monotonic(), flush=True)
            if what == "rows":
                QTimer.singleShot(0, QApplication.closeAllWindows)


def main() -> int:
    """As the console script does it."""
    app, watch = QApplication(sys.argv[:1]), Watch()
    app.installEventFilter(watch)
    return cli.main([])


if __name__ == "__main__":
    sys.exit(main())
