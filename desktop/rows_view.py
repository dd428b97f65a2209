"""The list as people use it: arrow keys, Space ticks, Enter opens, type to find, copy to Excel, move columns.

view = RowsView(model, name="草稿", empty=EmptyState("还没有草稿", …), row_height=56, header=False,
                settings=QSettings(…), remember="lists/drafts")
view.opened      Signal(object)        the row (Enter, double click)
view.followed    Signal(object, str)   the row and the key of the link or button in it
view.current_changed Signal(object)    the row under the cursor, or None
view.chosen      rows ticked; without ticks the selected ones
fit=True         as high as its rows, for lists that stand in a page that scrolls
hang=True        8 px wider than the page's margins (Page.add sees to it); the cursor shows only while it is in use
"""

import sys
from collections.abc import Hashable, Sequence
from typing import Any

from PySide6.QtCore import (
    QElapsedTimer,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSettings,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QSizePolicy,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.rows_columns import RowsColumns
from desktop.rows_delegate import SIDE, Index, RowLook, RowsDelegate, act_rects
from desktop.rows_header import RowsHeader
from desktop.rows_menu import menu_of
from desktop.rows_model import CELL_ROLE, Act, Cell, Column, RowsModel
from desktop.theme import theme
from desktop.widgets.base import ScrollBar, show_if
from desktop.widgets.notes import EmptyState

_FIND_PAUSE = 1000  # ms after which typing begins a new word


class _Delegate(RowsDelegate):
    """Asks the view how the row looks, then paints the cell."""

    def __init__(self, view: "RowsView") -> None:
        super().__init__(view)
        self._view = view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        try:
            self._paint(painter, option.rect, index)
        except (
            Exception
        ):  # shiboken 6.12 crashes the process when an error leaves a delegate: give it to the one handler
            sys.excepthook(*sys.exc_info())

    def folded(self, place: int) -> Sequence[str]:
        return self._view.columns.told(place)

    def _paint(self, painter: QPainter, rect: QRect, index: Index) -> None:
        view = self._view
        self.look = view.look_of(index)
        if view.rows.ticks and index.column() == 0:
            on = Qt.CheckState.Checked if view.rows.is_ticked(index.row()) else Qt.CheckState.Unchecked
            self.paint_row(painter, rect, None, on, view.rows.may_tick(index.row()))
        else:
            self.paint_row(painter, rect, index.data(CELL_ROLE), None, True)


class RowsView(QTableView):
    """A table without grid and frame over a RowsModel."""

    opened = Signal(object)
    followed = Signal(object, str)
    current_changed = Signal(object)
    chosen_changed = Signal()

    def __init__(
        self,
        model: RowsModel[Any],
        parent: QWidget | None = None,
        *,
        name: str,
        empty: EmptyState | None = None,
        row_height: int = 36,
        header: bool = True,
        fit: bool = False,
        hang: bool = False,
        settings: QSettings | None = None,
        remember: str = "",
    ) -> None:
        super().__init__(parent)
        self.rows, self.hang, self._fit, self._empty = model, hang, fit, empty
        self._hover, self._act, self._anchor = -1, -1, 0
        self._touched = False
        self._last_key: Hashable | None = None
        self._typed, self._clock = "", QElapsedTimer()
        self.setAccessibleName(name)
        self._dress(row_height, header)
        self.setItemDelegate(_Delegate(self))
        self.setModel(model)
        if model.parent() is None:
            model.setParent(self)  # its last view is its owner: Qt destroys both together
        if empty is not None:
            empty.setParent(self.viewport())
            empty.installEventFilter(self)
        self.columns = RowsColumns(self, model, settings, remember)
        self.columns.lay()
        model.modelReset.connect(self._reset)
        model.layoutChanged.connect(self._shown)
        model.dataChanged.connect(self._shown)
        model.dataChanged.connect(self.columns.changed)
        model.ticks_changed.connect(self.chosen_changed)
        self.doubleClicked.connect(self._double)
        theme().changed.connect(self._restyle)
        self._shown()

    def _dress(self, row_height: int, header: bool) -> None:
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        one, many = QAbstractItemView.SelectionMode.SingleSelection, QAbstractItemView.SelectionMode.ExtendedSelection
        self.setSelectionMode(one if self.rows.ticks else many)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBar(ScrollBar(Qt.Orientation.Vertical))
        self.setHorizontalScrollBar(ScrollBar(Qt.Orientation.Horizontal))
        self.setCornerWidget(QWidget())  # the style would draw a square where both meet
        self.setHorizontalHeader(RowsHeader(self, self.rows, self.hang))
        self.horizontalHeader().setVisible(header)
        lines = self.verticalHeader()
        lines.hide()
        lines.setMinimumSectionSize(24)
        lines.setDefaultSectionSize(row_height)
        lines.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._restyle()
        if self._fit:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self.horizontalScrollBar().rangeChanged.connect(self._shown)

    def _restyle(self) -> None:
        self.setPalette(theme().palette())
        self.viewport().update()

    def show_table(self, columns: Sequence[Column[Any]], rows: Sequence[Any]) -> None:
        """Other columns and rows in the same list: nothing is made anew, the cursor and the ticks stay."""
        self.rows.show_table(columns, rows)
        self.columns.lay()

    # what is shown

    def _reset(self) -> None:
        """Other rows: the cursor goes back to the same one if it is still there."""
        place = self.rows.place_of(self._last_key) if self._last_key is not None else -1
        if place >= 0:
            self.set_current(place)
        elif self.selectionModel() is not None:
            self._last_key = None
            self.current_changed.emit(None)
        self.columns.fit()
        self._shown()

    def _shown(self) -> None:
        count = self.rows.rowCount()
        if self._empty is not None:
            self._empty.set_waiting(not self.rows.told)
            self._empty.set_filtered(self.rows.filtered and self.rows.total > 0)
            show_if(self._empty, count == 0)
        if self._fit:
            header = self.horizontalHeader().sizeHint().height() if not self.horizontalHeader().isHidden() else 0
            blank = self._empty.sizeHint().height() if self._empty is not None and count == 0 else 0
            bar = self.horizontalScrollBar()  # it must not stand on the last row
            room = bar.sizeHint().height() if bar.maximum() > bar.minimum() else 0
            self.setFixedHeight(header + count * self.verticalHeader().defaultSectionSize() + blank + room)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Other words where there are no rows may need another height."""
        if watched is self._empty and event.type() == QEvent.Type.LayoutRequest and self._fit:
            self._shown()
        return super().eventFilter(watched, event)

    def set_current(self, place: int) -> None:
        column = self.rows.offset
        self.setCurrentIndex(self.rows.index(place, column))

    @property
    def current(self) -> Any:
        index = self.currentIndex()
        return self.rows.row_at(index.row()) if index.isValid() else None

    @property
    def chosen(self) -> tuple[Any, ...]:
        if self.rows.ticks:
            return self.rows.ticked
        return tuple(self.rows.row_at(index.row()) for index in sorted(self.selectionModel().selectedRows()))

    def look_of(self, index: Index) -> RowLook:
        header, place = self.horizontalHeader(), index.row()
        visual = header.visualIndex(index.column())
        here = self.currentIndex()
        current = here.isValid() and here.row() == place
        if self.hang and not (self._touched and self.hasFocus()):
            current = False  # lists under each other: only the one in use shows its cursor
        acts = self.acts_of(place) if current and self._act >= 0 else []
        return RowLook(
            current=current,
            hovered=place == self._hover,
            selected=not self.rows.ticks
            and (not self.hang or self._touched)
            and self.selectionModel().isRowSelected(place, QModelIndex()),
            band=self.rows.band(self.rows.row_at(place)) if self.rows.band is not None else "",
            first=visual == 0,
            last=visual == self._last_column(),
            hang=self.hang,
            lit=acts[self._act].key if 0 <= self._act < len(acts) and self.hasFocus() else "",
        )

    def _last_column(self) -> int:
        """Where the last column stands that has room."""
        header = self.horizontalHeader()
        gone = (header.isSectionHidden(header.logicalIndex(place)) for place in range(header.count() - 1, -1, -1))
        return header.count() - 1 - next((back for back, hidden in enumerate(gone) if not hidden), 0)

    def focus_rect(self) -> QRect:
        """Where the focus ring goes: the current row, not the whole table."""
        index = self.currentIndex()
        if not index.isValid():
            return self.rect()
        top = self.rowViewportPosition(index.row()) + self.viewport().y()
        return QRect(2, top + 2, self.width() - 4, self.rowHeight(index.row()) - 5)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.row() != previous.row():
            for index in (current, previous):
                if index.isValid():
                    self._repaint_row(index.row())
        if current.isValid() and self.rows.key_at(current.row()) != self._last_key:
            self._last_key = self.rows.key_at(current.row())
            self.current_changed.emit(self.rows.row_at(current.row()))

    def selectionChanged(self, selected: Any, deselected: Any) -> None:
        super().selectionChanged(selected, deselected)
        if not self.rows.ticks:
            self.chosen_changed.emit()

    def _repaint_row(self, place: int) -> None:
        if place >= 0:
            rect = QRect(0, self.rowViewportPosition(place), self.viewport().width(), self.rowHeight(place) + 1)
            self.viewport().update(rect)

    # keys

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._touched = False
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._touched:
            self._touched = True
            self.viewport().update()
        key, index = event.key(), self.currentIndex()
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll) and self.rows.ticks:
            self.rows.tick_all(True)
        elif (
            key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self._enter()
        elif key == Qt.Key.Key_Space and self.rows.ticks and index.isValid():
            self._anchor = index.row()
            self.rows.tick([index.row()], not self.rows.is_ticked(index.row()))
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and shift and self.rows.ticks and index.isValid():
            step = -1 if key == Qt.Key.Key_Up else 1
            self.rows.tick([index.row()], True)
            if 0 <= index.row() + step < self.rows.rowCount():
                self.set_current(index.row() + step)
                self.rows.tick([index.row() + step], True)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and index.isValid():
            count = len(self.acts_of(index.row()))
            self._act = max(-1, min(count - 1, self._act + (1 if key == Qt.Key.Key_Right else -1)))
            self._repaint_row(index.row())
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self.rows.rowCount() and not event.modifiers():
            self.set_current(0 if key == Qt.Key.Key_Home else self.rows.rowCount() - 1)
        elif key == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Typing a name, its 拼音首字母 or the head of a number moves to the next row that has it."""
        if not self._clock.isValid() or self._clock.elapsed() > _FIND_PAUSE:
            self._typed = ""
        self._clock.start()
        self._typed += search.lower()
        count = self.rows.rowCount()
        start = max(0, self.currentIndex().row()) + (
            1 if len(self._typed) == 1 and self.currentIndex().isValid() else 0
        )
        for step in range(count):
            place = (start + step) % count
            if any(word.startswith(self._typed) for word in self.rows.search_text(self.rows.row_at(place)).split()):
                self.set_current(place)
                return

    def copy(self) -> None:
        """The chosen rows, or the current one, as text that Excel takes."""
        ticked = [place for place in range(self.rows.rowCount()) if self.rows.ticks and self.rows.is_ticked(place)]
        places = ticked or sorted({index.row() for index in self.selectedIndexes()})
        if not places and self.currentIndex().isValid():
            places = [self.currentIndex().row()]
        if places:
            QGuiApplication.clipboard().setText(self.rows.as_text(places))

    def _enter(self) -> None:
        index = self.currentIndex()
        if not index.isValid():
            return
        acts = self.acts_of(index.row())
        if 0 <= self._act < len(acts):
            self.followed.emit(self.rows.row_at(index.row()), acts[self._act].key)
        else:
            self.opened.emit(self.rows.row_at(index.row()))

    def acts_of(self, place: int) -> list[Act]:
        """The links and buttons of this row, in the order in which they stand."""
        header = self.horizontalHeader()
        logical = (header.logicalIndex(visual) for visual in range(header.count()))
        cells = (self.rows.index(place, column).data(CELL_ROLE) for column in logical)
        return [act for cell in cells if isinstance(cell, Cell) for act in cell.acts]

    # mouse

    def _act_at(self, pos: QPoint) -> tuple[int, Act] | None:
        index = self.indexAt(pos)
        cell = index.data(CELL_ROLE) if index.isValid() else None
        if isinstance(cell, Cell) and cell.acts:
            inner = self.visualRect(index).adjusted(SIDE, 1, -SIDE, 0)
            for act, rect in act_rects(list(cell.acts), inner, cell.align):
                if rect.contains(pos):
                    return index.row(), act
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        pos, index = event.position().toPoint(), self.indexAt(event.position().toPoint())
        self._act, self._touched = -1, True
        super().mousePressEvent(event)
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid():
            return
        if self.rows.ticks and index.column() == 0:
            on = not self.rows.is_ticked(index.row())
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._anchor < self.rows.rowCount():
                first, last = sorted((self._anchor, index.row()))
                self.rows.tick(range(first, last + 1), on)
            else:
                self.rows.tick([index.row()], on)
            self._anchor = index.row()
        else:
            hit = self._act_at(pos)
            if hit is not None:
                self.followed.emit(self.rows.row_at(hit[0]), hit[1].key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        pos = event.position().toPoint()
        self._hover_on(self.rowAt(pos.y()))
        hand = self._act_at(pos) is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover_on(-1)
        return super().viewportEvent(event)

    def _hover_on(self, place: int) -> None:
        if place != self._hover:
            before, self._hover = self._hover, place
            self._repaint_row(before)
            self._repaint_row(place)

    def _double(self, index: QModelIndex | QPersistentModelIndex) -> None:
        at = self.viewport().mapFromGlobal(self.cursor().pos())
        if index.isValid() and not (self.rows.ticks and index.column() == 0) and self._act_at(at) is None:
            self.opened.emit(self.rows.row_at(index.row()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Everything the mouse can do in a row and its header, for the keyboard too."""
        menu = menu_of(self)
        at = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self.currentIndex().isValid():
            at = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft())
        menu.popup(at)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.columns.fit()
        if self._empty is not None:
            self._empty.setGeometry(self.viewport().rect())
