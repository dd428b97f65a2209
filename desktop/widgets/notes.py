"""Words that say how things stand: findings, bands, banners, notices, empty states, progress, the line indicator.

    FindingLine(Finding("bad", "1 人不可办", who="李建国", words="…", clause="2.5.1(1)", links=(Link("pay", "办理…"),)))
                                                                       .followed(key)
Band("ok", "9 人都可以提交", "按 …", action="看每一条")            verdict; the returned band is the same with full=True
Notice("已放入待发送（编号 …）", action="撤回")                    one inline line; .show_words(…), .clear()
EmptyState("还没有草稿", "新办一件业务…", action="新办业务")
ProgressLine()                                                    .show_progress(3, 12, "正在读取第 3 行"), .cancelled
StatusLine()                                                      ● 在线 / ○ 离线
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.theme import STATES, theme
from desktop.widgets.base import Box, Icon, Label, clear_layout, column, rounded, row, show_if
from desktop.widgets.buttons import Button
from desktop.widgets.flow import FlowRow


@dataclass(frozen=True)
class Link:
    """One next step: a key for the page, words for the person."""

    key: str
    words: str


@dataclass(frozen=True)
class Finding:
    """One line of a panel: state, head, whom it concerns, what is wrong and what to do, the clause, next steps."""

    role: str
    head: str
    who: str = ""
    words: str = ""
    clause: str = ""
    links: Sequence[Link] = ()
    key: str = ""  # where it jumps when its head is pressed


class LinkRow(FlowRow):
    """Next steps beside each other, as far as there is room."""

    followed = Signal(str)

    def __init__(self, links: Sequence[Link], parent: QWidget | None = None, *, about: str = "") -> None:
        super().__init__(spacing=16, leading=0, parent=parent)
        self._keys: dict[QWidget, str] = {}
        for link in links:
            button = Button(link.words, "link", hint=about, font="panel_body")
            button.setObjectName("finding.step")
            button.setFixedHeight(28)
            button.clicked.connect(self._clicked)
            self._keys[button] = link.key
        self.set_parts(list(self._keys))

    def _clicked(self) -> None:
        sender = self.sender()
        if isinstance(sender, QWidget):
            self.followed.emit(self._keys[sender])


class FindingLine(QWidget):
    """A finding with icon, words and links that jump. `followed` gives the key of the link, or the finding's own."""

    followed = Signal(str)

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.finding = finding
        body = column(spacing=0)
        said = "，".join(part for part in (finding.head, finding.who, finding.words) if part)
        state = finding.role in STATES
        if finding.head:
            ink = finding.role if state else "text"
            if finding.key:
                jump = Button(finding.head, "link", role=ink, name=said, hint="跳到这一处", font="section")
                jump.setObjectName("finding.place")
                jump.setFixedHeight(24)
                jump.clicked.connect(self._jump)
                body.addLayout(row(jump, None))
            else:
                body.addWidget(Label(finding.head, "section", ink, wrap=True))
        if finding.who:
            body.addSpacing(2)
            body.addWidget(Label(finding.who, "panel_body", "text", weight=500, wrap=True))
        if finding.words or finding.clause:
            clause = f"依据 {finding.clause}" if finding.clause else ""
            body.addWidget(Label("\n".join(p for p in (finding.words, clause) if p), "secondary", "text2", wrap=True))
        if finding.links:
            links = LinkRow(finding.links, about=said)
            links.followed.connect(self.followed)
            body.addWidget(links)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.setSpacing(8)
        name = finding.role if theme().has_icon(finding.role) else "dot"
        icon = Icon(name, finding.role if state else "text2", 18)
        layout.addLayout(column(3 if finding.key else 1, icon, None))
        layout.addLayout(body, 1)
        self.setAccessibleName(said)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def _jump(self) -> None:
        self.followed.emit(self.finding.key)


