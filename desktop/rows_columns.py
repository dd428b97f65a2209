"""The columns of a list: how wide, in which order, which give way where there is no room for all.

Where the window is narrow, columns shrink to what stands in them, then those with a `spare` go, the highest first, then
long words are cut. Numbers, dates, states and steps are never cut. What went is told by the tooltip of its row. A table
of so many columns that it has to be scrolled aside all the same shows every one whole.
A person's own order and widths are remembered.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QSettings, QTimer
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QHeaderView, QTableView

from desktop.rows_delegate import SIDE, icon_room
from desktop.rows_model import Cell, Column, RowsModel
from desktop.theme import theme

Index = QModelIndex | QPersistentModelIndex
COMFORT = 260  # px that a column which takes the rest would like to have
LEAST = 64  # px below which no column of words is cut
SAMPLE = 100  # rows that are measured; lists can be long, columns are alike
SORT_MARK = 16


@dataclass(frozen=True)
class Want:
    """What one column asks for: `declared` 0 takes what is left, `spare` 0 never goes, `firm` is never cut."""

    declared: int
    natural: int
    spare: int = 0
    firm: bool = False


def shares(wants: Sequence[Want], room: int) -> list[int]:
    """A width for each column within the room, 0 for those that go; one that takes the rest is told its least."""
    widths = [want.declared or min(want.natural, COMFORT) for want in wants]
    if sum(widths) <= room:
        return widths
    widths = [min(want.declared or COMFORT, want.natural) for want in wants]
    for at in sorted((at for at, one in enumerate(wants) if one.spare), key=lambda at: -wants[at].spare):
        if sum(widths) <= room:
            return widths
        widths[at] = 0
    over = sum(widths) - room
    if over > sum(max(0, widths[at] - LEAST) for at, one in enumerate(wants) if not one.firm):
        return [want.natural if widths[at] else 0 for at, want in enumerate(wants)]  # it scrolls: then nothing is cut
    soft = {at: widths[at] - LEAST for at, one in enumerate(wants) if not one.firm and widths[at] > LEAST}
    give = min(max(0, over), sum(soft.values()))
    for at, slack in soft.items():
        widths[at] -= ceil(give * slack / sum(soft.values()))
    return widths


class RowsColumns(QObject):
    """Lays the columns of one view."""

    def __init__(self, view: QTableView, rows: RowsModel[Any], settings: QSettings | None, remember: str) -> None:
        super().__init__(view)
        self._rows, self._settings, self._remember = rows, settings, remember
        self._own: dict[str, int] = {}  # widths that a person gave, by title
        self._laying, self._narrow = False, False
        self._save = QTimer(self, singleShot=True, interval=300)
        self._save.timeout.connect(self._write)
        header = view.horizontalHeader()
        header.sectionMoved.connect(self._moved)
        header.sectionResized.connect(self._resized)

    @property
    def _view(self) -> QTableView:
        view = self.parent()  # not kept: the two would hold each other
        assert isinstance(view, QTableView)
        return view

    @property
    def _header(self) -> QHeaderView:
        return self._view.horizontalHeader()

    def _places(self) -> list[tuple[int, Column[Any]]]:
        return list(enumerate(self._rows.columns, start=self._rows.offset))

    def lay(self) -> None:
        """As the model has them now, with what is remembered."""
        header, kept = self._header, self._read()
        self._own = {str(title): int(width) for title, width in kept.get("widths", {}).items()}
        self._laying = True
        header.setMinimumSectionSize(32)
        if self._rows.ticks:
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(0, 36)
        stretch, drag = QHeaderView.ResizeMode.Stretch, QHeaderView.ResizeMode.Interactive
        for place, column in self._places():
            header.setSectionHidden(place, False)
            header.setSectionResizeMode(place, drag if column.width else stretch)
            if column.width:
                header.resizeSection(place, self._own.get(column.title, column.width))
        titles = [column.title for column in self._rows.columns]
        order: list[str] = kept.get("order", [])
        if sorted(order) == sorted(titles):
            for to, title in enumerate(order, start=self._rows.offset):
                header.moveSection(header.visualIndex(titles.index(title) + self._rows.offset), to)
        self._laying = False
        self.fit()

    def fit(self) -> None:
        """Into the room there is now."""
        try:
            self._fit()
        except Exception:  # a column's function failed: an error that leaves a resize would end the program
            self._laying = False
            sys.excepthook(*sys.exc_info())

    def _fit(self) -> None:
        room = self._view.viewport().width() - (36 if self._rows.ticks else 0)
        places = self._places()
        fixed = [self._own.get(column.title, column.width) for _at, column in places]
        narrow = sum(width or COMFORT for width in fixed) > room
        if not places or self._laying or not (narrow or self._narrow):
            return
        self._narrow, header, self._laying = narrow, self._header, True
        wants = [Want(width, self._natural(column) if narrow else COMFORT, column.spare, column.firm)
                 for width, (_at, column) in zip(fixed, places, strict=True)]  # fmt: skip
        for width, (at, column) in zip(shares(wants, room), places, strict=True):
            if header.isSectionHidden(at) is not (width == 0):
                header.setSectionHidden(at, width == 0)
            if width and column.width:
                header.resizeSection(at, width)
        self._laying = False

    def changed(self, first: Index, last: Index) -> None:
        """Other words in these cells; ticks alone move nothing."""
        if self._narrow and last.column() >= self._rows.offset:
            self.fit()

    def _natural(self, column: Column[Any]) -> int:
        """What its title and the first rows take."""
        wide = QFontMetricsF(theme().font("table_head")).horizontalAdvance(column.title)
        if self._rows.order is not None and self._rows.columns[self._rows.order[0] - self._rows.offset] is column:
            wide += SORT_MARK
        high = self._view.verticalHeader().defaultSectionSize()
        for row in self._rows.visible[:SAMPLE]:
            wide = max(wide, cell_width(column.cell(row), high))
        return max(32, ceil(wide) + 2 * SIDE + 1)

    @property
    def gone(self) -> tuple[Column[Any], ...]:
        """Columns that gave way, in their order."""
        return tuple(column for at, column in self._places() if self._header.isSectionHidden(at))

    def told(self, place: int) -> list[str]:
        """What stands in the columns that gave way, for one row: 身份证号码：4401…"""
        row = self._rows.row_at(place)
        return [column.spoken(row) for column in self.gone]

    def reset(self) -> None:
        """As the program laid them out at first."""
        header = self._header
        self._own = {}
        for place, column in self._places():
            header.moveSection(header.visualIndex(place), place)
            if column.width:
                header.resizeSection(place, column.width)
        self._own = {}
        self._touched()
        self.fit()

    # a person's own

    def _moved(self) -> None:
        header = self._header
        if self._rows.ticks and header.visualIndex(0) != 0:
            header.moveSection(header.visualIndex(0), 0)
        self._touched()

    def _resized(self, at: int, _old: int, new: int) -> None:
        if self._laying or at < self._rows.offset or not new:
            return
        column = self._rows.columns[at - self._rows.offset]
        if column.width:
            self._own[column.title] = new
            self._touched()

    def _touched(self) -> None:
        if self._settings is not None and self._remember and not self._laying:
            self._save.start()

    def _read(self) -> dict[str, Any]:
        if self._settings is None or not self._remember:
            return {}
        try:
            kept = json.loads(str(self._settings.value(self._remember, "{}")))
        except ValueError:
            return {}
        return kept if isinstance(kept, dict) else {}

    def _write(self) -> None:
        if self._settings is None:
            return
        header, offset, columns = self._header, self._rows.offset, self._rows.columns
        order = [columns[header.logicalIndex(place) - offset].title for place in range(offset, header.count())]
        kept = {"order": order, "widths": self._own}
        self._settings.setValue(self._remember, json.dumps(kept, ensure_ascii=False))


def cell_width(cell: Cell, high: int) -> float:
    """What a cell takes without its side margins, in rows so high."""
    look = theme()
    words = QFontMetricsF(look.font(cell.font, cell.weight)).horizontalAdvance(cell.text) if cell.text else 0.0
    below = QFontMetricsF(look.font("secondary")).horizontalAdvance(cell.sub) if cell.sub else 0.0
    wide = max(words, below)
    if cell.acts:
        measure = QFontMetricsF(look.font("row_title"))
        wide = sum(measure.horizontalAdvance(act.words) + (32 if act.kind != "link" else 0) for act in cell.acts)
        wide += 16 * (len(cell.acts) - 1)
    if cell.icon:
        wide += icon_room(high)
    if cell.picture is not None:
        wide += cell.picture.deviceIndependentSize().width() + 12
    return wide
