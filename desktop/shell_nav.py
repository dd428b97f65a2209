"""The left side: fixed entries with counts, then the pack's menu tree with groups that open."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.shell_model import Count, NavItem, ShellModel
from desktop.theme import theme
from desktop.widgets.base import Box, Rule, clear_layout, column, rounded, row, scrolled, show_if, without_mnemonic

_WALKS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Return)


class NavButton(QPushButton):
    """One entry; a group carries a chevron and keeps its children below."""

    walked = Signal(int)

    def __init__(self, item: NavItem, level: int, parent: QWidget | None = None) -> None:
        super().__init__(without_mnemonic(item.label), parent)
        self.item, self.level = item, level
        self.setObjectName(f"nav.{item.route}")
        self.count: Count | None = None
        self.here, self.opened = False, False
        tokens = theme().tokens
        self.setFixedHeight(tokens.height["nav_sub_item" if level else "nav_item"])
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.describe()
        theme().changed.connect(self.update)

    def describe(self) -> None:
        number = f" {self.count.number}" if self.count is not None and self.count.number else ""
        group = "（已展开）" if self.opened else "（展开）" if self.item.children else ""
        self.setAccessibleName(f"{self.item.label}{number}{group if self.item.children else ''}")
        self.setAccessibleDescription("当前页面" if self.here else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        code = Qt.Key.Key_Return if event.key() == Qt.Key.Key_Enter else event.key()
        if code in _WALKS and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.walked.emit(int(code))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = theme(), QPainter(self)
        box = QRectF(0, 1, self.width(), self.height() - 2)
        if self.here or self.underMouse():
            rounded(painter, box, 4, look.colour("accent_soft" if self.here else "hover"), None)
        if self.here:
            high = 20 if not self.level else 16
            painter.fillRect(QRect(0, (self.height() - high) // 2, 3, high), look.colour("accent"))
        ink = "accent" if self.here else "text"
        if self.item.icon and not self.level:
            at = QRectF(12, (self.height() - 18) / 2, 18, 18)
            look.draw_icon(painter, self.item.icon, at, "accent" if self.here else "text2")
        right = self.width() - 14
        if self.item.children:
            name = "chevron-down" if self.opened else "chevron-right"
            look.draw_icon(painter, name, QRectF(right - 11, (self.height() - 12) / 2, 12, 12), "text2")
            right -= 18
        elif self.count is not None and self.count.number:
            words = str(self.count.number)
            painter.setFont(look.font("panel_body", 500))
            painter.setPen(look.colour("accent" if self.here else self.count.role))
            painter.drawText(
                QRect(0, 0, right, self.height()),
                int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
                words,
            )
            right -= painter.fontMetrics().horizontalAdvance(words) + 6
        painter.setFont(look.font("panel_body" if self.level else "body", 500 if self.here else 400))
        painter.setPen(look.colour(ink))
        left = 40 + 16 * max(0, self.level - 1)
        room = QRect(left, 0, right - left + 8, self.height())
        words = painter.fontMetrics().elidedText(self.item.label, Qt.TextElideMode.ElideMiddle, room.width())
        self.setToolTip(self.item.label if words != self.item.label else "")
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)


class Nav(Box):
    """Where one is and where one can go; Up and Down move, Right opens a group, Left closes it."""

    chosen = Signal(str)

    def __init__(self, model: ShellModel, parent: QWidget | None = None) -> None:
        super().__init__(parent, fill="ground", sides="r")
        self._model, self._route = model, ""
        self._opened: set[str] = set()
        self._buttons: list[NavButton] = []
        self._inside = QWidget()
        self._rows = QVBoxLayout(self._inside)
        self._rows.setContentsMargins(8, 8, 7, 8)
        self._rows.setSpacing(0)
        self.setFixedWidth(theme().tokens.width["nav"])
        self.setLayout(column(scrolled(self._inside), margins=(0, 0, 1, 0)))
        self.setAccessibleName("导航")
        model.nav_changed.connect(self.build)
        model.counts_changed.connect(self.refresh)
        self.build()

    @property
    def buttons(self) -> tuple[NavButton, ...]:
        return tuple(self._buttons)

    def build(self) -> None:
        clear_layout(self._rows)
        self._buttons = []
        for item in self._model.fixed:
            self._entry(item)
        if self._model.menu:
            rule = Rule()
            self._rows.addLayout(row(12, rule, 12, margins=(0, 8, 0, 8)))
            for item in self._model.menu:
                self._entry(item)
        self._rows.addStretch(1)
        self.set_route(self._route)  # a menu that came after the page opens its group too

    def _entry(self, item: NavItem, level: int = 0) -> None:
        self._put(item, level)
        for child in item.children:
            self._entry(child, level + 1)

    def _put(self, item: NavItem, level: int) -> None:
        made = NavButton(item, level, self._inside)
        made.clicked.connect(self._clicked)
        made.walked.connect(self._walk)
        self._buttons.append(made)
        self._rows.addWidget(made)

    def set_route(self, route: str) -> None:
        """Mark where one is; its group opens."""
        self._route = route
        self._opened.update(_groups_over(self._model.menu, route))
        self.refresh()

    def refresh(self) -> None:
        counts: Mapping[str, Count] = self._model.counts
        above: list[str] = []  # the groups a button stands in
        for button in self._buttons:
            del above[button.level :]
            if button.level:
                show_if(button, all(group in self._opened for group in above))
            above.append(button.item.route)
            button.opened = button.item.route in self._opened
            inside = bool(_groups_over((button.item,), self._route))
            button.here = button.item.route == self._route or (inside and not button.opened)
            button.count = counts.get(button.item.route)
            button.describe()

    def toggle(self, route: str, opened: bool) -> None:
        (self._opened.add if opened else self._opened.discard)(route)
        self.refresh()

    def _clicked(self) -> None:
        sender = self.sender()
        if isinstance(sender, NavButton):
            if sender.item.children:
                self.toggle(sender.item.route, not sender.opened)
            else:
                self.chosen.emit(sender.item.route)

    def _walk(self, code: int) -> None:
        shown = [button for button in self._buttons if button.isVisibleTo(self)]
        at = next((place for place, button in enumerate(shown) if button.hasFocus()), -1)
        if at < 0:
            return
        if code in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            to = max(0, min(len(shown) - 1, at + (1 if code == Qt.Key.Key_Down else -1)))
            shown[to].setFocus(Qt.FocusReason.TabFocusReason)
        elif code in (Qt.Key.Key_Right, Qt.Key.Key_Left) and shown[at].item.children:
            self.toggle(shown[at].item.route, code == Qt.Key.Key_Right)
        elif code == Qt.Key.Key_Return:
            shown[at].click()


def _groups_over(items: Iterable[NavItem], route: str) -> list[str]:
    """The groups in which an entry stands, outermost first; none where it is not here."""
    for item in items:
        if any(child.route == route for child in item.children):
            return [item.route]
        inner = _groups_over(item.children, route)
        if inner:
            return [item.route, *inner]
    return []
