"""Looking at one paper in a window of its own beside the work: a picture or a PDF; Esc closes it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QWidget

from desktop.context import Context
from desktop.pages.paper_look import PaperLook, Sought
from desktop.theme import theme
from desktop.widgets.base import column
from desktop.window_place import fit


class PaperWindow(QDialog):
    """Not modal: one may go on typing with the paper beside."""

    def __init__(self, context: Context, title: str, paper: Sought, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setObjectName("preview")
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit(self, 760, 720)
        self.look = PaperLook(context, self, bar=True)
        self.setLayout(column(self.look))
        self.look.show_paper(paper)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme().colour("surface"))


def show_paper(context: Context, parent: QWidget, title: str, paper: Sought) -> None:
    """In a window beside the work, whether it is on this machine or has to come."""
    PaperWindow(context, title, paper, parent).show()
