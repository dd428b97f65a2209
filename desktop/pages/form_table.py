"""The rows of a card: who, what was filled in for each, papers, state; fields are edited where they stand.

table = FormTable(name="初始教育"); table.show_rows(specs, rows)
table.edited   Signal(str, str, str)   row id, field key, text: on every key
table.opened   Signal(object)          the row, for its papers (Enter, double click)
A click or F2 opens the editor of a cell, Tab goes to the next one, Enter down, Esc puts the old value back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from desktop.pages.form_columns import FormRow, TableLook, columns_of
from desktop.pages.form_fields import ChoicesInput, TickInput, make_editor
from desktop.rows_model import RowsModel
from desktop.rows_view import RowsView
from desktop.widgets.fields import InputFrame
from desktop.widgets.inputs import ChoiceInput, DateInput
from desktop.widgets.notes import EmptyState

TYPED = 112  # px that words need to be typed in, however narrow their column is
LEAST: dict[type, int] = {ChoicesInput: 200, ChoiceInput: 152, DateInput: 136, TickInput: 0}


class CellEditor(InputFrame):
    """The editor over one cell."""

    def __init__(self, editor: QWidget, parent: QWidget, *, row_id: str, key: str) -> None:
        super().__init__(editor, parent)
        self.row_id, self.key = row_id, key
        self.before = ""
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(6, 2, 4, 2)  # the frame stays seen around it


class CardView(RowsView):
    """A list whose cells open an editor."""

    cell_edited = Signal(str, str, str)  # row id, field key, text
    _editor: CellEditor | None = None  # already while the list is being made: it watches its own parts

    def __init__(self, model: RowsModel[FormRow], look: TableLook, *, name: str, empty: EmptyState) -> None:
        super().__init__(model, name=name, empty=empty, row_height=36, fit=True, hang=True)
        self._specs, self._tail = look.fields, 1 + look.papers + look.amounts
        self.locked = False  # it was sent: no cell opens
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.horizontalScrollBar().valueChanged.connect(self._follow_row)
        self.horizontalHeader().sectionResized.connect(self._follow_row)
        model.modelReset.connect(self._follow_row)

    def show_look(self, name: str, look: TableLook, rows: Sequence[FormRow]) -> None:
        """Other columns, perhaps another card: an editor stays open while its cell is there."""
        self._specs, self._tail = look.fields, 1 + look.papers + look.amounts
        self.setAccessibleName(name)
        self.show_table(columns_of(look), rows)
        self._follow_row()

    @property
    def _first(self) -> int:
        return self.rows.columnCount() - self._tail - len(self._specs)

    def field_at(self, column: int) -> int:
        """Which field a column shows, -1 for the others."""
        at = column - self._first
        return at if 0 <= at < len(self._specs) else -1

    def editable(self, place: int, at: int) -> bool:
        spec = self._specs[at]
        row: FormRow = self.rows.row_at(place)
        return not self.locked and row.cells[at].shown and not spec.read_only and spec.computed is None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            at = self.field_at(index.column())
            if at >= 0 and not event.modifiers():
                self.open_editor(index.row(), at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        at = self.field_at(index.column()) if index.isValid() else -1
        if at >= 0 and self.editable(index.row(), at):
            self.viewport().setCursor(Qt.CursorShape.IBeamCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F2 and self.currentIndex().isValid():
            place = self.currentIndex().row()
            first = next((at for at in range(len(self._specs)) if self.editable(place, at)), -1)
            if first >= 0:
                self.open_editor(place, first)
            return
        super().keyPressEvent(event)

    def open_editor(self, place: int, at: int) -> None:
        """Over the cell; the one that was open is closed."""
        self.close_editor()
        if not self.editable(place, at):
            return
        self.set_current(place)
        row: FormRow = self.rows.row_at(place)
        cell, spec = row.cells[at], self._specs[at]
        column = self._first + at
        self.scrollTo(self.rows.index(place, column))
        editor = make_editor(spec, cell.choices)
        frame = CellEditor(editor, self.viewport(), row_id=row.id, key=spec.key)
        frame.before = cell.raw
        editor.setObjectName(f"form.cell.{spec.key}")
        editor.setAccessibleName(f"{row.name}，{spec.label}")
        editor.set_value(cell.raw)
        self._lay_editor(frame, place, at)
        editor.edited.connect(partial(self.cell_edited.emit, row.id, spec.key))
        editor.installEventFilter(self)
        self._editor = frame
        frame.show()
        editor.setFocus(Qt.FocusReason.MouseFocusReason)
        if isinstance(editor, ChoiceInput):
            editor.edited.connect(self._picked)
            editor.showPopup()
        elif isinstance(editor, ChoicesInput):
            editor.open_list()
        elif isinstance(editor, TickInput):
            editor.click()
        else:
            editor.selectAll()

    def _lay_editor(self, frame: CellEditor, place: int, at: int) -> None:
        rect = self.visualRect(self.rows.index(place, self._first + at)).adjusted(1, 1, -1, -1)
        width = max(rect.width(), LEAST.get(type(frame.editor), TYPED))
        left = max(0, min(rect.x(), self._room_to(rect.x()) - width))
        frame.setFixedHeight(rect.height())
        frame.setGeometry(left, rect.y(), width, rect.height())

    def _room_to(self, x: int) -> int:
        """Where an editor from there on has to end: papers, amount and state stay readable while one types."""
        shown = (
            at for at in range(self._first + len(self._specs), self.rows.columnCount()) if not self.isColumnHidden(at)
        )
        ends = (place for at in shown if (place := self.columnViewportPosition(at)) > x)
        return min((*ends, self.viewport().width()))

    def _follow_row(self, *_: Any) -> None:
        """Rows or columns are others: the open editor goes along with its cell, or goes if that is gone."""
        frame = self._editor
        if frame is None:
            return
        place = self.rows.place_of(frame.row_id)
        at = next((at for at, spec in enumerate(self._specs) if spec.key == frame.key), -1)
        row: FormRow | None = self.rows.row_at(place) if place >= 0 else None
        if row is None or at < 0 or len(row.cells) != len(self._specs) or not self.editable(place, at):
            self.close_editor()
        else:
            self._lay_editor(frame, place, at)

    def _picked(self, _text: str) -> None:
        self.close_editor()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_editor(self) -> None:
        frame, self._editor = self._editor, None
        if frame is not None:
            frame.hide()
            frame.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        frame = self._editor
        if frame is None or watched is not frame.editor:
            return super().eventFilter(watched, event)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.cell_edited.emit(frame.row_id, frame.key, frame.before)
                self._picked("")
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
                self._go(frame, 1, 0)
                return True
            if event.key() == Qt.Key.Key_Tab:
                self._go(frame, 0, 1)
                return True
            if event.key() == Qt.Key.Key_Backtab:
                self._go(frame, 0, -1)
                return True
        into_list = QApplication.activePopupWidget() is not None  # its own drop-down, which may take the focus as such
        if (
            event.type() == QEvent.Type.FocusOut
            and not into_list
            and getattr(event, "reason", lambda: None)()
            not in (
                Qt.FocusReason.PopupFocusReason,
                Qt.FocusReason.ActiveWindowFocusReason,
            )
        ):
            self.close_editor()
        return False

    def _go(self, frame: CellEditor, down: int, along: int) -> None:
        """The next cell below, or beside it, into the next row at the end."""
        keys = [spec.key for spec in self._specs]
        place, at = self.rows.place_of(frame.row_id), keys.index(frame.key)
        self.close_editor()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        for _ in range(self.rows.rowCount() * max(1, len(self._specs))):
            at += along
            if at >= len(self._specs) or at < 0:
                place, at = place + (1 if at > 0 else -1), 0 if at > 0 else len(self._specs) - 1
            place += down
            if not 0 <= place < self.rows.rowCount():
                return
            if self.editable(place, at):
                self.open_editor(place, at)
                return


class FormTable(QWidget):
    """The table of one card; its columns change with what the pack shows."""

    edited = Signal(str, str, str)
    opened = Signal(object)
    chosen_changed = Signal()

    def __init__(self, empty: Callable[[], EmptyState], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make_empty = empty
        self._look: TableLook | None = None
        self._name = ""
        self._query, self._locked = "", False
        self.view: CardView | None = None
        self._model: RowsModel[FormRow] | None = None
        self._place = QVBoxLayout(self)
        self._place.setContentsMargins(0, 0, 0, 0)

    @property
    def hang(self) -> bool:
        """Page.add gives it 8 px less of margin, as to every list."""
        return True

    def show_rows(self, name: str, look: TableLook, rows: Sequence[FormRow]) -> None:
        """These rows under these columns, in the same list: ticks, cursor and an open editor stay."""
        if self.view is None or self._model is None:
            self._build(name, look)
        elif look != self._look or name != self._name:
            self.view.show_look(name, look, rows)
        assert self._model is not None
        self._look, self._name = look, name
        self._model.show(rows)

    def lock(self, locked: bool) -> None:
        """Nothing may be typed now, or it may again."""
        self._locked = locked
        if self.view is not None:
            self.view.locked = locked

    def _build(self, name: str, look: TableLook) -> None:
        self._model = RowsModel(
            columns_of(look), self, key=lambda row: row.id, ticks=True, search=lambda row: row.search
        )
        self._model.set_search(self._query)
        self.view = CardView(self._model, look, name=name, empty=self._make_empty())
        self.view.setObjectName("form.table")
        self.view.locked = self._locked
        self.view.cell_edited.connect(self.edited)
        self.view.opened.connect(self.opened)
        self.view.chosen_changed.connect(self.chosen_changed)
        self._place.addWidget(self.view)

    @property
    def chosen(self) -> tuple[FormRow, ...]:
        return self._model.ticked if self._model is not None else ()

    def set_search(self, text: str) -> None:
        self._query = text
        if self._model is not None:
            self._model.set_search(text)

    def jump(self, row_id: str, key: str = "") -> None:
        """To a row, and into the editor of a field of it."""
        if self._model is None or self.view is None or self._look is None:
            return
        place = self._model.place_of(row_id)
        if place < 0:
            return
        self.view.set_current(place)
        self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)
        keys = [spec.key for spec in self._look.fields]
        if key in keys:
            self.view.open_editor(place, keys.index(key))

    def current_row(self) -> FormRow | None:
        found = self.view.current if self.view is not None else None
        return found if isinstance(found, FormRow) else None
