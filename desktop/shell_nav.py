"""The left side: fixed entries with counts, then the pack's menu tree with groups that open."""

from collections.abc import Iterable, Iterator, Mapping

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QMoveEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.shell_model import Count, NavItem, ShellModel
from desktop.theme import theme
from desktop.widgets.base import (
    Box,
    Rule,
    clear_layout,
    column,
    rounded,
    row,
    scrolled,
    show_if,
    text_width,
    without_mnemonic,
)
from desktop.window_place import RAIL

LINE = 20  # px of one line of words
SCROLL_BAR = 24  # what stands beside the entries: margins, hairline, and the bar when there is one
WHOLE = (
    "个人", "单位", "公司", "机构", "会员", "人员", "证书", "信息", "资料", "专业", "学习", "教育", "培训", "考试",
    "申请", "审核", "变更", "注册", "注销", "登记", "缴纳", "缴费", "会费", "进度", "归属", "二维码",
)  # fmt: skip
_WALKS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Return)


def _font(level: int) -> str:
    return "panel_body" if level else "body"


def _left(level: int) -> int:
    return 40 + 16 * max(0, level - 1)


def in_lines(words: str, level: int, *, grouped: bool) -> tuple[str, ...]:
    """An association's own words are never cut: what does not fit in one line takes two."""
    room = theme().tokens.width["nav"] - SCROLL_BAR - _left(level) - (24 if grouped else 12)
    if text_width(words, _font(level), 500) <= room:
        return (words,)
    at = _break(words)
    return (words[:at], words[at:])


def _break(words: str) -> int:
    """Before a bracket; else near the middle, and through no word that offices use."""
    bracket = max(words.rfind("（"), words.rfind("("))
    if bracket > 1:
        return bracket
    inside = {at for word in WHOLE for begin in _places(words, word) for at in range(begin + 1, begin + len(word))}
    free = [at for at in range(2, len(words) - 1) if at not in inside]
    return min(free, key=lambda at: abs(2 * at - len(words)), default=(len(words) + 1) // 2)


def _places(words: str, word: str) -> Iterator[int]:
    at = words.find(word)
    while at >= 0:
        yield at
        at = words.find(word, at + 1)


class NavButton(QPushButton):
    """One entry; a group carries a chevron and keeps its children below."""

    walked = Signal(int)

    def __init__(self, item: NavItem, level: int, parent: QWidget | None = None) -> None:
        super().__init__(without_mnemonic(item.label), parent)
        self.item, self.level = item, level
        self.setObjectName(f"nav.{item.route}")
        self.count: Count | None = None
        self.here, self.opened, self.bare = False, False, False
        tokens = theme().tokens
        self._lines = in_lines(self.text(), level, grouped=bool(item.children))
        high = tokens.height["nav_sub_item" if level else "nav_item"]
        self.setFixedHeight(high + LINE * (len(self._lines) - 1))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.describe()
        theme().changed.connect(self.update)

    def describe(self) -> None:
        self.setToolTip(self.item.label if self.bare else "")
        number = f" {self.count.number}" if self.count is not None and self.count.number else ""
        group = "（已展开）" if self.opened else "（展开）" if self.item.children else ""
        self.setAccessibleName(f"{self.item.label}{number}{group if self.item.children else ''}")
        self.setAccessibleDescription("当前页面" if self.here else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(32, self.height())

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
            at = QRectF(11 if self.bare else 12, (self.height() - 18) / 2, 18, 18)
            look.draw_icon(painter, self.item.icon, at, "accent" if self.here else "text2")
        if self.bare:
            if self.count is not None and self.count.number:
                rounded(painter, QRectF(24, self.height() / 2 - 12, 7, 7), 3.5, look.colour(self.count.role), None)
            return
        if self.item.children:
            name = "chevron-down" if self.opened else "chevron-right"
            at = QRectF(self.width() - 20, (self.height() - 12) / 2, 12, 12)
            look.draw_icon(painter, name, at, "text2")
        elif self.count is not None and self.count.number:
            words = str(self.count.number)
            painter.setFont(look.font("panel_body", 500))
            painter.setPen(look.colour("accent" if self.here else self.count.role))
            painter.drawText(
                QRect(0, 0, self.width() - 14, self.height()),
                int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
                words,
            )
        painter.setFont(look.font(_font(self.level), 500 if self.here else 400))
        painter.setPen(look.colour(ink))
        top = (self.height() - LINE * len(self._lines)) // 2
        for at_line, words in enumerate(self._lines):
            room = QRect(_left(self.level), top + LINE * at_line, self.width() - _left(self.level), LINE)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)


class Nav(Box):
    """Where one is and where one can go; Up and Down move, Right opens a group, Left closes it."""

    chosen = Signal(str)
    folded = Signal()  # or unfolded

    def __init__(self, model: ShellModel, parent: QWidget | None = None) -> None:
        super().__init__(parent, fill="ground", sides="r")
        self._model, self._route, self._place, self._mark = model, "", "", ""
        self._opened: set[str] = set()  # by the person
        self._around: set[str] = set()  # over the entry where one is; they fold again when one leaves
        self._buttons: list[NavButton] = []
        self._narrow = False  # icons only; a group pressed shows the words until an entry is chosen
        self._words = True
        self._inside = QWidget()
        self._rows = QVBoxLayout(self._inside)
        self._rule: QWidget | None = None  # between what every desk has and the association's menu
        self._rows.setContentsMargins(8, 8, 7, 8)
        self._rows.setSpacing(0)
        self.setFixedWidth(theme().tokens.width["nav"])
        self.setLayout(column(scrolled(self._inside), margins=(0, 0, 1, 0)))
        self.setAccessibleName("导航")
        model.nav_changed.connect(self.build)
        model.counts_changed.connect(self.refresh)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_moved)
        self.build()

    @property
    def lies_over(self) -> bool:
        """The words are shown where there is no room for them beside the page."""
        return self._narrow and self._words

    @property
    def room(self) -> int:
        """The width it takes from the page."""
        return RAIL if self._narrow else theme().tokens.width["nav"]

    def fold(self) -> None:
        """Icons only again; the cursor stays at the group it was in."""
        if not self.lies_over:
            return
        held = next((at for at, one in enumerate(self._buttons) if one.hasFocus()), -1)
        if held >= 0:
            group = next(one for one in reversed(self._buttons[: held + 1]) if not one.level)
            group.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_words(False)

    def _focus_moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is not None and now.window() is self.window() and not self.isAncestorOf(now):
            self.fold()

    @property
    def buttons(self) -> tuple[NavButton, ...]:
        return tuple(self._buttons)

    def set_narrow(self, narrow: bool) -> None:
        """Icons only, where the window has no room for the words."""
        if narrow is not self._narrow:
            self._narrow = narrow
            self._show_words(not narrow)

    def _show_words(self, shown: bool) -> None:
        self._words = shown
        for button in self._buttons:
            button.bare = not shown
        self.setFixedWidth(theme().tokens.width["nav"] if shown else RAIL)
        if self._rule is not None:
            self._rule.setContentsMargins(12 if shown else 2, 8, 12 if shown else 2, 8)
        self.refresh()
        self.folded.emit()

    def build(self) -> None:
        clear_layout(self._rows)
        self._buttons, self._rule = [], None
        for item in self._model.fixed:
            self._entry(item)
        if self._model.menu:
            self._rule = QWidget()
            self._rule.setLayout(row(Rule()))
            self._rows.addWidget(self._rule)
            for item in self._model.menu:
                self._entry(item)
        self._rows.addStretch(1)
        self._around = set(_groups_over(self._model.menu, self._route))  # a menu that came after the page opens it too
        self.set_route(self._route, self._place)
        self._show_words(not self._narrow)

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

    def set_route(self, route: str, place: str = "") -> None:
        """Mark where one is and open its group. A page without an entry is marked under `place`, else where one was."""
        if route != self._route:
            self._around = set(_groups_over(self._model.menu, route))
        self._route, self._place = route, place
        known = {button.item.route for button in self._buttons}
        self._mark = next((one for one in (route, place, place.partition("/")[0]) if one in known), self._mark)
        self.refresh()

    def refresh(self) -> None:
        counts: Mapping[str, Count] = self._model.counts
        opened = self._opened | self._around
        above: list[str] = []  # the groups a button stands in
        for button in self._buttons:
            del above[button.level :]
            if button.level:
                show_if(button, not button.bare and all(group in opened for group in above))
            above.append(button.item.route)
            button.opened = button.item.route in opened and not button.bare
            inside = bool(_groups_over((button.item,), self._mark))
            button.here = button.item.route == self._mark or (inside and not button.opened)
            button.count = counts.get(button.item.route)
            button.describe()

    def toggle(self, route: str, opened: bool) -> None:
        self._around.discard(route)
        (self._opened.add if opened else self._opened.discard)(route)
        self.refresh()

    def _clicked(self) -> None:
        sender = self.sender()
        if isinstance(sender, NavButton):
            if sender.item.children:
                opened = not sender.opened
                if sender.bare:
                    self._show_words(True)
                self.toggle(sender.item.route, opened)
            else:
                self._show_words(not self._narrow)
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


