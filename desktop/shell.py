"""The window: top bar, left side, the page, the bottom line; going places and coming back.

    shell = Shell(model, pages, settings)     `pages(route)` makes the Page of a route, or None if there is none
    shell.go("home")                          Alt+Left back, Alt+Right forth, Ctrl+K finds, F1 helps, Esc closes
    shell.page                                the page on screen;  shell.route its route
    shell.forget("draft/…")                   a page whose thing is no more; if it is on screen the shell goes back
    shell.help_asked Signal(str)              the help topic of the page
    shell.closed     Signal()

Pages are made once and kept while they are among the last dozen used; `shown` and `hidden` tell them.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSettings, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.focus_ring import FocusRing
from desktop.page import Page
from desktop.shell_bars import StatusBar, TopBar
from desktop.shell_goto import GoTo
from desktop.shell_model import ShellModel
from desktop.shell_nav import Nav, NavPlace
from desktop.tab_order import move_focus
from desktop.theme import theme
from desktop.widgets.notes import Notice
from desktop.window_place import NARROW, keep_place, put_back

KEPT = 12


class Shell(QWidget):
    """The one window of the program."""

    help_asked = Signal(str)
    went = Signal(str)
    closed = Signal()

    def __init__(
        self, model: ShellModel, pages: Callable[[str], Page | None], settings: QSettings | None = None
    ) -> None:
        super().__init__()
        self.model, self._make, self._settings = model, pages, settings
        self._pages: dict[str, Page] = {}
        self._history: list[str] = []
        self._at = -1
        self.setWindowTitle("会办")
        self.setMinimumSize(880, 420)  # 1366 × 768 at 150 %, under a title bar and over a task bar
        self.top, self.nav, self.status = TopBar(model, self), Nav(model, self), StatusBar(model, self)
        self.notice = Notice()
        self.notice.setObjectName("shell.notice")
        self._stack = QStackedWidget()
        middle = QVBoxLayout()
        middle.setSpacing(0)
        holder = QHBoxLayout()
        holder.setContentsMargins(24, 8, 24, 0)
        holder.addWidget(self.notice)
        self._notice_place = QWidget()
        self._notice_place.setLayout(holder)
        self._notice_place.hide()
        middle.addWidget(self._notice_place)
        middle.addWidget(self._stack, 1)
        across = QHBoxLayout()
        across.setSpacing(0)
        across.addWidget(NavPlace(self.nav, self))
        across.addLayout(middle, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.top)
        outer.addLayout(across, 1)
        outer.addWidget(self.status)
        self.goto = GoTo(model, self)
        self.ring = FocusRing(self)
        self.nav.chosen.connect(self.go)
        self.goto.went.connect(self.go)
        self.top.go_to_asked.connect(self.goto.open)
        self.top.help_asked.connect(self._help)
        self.top.help_asked.connect(self.ring.follow)
        for keys, act in (
            ("Ctrl+K", self.goto.open),
            ("F1", self._help),
            ("Alt+Left", self.back),
            ("Alt+Right", self.forth),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(act)
        theme().changed.connect(self.update)
        put_back(self, settings)

    # going places

    @property
    def route(self) -> str:
        return self._history[self._at] if self._at >= 0 else ""

    @property
    def page(self) -> Page | None:
        return self._pages.get(self.route)

    def go(self, route: str) -> bool:
        """Show the page of a route; False when there is none."""
        if route == self.route:
            return True
        if not self._show(route):
            return False
        self._history = [*self._history[: self._at + 1], route]
        self._at = len(self._history) - 1
        self._arrived()
        return True

    def back(self) -> None:
        self._step(-1)

    def forth(self) -> None:
        self._step(1)

    def _step(self, by: int) -> None:
        """The next page that still exists in this direction."""
        to = self._at + by
        while 0 <= to < len(self._history):
            if self._show(self._history[to]):
                self._at = to
                self._arrived()
                return
            to += by

    def _show(self, route: str) -> bool:
        before, page = self.page, self._pages.get(route)
        if page is None:
            page = self._make(route)
            if page is None:
                return False
            page.go.connect(self.go)
            page.back.connect(self.back)
            page.title_changed.connect(self._titled)
            self._pages[route] = page
            self._stack.addWidget(page)
        else:
            self._pages[route] = self._pages.pop(route)  # the last used stands last
        if before is not None and before is not page:
            before.hidden()
        self.say("")
        self._stack.setCurrentWidget(page)
        return True

    def _arrived(self) -> None:
        page = self.page
        assert page is not None
        self._drop_oldest()
        self._titled(page.title)
        page.shown()
        page.first_focus()
        self.went.emit(self.route)

    def _drop_oldest(self) -> None:
        for route in list(self._pages)[: max(0, len(self._pages) - KEPT)]:
            if route != self.route and self._pages[route].close_request():
                self._discard(route)

    def _discard(self, route: str) -> None:
        page = self._pages.pop(route)
        self._stack.removeWidget(page)
        page.deleteLater()

    def forget(self, route: str) -> None:
        """What this page showed is gone."""
        here = self.route == route
        if here and self._at > 0:
            self.back()
        if route in self._pages and self.route != route:
            self._discard(route)
        self._history, self._at = _without(self._history, route, self._at)

    def reset(self, route: str) -> None:
        """Another account or unit: every page is made anew."""
        page = self.page
        if page is not None:
            page.hidden()
        for old in list(self._pages):
            self._discard(old)
        self._history, self._at = [], -1
        self.go(route)

    def _titled(self, title: str) -> None:
        page = self.page
        self.nav.set_route(self.route, page.place if page is not None else "")
        self.setWindowTitle(f"{page.title if page is not None else title} - 会办")

    # what the window says

    def say(self, words: str, *, role: str = "info", action: str = "") -> None:
        """One line above the page; gone when one goes elsewhere. `notice.acted` is its link."""
        self.notice.show_words(words, role=role, action=action)
        self._notice_place.setVisible(bool(words))

    def _help(self) -> None:
        self.help_asked.emit(self.page.help_topic if self.page is not None else "")

    # keys, mouse, place on the screen

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.nav.lies_over:
                self.nav.fold()
            elif not self._notice_place.isHidden():
                self.say("")
            elif self._at > 0:
                self.back()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab, from anything in the window that keeps it not for itself."""
        return move_focus(self, forward=forward) or super().focusNextPrevChild(forward)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.BackButton:
            self.back()
        elif event.button() == Qt.MouseButton.ForwardButton:
            self.forth()
        else:
            super().mousePressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.ring.watch_keys()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            keep_place(self, self._settings)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.nav.set_narrow(self.width() < NARROW)
        if self.goto.isVisible():
            self.goto.hide()
        self.ring.follow()

    def closeEvent(self, event: QCloseEvent) -> None:
        if all(page.close_request() for page in self._pages.values()):
            if self.page is not None:
                self.page.hidden()
            keep_place(self, self._settings)
            event.accept()
            self.closed.emit()
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme().colour("surface"))


def _without(history: list[str], route: str, at: int) -> tuple[list[str], int]:
    """The history without one route; where one stands moves with it."""
    before = sum(1 for one in history[:at] if one == route)
    kept = [one for one in history if one != route]
    return (kept, at - before) if kept else (history, at)
