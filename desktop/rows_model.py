"""Lists: one table model over frozen rows, whatever the rows are.

    model = RowsModel(
        [
            Column("姓名", lambda p: p.name, weight=500, width=92),
            Column("状态", lambda p: p.word, icon=lambda p: p.state, role=lambda p: p.state),
        ],
        key=lambda p: p.id,
        ticks=True,
        tickable=lambda p: p.eligible,
        search=lambda p: f"{p.name} {p.initials} {p.number}",
    )
    model.show(rows)             same keys in the same order: cells are repainted, cursor and scroll stay
    model.set_search("lgd")      every word must be in the row's search text
    model.set_filter(lambda p: p.eligible)
    model.ticked                 rows ticked, in the order shown; `ticks_changed` says so

Icon, role … of a column are a constant or a function of the row. Sorting and filtering happen here, not in a proxy:
one sort of 10,000 rows by Python keys takes some 20 ms, a QSortFilterProxyModel calls back into Python 260,000 times.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QCollator,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QPixmap

T = TypeVar("T")
Align = Literal["left", "right", "center"]
Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = int(Qt.ItemDataRole.UserRole)
CELL_ROLE = ROW_ROLE + 1
_NONE = QModelIndex()
_ALIGN = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "right": Qt.AlignmentFlag.AlignRight,
    "center": Qt.AlignmentFlag.AlignHCenter,
}


@dataclass(frozen=True)
class Act:
    """A next step that stands in a row: a link or a painted button."""

    key: str
    words: str
    kind: Literal["link", "secondary", "primary"] = "link"


@dataclass(frozen=True)
class Cell:
    """What the delegate paints: everything about one cell, resolved."""

    text: str = ""
    sub: str = ""
    icon: str = ""
    role: str = "text"
    sub_role: str = "text2"
    font: str = "body"
    weight: int = 400
    align: Align = "left"
    acts: Sequence[Act] = ()
    progress: float | None = None
    picture: QPixmap | None = None
    outline: str = ""


@dataclass(frozen=True)
class Column(Generic[T]):
    """One column. `width` 0 stretches; a text column without `sort` sorts by its words as the language does.

    Where there is no room for all, the highest `spare` goes first; `whole` words are never cut.
    """

    title: str
    text: Callable[[T], str] | None = None
    sub: Callable[[T], str] | None = None
    icon: str | Callable[[T], str] = ""
    role: str | Callable[[T], str] = "text"
    sub_role: str | Callable[[T], str] = "text2"
    align: Align = "left"
    weight: int | Callable[[T], int] = 0  # 0: 400, and 500 beside an icon
    font: str = "body"
    width: int = 0
    acts: Callable[[T], Sequence[Act]] | None = None
    link: str = ""  # the text itself is a link with this key
    progress: Callable[[T], float | None] | None = None
    picture: Callable[[T], QPixmap | None] | None = None
    outline: str | Callable[[T], str] = ""
    tooltip: Callable[[T], str] | None = None
    accessible: Callable[[T], str] | None = None
    sort: Callable[[T], Any] | None = None
    spare: int = 0
    whole: bool | None = None  # None: as `firm` says

    @property
    def firm(self) -> bool:
        """Numbers, dates, states and steps: read whole or not at all."""
        derived = self.align == "right" or bool(self.icon) or self.acts is not None
        return derived if self.whole is None else self.whole

    def cell(self, row: T) -> Cell:
        text = self.text(row) if self.text is not None else ""
        acts: Sequence[Act] = self.acts(row) if self.acts is not None else ()
        if self.link and text:
            acts, text = (Act(self.link, text),), ""
        icon = _of(self.icon, row)
        return Cell(
            text=text,
            sub=self.sub(row) if self.sub is not None else "",
            icon=icon,
            role=_of(self.role, row),
            sub_role=_of(self.sub_role, row),
            font="state" if icon and self.font == "body" else self.font,
            weight=_of(self.weight, row) or (500 if icon else 400),
            align=self.align,
            acts=acts,
            progress=self.progress(row) if self.progress is not None else None,
            picture=self.picture(row) if self.picture is not None else None,
            outline=_of(self.outline, row),
        )

    def words(self, row: T) -> str:
        return (
            self.text(row)
            if self.text is not None
            else " ".join(act.words for act in self.acts(row))
            if self.acts
            else ""
        )

    def spoken(self, row: T) -> str:
        """For those who hear the screen: 状态：不可办，会籍已到期."""
        if self.accessible is not None:
            return self.accessible(row)
        said = "，".join(part for part in (self.words(row), self.sub(row) if self.sub is not None else "") if part)
        return f"{self.title}：{said}" if self.title and said else said or self.title


def _of(value: Any, row: Any) -> Any:
    return value(row) if callable(value) else value


def _position(row: Any) -> Hashable:
    return id(row)


class RowsModel(QAbstractTableModel, Generic[T]):
    """Frozen rows as a table; with `ticks`, column 0 is a check box."""

    ticks_changed = Signal()

    def __init__(
        self,
        columns: Sequence[Column[T]],
        parent: QObject | None = None,
        *,
        key: Callable[[T], Hashable] | None = None,
        ticks: bool = False,
        tickable: Callable[[T], bool] | None = None,
        search: Callable[[T], str] | None = None,
        band: Callable[[T], str] | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns, self.ticks, self.band = tuple(columns), ticks, band
        self._key = key or _position
        self._tickable, self._search_of = tickable, search
        self._all: tuple[T, ...] = ()
        self._rows: list[T] = []
        self.told = False  # whether rows were ever shown: before that nobody knows that there are none
        self._keys: list[Hashable] = []
        self._places: dict[Hashable, int] = {}
        self._texts: dict[Hashable, str] = {}
        self._ticked: set[Hashable] = set()
        self._query: tuple[str, ...] = ()
        self._keep: Callable[[T], bool] | None = None
        self._order: tuple[int, bool] | None = None
        self._collator = QCollator(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
        self._collator.setNumericMode(True)

    # rows in

    def show(self, rows: Iterable[T]) -> None:
        """Show these rows; ticks of rows that are no more are taken away."""
        if not self.told:  # a view has to know even when there are none
            self.beginResetModel()
            self.told = True
            self.endResetModel()
        self._all = tuple(rows)
        self._texts = {}
        before = len(self._ticked)
        if before:
            self._ticked &= {self._key(row) for row in self._all}
        self._arrange()
        if len(self._ticked) != before:
            self.ticks_changed.emit()

    def show_table(self, columns: Sequence[Column[T]], rows: Iterable[T]) -> None:
        """Other columns with their rows, at once: ticks stay, and a view's cursor; the order is as given again."""
        before = len(self._ticked)
        self.told = True
        self.beginResetModel()
        self.columns, self._all, self._order, self._texts = tuple(columns), tuple(rows), None, {}
        self._ticked &= {self._key(row) for row in self._all}
        kept = self._found()
        self._take(kept, [self._key(row) for row in kept])
        self.endResetModel()
        if len(self._ticked) != before:
            self.ticks_changed.emit()

    def set_search(self, text: str) -> None:
        self._query = tuple(text.lower().split())
        self._arrange()

    def set_filter(self, keep: Callable[[T], bool] | None) -> None:
        if keep is None and self._keep is None:
            return
        self._keep = keep
        self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By a column of the table (-1: as given); the cursor stays on its row."""
        self._order = (column, order == Qt.SortOrder.DescendingOrder) if column >= self.offset else None
        self._arrange()

    def _arrange(self) -> None:
        rows = self._found()
        if self._order is not None:
            self._sort(rows, *self._order)
        keys = [self._key(row) for row in rows]
        if keys == self._keys:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, self.columnCount() - 1))
            return
        if len(keys) == len(self._keys) and set(keys) == self._places.keys():
            self._reorder(rows, keys)
            return
        self.beginResetModel()
        self._take(rows, keys)
        self.endResetModel()

    def _take(self, rows: list[T], keys: list[Hashable]) -> None:
        self._rows, self._keys = rows, keys
        self._places = {key: place for place, key in enumerate(keys)}

    def _reorder(self, rows: list[T], keys: list[Hashable]) -> None:
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        named = [(self._keys[index.row()], index.column()) for index in old]
        self._take(rows, keys)
        self.changePersistentIndexList(old, [self.index(self._places[key], column) for key, column in named])
        self.layoutChanged.emit()

    def _sort(self, rows: list[T], column: int, down: bool) -> None:
        spec = self.columns[column - self.offset]
        if spec.sort is not None:
            by = spec.sort
            present = [row for row in rows if by(row) is not None]
            absent = [row for row in rows if by(row) is None]  # what is unknown stands last, either way
            rows[:] = sorted(present, key=by, reverse=down) + absent
        else:
            rows.sort(key=lambda row: self._collator.sortKey(spec.words(row)), reverse=down)

    def _found(self) -> list[T]:
        rows = list(self._all) if self._keep is None else [row for row in self._all if self._keep(row)]
        for word in self._query:
            rows = [row for row in rows if word in self.search_text(row)]
        return rows

    def search_text(self, row: T) -> str:
        key = self._key(row)
        text = self._texts.get(key)
        if text is None:
            own = self._search_of(row) if self._search_of is not None else " ".join(c.words(row) for c in self.columns)
            text = self._texts[key] = own.lower()
        return text

    # rows out

    @property
    def offset(self) -> int:
        return 1 if self.ticks else 0

    @property
    def order(self) -> tuple[int, bool] | None:
        """The column of the table it is sorted by and whether downwards."""
        return self._order

    @property
    def visible(self) -> Sequence[T]:
        return self._rows

    @property
    def total(self) -> int:
        return len(self._all)

    @property
    def filtered(self) -> bool:
        return bool(self._query) or self._keep is not None

    def row_at(self, place: int) -> T:
        return self._rows[place]

    def key_at(self, place: int) -> Hashable:
        return self._keys[place]

    def place_of(self, key: Hashable) -> int:
        """Where the row with this key stands, or -1."""
        return self._places.get(key, -1)

    # ticks

    @property
    def ticked(self) -> tuple[T, ...]:
        return tuple(row for row in self._all if self._key(row) in self._ticked) if self._ticked else ()

    def is_ticked(self, place: int) -> bool:
        return self._keys[place] in self._ticked

    def may_tick(self, place: int) -> bool:
        return self._tickable is None or self._tickable(self._rows[place])

    def set_ticked(self, keys: Iterable[Hashable]) -> None:
        """Exactly these."""
        self._ticked = set(keys) & {self._key(row) for row in self._all}
        self._ticks_moved()

    def tick(self, places: Iterable[int], on: bool) -> None:
        for place in places:
            if not on:
                self._ticked.discard(self._keys[place])
            elif self.may_tick(place):
                self._ticked.add(self._keys[place])
        self._ticks_moved()

    def tick_all(self, on: bool) -> None:
        """All that are shown and may be ticked."""
        self.tick(range(len(self._rows)), on)

    def tick_state(self) -> Qt.CheckState:
        """Of the box in the header."""
        count = sum(1 for key in self._keys if key in self._ticked)
        if count == 0:
            return Qt.CheckState.Unchecked
        able = sum(1 for place in range(len(self._rows)) if self.may_tick(place))
        return Qt.CheckState.Checked if count >= able else Qt.CheckState.PartiallyChecked

    def _ticks_moved(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, 0))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, 0)
        self.ticks_changed.emit()

    # Qt

    def rowCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(self.columns) + self.offset

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        if self.ticks and index.column() == 0 and self.may_tick(index.row()):
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if self.ticks and index.column() == 0:
            return self._tick_data(index.row(), role)
        spec = self.columns[index.column() - self.offset]
        if role == CELL_ROLE:
            return spec.cell(row)
        if role == Qt.ItemDataRole.DisplayRole:
            return spec.words(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spec.spoken(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            if spec.tooltip is not None:
                return spec.tooltip(row)
            return "\n".join(part for part in (spec.words(row), spec.sub(row) if spec.sub is not None else "") if part)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(_ALIGN[spec.align] | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _tick_data(self, place: int, role: int) -> Any:
        on = self.is_ticked(place)
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return "已勾选" if on else "未勾选" if self.may_tick(place) else "不能勾选"
        return None

    def setData(self, index: Index, value: Any, role: int = int(Qt.ItemDataRole.EditRole)) -> bool:
        if (
            role != Qt.ItemDataRole.CheckStateRole
            or not self.ticks
            or index.column() != 0
            or not self.may_tick(index.row())
        ):
            return False
        self.tick([index.row()], Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < self.columnCount():
            return None
        if self.ticks and section == 0:
            return (
                "勾选"
                if role == Qt.ItemDataRole.AccessibleTextRole
                else ""
                if role == Qt.ItemDataRole.DisplayRole
                else None
            )
        spec = self.columns[section - self.offset]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return spec.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(_ALIGN[spec.align] | Qt.AlignmentFlag.AlignVCenter)
        return None

    def as_text(self, places: Iterable[int]) -> str:
        """These rows for Excel: tab-separated under their titles; what would be read as a formula stays text."""
        shown = [column for column in self.columns if column.acts is None or column.text is not None]
        lines = ["\t".join(column.title for column in shown)]
        for place in places:
            row = self._rows[place]
            lines.append("\t".join(_plain(c.words(row), c.sub(row) if c.sub is not None else "") for c in shown))
        return "\n".join(lines) + "\n"


def _plain(text: str, sub: str) -> str:
    joined = " ".join(f"{text} {sub}".split())
    number = joined.replace(",", "").lstrip("+-").replace(".", "", 1).isdigit()
    return f"'{joined}" if joined[:1] in ("=", "@", "+", "-") and not number else joined
