"""The window before there is a desk: steps at the left, one thing to do at the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.focus_ring import FocusRing
from desktop.shell_bars import Logo
from desktop.theme import theme
from desktop.widgets.base import Box, Label, clear_layout, column, row, scrolled, show_if
from desktop.widgets.buttons import Button
from desktop.widgets.notes import Notice
from desktop.widgets.panel import Steps

W = TypeVar("W", bound=QWidget)
WIDTH = 520
SIDE, SLIM, NARROW = 280, 232, 1024  # px of the steps at the left; below that window they are slimmer


def named(widget: W, name: str) -> W:
    """The name by which tests and the demo find it."""
    widget.setObjectName(name)
    return widget


class StepPage(QWidget):
    """One thing to do: a title, a sentence, what to fill in, and the way on."""

    def __init__(self, title: str, words: str) -> None:
        super().__init__()
        self.notice = Notice()
        self.inside = QVBoxLayout(self)
        self.inside.setContentsMargins(0, 0, 0, 0)
        self.inside.setSpacing(0)
        self.title = Label(title, "page_title")
        self.words = Label(words, "body", "text2", wrap=True)
        self.inside.addWidget(self.title)
        self.inside.addSpacing(8)
        self.inside.addWidget(self.words)
        self.inside.addSpacing(24)
        self.setAccessibleName(title)
        self.setFixedWidth(WIDTH)

    def finish(self, *buttons: QWidget) -> None:
        """The notice and the buttons close the page."""
        self.inside.addSpacing(12)
        self.inside.addWidget(self.notice)
        self.inside.addSpacing(12)
        self.inside.addLayout(row(*buttons, None, spacing=8))
        self.inside.addStretch(1)

    def entered(self) -> None:
        """Came on screen."""

    def refresh(self) -> None:
        """What it shows is another."""

    def say(self, sentence: str, remedy: str) -> None:
        self.notice.show_words(sentence + remedy, role="warn")


class StepWindow(QWidget):
    """Enter presses the one filled button of the page."""

    closed = Signal()
    left = Signal()  # 返回, where there is something to go back to

    def __init__(self, pages: Sequence[StepPage], *, back: bool = False) -> None:
        super().__init__()
        self.setWindowTitle("会办")
        self.setMinimumSize(880, 420)  # 1366 × 768 at 150 %, under a title bar and over a task bar
        self.resize(1366, 768)
        self._pages = list(pages)
        self._stack = QStackedWidget()
        for page in pages:
            place = QWidget()
            place.setLayout(row(64, column(48, page, None), None))
            self._stack.addWidget(scrolled(place))
        self._side = side = Box(fill="ground", sides="r")
        side.setFixedWidth(SIDE)
        self._steps = QVBoxLayout()
        head = row(Logo(), 10, Label("会办", "panel_title"), None)
        self.back = named(Button("返回", "secondary", icon="arrow-left", hint="Esc"), "step.back")
        self.back.clicked.connect(self.left)
        show_if(self.back, back)
        side.setLayout(column(24, head, 40, self._steps, None, row(self.back, None), margins=(24, 0, 24, 24)))
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(side)
        outer.addWidget(self._stack, 1)
        self.ring = FocusRing(self)
        self.page = self._pages[0]
        self._said: tuple[tuple[tuple[str, str], ...], int] | None = None
        theme().changed.connect(self.update)

    def show_page(self, page: StepPage, steps: Sequence[tuple[str, str]], at: int) -> None:
        """This page, at that step; the same page again is only refreshed."""
        if self._said != (tuple(steps), at) or page is not self.page:
            self._said = (tuple(steps), at)
            clear_layout(self._steps)
            self._steps.addWidget(Steps(list(steps), at))
            self.page = page
            page.notice.clear()
            self._stack.setCurrentIndex(self._pages.index(page))
            page.refresh()
            page.entered()
        else:
            page.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            shown = (button for button in self.page.findChildren(Button) if button.isVisibleTo(self))
            primary = next((button for button in shown if button.kind == "primary"), None)
            if primary is not None:
                primary.click()
        elif event.key() == Qt.Key.Key_Escape and self.back.isVisibleTo(self):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._side.setFixedWidth(SIDE if self.width() >= NARROW else SLIM)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.ring.watch_keys()
        self.page.entered()

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme().colour("surface"))
