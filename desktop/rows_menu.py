"""Everything the mouse can do in a row of a list and in its header, as a menu, for the keyboard too."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from desktop.widgets.menu import dressed

if TYPE_CHECKING:
    from desktop.rows_view import RowsView


def menu_of(view: RowsView) -> QMenu:
    """For the row under the cursor; gone when it is closed."""
    menu = dressed(QMenu(view))
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    current = view.currentIndex()
    if current.isValid():
        _of_row(view, menu, current.row())
    if not view.horizontalHeader().isHidden():
        order = dressed(menu.addMenu("排序"))
        for place, column in enumerate(view.rows.columns, start=view.rows.offset):
            if column.title:
                order.addAction(column.title).triggered.connect(partial(_sort, view, place))
        menu.addAction("列恢复原样").triggered.connect(view.columns.reset)
    return menu


def _of_row(view: RowsView, menu: QMenu, place: int) -> None:
    row = view.rows.row_at(place)
    menu.addAction("打开").triggered.connect(partial(_open, view, row))
    for act in view.acts_of(place):
        menu.addAction(act.words).triggered.connect(partial(_follow, view, row, act.key))
    menu.addAction("复制到 Excel").triggered.connect(view.copy)
    folded = view.columns.told(place)
    if folded:
        more = dressed(menu.addMenu("没有显示的列"))
        for words in folded:
            more.addAction(words.replace("&", "&&")).setEnabled(False)
    menu.addSeparator()


def _open(view: RowsView, row: object, _on: bool = False) -> None:
    view.opened.emit(row)


def _follow(view: RowsView, row: object, key: str, _on: bool = False) -> None:
    view.followed.emit(row, key)


def _sort(view: RowsView, place: int, _on: bool = False) -> None:
    """Up, and down when it was up already."""
    down = view.rows.order == (place, False)
    view.rows.sort(place, Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder)
    view.horizontalHeader().viewport().update()
