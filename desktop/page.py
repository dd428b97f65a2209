"""A page: its head, its body, perhaps a band, a panel on the right and a foot.

class DraftsPage(Page):
    def __init__(self) -> None:
        super().__init__("草稿", sub="2 份，都存在本机", actions=[Button("新办业务", icon="plus")], back=False)
        self.add(RowsView(…, hang=True), stretch=1)      # 24 px side margins are the page's business
        self.set_panel(Panel("…")); self.set_band(Band(…, full=True)); self.set_foot([...])
    def shown(self) -> None: …       came on screen (again): refresh
    def hidden(self) -> None: …      went away: write what is not written
    def close_request(self) -> bool: False keeps the window open (say why on the page)

self.go.emit("case/0190…")        ask the shell for another page
self.back.emit()                   as Alt+Left
self.shortcut("Ctrl+S", self.save)  works while this page is on screen
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.theme import theme
from desktop.widgets.base import Box, Label, ScrollArea, clear_layout, row, show_if, text_width
from desktop.widgets.buttons import Button, Tag
from desktop.widgets.panel import Panel

SIDE = 24
TITLE = 360  # px of a title that are never cut


class PageHead(Box):
    """Title, a few words, a tag, and at the right what can be done."""

    back = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, fill="surface")
        self.setFixedHeight(theme().tokens.height["page_head"] + 1)  # and its hairline
        self._back = Button("", "icon", icon="arrow-left", name="返回", hint="返回（Alt+←）")
        self._back.setFixedWidth(32)
        self._back.setObjectName("page.back")
        self._back.clicked.connect(self.back)
        self.title = Label("", "page_title", elide="right")
        self.sub = Label("", "panel_body", "text2", elide="right")
        self.tag = Tag("", "wait")
        self.tag.hide()
        self.note = Label("", "secondary", "text2")
        self._actions = QHBoxLayout()
        self._actions.setSpacing(8)
        self._lead = QWidget()
        self._lead.setLayout(row(self._back, 6))
        self._lead.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SIDE, 0, SIDE, 0)
        layout.setSpacing(0)
        layout.addWidget(self._lead)
        layout.addWidget(self.title)
        layout.addSpacing(16)
        layout.addWidget(self.sub)
        layout.addSpacing(8)
        layout.addWidget(self.tag)
        layout.addStretch(1)
        layout.addWidget(self.note)
        layout.addSpacing(16)
        layout.addLayout(self._actions)

    def set_back(self, shown: bool) -> None:
        show_if(self._lead, shown)
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(SIDE - 8 if shown else SIDE, 0, SIDE, 0)

    def set_line(self, shown: bool) -> None:
        self._sides = "b" if shown else ""
        self.update()

    def set_actions(self, actions: Sequence[QWidget]) -> None:
        clear_layout(self._actions)
        for action in actions:
            self._actions.addWidget(action)


class Page(QWidget):
    """What stands in the middle of the window. A subclass fills it and says what to do when it comes and goes."""

    go = Signal(str)
    back = Signal()
    title_changed = Signal(str)

    def __init__(
        self,
        title: str,
        parent: QWidget | None = None,
        *,
        sub: str = "",
        actions: Sequence[QWidget] = (),
        back: bool = False,
        scroll: bool = True,
        top: int | None = None,
        help_topic: str = "",
    ) -> None:
        super().__init__(parent)
        self.help_topic = help_topic
        self.place = ""  # the entry of the left side it belongs under, where it has none of its own
        self.panel: Panel | None = None
        self.head = PageHead(self)
        self.head.back.connect(self.back)
        self.head.set_back(back)
        self.head.set_line(back)
        self._band_place, self._foot_place, self._right = QVBoxLayout(), QVBoxLayout(), QHBoxLayout()
        self._content = QWidget()
        self.body = QVBoxLayout(self._content)
        self._top = top
        self.body.setContentsMargins(0, top if top is not None else 16 if back else 0, 0, 16)
        self.body.setSpacing(0)
        if scroll:
            self.body.setSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        self._scroll = ScrollArea(self._content) if scroll else None
        middle.addWidget(self._scroll or self._content, 1)
        middle.addLayout(self._foot_place)
        across = QHBoxLayout()
        across.setSpacing(0)
        across.addLayout(middle, 1)
        across.addLayout(self._right)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.head)
        outer.addLayout(self._band_place)
        outer.addLayout(across, 1)
        self.set_head(title, sub)
        self.set_actions(actions)

    # what a subclass fills

    def set_head(self, title: str, sub: str = "", *, tag: str = "", tag_role: str = "wait", note: str = "") -> None:
        self.head.title.setText(title)
        self.head.title.setMinimumWidth(min(text_width(title, "page_title") + 1, TITLE))
        self.head.sub.setText(sub)
        self.head.tag.set_tag(tag, tag_role)
        show_if(self.head.tag, bool(tag))
        self.head.note.setText(note)
        self.setAccessibleName(title)
        self.title_changed.emit(title)

    @property
    def title(self) -> str:
        return self.head.title.text()

    def set_actions(self, actions: Sequence[QWidget]) -> None:
        """Buttons at the right of the head, the most important one last."""
        self.head.set_actions(actions)

    def add(self, part: QWidget | QLayout | int, *, stretch: int = 0, side: int = SIDE) -> None:
        """Below what is there, with the page's side margins; a list that hangs gets 8 px less: its words line up."""
        if isinstance(part, int):
            self.body.addSpacing(part)
            return
        margin = side - 8 if getattr(part, "hang", False) else side
        line = QHBoxLayout()
        line.setContentsMargins(margin, 0, margin, 0)
        if isinstance(part, QWidget):
            line.addWidget(part)
        else:
            line.addLayout(part)
        self.body.addLayout(line, stretch)

    def add_stretch(self) -> None:
        self.body.addStretch(1)

    def set_panel(self, panel: Panel | None) -> None:
        clear_layout(self._right)
        self.panel = panel
        if panel is not None:
            panel.fit_width(self.window().width() if self.window() is not self else 1366)
            self._right.addWidget(panel)
            self.head.set_line(True)
            if self._top is None:
                self.body.setContentsMargins(0, 16, 0, 16)

    def set_band(self, band: QWidget | None) -> None:
        """Across the page under its head: who returned it and why."""
        clear_layout(self._band_place)
        if band is not None:
            self._band_place.addWidget(band)

    def set_foot(self, parts: Sequence[QWidget | int | None]) -> None:
        """A bar below the content: left words, None for stretch, right buttons."""
        clear_layout(self._foot_place)
        if parts:
            bar = Box(fill="surface", sides="t")
            bar.setFixedHeight(theme().tokens.height["footer"])
            bar.setLayout(row(*parts, spacing=8, margins=(SIDE, 0, SIDE, 0)))
            self._foot_place.addWidget(bar)

    def shortcut(self, keys: str, act: Callable[[], object]) -> QShortcut:
        """A key that works while this page is on screen, wherever the cursor stands in it."""
        made = QShortcut(QKeySequence(keys), self)
        made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        made.activated.connect(act)
        return made

    def reveal(self, part: QWidget) -> None:
        """Scroll to a place and put the cursor there: what a line in the panel jumps to."""
        self.scroll_to(part)
        part.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def scroll_to(self, part: QWidget) -> None:
        """Bring a place on screen; the cursor stays where it is."""
        if self._scroll is not None:
            self._scroll.ensureWidgetVisible(part, 0, 80)

    # what the shell calls

    def shown(self) -> None:
        """Came on screen, first or again."""

    def hidden(self) -> None:
        """Went off the screen."""

    def close_request(self) -> bool:
        """The window wants to close; False keeps it open."""
        return True

    def first_focus(self) -> None:
        """Where the cursor goes when the page comes; the first thing in its content unless a page knows better."""
        for part in self._content.findChildren(QWidget):
            if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.isVisibleTo(self) and part.isEnabled():
                part.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.panel is not None:
            self.panel.fit_width(self.window().width())

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme().colour("surface"))
