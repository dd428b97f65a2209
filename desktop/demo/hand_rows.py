"""What a person does at a list: finds a row by what it says, puts the cursor on it, ticks it, follows its link.

A list that is made anew while the hand moves is looked for again.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.demo.hands import PATIENCE, STEP_MS, Stuck, calm, reveal, wait
from desktop.rows_delegate import SIDE, act_rects
from desktop.rows_model import CELL_ROLE, Cell
from desktop.rows_view import RowsView

Point = Callable[[RowsView, int], QPoint | None]
Words = str | tuple[str, ...]  # of one cell, or of several cells of the same row


def listed(root: QWidget, name: str, words: Words) -> bool:
    """Whether a list of this name says so just now."""
    return any(row_of(view, words) is not None for view in _views(root, name))


def headed(root: QWidget, name: str, words: Words) -> bool:
    """Whether a row of a list of this name begins with just these words."""
    return any(begins(view, words) for view in _views(root, name))


def count(root: QWidget, name: str) -> int:
    """How many rows the lists of this name show."""
    return sum(view.rows.rowCount() for view in _views(root, name))


def row(root: QWidget, name: str, words: Words, seconds: float = PATIENCE) -> tuple[RowsView, int]:
    """The list of this name and the row that says this, once it is there."""

    def look() -> tuple[RowsView, int] | None:
        for view in _views(root, name):
            place = row_of(view, words)
            if place is not None:
                return view, place
        return None

    return wait(look, f"列表“{name}”里的“{_spoken(words)}”", seconds)


def row_of(view: RowsView, words: Words) -> int | None:
    """The first row in which cells say just this; else the first in which they say it among other words."""
    asked = (words,) if isinstance(words, str) else words
    among = None
    for place, said in enumerate(_said(view)):
        if all(one in said for one in asked):
            return place
        if among is None and all(any(one in cell for cell in said) for one in asked):
            among = place
    return among


def begins(view: RowsView, words: Words) -> bool:
    """Whether one of its rows begins with just these words."""
    first = words if isinstance(words, str) else words[0]
    return any(said and said[0] == first for said in _said(view))


def click_row(root: QWidget, name: str, words: Words, seconds: float = PATIENCE) -> None:
    """Put the cursor on a row, and see that it is there."""
    _click(root, name, words, _cell_of(_plain), seconds)


def open_row(root: QWidget, name: str, words: Words, seconds: float = PATIENCE) -> None:
    """Enter on a row."""
    click_row(root, name, words, seconds)
    view, place = row(root, name, words, seconds)
    if view.currentIndex().row() != place:
        click_row(root, name, words, seconds)
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Return)


def tick_row(root: QWidget, name: str, words: Words, seconds: float = PATIENCE) -> None:
    """Click into the check box of a row, unless it is ticked."""
    view, place = row(root, name, words, seconds)
    if not view.rows.is_ticked(place):
        _click(root, name, words, _cell_of(lambda _view: 0), seconds)


def act_row(root: QWidget, name: str, words: Words, act: str, seconds: float = PATIENCE) -> None:
    """Click the link or button in a row: `act` is its key or what it says."""
    _click(root, name, words, lambda view, place: _act(view, place, act), seconds, f"的“{act}”")


def click_cell(root: QWidget, name: str, words: Words, title: str) -> None:
    """Click into the cell of this row under this heading, as one does to write into it."""
    _click(root, name, words, lambda view, place: _under(view, place, title), PATIENCE, f"的“{title}”")


def _click(root: QWidget, name: str, words: Words, where: Point, seconds: float, more: str = "") -> None:
    """Where it stands still: the same list, the same row, the same spot twice."""
    calm(root)
    seen: list[tuple[int, int, QPoint]] = []

    def still() -> tuple[RowsView, QPoint] | None:
        for view in sorted(_views(root, name), key=lambda one: not begins(one, words)):
            place = row_of(view, words)
            point = where(view, place) if place is not None else None
            if place is not None and point is not None:
                seen.append((id(view), place, view.viewport().mapToGlobal(point)))
                return (view, point) if len(seen) > 1 and seen[-1] == seen[-2] else None
        seen.clear()
        return None

    view, point = wait(still, f"列表“{name}”里的“{_spoken(words)}”{more}", seconds)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    QTest.qWait(STEP_MS)


def _spoken(words: Words) -> str:
    return words if isinstance(words, str) else " ".join(words)


def _views(root: QWidget, name: str) -> list[RowsView]:
    return [view for view in root.findChildren(RowsView, name) if view.isVisible()]


def _said(view: RowsView) -> list[list[str]]:
    model = view.rows
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
    return [
        [str(model.index(place, column).data(role) or "") for column in range(model.columnCount()) for role in roles]
        for place in range(model.rowCount())
    ]


def _cell_of(column: Callable[[RowsView], int]) -> Point:
    def point(view: RowsView, place: int) -> QPoint:
        index = view.rows.index(place, column(view))
        view.scrollTo(index)
        reveal(view)
        return view.visualRect(index).center()

    return point


def _under(view: RowsView, place: int, title: str) -> QPoint | None:
    titles = [
        str(view.rows.headerData(at, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole) or "")
        for at in range(view.rows.columnCount())
    ]
    if title not in titles:
        raise Stuck(f"列表“{view.objectName()}”没有“{title}”这一列")
    return _cell_of(lambda _view: titles.index(title))(view, place)


def _plain(view: RowsView) -> int:
    """A column without a check box."""
    return 1 if view.rows.ticks else 0


def _act(view: RowsView, place: int, act: str) -> QPoint | None:
    for column in range(view.rows.columnCount()):
        index = view.rows.index(place, column)
        cell = index.data(CELL_ROLE)
        if not isinstance(cell, Cell):
            continue
        view.scrollTo(index)
        inner = view.visualRect(index).adjusted(SIDE, 1, -SIDE, 0)
        for one, rect in act_rects(list(cell.acts), inner, cell.align):
            if act in (one.key, one.words):
                centre: QPointF = rect.center()
                return centre.toPoint()
    return None
