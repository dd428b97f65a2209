"""The top bar (association, unit, go-to box, help, account) and the bottom line (has it gone out?)."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QWidget

from desktop.shell_model import Choice, ShellModel
from desktop.theme import theme
from desktop.widgets.base import Box, Icon, Label, Rule, rounded, show_if, text_width, without_mnemonic
from desktop.widgets.buttons import Button, Tag
from desktop.widgets.menu import dressed
from desktop.widgets.notes import ProgressBar, StatusLine

LONG_NAME = 18  # characters from which a name in the bar is cut in its middle
SHORT_NAME = 120  # px of a house's name that stay in a narrow window
CHEVRON = 19  # px after the name
_MIDDLE = Qt.TextElideMode.ElideMiddle


def shorten(name: str) -> str:
    """A long name keeps its head (which place) and its tail (which kind of firm)."""
    return name if len(name) < LONG_NAME else f"{name[:8]}…{name[-6:]}"


class Picker(QPushButton):
    """A name with a chevron; pressing it offers the others. With only one it is plain words."""

    picked = Signal(str)

    def __init__(self, what: str, parent: QWidget | None = None, *, avatar: bool = False) -> None:
        super().__init__("", parent)
        self._what, self._avatar, self._label, self._menu = what, avatar, "", dressed(QMenu(self))
        self.setMenu(self._menu)
        self.setFixedHeight(32)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme().changed.connect(self.update)

    def set_choices(self, label: str, choices: tuple[Choice, ...], current: str = "") -> None:
        self._label = label
        self._menu.clear()
        for choice in choices:
            action = self._menu.addAction(without_mnemonic(choice.label))
            action.setData(choice.key)
            action.setCheckable(bool(current))
            action.setChecked(choice.key == current)
            action.triggered.connect(self._take)
        show_if(self, bool(label))
        self._tell_whole()
        self.setAccessibleName(f"{self._what}：{label}")
        self.updateGeometry()
        self.update()

    def _take(self) -> None:
        action = self.sender()
        data = getattr(action, "data", None)
        if data is not None:
            self.picked.emit(str(data()))

    def sizeHint(self) -> QSize:
        return QSize(self._lead() + text_width(shorten(self._label), "body") + CHEVRON, 32)

    def minimumSizeHint(self) -> QSize:
        """A person's name is never cut; a house's is, in its middle."""
        whole = self.sizeHint()
        return whole if self._avatar else QSize(min(whole.width(), SHORT_NAME), 32)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell_whole()

    def _lead(self) -> int:
        return 36 if self._avatar else 0

    def _words(self) -> str:
        """As much of the name as there is room for."""
        room = self.width() - self._lead() - CHEVRON + 1
        words = shorten(self._label)
        measure = QFontMetrics(theme().font("body"))
        return words if measure.horizontalAdvance(words) <= room else measure.elidedText(self._label, _MIDDLE, room)

    def _tell_whole(self) -> None:
        self.setToolTip(self._label if self._words() != self._label else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = theme(), QPainter(self)
        if self.underMouse() or self.isDown():
            rounded(painter, QRectF(self.rect()).adjusted(-2, 0, 0, 0), 4, look.colour("hover"), None)
        x = 0
        if self._avatar:
            rounded(painter, QRectF(0, 2, 28, 28), 14, look.colour("accent_soft"), None)
            painter.setFont(look.font("secondary", 600))
            painter.setPen(look.colour("accent"))
            painter.drawText(QRect(0, 2, 28, 28), Qt.AlignmentFlag.AlignCenter, self._label[-1:])
            x = 36
        painter.setFont(look.font("body"))
        painter.setPen(look.colour("text"))
        words = self._words()
        painter.drawText(QRect(x, 0, self.width() - x, 32), Qt.AlignmentFlag.AlignVCenter, words)
        wide = painter.fontMetrics().horizontalAdvance(words)
        look.draw_icon(painter, "chevron-down", QRectF(x + wide + 6, 10, 12, 12), "text2")


class GoToBox(QPushButton):
    """Looks like a search box, opens the go-to list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("搜人、单号、业务", parent)
        self.setFixedHeight(32)
        self.setAutoDefault(False)
        self.setMinimumWidth(self.minimumSizeHint().width())
        self.setMaximumWidth(theme().tokens.width["go_to_box"])
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName("搜人、单号、业务")
        self.setAccessibleDescription("Ctrl+K")
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(theme().tokens.width["go_to_box"], 32)

    def minimumSizeHint(self) -> QSize:
        return QSize(34 + text_width(self.text(), "panel_body") + 12, 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter, rect = theme(), QPainter(self), self.rect()
        rounded(painter, QRectF(rect), 4, look.colour("ground"), look.colour("edge" if self.underMouse() else "line"))
        look.draw_icon(painter, "search", QRectF(10, 8, 16, 16), "text2")
        painter.setFont(look.font("panel_body"))
        painter.setPen(look.colour("text2"))
        painter.drawText(rect.adjusted(34, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        if rect.width() < 34 + text_width(self.text(), "panel_body") + 60:
            return  # the words stand alone where there is no room for the keys
        painter.setFont(look.font("secondary"))
        painter.drawText(
            rect.adjusted(0, 0, -11, 0), int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), "Ctrl K"
        )


class Logo(QWidget):
    """Our mark."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(26, 26)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rounded(painter, QRectF(self.rect()), 6, theme().colour("accent"), None)
        theme().draw_icon(painter, "logo", QRectF(1, 1, 24, 24), "on_accent")


class TopBar(Box):
    """Who one is working for, and where to look for anything."""

    help_asked = Signal()
    go_to_asked = Signal()

    def __init__(self, model: ShellModel, parent: QWidget | None = None) -> None:
        super().__init__(parent, fill="surface", sides="b")
        self._model = model
        self.setFixedHeight(theme().tokens.height["top_bar"])
        self.association, self.unit = Picker("协会"), Picker("单位")
        self.account = Picker("账号", avatar=True)
        self.role = Tag("", "wait")
        self.go_to = GoToBox()
        self.help = Button("帮助", "quiet", icon="help", name="帮助", hint="F1")
        for part, name in (
            (self.association, "association"),
            (self.unit, "unit"),
            (self.account, "account"),
            (self.go_to, "go-to"),
            (self.help, "help"),
        ):
            part.setObjectName(f"top.{name}")
        self.go_to.clicked.connect(self.go_to_asked)
        self.help.clicked.connect(self.help_asked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 1, 16, 1)
        layout.setSpacing(0)
        layout.addWidget(Logo())
        layout.addSpacing(11)
        layout.addWidget(Label("会办", "panel_title"))
        layout.addSpacing(16)
        layout.addWidget(Rule(upright=True, length=16))
        layout.addSpacing(15)
        layout.addWidget(self.association)
        layout.addSpacing(22)
        layout.addWidget(self.unit)
        layout.addSpacing(16)
        layout.addWidget(self.role)
        layout.addSpacing(16)
        layout.addStretch(1)
        layout.addWidget(self.go_to, 1000)
        layout.addSpacing(24)
        layout.addWidget(self.help)
        layout.addSpacing(10)
        layout.addWidget(self.account)
        self.association.picked.connect(self._association)
        self.unit.picked.connect(self._unit)
        self.account.picked.connect(self._account)
        model.places_changed.connect(self.refresh)
        self.refresh()

    def _association(self, key: str) -> None:
        self._model.picked.emit("association", key)

    def _unit(self, key: str) -> None:
        self._model.picked.emit("unit", key)

    def _account(self, key: str) -> None:
        self._model.picked.emit("account", key)

    def refresh(self) -> None:
        for what, picker in (("association", self.association), ("unit", self.unit)):
            places = self._model.places.get(what)
            if places is not None:
                picker.set_choices(places.label, places.choices, places.current)
        account = self._model.account
        self.account.set_choices(account.name, account.menu)
        self.role.set_tag(account.role, "wait")
        show_if(self.role, bool(account.role))


class StatusBar(Box):
    """Has it gone out? The connection at the left, what is on its way at the right."""

    def __init__(self, model: ShellModel, parent: QWidget | None = None) -> None:
        super().__init__(parent, fill="ground", sides="t")
        self._model = model
        self.setFixedHeight(theme().tokens.height["status_bar"])
        self.line = StatusLine()
        self._queue_icon = Icon("ok", "ok", 14)
        self._queue = Label("", "secondary", "text2", elide="right")
        self._meter = ProgressBar()
        self.action = Button("", "link", small=True)
        self.action.setObjectName("status.action")
        self.action.clicked.connect(model.line_acted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 1, 20, 0)
        layout.setSpacing(9)
        layout.addWidget(self.line, 1)
        for part in (self._queue_icon, self._queue, self._meter, self.action):
            layout.addWidget(part)
        model.line_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        line = self._model.line
        self.line.set_state(line.online, line.detail, line.word)
        self._queue.setText(line.queue)
        self._queue_icon.set_icon(
            line.queue_icon or "ok", line.queue_icon if line.queue_icon in ("ok", "warn", "bad", "wait") else "text2"
        )
        show_if(self._queue_icon, bool(line.queue_icon))
        show_if(self._meter, line.progress is not None)
        self._meter.set_part(line.progress or 0)
        if line.progress is not None:
            self._meter.setAccessibleName(f"已送 {round(line.progress * 100)} %")
        self.action.set_text(line.action)
        show_if(self.action, bool(line.action))
