"""What a person sees: all the words on a window, whether it says something, a picture of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.demo.hands import PATIENCE, STEP_MS, Stuck, calm, wait
from desktop.rows_view import RowsView

MOST_ROWS = 200


def says(root: QWidget, words: str, seconds: float = PATIENCE) -> None:
    """Wait until the window says this somewhere."""
    wait(lambda: words in everything(root), f"窗口上的“{words}”", seconds)


def everything(root: QWidget) -> str:
    """All words that can be read in the window just now."""
    found: list[str] = []
    for part in root.findChildren(QWidget):
        if not part.isVisible():
            continue
        for name in ("text", "full_text", "toPlainText"):
            words = getattr(part, name, None)
            if callable(words):
                try:
                    found.append(str(words()))
                except TypeError:
                    continue
        if part.accessibleName():
            found.append(part.accessibleName())
        if isinstance(part, RowsView):
            found += _rows(part)
    return "\n".join(found)


def _rows(view: RowsView) -> list[str]:
    model = view.rows
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
    return [
        str(model.index(place, column).data(role) or "")
        for place in range(min(model.rowCount(), MOST_ROWS))
        for column in range(model.columnCount())
        for role in roles
    ]


def settle(window: QWidget) -> None:
    """Let what was asked for arrive before a picture is taken."""
    for _ in range(6):
        QApplication.processEvents()
        QTest.qWait(STEP_MS)
    calm(window)


def picture(window: QWidget, file: Path) -> None:
    """What stands in the window now."""
    settle(window)
    if not window.grab().save(str(file)):
        raise Stuck(f"图片没有写成：{file.name}")
