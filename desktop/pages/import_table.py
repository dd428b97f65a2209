"""The table of an import: bad cells outlined, edited where they stand."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit

from desktop.pages.import_model import ImportModel, ImportRow, cell_text
from desktop.rows_model import Column, RowsModel
from desktop.rows_view import RowsView
from desktop.theme import theme
from desktop.widgets.base import rounded
from desktop.widgets.notes import EmptyState
from documents.roster_columns import TITLES
from sync.views import mask_document

FEW = 7  # columns that fit beside the panel
DAYS = ("birth_date", "graduation_date", "insurance_month")
FIRST = 2  # columns before those of the file
WIDTHS = {"name": 96, "document_number": 184, "mobile": 120, "gender": 64, "remark": 160, "department": 112}


class CellEditor(QLineEdit):
    """Over one cell; Enter takes it, Esc leaves it as it was."""

    done = Signal(str)
    left = Signal()

    def __init__(self, text: str, view: RowsView) -> None:
        super().__init__(text, view.viewport())
        self.setObjectName("import.cell")
        self.setFrame(False)
        self.setTextMargins(6, 0, 4, 0)
        self.setFont(theme().font("body"))
        self.setAccessibleName("改这一格")
        self.selectAll()
        self.returnPressed.connect(self._take)

    def _take(self) -> None:
        self.done.emit(self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        rounded(QPainter(self), QRectF(self.rect()), 2, None, theme().colour("accent"), 2)


class ImportTable(RowsView):
    """Made anew when the columns are matched otherwise."""

    def __init__(self, model: ImportModel) -> None:
        self._import = model
        self._editor: CellEditor | None = None
        matching = model.judged.sheet.matching if model.judged is not None else None
        self.keys = [(one.key, one.index, one.title) for one in (matching.columns if matching else ()) if one.key]
        self.keys.sort(key=lambda one: one[0] != "name")  # who it is stands first, the rest as in the file
        columns: list[Column[ImportRow]] = [
            Column("行", lambda one: str(one.number), role="text2", align="right", width=52),
            Column(
                "结果", lambda one: one.word[0], icon=lambda one: one.word[1], role=lambda one: one.word[1], width=120
            ),
        ]
        columns += [self._column(key, index, title or TITLES[key]) for key, index, title in self.keys if key]
        if len(columns) <= FEW:
            columns[-1] = replace(columns[-1], width=0)  # the last one takes what is left
        rows: RowsModel[ImportRow] = RowsModel(columns, key=lambda one: one.row.row)
        super().__init__(
            rows, name="核对名单", row_height=32, hang=True, empty=EmptyState("没有这样的行", icon="table")
        )
        self.setObjectName("import.table")
        self.opened.connect(self._edit_row)

    def _column(self, key: str, index: int, title: str) -> Column[ImportRow]:
        def text(one: ImportRow) -> str:
            said = cell_text(one, key, index)
            if key == "document_number" and one.problem(key) is None:
                return mask_document(one.row.values.get(key, said))
            if key in DAYS and one.problem(key) is None:
                said = one.row.values.get(key) or said  # a day as it was read: Excel keeps it as a number
            return said or "—"

        def outline(one: ImportRow) -> str:
            found = one.problem(key)
            return "" if found is None else "bad" if found.blocks else "warn"

        return Column(
            title,
            text,
            role=lambda one: outline(one) or ("text" if cell_text(one, key, index) else "text2"),
            outline=outline,
            width=WIDTHS.get(key, 104),
            whole=key != "remark",  # what came from Excel is compared by eye: it is scrolled aside rather than cut
            tooltip=lambda one: found.reason if (found := one.problem(key)) else text(one),
            weight=500 if key == "name" else 0,
        )

    def reveal_problem(self, row: int, key: str) -> None:
        """Go to this cell and open it."""
        place = self.rows.place_of(row)
        if place >= 0:
            self.set_current(place)
            self.edit_cell(place, key)

    def _edit_row(self, chosen: object) -> None:
        if not isinstance(chosen, ImportRow):
            return
        column = self.currentIndex().column()
        bad = next((one.key for one in chosen.row.problems if one.blocks), None)
        clicked = self.keys[column - FIRST][0] if FIRST <= column < FIRST + len(self.keys) else None
        key = clicked or bad or (self.keys[0][0] if self.keys else None)
        if key is not None:
            self.edit_cell(self.rows.place_of(chosen.row.row), key)

    def edit_cell(self, place: int, key: str) -> None:
        """An editor over that cell."""
        at = next((at for at, (one, _, _) in enumerate(self.keys, start=FIRST) if one == key), -1)
        if at < 0 or place < 0:
            return
        self.close_editor()
        index = self.rows.index(place, at)
        self.scrollTo(index)
        row: ImportRow = self.rows.row_at(place)
        editor = self._editor = CellEditor(cell_text(row, key, self.keys[at - FIRST][1]), self)
        editor.setGeometry(self.visualRect(index))
        editor.done.connect(lambda text: self._take(row.row.row, key, text))
        editor.left.connect(self.close_editor)
        editor.show()
        editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take(self, row: int, key: str, text: str) -> None:
        self.close_editor()
        self._import.edit(row, key, text)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_editor(self) -> None:
        if self._editor is not None:
            self._editor.hide()
            self._editor.deleteLater()
            self._editor = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.close_editor()
        super().mousePressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel:
            self.close_editor()
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F2 and self.currentIndex().isValid():
            self._edit_row(self.rows.row_at(self.currentIndex().row()))
        else:
            super().keyPressEvent(event)
