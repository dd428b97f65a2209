"""What stands on screen while the program is still being read in: the window's frame and 正在打开."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.theme import theme
from desktop.window_place import NARROW, RAIL, put_back

WORDS = "正在打开…"
LOGO = 26  # px


class OpeningWindow(QWidget):
    """Paints itself in one go, where the window stood last time; made of nothing that is slow to import."""

    painted = Signal()
    closed = Signal()

    def __init__(self, settings: QSettings | None = None) -> None:
        super().__init__()
        self.setObjectName("opening")
        self.setAccessibleName(WORDS)
        self.setWindowTitle("会办")
        self.setMinimumSize(880, 420)  # 1366 × 768 at 150 %, under a title bar and over a task bar
        self.words = WORDS
        self._seen = False
        put_back(self, settings)

    def say(self, words: str) -> None:
        """Something else: why it does not go on."""
        self.words = words
        self.setAccessibleName(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = theme(), QPainter(self)
        sizes = look.tokens
        top, side = int(sizes.height["top_bar"]), int(sizes.width["nav"]) if self.width() >= NARROW else RAIL
        foot = int(sizes.height["status_bar"])
        width, height = self.width(), self.height()
        painter.fillRect(self.rect(), look.colour("surface"))
        painter.fillRect(0, top, side, height - top - foot, look.colour("ground"))
        painter.fillRect(0, height - foot, width, foot, look.colour("ground"))
        painter.setPen(look.colour("line"))
        painter.drawLine(0, top - 1, width, top - 1)
        painter.drawLine(side - 1, top, side - 1, height - foot)
        painter.drawLine(0, height - foot, width, height - foot)
        mark = QRectF(16, (top - LOGO) / 2, LOGO, LOGO)
        look.draw_mark(painter, mark)
        painter.setPen(look.colour("text2"))
        painter.setFont(look.font("body"))
        page = QRectF(side, top, width - side, height - top - foot).adjusted(48, 0, -48, 0)
        painter.drawText(page, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.words)
        if not self._seen:
            self._seen = True
            self.painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        self.closed.emit()