class NavPlace(QWidget):
    """Room for the left side. Unfolded in a narrow window it lies over the page, which keeps its width;
    a press beside it folds it."""

    def __init__(self, nav: Nav, window: QWidget) -> None:
        super().__init__(window)
        self.stand_in = nav  # for Tab
        self._nav, self._beside = nav, _Beside(nav, window)
        nav.folded.connect(self._lay)
        self._lay()

    def _lay(self) -> None:
        self.setFixedWidth(self._nav.room)
        self._follow()

    def _follow(self) -> None:
        nav, at = self._nav, self.mapTo(self.window(), QPoint())
        nav.setGeometry(at.x(), at.y(), nav.maximumWidth(), self.height())
        nav.raise_()
        self._beside.setGeometry(nav.geometry().right() + 1, 0, self.window().width(), self.window().height())
        self._beside.setVisible(nav.lies_over)
        if nav.lies_over:
            self._beside.raise_()
            nav.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._follow()

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        self._follow()


class _Beside(QWidget):
    """Everything beside the unfolded left side, for a press that means none of its entries."""

    def __init__(self, nav: Nav, window: QWidget) -> None:
        super().__init__(window)
        self._nav = nav
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._nav.fold()


def _groups_over(items: Iterable[NavItem], route: str) -> list[str]:
    """The groups in which an entry stands, outermost first; none where it is not here."""
    for item in items:
        if any(child.route == route for child in item.children):
            return [item.route]
        inner = _groups_over(item.children, route)
        if inner:
            return [item.route, *inner]
    return []