class Band(Box):
    """A verdict over the page. `full` makes it the edge-to-edge band of a returned form, with its 3 px bar."""

    acted = Signal()

    def __init__(
        self,
        role: str,
        head: str,
        words: str = "",
        parent: QWidget | None = None,
        *,
        meta: str = "",
        action: str = "",
        full: bool = False,
        icon: str = "",
        beside: QWidget | None = None,
    ) -> None:
        super().__init__(parent, fill=f"{role}_soft", radius=0 if full else 4, bar=role if full else "")
        self._icon = Icon(icon or role, role, 18 if full else 22)
        self._head = Label(head, "row_title" if full else "panel_title", role, weight=500 if full else 600)
        self._meta = Label(meta, "secondary", "text2")
        self._words = Label(words, "body" if full else "panel_body", "text", wrap=True)
        show_if(self._words, bool(words))
        self._action = Button(action, "link")
        self._action.setObjectName("band.step")
        show_if(self._action, bool(action))
        self._action.clicked.connect(self.acted)
        words_part = column(row(self._head, self._meta, None, spacing=10), 2, self._words)
        layout = QHBoxLayout(self)
        side = 24 if full else 16
        layout.setContentsMargins(side, 12, side, 12)
        layout.setSpacing(12 if full else 14)
        layout.addLayout(column(2, self._icon, None) if full else column(None, self._icon, None))
        layout.addLayout(words_part, 1)
        if beside is not None:
            layout.addWidget(beside)
        layout.addWidget(self._action)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setAccessibleName(f"{head}。{words}")

    def set_verdict(self, role: str, head: str, words: str = "") -> None:
        """The same band, another verdict: it is alive while one types."""
        self._icon.set_icon(role, role)
        self._head.set_role(role)
        self._head.setText(head)
        self._words.setText(words)
        show_if(self._words, bool(words))
        self.set_look(fill=f"{role}_soft", bar=role if self._bar else None)
        self.setAccessibleName(f"{head}。{words}")


class Notice(Box):
    """One line on the page about what just happened, with what can be done about it. Hidden while empty."""

    acted = Signal()

    def __init__(self, words: str = "", parent: QWidget | None = None, *, role: str = "info", action: str = "") -> None:
        super().__init__(parent, fill="ground", radius=4)
        self._icon = Icon("info", "text2", 16)
        self._words = Label("", "panel_body", wrap=True)
        self._action = Button("", "link", font="panel_body")
        self._action.setObjectName("notice.step")
        self._action.clicked.connect(self.acted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 4, 16, 4)
        layout.setSpacing(8)
        layout.addWidget(self._icon)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._action)
        self.setMinimumHeight(40)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.show_words(words, role=role, action=action)

    def show_words(self, words: str, *, role: str = "info", action: str = "") -> None:
        state = role in STATES
        self._icon.set_icon(role if state else "info", role if state else "text2")
        self.set_look(fill=f"{role}_soft" if state else "ground")
        self._words.setText(words)
        self._action.set_text(action)
        show_if(self._action, bool(action))
        self.setAccessibleName(words)
        show_if(self, bool(words))

    def clear(self) -> None:
        self.show_words("")


class EmptyState(QWidget):
    """What will stand here, and the first step."""

    acted = Signal()

    def __init__(
        self,
        head: str,
        words: str = "",
        parent: QWidget | None = None,
        *,
        action: str = "",
        icon: str = "inbox",
        primary: bool = False,
    ) -> None:
        super().__init__(parent)
        centre = Qt.AlignmentFlag.AlignHCenter
        self._head = Label(head, "section", align=centre)
        self._words = Label(words, "panel_body", "text2", wrap=True, align=centre)
        show_if(self._words, bool(words))
        self._own, self._waiting, self._filtered = (head, words, action), False, False
        self._button = Button(action, "primary" if primary else "secondary")
        show_if(self._button, bool(action))
        self._button.clicked.connect(self.acted)
        self._button.setObjectName("empty.step")
        self._icon = Icon(icon, "text2", 24)
        self._lines = layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(4)
        layout.addStretch(1)
        layout.addLayout(row(None, self._icon, None))
        layout.addSpacing(8)
        layout.addWidget(self._head)
        layout.addWidget(self._words)
        layout.addSpacing(12)
        layout.addLayout(row(None, self._button, None))
        layout.addStretch(2)
        self.setAccessibleName(f"{head}。{words}")

    def set_words(self, head: str, words: str = "", *, action: str | None = None) -> None:
        """Other words; another first step too, where one is given."""
        if action is not None:
            self._button.set_text(action)
        self._own = (head, words, self._own[2] if action is None else action)
        self.set_filtered(self._filtered)

    def set_low(self, low: bool) -> None:
        """Where there is hardly any height only the words and the step stand."""
        show_if(self._icon, not low)
        high = 4 if low else 24
        self._lines.setContentsMargins(24, high, 24, high)

    def set_waiting(self, waiting: bool) -> None:
        """Nobody knows yet whether there is anything."""
        self._waiting = waiting
        self.set_filtered(False)

    def set_filtered(self, filtered: bool) -> None:
        """There is something, but nothing that was looked for: say that instead."""
        self._filtered = filtered
        head, words, action = ("没有符合条件的", "改一改搜索的字，或换一个筛选。", "") if filtered else self._own
        if self._waiting:
            head, words, action = "正在读取", "", ""
        self._head.setText(head)
        self._words.setText(words)
        show_if(self._words, bool(words))
        show_if(self._button, bool(action))
        self.setAccessibleName(f"{head}。{words}")


