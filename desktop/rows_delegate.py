"""Paints every row of every list: hairlines, two lines, state icon and word, check box, links, current-row bar."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from desktop.rows_model import CELL_ROLE, Act, Cell
from desktop.theme import theme
from desktop.widgets.base import rounded
from desktop.widgets.buttons import paint_check

Index = QModelIndex | QPersistentModelIndex
SIDE = 8
TALL = 48  # px of a row from which its icons are larger
MEANINGS = frozenset({"ok", "warn", "bad"})  # icons that are colours too


@dataclass
class RowLook:
    """What the view knows about the row being painted."""

    current: bool = False
    hovered: bool = False
    selected: bool = False
    band: str = ""
    first: bool = False
    last: bool = False
    hang: bool = False
    lit: str = ""  # key of the act that Left/Right stand on


def row_fill(look: RowLook) -> str:
    if look.current or look.selected:
        return "accent_soft"
    if look.band and f"{look.band}_soft" in theme().tokens.colours:
        return f"{look.band}_soft"
    return "hover" if look.hovered else ""


def icon_room(high: int) -> int:
    """What an icon takes before the words of a row so high."""
    return 26 if high >= TALL else 22


def act_rects(acts: "tuple[Act, ...] | list[Act]", rect: QRect, align: str) -> list[tuple[Act, QRectF]]:
    """Where the acts of a cell stand: painting and clicking use the same places."""
    measure = QFontMetricsF(theme().font("row_title"))
    widths = [measure.horizontalAdvance(act.words) + (32 if act.kind != "link" else 0) for act in acts]
    total = sum(widths) + 16 * max(0, len(widths) - 1)
    x = rect.right() + 1 - total if align == "right" else float(rect.x())
    height, found = 32.0, []
    for act, width in zip(acts, widths, strict=True):
        found.append((act, QRectF(x, rect.y() + (rect.height() - height) / 2, width, height)))
        x += width + 16
    return found


class RowsDelegate(QStyledItemDelegate):
    """One delegate for all lists; the view tells it what a row looks like just now."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.look = RowLook()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, 36)

    def folded(self, place: int) -> Sequence[str]:
        """What the row says in columns that have no room; the view knows."""
        return ()

    def paint_row(
        self, painter: QPainter, rect: QRect, cell: Cell | None, check: Qt.CheckState | None, able: bool
    ) -> None:
        """One cell; `check` instead of `cell` for the tick column."""
        theme_, look = theme(), self.look
        fill = row_fill(look)
        if fill:
            painter.fillRect(rect, theme_.colour(fill))
        left = SIDE if look.hang and look.first else 0
        right = SIDE if look.hang and look.last else 0
        line = QRect(rect.x() + left, rect.bottom(), rect.width() - left - right, 1)
        painter.fillRect(line, theme_.colour("line"))
        bar = look.band if look.band and not look.current else "accent" if look.current else ""
        if look.first and bar:
            painter.fillRect(QRect(rect.x(), rect.y(), 3, rect.height()), theme_.colour(bar))
        if check is not None:
            box = QRectF(rect.x() + SIDE, rect.y() + (rect.height() - 17) / 2, 16, 16)
            paint_check(painter, box, check, able)
        elif cell is not None:
            self._paint_cell(painter, rect, cell)

    def _paint_cell(self, painter: QPainter, rect: QRect, cell: Cell) -> None:
        look = theme()
        if cell.outline:
            painter.fillRect(rect.adjusted(0, 0, -1, -1), look.soft(cell.outline))
            painter.setPen(look.colour(cell.outline))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        inner = rect.adjusted(SIDE, 1, -SIDE, 0)
        if cell.picture is not None and not cell.picture.isNull():
            size = cell.picture.deviceIndependentSize()
            painter.drawPixmap(QPoint(inner.x(), round(inner.center().y() - size.height() / 2)), cell.picture)
            inner.setLeft(inner.x() + round(size.width()) + 12)
        if cell.icon and look.has_icon(cell.icon):
            size_px, step = 18 if rect.height() >= TALL else 16, icon_room(rect.height())
            if cell.align == "right" and not cell.acts:  # the icon stands before its word, not at the far side
                words = QFontMetricsF(look.font(cell.font, cell.weight)).horizontalAdvance(cell.text)
                inner.setLeft(max(inner.x(), inner.right() + 1 - step - ceil(words)))
            at = QRectF(inner.x(), inner.y() + (inner.height() - size_px) / 2, size_px, size_px)
            plain = cell.icon if cell.icon in MEANINGS else "text2"  # beside plain words a meaning keeps its colour
            look.draw_icon(painter, cell.icon, at, plain if cell.role == "text" else cell.role)
            inner.setLeft(inner.x() + step)
        if cell.acts:
            self._paint_acts(painter, inner, cell)
        if cell.text or cell.sub:
            self._paint_words(painter, inner, cell)

    def _paint_words(self, painter: QPainter, inner: QRect, cell: Cell) -> None:
        look = theme()
        align = {
            "left": Qt.AlignmentFlag.AlignLeft,
            "right": Qt.AlignmentFlag.AlignRight,
            "center": Qt.AlignmentFlag.AlignHCenter,
        }[cell.align]
        top = inner.translated(0, -1)  # the face stands low in its line: Chinese looks centred one pixel higher
        two = bool(cell.sub) or cell.progress is not None
        if two:
            half = 20
            top = QRect(inner.x(), inner.y() + (inner.height() - half - 18) // 2 + 1, inner.width(), half)
            under = QRect(inner.x(), top.bottom() + 1, inner.width(), 18)
            if cell.progress is not None:
                bar = QRectF(inner.x(), under.y() + 6, min(200, inner.width()), 4)
                rounded(painter, bar, 2, look.colour("line"), None)
                bar.setWidth(max(4.0, bar.width() * min(1.0, max(0.0, cell.progress))))
                rounded(painter, bar, 2, look.colour("accent"), None)
            else:
                self._words(painter, under, cell.sub, "secondary", 400, cell.sub_role, align)
        self._words(painter, top, cell.text, cell.font, cell.weight, cell.role, align)

    @staticmethod
    def _words(
        painter: QPainter, rect: QRect, text: str, font: str, weight: int, role: str, align: Qt.AlignmentFlag
    ) -> None:
        painter.setFont(theme().font(font, weight))
        painter.setPen(theme().colour(role))
        cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, int(align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), cut)

    def _paint_acts(self, painter: QPainter, inner: QRect, cell: Cell) -> None:
        look = theme()
        for act, rect in act_rects(list(cell.acts), inner, cell.align):
            lit = act.key == self.look.lit
            ink = "on_accent" if act.kind == "primary" else "text" if act.kind == "secondary" else "accent"
            if act.kind == "primary":
                rounded(painter, rect, 4, look.colour("accent_hover" if lit else "accent"), None)
            elif act.kind == "secondary":
                rounded(painter, rect, 4, look.colour("hover" if lit else "surface"), look.colour("edge"))
            if lit:
                rounded(painter, rect.adjusted(-3, -1, 3, 1), 6, None, look.colour("accent"), 2)
            painter.setFont(look.font("row_title"))
            painter.setPen(look.colour(ink))
            place = rect.translated(0, -1) if act.kind == "link" else rect  # on one line with the words beside it
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), act.words)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """The whole text, only where it is cut; a tooltip of the column's own always; what has no column just now."""
        if event.type() != QEvent.Type.ToolTip or not index.isValid():
            return False
        cell = index.data(CELL_ROLE)
        words = str(index.data(Qt.ItemDataRole.ToolTipRole) or "")
        if isinstance(cell, Cell) and words == "\n".join(part for part in (cell.text, cell.sub) if part):
            room = view.visualRect(index).width() - 2 * SIDE - (24 if cell.icon else 0)
            wide = QFontMetricsF(theme().font(cell.font, cell.weight)).horizontalAdvance(cell.text)
            below = QFontMetricsF(theme().font("secondary")).horizontalAdvance(cell.sub)
            if max(wide, below) <= room:
                words = ""
        QToolTip.showText(event.globalPos(), "\n".join((*filter(None, [words]), *self.folded(index.row()))), view)
        return True
