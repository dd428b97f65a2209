"""Lines that stand for a place: a fact, a check, a paper. Clicking one, or Enter on it, chooses the place.

PlaceLine("form.path", "监理员", label="申请类别", tag="上一轮：安全监理员")
PlaceLine("…", "社保证明是本单位、最新月份", icon="eye", clause="2.5.3(3)")
    .chosen(key)      .set_chosen(True)
"""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.theme import theme
from desktop.widgets.base import Icon, Label, column, show_if

LABEL = 76  # width of the names of facts


class PlaceLine(QWidget):
    """One line of the middle column. Without a key it is only read."""

    chosen = Signal(str)

    def __init__(
        self,
        key: str,
        words: str,
        parent: QWidget | None = None,
        *,
        label: str = "",
        icon: str = "",
        role: str = "text",
        clause: str = "",
        below: str = "",
        below_role: str = "text2",
        ticked: bool | None = None,
    ) -> None:
        super().__init__(parent)
        self.key, self._on, self._over = key, False, False
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 3, 8, 3)
        layout.setSpacing(8)
        if label:
            name = Label(label, "panel_body", "text2", wrap=True)
            name.setFixedWidth(LABEL)
            layout.addLayout(column(name, None))
        if icon:
            layout.addLayout(column(2, Icon(icon, role if role != "text" else "text2", 16), None))
        self._words = Label(words, "panel_body", role if not icon else "text", wrap=True)
        self._below = Label(below, "secondary", below_role, wrap=True)
        show_if(self._below, bool(below))
        body = QVBoxLayout()
        body.setSpacing(0)
        body.addWidget(self._words)
        body.addWidget(self._below)
        layout.addLayout(body, 1)
        if clause:
            layout.addLayout(column(Label(clause, "secondary", "text2"), None))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        said = "，".join(part for part in (label, words, below, f"依据 {clause}" if clause else "") if part)
        if ticked is not None:
            said += "，已看" if ticked else "，还没看"
        self.setAccessibleName(said)
        if key:
            self.setObjectName("review.place")
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme().changed.connect(self.update)

    def set_chosen(self, on: bool) -> None:
        """The place that a return would be bound to."""
        if on != self._on:
            self._on = on
            self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._over = True
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._over = False
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.key and event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.chosen.emit(self.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.key and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.key)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.key or not (self._on or self._over):
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().colour("accent_soft" if self._on else "hover"))
        if self._on:
            painter.fillRect(QRect(0, 0, 3, self.height()), theme().colour("accent"))
