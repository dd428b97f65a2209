"""The right-hand panel, section titles, folded parts and numbered steps.

panel = Panel("提交前检查", note="随填随查")
panel.set_sections([Section(widget, …), …])      hairlines between; scrolls when long
panel.set_foot("依据 10 月 13 日的人员资料", icon="clock", action="更新资料")   .foot_acted
SectionTitle("需要您办", 3, note="…")             a heading in the page, with count and hairline
Fold("其余 4 人没有问题，已收起", "苏婉玲、…", content)
Steps([("待发送", "在本机，可撤回"), …], current=0)
Card()                                            a white framed box inside the panel
"""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.theme import theme
from desktop.widgets.base import Box, Icon, Label, Rule, clear_layout, column, rounded, row, scrolled, show_if
from desktop.widgets.buttons import Button


class Panel(Box):
    """Will it be accepted, who has it, what next: always on the right, full height, ground colour."""

    foot_acted = Signal()

    def __init__(self, title: str, parent: QWidget | None = None, *, note: str = "") -> None:
        super().__init__(parent, fill="ground", sides="l")
        tokens = theme().tokens
        self._title = Label(title, "panel_title", elide="right")
        self._note = Label(note, "secondary", "text2", elide="right")
        head = row(self._title, None, self._note, spacing=8)
        self._inside = QWidget()
        self._sections = QVBoxLayout(self._inside)
        self._sections.setContentsMargins(20, 12, 20, 8)
        self._sections.setSpacing(0)
        self._foot_words = Label("", "secondary", "text2", elide="right")
        self._foot_icon = Icon("clock", "text2", 14)
        self._foot_action = Button("", "link", small=True)
        self._foot_action.setObjectName("panel.step")
        self._foot_action.clicked.connect(self.foot_acted)
        self._foot = QWidget(self)
        self._foot.setLayout(column(Rule(), row(self._foot_icon, self._foot_words, None, self._foot_action, spacing=6)))
        self._foot.setFixedHeight(41)
        self._foot.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 0, 0, 0)
        layout.setSpacing(0)
        top = QWidget(self)
        top.setFixedHeight(tokens.height["panel_head"] + 1)
        top.setLayout(column(row(20, head, 20), Rule(), spacing=0))
        self._rule_inset(top)
        layout.addWidget(top)
        layout.addWidget(scrolled(self._inside), 1)
        layout.addLayout(row(20, self._foot, 20))
        self.setAccessibleName(title)
        self.fit_width(1366)

    @staticmethod
    def _rule_inset(top: QWidget) -> None:
        layout = top.layout()
        assert layout is not None
        rule = top.findChild(Rule)
        if rule is not None:
            layout.removeWidget(rule)
            layout.addItem(row(20, rule, 20))

    def fit_width(self, window: int) -> None:
        """Narrower on a narrow window, so that the middle keeps its room."""
        size = "panel" if window >= 1320 else "panel_narrow_1280" if window >= 1100 else "panel_narrow_911"
        self.setFixedWidth(theme().tokens.width[size])

    def set_title(self, title: str, note: str = "") -> None:
        self._title.setText(title)
        self._note.setText(note)
        self.setAccessibleName(title)

    def set_sections(self, sections: Sequence[QWidget]) -> None:
        """Replace what is inside; each section but the first has a hairline above."""
        clear_layout(self._sections)
        for index, section in enumerate(sections):
            if index:
                self._sections.addSpacing(7)
                self._sections.addWidget(Rule())
                self._sections.addSpacing(10)
            self._sections.addWidget(section)
        self._sections.addStretch(1)

    def set_foot(self, words: str, *, icon: str = "clock", action: str = "") -> None:
        show_if(self._foot, bool(words))
        self._foot_words.setText(words)
        self._foot_icon.set_icon(icon, "text2")
        self._foot_action.set_text(action)
        show_if(self._foot_action, bool(action))


class Section(QWidget):
    """A part of a panel: a small title with a note at the right, and what stands below."""

    def __init__(
        self, title: str = "", *content: QWidget, note: str = "", amount: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 4)
        layout.setSpacing(2)
        if title or amount or note:
            at_right = Label(amount, "amount") if amount else Label(note, "secondary", "text2")
            layout.addLayout(row(Label(title, "section"), None, at_right, spacing=8))
            layout.addSpacing(4)
        for part in content:
            layout.addWidget(part)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        if title:
            self.setAccessibleName(title)


class AmountLine(QWidget):
    """One line of a reckoning: what, how many, and the amount at the right."""

    def __init__(
        self, words: str, amount: str, note: str = "", parent: QWidget | None = None, *, strong: bool = False
    ) -> None:
        super().__init__(parent)
        self.setLayout(
            row(
                Label(words, "secondary", "text" if strong else "text2", wrap=True, weight=600 if strong else None),
                Label(note, "secondary", "text2"),
                Label(amount, "secondary", "text" if strong else "text2", weight=600 if strong else None),
                spacing=12,
            )
        )
        self.setAccessibleName(f"{words} {note} {amount}")


