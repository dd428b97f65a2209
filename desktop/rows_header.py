"""The head of a list: titles in small letters, a sort mark, a tri-state box over the ticks."""

from typing import Any

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from desktop.rows_delegate import SIDE
from desktop.rows_model import RowsModel
from desktop.theme import theme
from desktop.widgets.buttons import paint_check

_DRAG = 4  # px the mouse may slip and still have clicked


class RowsHeader(QHeaderView):
    """Click sorts, again the other way, a third time as given; dragging moves a column."""

    def __init__(self, parent: QWidget, rows: RowsModel[Any], hang: bool) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._rows, self._hang, self._pressed = rows, hang, QPoint()
        self.setSectionsMovable(True)
        self.setSectionsClickable(True)
        self.setFirstSectionMovable(not rows.ticks)
        self.setHighlightSections(False)
        self.setStretchLastSection(False)
        self.setAccessibleName("列")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme().changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        self.setPalette(theme().palette())
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), theme().tokens.height["table_head"])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        at = event.position().toPoint()
        resizing = self.cursor().shape() == Qt.CursorShape.SplitHCursor
        if event.button() != Qt.MouseButton.LeftButton or (at - self._pressed).manhattanLength() > _DRAG or resizing:
            return
        section = self.logicalIndexAt(at)
        if self._rows.ticks and section == 0:
            self._rows.tick_all(self._rows.tick_state() != Qt.CheckState.Checked)
        elif section >= 0 and self._rows.columns[section - self._rows.offset].title:
            self._cycle(section)

    def _cycle(self, section: int) -> None:
        up, down = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
        before = self._rows.order
        if before is None or before[0] != section:
            self._rows.sort(section, up)
        elif not before[1]:
            self._rows.sort(section, down)
        else:
            self._rows.sort(-1)
        self.viewport().update()

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        look, visual = theme(), self.visualIndex(logicalIndex)
        painter.fillRect(rect, look.colour("surface"))
        left = SIDE if self._hang and visual == 0 else 0
        right = SIDE if self._hang and visual == self.count() - 1 else 0
        painter.fillRect(QRect(rect.x() + left, rect.bottom(), rect.width() - left - right, 1), look.colour("edge"))
        if self._rows.ticks and logicalIndex == 0:
            paint_check(
                painter, QRectF(rect.x() + SIDE, rect.y() + (rect.height() - 17) / 2, 16, 16), self._rows.tick_state()
            )
            return
        column = self._rows.columns[logicalIndex - self._rows.offset]
        inner = rect.adjusted(SIDE, 0, -SIDE, -1)
        painter.setFont(look.font("table_head"))
        painter.setPen(look.colour("text2"))
        align = {
            "left": Qt.AlignmentFlag.AlignLeft,
            "right": Qt.AlignmentFlag.AlignRight,
            "center": Qt.AlignmentFlag.AlignHCenter,
        }[column.align]
        order = self._rows.order
        sorted_ = order is not None and order[0] == logicalIndex
        words = painter.fontMetrics().elidedText(
            column.title, Qt.TextElideMode.ElideRight, inner.width() - (16 if sorted_ else 0)
        )
        painter.drawText(
            inner.adjusted(0, 0, -16 if sorted_ and column.align == "right" else 0, 0),
            int(align | Qt.AlignmentFlag.AlignVCenter),
            words,
        )
        if sorted_:
            wide = painter.fontMetrics().horizontalAdvance(words)
            x = inner.right() - 12 if column.align == "right" else inner.x() + wide + 3
            name = "chevron-down" if order is not None and order[1] else "chevron-up"
            look.draw_icon(painter, name, QRectF(x, rect.y() + (rect.height() - 13) / 2, 12, 12), "text2")
