"""`huiban` without a command: a window at once, then everything else.

The window is painted before store, rules and pages are even imported: what is imported here knows only Qt and the look.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from desktop import theme
from desktop.alone import Alone
from desktop.bugs import Bugs
from desktop.folders import data_folder, log_folder
from desktop.opening_window import OpeningWindow
from desktop.quick_imports import spare_sources
from desktop.smoothness import Smoothness
from desktop.windows import take_a_name

if TYPE_CHECKING:
    from desktop.app import Program

UNSEEN = 500  # ms: a window that nobody can see is not painted; then the rest does not wait for it


class Launch(QObject):
    """From the first paint to the program."""

    def __init__(self, app: QApplication, settings: QSettings, bugs: Bugs) -> None:
        super().__init__(app)
        self._app, self._settings, self._bugs = app, settings, bugs
        self.program: Program | None = None
        self._begun = False
        self._window: OpeningWindow | None = OpeningWindow(settings)
        self._window.closed.connect(self._closed)
        self._window.painted.connect(self._begin, Qt.ConnectionType.QueuedConnection)  # once it is on the screen
        bugs.told.connect(self._tell)
        QTimer.singleShot(UNSEEN, self, self._begin)
        self._window.show()

    @Slot()
    def _begin(self) -> None:
        if self._begun:
            return
        self._begun = True
        from desktop.app import Program

        gc.freeze()  # nothing that modules make is ever thrown away
        if self._window is None:
            return
        self.program = program = Program(data_folder(), settings=self._settings, bugs=self._bugs, opening=self._window)
        self._window = None
        program.closed.connect(self._app.quit)
        program.start()

    @Slot()
    def raise_window(self) -> None:
        """Another start asked for it."""
        if self.program is not None:
            self.program.raise_window()
        elif self._window is not None:
            self._window.raise_()
            self._window.activateWindow()

    def _tell(self, words: str, _role: str) -> None:
        if self._window is not None:
            self._window.say(words)

    def _closed(self) -> None:
        if self.program is None:
            self._window = None
            self._app.quit()


def main(argv: Sequence[str] | None = None) -> int:
    """Until the last window is closed; 0 also when another start's window was raised, 1 when nothing could begin."""
    spare_sources()
    made = QApplication.instance()
    app = made if isinstance(made, QApplication) else QApplication(list(argv or sys.argv[:1]))
    take_a_name()
    app.setApplicationName("huiban")
    app.setApplicationDisplayName("会办")
    app.setQuitOnLastWindowClosed(False)
    folder = data_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    alone = Alone(folder)
    if alone.is_second():
        return 0
    alone.listen()
    theme.install(app)
    Smoothness(app)
    bugs = Bugs(log_folder(folder))
    bugs.install()
    launch = Launch(app, QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat), bugs)
    alone.asked.connect(launch.raise_window)
    status = app.exec()
    alone.close()
    bugs.close()
    broken = launch.program is None and bugs.last is not None  # it could not even be read in
    return 1 if broken else status
