"""What every painted widget shares: following the theme, labels, boxes, the scroll bar, small painting helpers.

Label("文字", "secondary", "text2", wrap=True)      text in a type role and a colour role; elide="middle" for long names
    Label("文字", "secondary", "text2", wrap=True)      text in a type and a colour role; elide="middle" for names
column(…), row(…)                                    layouts without margins
scrolled(widget)                                     the widget in a frameless scroll area with our 8 px bar
"""

from collections.abc import Iterable
from typing import Literal

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QScrollArea,
    QScrollBar,
    QSizePolicy,
    QStyle,
    QStyleOptionSlider,
    QVBoxLayout,
    QWidget,
)

from desktop.theme import theme

Elide = Literal["", "right", "middle"]
_MODES = {"right": Qt.TextElideMode.ElideRight, "middle": Qt.TextElideMode.ElideMiddle}
Item = QWidget | QLayout | int | None  # a number is space, None is stretch


def fill_layout(layout: QBoxLayout, items: Iterable[Item]) -> None:
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        elif isinstance(item, QWidget):
            layout.addWidget(item)
        else:
            layout.addLayout(item)


def column(*items: Item, spacing: int = 0, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QVBoxLayout:
    """A vertical layout: widgets, layouts, pixels of space (int) and stretch (None)."""
    layout = QVBoxLayout()
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    fill_layout(layout, items)
    return layout


def row(*items: Item, spacing: int = 0, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QHBoxLayout:
    """A horizontal layout: widgets, layouts, pixels of space (int) and stretch (None)."""
    layout = QHBoxLayout()
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    fill_layout(layout, items)
    return layout


def clear_layout(layout: QLayout) -> None:
    """Take everything out and let Qt delete it."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear_layout(inner)


def show_if(widget: QWidget, shown: bool) -> None:
    """Show or hide a part. One without a parent would flash up as a window: it is shown with its parent instead."""
    if shown and widget.parent() is None:
        widget.setAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide, False)
    else:
        widget.setVisible(shown)


def rounded(
    painter: QPainter, rect: QRectF, radius: float, fill: QColor | None, border: QColor | None, pen: float = 1
) -> None:
    """A rounded frame whose border lies inside the rectangle, sharp at every scale."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    if border is None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(rect, radius, radius)
    else:
        painter.setPen(QPen(border, pen))
        half = pen / 2
        painter.drawRoundedRect(rect.adjusted(half, half, -half, -half), radius - half, radius - half)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


class Label(QLabel):
    """Plain words in a type role and a colour role; never rich text, so data cannot become markup."""

    def __init__(
        self,
        text: str = "",
        font: str = "body",
        role: str = "text",
        parent: QWidget | None = None,
        *,
        wrap: bool = False,
        elide: Elide = "",
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        weight: int | None = None,
        selectable: bool = False,
    ) -> None:
        super().__init__(parent)
        self._role, self._elide = role, elide
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setForegroundRole(QPalette.ColorRole.WindowText)  # inside a button it would take the button's
        self.setFont(theme().font(font, weight))
        self.setWordWrap(wrap)
        self.setAlignment(align | Qt.AlignmentFlag.AlignVCenter)
        self.setText(text)
        if wrap:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        if elide:
            self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        if selectable:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        theme().changed.connect(self._restyle)
        self._restyle()

    def set_role(self, role: str) -> None:
        self._role = role
        self._restyle()

    def _restyle(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, theme().colour(self._role))
        palette.setColor(QPalette.ColorRole.Text, theme().colour(self._role))
        self.setPalette(palette)

    def hasHeightForWidth(self) -> bool:
        return False  # a wrapped label answers with its height at its present width: Qt's own guess leaves gaps

    def _lines(self) -> int:
        """Height of the wrapped words at the present width."""
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap)
        room = QRect(0, 0, max(40, self.width()), 100_000)
        return max(self.fontMetrics().boundingRect(room, flags, self.text()).height(), self.fontMetrics().height())

    def sizeHint(self) -> QSize:
        if not self.wordWrap():
            return super().sizeHint()
        return QSize(min(self.fontMetrics().horizontalAdvance(self.text()) + 1, 640), self._lines())

    def minimumSizeHint(self) -> QSize:
        if self.wordWrap():
            return QSize(40, self._lines())
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), 48), hint.height()) if self._elide else hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.wordWrap() and event.size().width() != event.oldSize().width():
            self.updateGeometry()
        if self._elide:
            cut = self.fontMetrics().horizontalAdvance(self.text()) > self.width()
            self.setToolTip(self.text() if cut else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._elide:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(theme().colour(self._role))
        text = self.fontMetrics().elidedText(self.text(), _MODES[self._elide], self.width())
        painter.drawText(self.rect(), int(self.alignment()), text)


class Box(QWidget):
    """A container painted from tokens: a fill, a border or hairlines on some sides ("tlbr"), a 3 px bar on the left."""

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        fill: str = "",
        border: str = "",
        radius: int = 0,
        sides: str = "",
        bar: str = "",
        inset: int = 0,
    ) -> None:
        super().__init__(parent)
        self._fill, self._border, self._radius = fill, border, radius
        self._sides, self._bar, self._inset = sides, bar, inset
        theme().changed.connect(self.update)

    def set_look(self, *, fill: str | None = None, border: str | None = None, bar: str | None = None) -> None:
        self._fill = self._fill if fill is None else fill
        self._border = self._border if border is None else border
        self._bar = self._bar if bar is None else bar
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look, rect = QPainter(self), theme(), self.rect()
        fill = look.colour(self._fill) if self._fill else None
        if self._radius or self._border:
            rounded(painter, QRectF(rect), self._radius, fill, look.colour(self._border) if self._border else None)
        elif fill is not None:
            painter.fillRect(rect, fill)
        line, right, bottom = look.colour("line"), rect.width() - 1, rect.height() - 1
        if "t" in self._sides:
            painter.fillRect(QRect(self._inset, 0, rect.width() - 2 * self._inset, 1), line)
        if "b" in self._sides:
            painter.fillRect(QRect(self._inset, bottom, rect.width() - 2 * self._inset, 1), line)
        if "l" in self._sides:
            painter.fillRect(QRect(0, 0, 1, rect.height()), line)
        if "r" in self._sides:
            painter.fillRect(QRect(right, 0, 1, rect.height()), line)
        if self._bar:
            painter.fillRect(QRect(0, 0, 3, rect.height()), look.colour(self._bar))


