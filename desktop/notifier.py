"""The place beside the clock: what came while our own window was not in front is told there.

notifier = TrayNotifier(raise_window)     the system's own; where it has no such place nothing is told
notifier.show("…")
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QSystemTrayIcon

from desktop.theme import theme


class Notifier(Protocol):
    """Whoever tells a person something that is not looking at our window."""

    def show(self, words: str) -> None: ...

    def hide(self) -> None: ...


class TrayNotifier(QObject):
    """Beside the clock; made when there is something to tell, a click on it raises the window."""

    def __init__(self, raise_window: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._raise = raise_window
        self._tray: QSystemTrayIcon | None = None

    def show(self, words: str) -> None:
        """One sentence."""
        if not QSystemTrayIcon.isSystemTrayAvailable():
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(theme().mark(), self)
            self._tray.setToolTip("会办")
            self._tray.activated.connect(self._raise)
            self._tray.messageClicked.connect(self._raise)
        self._tray.show()
        self._tray.showMessage("会办", words)

    def hide(self) -> None:
        """The program ends."""
        if self._tray is not None:
            self._tray.hide()
