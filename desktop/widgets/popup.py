"""Where what opens over a page stands: below its part, above it where there is more room, never off the screen."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from desktop.theme import theme

GAP = 4  # px between the part and what opens from it


class PopupFrame(QFrame):
    """Opens over the page; the line around it is seen in the dark too. Esc or a press elsewhere closes it."""

    def __init__(self, anchor: QWidget) -> None:
        super().__init__(anchor, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().colour("surface"))
        painter.setPen(theme().colour("edge"))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))


def beside(anchor: QRect, size: QSize, room: QRect) -> QRect:
    """Where something of this size stands beside `anchor`; lower only where neither side has the height."""
    below, above = room.bottom() + 1 - (anchor.bottom() + 1 + GAP), anchor.top() - GAP - room.top()
    under = size.height() <= below or below >= above
    high, wide = min(size.height(), below if under else above), min(size.width(), room.width())
    x = max(room.left(), min(anchor.left(), room.right() + 1 - wide))
    return QRect(x, anchor.bottom() + 1 + GAP if under else anchor.top() - GAP - high, wide, high)


def place_beside(popup: QWidget, anchor: QWidget, size: QSize, *, outside: int = 0) -> None:
    """Over the page at `anchor`, which has a frame of so many pixels around it."""
    frame = QRect(anchor.mapToGlobal(QPoint()), anchor.size()).adjusted(-outside, 0, outside, 0)
    popup.setGeometry(beside(frame, size, anchor.screen().availableGeometry()))


def below(anchor: QWidget) -> QPoint:
    """Where a menu of this part begins; Qt keeps it on the screen."""
    return anchor.mapToGlobal(QPoint(0, anchor.height() + GAP))