class ProgressBar(QWidget):
    """Four pixels of how far."""

    def __init__(self, parent: QWidget | None = None, *, width: int = 96, role: str = "accent") -> None:
        super().__init__(parent)
        self._part, self._role = 0.0, role
        if width:
            self.setFixedSize(width, 4)
        else:
            self.setFixedHeight(4)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def set_part(self, part: float) -> None:
        self._part = min(1.0, max(0.0, part))
        self.setAccessibleName(f"{round(self._part * 100)} %")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, rect = QPainter(self), QRectF(self.rect())
        rounded(painter, rect, 2, theme().colour("line"), None)
        if self._part > 0:
            rect.setWidth(max(4.0, rect.width() * self._part))
            rounded(painter, rect, 2, theme().colour(self._role), None)


class ProgressLine(Box):
    """Long work: what, how many of how many, and a 取消 that really stops. Hidden while nothing runs."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, fill="ground", radius=4)
        self._words = Label("", "panel_body")
        self._count = Label("", "secondary", "text2")
        self._meter = ProgressBar(width=160)
        self._cancel = Button("取消", "link")
        self._cancel.clicked.connect(self._stop)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 4, 16, 4)
        layout.setSpacing(12)
        for part in (self._words, self._count):
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addWidget(self._meter)
        layout.addWidget(self._cancel)
        self.setMinimumHeight(40)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_progress(self, done: int, total: int, words: str) -> None:
        self._words.setText(words)
        self._count.setText(f"{done} / {total}" if total else "")
        self._meter.set_part(done / total if total else 0)
        if self.isHidden():
            self._cancel.set_text("取消")
            self._cancel.set_reason("")
        self.setAccessibleName(f"{words} {done} / {total}")
        show_if(self, True)

    def _stop(self) -> None:
        self._cancel.set_text("正在停")
        self._cancel.set_reason("正在停下，马上就好")
        self.cancelled.emit()

    def finish(self) -> None:
        self.hide()


class StatusLine(QWidget):
    """● 在线 or ○ 离线 in grey-blue: offline is normal, so it is never red."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._online = False
        self._word = Label("离线", "secondary", "wait", weight=600)
        self._detail = Label("", "secondary", "text2", elide="right")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._word)
        layout.addWidget(self._detail)
        layout.addStretch(1)
        theme().changed.connect(self.update)

    def set_state(self, online: bool, detail: str, word: str = "") -> None:
        """`word` stands for states between: 需要登录, 网络要认证."""
        self._online = online
        self._word.setText(word or ("在线" if online else "离线"))
        self._word.set_role("ok" if online else "wait")
        self._detail.setText(detail)
        self._detail.set_role("text2" if online else "wait")
        self.setAccessibleName(f"{self._word.text()} {detail}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, dot = QPainter(self), QRectF(0, (self.height() - 8) / 2, 8, 8)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._online:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().colour("ok"))
            painter.drawEllipse(dot)
        else:
            painter.setPen(QPen(theme().colour("wait"), 1.3))
            painter.drawEllipse(dot.adjusted(0.5, 0.5, -0.5, -0.5))


class KeyValues(QWidget):
    """Names and values in two columns; a value may carry a state role."""

    def __init__(
        self,
        pairs: Sequence[tuple[str, str] | tuple[str, str, str]] = (),
        parent: QWidget | None = None,
        *,
        label_width: int = 80,
    ) -> None:
        super().__init__(parent)
        self._width = label_width
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self.set_pairs(pairs)

    def set_pairs(self, pairs: Sequence[tuple[str, str] | tuple[str, str, str]]) -> None:
        clear_layout(self._layout)
        for pair in pairs:
            name = Label(pair[0], "panel_body", "text2", wrap=True)
            name.setFixedWidth(self._width)
            value = Label(pair[1], "panel_body", pair[2] if len(pair) == 3 else "text", wrap=True, selectable=True)
            value.setAccessibleName(f"{pair[0]}：{pair[1]}")
            name.setAlignment(Qt.AlignmentFlag.AlignTop)
            value.setAlignment(Qt.AlignmentFlag.AlignTop)
            self._layout.addLayout(row(name, value))

    def sizeHint(self) -> QSize:
        return super().sizeHint()
