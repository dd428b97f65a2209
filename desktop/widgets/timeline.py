"""Who did what when, newest first, with the next step dashed on top.

Timeline([Moment("机构审核", "在 … 手上", when="现在", kind="now"), …])
kinds: next (dashed ring), now (accent dot), or an icon name with a role
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.theme import theme
from desktop.widgets.base import Box, Label, clear_layout, column, row
from desktop.widgets.buttons import Button

_MARK = 32  # width of the column in which the line runs


@dataclass(frozen=True)
class Moment:
    """One thing that happened, is happening or comes next; `said` is quoted below in a band with an action."""

    head: str
    words: str = ""
    when: str = ""
    kind: str = "ok"
    role: str = "ok"
    said: str = ""
    said_role: str = ""
    action: str = ""
    key: str = ""


class _MomentRow(QWidget):
    """One moment, painting its own piece of the line."""

    acted = Signal(str)

    def __init__(self, moment: Moment, first: bool, last: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._moment, self._first, self._last = moment, first, last
        coming = moment.kind == "next"
        body = column(
            Label(moment.head, "row_title", "text2" if coming else "text", wrap=True, weight=400 if coming else 500)
        )
        if moment.words:
            body.addWidget(Label(moment.words, "secondary", "text2", wrap=True))
        if moment.said:
            band = Box(fill=f"{moment.said_role}_soft" if moment.said_role else "ground", radius=4)
            inside = QHBoxLayout(band)
            inside.setContentsMargins(12, 2, 12, 2)
            inside.addWidget(Label(moment.said, "panel_body", wrap=True), 1)
            if moment.action:
                button = Button(moment.action, "link", hint=moment.said, font="panel_body")
                button.setObjectName("moment.step")
                button.clicked.connect(self._act)
                inside.addWidget(button)
            band.setMinimumHeight(34)
            body.addSpacing(4)
            body.addWidget(band)
        when = Label(moment.when, "panel_body", "text2", align=Qt.AlignmentFlag.AlignRight)
        when.setFixedWidth(92)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 16)
        layout.setSpacing(0)
        layout.addLayout(column(1, when, None))
        layout.addSpacing(_MARK + 16)
        layout.addLayout(body, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setAccessibleName(f"{moment.when} {moment.head}，{moment.words}")
        theme().changed.connect(self.update)

    def _act(self) -> None:
        self.acted.emit(self._moment.key)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter, x, y = theme(), QPainter(self), 92 + 8 + _MARK / 2, 11.0
        coming = self._moment.kind == "next"
        if not self._last:
            pen = QPen(look.colour("edge"), 1.5, Qt.PenStyle.DashLine if coming else Qt.PenStyle.SolidLine)
            painter.setPen(pen)
            painter.drawLine(QPointF(x, y + 12), QPointF(x, self.height()))
        if not self._first:
            painter.setPen(QPen(look.colour("edge"), 1.5))
            painter.drawLine(QPointF(x, 0), QPointF(x, max(0.0, y - 11)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if coming:
            painter.setPen(QPen(look.colour("field"), 1.3))
            painter.drawEllipse(QPointF(x, y), 5, 5)
        elif self._moment.kind == "now":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("accent_soft"))
            painter.drawEllipse(QPointF(x, y), 11, 11)
            painter.setBrush(look.colour("accent"))
            painter.drawEllipse(QPointF(x, y), 5.5, 5.5)
        else:
            look.draw_icon(painter, self._moment.kind, QRectF(x - 9, y - 9, 18, 18), self._moment.role)


class Timeline(QWidget):
    """The story of a case."""

    acted = Signal(str)

    def __init__(self, moments: Sequence[Moment] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self.setAccessibleName("经过")
        self.set_moments(moments)

    def set_moments(self, moments: Sequence[Moment]) -> None:
        clear_layout(self._rows)
        for index, moment in enumerate(moments):
            made = _MomentRow(moment, index == 0, index == len(moments) - 1)
            made.acted.connect(self.acted)
            self._rows.addWidget(made)
        self._rows.addLayout(row(None))
        self._rows.addStretch(1)