class Rule(QWidget):
    """A hairline."""

    def __init__(
        self, parent: QWidget | None = None, *, upright: bool = False, length: int = 0, role: str = "line"
    ) -> None:
        super().__init__(parent)
        self._role = role
        if upright:
            self.setFixedWidth(1)
            if length:
                self.setFixedHeight(length)
        else:
            self.setFixedHeight(1)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme().colour(self._role))


class Icon(QWidget):
    """One icon that stands by itself; words beside it say what it means."""

    def __init__(self, name: str, role: str = "text2", size: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._role, self._size = name, role, size
        self.setFixedSize(size, size)
        theme().changed.connect(self.update)

    def set_icon(self, name: str, role: str) -> None:
        self._name, self._role = name, role
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme().draw_icon(QPainter(self), self._name, QRectF(0, 0, self._size, self._size), self._role)


class ScrollBar(QScrollBar):
    """Eight pixels, a rounded thumb, nothing else."""

    def __init__(self, orientation: Qt.Orientation, parent: QWidget | None = None) -> None:
        super().__init__(orientation, parent)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(8, 40) if self.orientation() == Qt.Orientation.Vertical else QSize(40, 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        thumb = self.style().subControlRect(
            QStyle.ComplexControl.CC_ScrollBar, option, QStyle.SubControl.SC_ScrollBarSlider, self
        )
        painter = QPainter(self)
        if self.maximum() > self.minimum():
            colour = theme().colour("field" if self.isSliderDown() or self.underMouse() else "edge")
            rounded(painter, QRectF(thumb).adjusted(1, 1, -1, -1), 3, colour, None)


class ScrollArea(QScrollArea):
    """A frameless scroll area over the page's own ground."""

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setVerticalScrollBar(ScrollBar(Qt.Orientation.Vertical))
        self.setHorizontalScrollBar(ScrollBar(Qt.Orientation.Horizontal))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.setWidget(content)
        content.setAutoFillBackground(False)

    def minimumSizeHint(self) -> QSize:
        content = self.widget()
        return QSize(content.minimumSizeHint().width() if content is not None else 0, 48)


def scrolled(content: QWidget) -> ScrollArea:
    return ScrollArea(content)


def text_width(text: str, font: str, weight: int | None = None) -> int:
    return QFontMetrics(theme().font(font, weight)).horizontalAdvance(text)


def without_mnemonic(text: str) -> str:
    """Data may hold an ampersand; in a button it must stay one."""
    return text.replace("&", "&&")