class Card(Box):
    """A white framed box inside the panel, for the one thing to see there."""

    def __init__(self, *content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent, fill="surface", border="line", radius=4)
        self.setLayout(column(*content, spacing=4, margins=(16, 12, 16, 12)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)


class SectionTitle(QWidget):
    """A heading in the page: title, count, a note at the right, and the hairline below."""

    acted = Signal()

    def __init__(
        self,
        title: str,
        count: int | str | None = None,
        parent: QWidget | None = None,
        *,
        note: str = "",
        action: str = "",
        role: str = "text",
        line: bool = True,
    ) -> None:
        super().__init__(parent)
        self._title = title
        self._words = Label(title, "section", role)
        self._count = Label("", "panel_body", "text2")
        self._note = Label(note, "secondary", "text2")
        self.action = Button(action, "link", small=True)
        self.set_action(action)
        self.action.clicked.connect(self.acted)
        self.action.setObjectName("section.more")
        self.action.setFixedHeight(24)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addStretch(1)  # the hairline stands at the foot, however high the words and the link are
        layout.addLayout(row(self._words, self._count, None, self._note, self.action, spacing=8))
        layout.addStretch(1)
        if line:
            layout.addWidget(Rule())
        self.setFixedHeight(36)
        self.set_count(count)

    def set_title(self, title: str) -> None:
        """Another name for the same place."""
        self._title = title
        self._words.setText(title)
        self.set_count(self._count.text() or None)

    def set_count(self, count: int | str | None) -> None:
        self._count.setText("" if count is None else str(count))
        self.setAccessibleName(f"{self._title} {'' if count is None else count}".strip())

    def set_note(self, note: str) -> None:
        self._note.setText(note)

    def set_action(self, words: str) -> None:
        """What the link at the right says; without words it is away."""
        self.action.set_text(words)
        show_if(self.action, bool(words))


class _FoldHead(QPushButton):
    """The line that opens and closes a folded part."""

    def __init__(self, title: str, words: str, note: str, locked: bool, parent: QWidget) -> None:
        super().__init__("", parent)
        self.setObjectName("fold")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setFixedHeight(40)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._chevron, self._lock = Icon("chevron-right", "text2", 14), Icon("lock", "text2", 14)
        self._title = Label("", "panel_body", weight=500)
        self._words = Label("", "secondary", "text2", elide="right")
        self._note = Label("", "secondary", "text2")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 0)
        layout.addLayout(row(self._chevron, self._lock, self._title, self._words, None, self._note, spacing=8))
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.set_words(title, words, note, locked=locked)
        self.toggled.connect(self._turn)
        theme().changed.connect(self.update)

    def set_words(self, title: str, words: str, note: str, *, locked: bool) -> None:
        """What is folded here, and whether it may be changed."""
        for label, text in ((self._title, title), (self._words, words), (self._note, note)):
            label.setText(text)
        show_if(self._lock, locked)
        self.setAccessibleName(title)
        self.setAccessibleDescription(f"{words} {note}".strip())

    def _turn(self, opened: bool) -> None:
        self._chevron.set_icon("chevron-down" if opened else "chevron-right", "text2")

    def paintEvent(self, event: QPaintEvent) -> None:
        fill = theme().colour("hover" if self.underMouse() else "ground")
        rounded(QPainter(self), QRectF(self.rect()), 4, fill, None)


class Fold(QWidget):
    """A part that is not concerned: one line, opened when wanted; `inset`: px of the line where the content hangs."""

    def __init__(
        self,
        title: str,
        words: str = "",
        content: QWidget | None = None,
        parent: QWidget | None = None,
        *,
        note: str = "",
        locked: bool = False,
        opened: bool = False,
        inset: int = 0,
    ) -> None:
        super().__init__(parent)
        self.head = _FoldHead(title, words, note, locked, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row(self.head, margins=(inset, 0, inset, 0)))
        if content is not None:
            layout.addWidget(content)
            show_if(content, opened)
            self.head.toggled.connect(content.setVisible)
            self.head.setChecked(opened)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)


class _StepMark(QWidget):
    """The numbered circle of a step: done, current or to come."""

    def __init__(self, number: int, state: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number, self._state = number, state
        self.setFixedSize(20, 20)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter, rect = theme(), QPainter(self), QRectF(self.rect())
        if self._state == "done":
            rounded(painter, rect, 10, look.colour("ok_soft"), None)
            look.draw_icon(painter, "check", rect.adjusted(3, 3, -3, -3), "ok")
            return
        here = self._state == "here"
        rounded(painter, rect, 10, look.colour("accent") if here else None, None if here else look.colour("field"))
        painter.setFont(look.font("secondary", 500))
        painter.setPen(look.colour("on_accent" if here else "text2"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, str(self._number))


class Steps(QWidget):
    """What happens one after the other, and where it stands; `flat` puts the steps side by side."""

    def __init__(
        self, steps: Sequence[tuple[str, str]], current: int = 0, parent: QWidget | None = None, *, flat: bool = False
    ) -> None:
        super().__init__(parent)
        outer: QHBoxLayout | QVBoxLayout = QHBoxLayout(self) if flat else QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(12)
        for index, (title, words) in enumerate(steps):
            state = "done" if index < current else "here" if index == current else "next"
            ink = "accent" if flat and state == "here" else "text2" if flat and state == "next" else "text"
            mark = _StepMark(index + 1, state)
            text = column(Label(title, "body", ink, weight=500 if not flat or state == "here" else 400))
            if words:
                text.addWidget(Label(words, "secondary", "text2", wrap=True))
            one = row(mark if flat else column(1, mark, None), text, spacing=10 if flat else 12)
            outer.addLayout(one)
            if flat and index < len(steps) - 1:
                rule = Rule(role="edge")
                rule.setFixedWidth(40)
                outer.addWidget(rule)
        if flat:
            outer.addStretch(1)
        said = "；".join(f"{i + 1} {title}" for i, (title, _words) in enumerate(steps))
        self.setAccessibleName(f"步骤：{said}。现在第 {current + 1} 步")

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())
