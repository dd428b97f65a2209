"""Where a window stood last time, for each screen: a projector does not spoil the desk."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

WIDTH, HEIGHT = 1366, 768  # where nothing is remembered
NARROW = 1180  # px of window from which the left side shows its words
RAIL = 56  # px of the left side without them
TITLE = 32  # px that the system's title bar takes


def put_back(window: QWidget, settings: QSettings | None) -> None:
    """There, or of the usual size as far as the screen has room."""
    kept = settings.value(_key(window)) if settings is not None else None
    if not isinstance(kept, QByteArray) or not window.restoreGeometry(kept):
        fit(window, WIDTH, HEIGHT)


def fit(window: QWidget, width: int, height: int) -> None:
    """Of this size, as far as the screen has room under a title bar."""
    room = (window.screen() or QGuiApplication.primaryScreen()).availableGeometry()
    window.resize(min(width, room.width()), min(height, room.height() - TITLE))


def over(window: QWidget, other: QWidget) -> None:
    """Where the other one stands, and as large."""
    window.setGeometry(other.geometry())
    window.setWindowState(other.windowState())


def keep_place(window: QWidget, settings: QSettings | None) -> None:
    """For the next start."""
    if settings is not None:
        settings.setValue(_key(window), window.saveGeometry())


def _key(window: QWidget) -> str:
    screen = window.screen() or QGuiApplication.primaryScreen()
    size = screen.geometry()
    return f"window/{screen.name().replace('/', '_')}-{size.width()}x{size.height()}"
