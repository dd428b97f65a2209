"""Buttons, chips, the check box, tags and tabs.

Button("提交", "primary", icon="send")       kinds: primary secondary quiet (icon + words, no frame) link icon
Button("", "icon", icon="back", name="返回")  an icon alone needs a name for those who cannot see it
ChipRow([Chip("all", "全部", 45), …])         .chosen(key) signal, .set_chips(…), .current
CheckBox("勾选")                              tri-state capable
Tag("退回", "warn")                           a soft coloured word
Tabs([TabItem("initial", "初始教育", 5, "bad"), …])   .chosen(key) signal, .set_items(…), .current
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFontMetrics, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QMenu, QPushButton, QSizePolicy, QTabBar, QWidget

from desktop.theme import theme
from desktop.widgets.base import rounded, text_width, without_mnemonic
from desktop.widgets.flow import FlowRow
from desktop.widgets.menu import dressed

Kind = Literal["primary", "secondary", "quiet", "link", "icon"]
_CONTROL = Qt.KeyboardModifier.ControlModifier


class Button(QPushButton):
    """A verb. At most one `primary` stands on a screen. `set_reason` says beside it why it cannot be pressed."""

    def __init__(
        self,
        text: str,
        kind: Kind = "secondary",
        parent: QWidget | None = None,
        *,
        icon: str = "",
        role: str = "",
        name: str = "",
        hint: str = "",
        tall: bool = False,
        small: bool = False,
        font: str = "",
        key: str = "",
    ) -> None:
        super().__init__(without_mnemonic(text), parent)
        self._words, self._kind, self._icon, self._role, self._key = text, kind, icon, role, key
        self._font_role = font or ("secondary" if small else "button")
        self._weight = 600 if font == "section" else 500 if small or kind != "quiet" else 400
        self.setFont(theme().font(self._font_role, self._weight))
        self.setAutoDefault(False)
        self.setFixedHeight(theme().tokens.height["control_main" if tall else "control"])
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name or text)
        self.setAccessibleDescription(hint)
        self.setToolTip(hint or (name if kind == "icon" else ""))
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme().changed.connect(self.update)

    def set_text(self, text: str) -> None:
        self._words = text
        self.setText(without_mnemonic(text))
        self.setAccessibleName(text)
        self.updateGeometry()

    @property
    def kind(self) -> Kind:
        return self._kind

    def set_kind(self, kind: Kind) -> None:
        self._kind = kind
        self.update()

    def set_reason(self, reason: str) -> None:
        """Disable with a reason (shown on hover and read aloud; the page shows it beside), or enable with ""."""
        self.setEnabled(not reason)
        self.setToolTip(reason)
        self.setAccessibleDescription(reason)

    def set_menu(self, menu: QMenu) -> None:
        """Press opens a menu below; a chevron says so."""
        self._menu = dressed(menu)  # QPushButton does not keep it
        self.setMenu(menu)
        self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses it as Space does; with Ctrl it is the page's."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & _CONTROL:
            self.click()
        else:
            super().keyPressEvent(event)

    def _side(self) -> int:
        return {"primary": 16, "secondary": 16, "quiet": 8, "link": 0, "icon": 8}[self._kind]

    def _icon_size(self) -> int:
        return 16 if self._font_role == "button" else 14

    def _content_width(self) -> int:
        width = text_width(self._words, self._font_role, self._weight) if self._words else 0
        if self._icon:
            width += self._icon_size() + (6 if self._words else 0)
        if self._key:
            width += text_width(self._key, "secondary") + 9
        if self.menu() is not None and self._kind != "icon":
            width += 12 + 8
        return width

    def sizeHint(self) -> QSize:
        return QSize(self._content_width() + 2 * self._side(), self.height())

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter, rect = theme(), QPainter(self), QRectF(self.rect())
        over, down, live = self.underMouse() and self.isEnabled(), self.isDown(), self.isEnabled()
        ink = self._role or {"primary": "on_accent", "link": "accent"}.get(self._kind, "text")
        if not live:
            ink = "text2"
        if self._kind == "primary":
            fill = look.colour("accent_hover" if over or down else "accent") if live else look.colour("ground")
            rounded(painter, rect, 4, fill, None if live else look.colour("line"))
        elif self._kind == "secondary":
            fill = look.colour("hover" if over or down else "surface")
            rounded(painter, rect, 4, fill, look.colour("edge" if live else "line"))
        elif self._kind in ("quiet", "icon") and (over or down):
            rounded(painter, rect, 4, look.colour("hover"), None)
        if self._kind == "link" and over:
            ink = "accent_hover"
        size, x = self._icon_size(), (rect.width() - self._content_width()) / 2
        if self._icon:
            shade = ink if self._kind in ("primary", "link") or self._role or not live else "text2"
            look.draw_icon(painter, self._icon, QRectF(x, (rect.height() - size) / 2, size, size), shade)
            x += size + (6 if self._words else 0)
        if self._words:
            painter.setFont(look.font(self._font_role, self._weight))
            painter.setPen(look.colour(ink))
            width = text_width(self._words, self._font_role, self._weight)
            painter.drawText(QRectF(x, 0, width + 2, rect.height()), Qt.AlignmentFlag.AlignVCenter, self._words)
            if self._kind == "link" and over:
                base = (rect.height() + painter.fontMetrics().ascent()) / 2
                painter.fillRect(QRectF(x, base, width, 1), look.colour(ink))
            x += width
        if self._key:
            painter.setFont(look.font("secondary"))
            painter.setPen(look.colour(ink if self._kind == "primary" else "text2"))
            painter.drawText(QRectF(x + 9, 0, 80, rect.height()), Qt.AlignmentFlag.AlignVCenter, self._key)
        elif self.menu() is not None and self._kind != "icon":
            at = QRectF(x + 8, (rect.height() - 12) / 2, 12, 12)
            look.draw_icon(painter, "chevron-down", at, ink if self._kind == "primary" else "text2")


@dataclass(frozen=True)
class Chip:
    """One filter: what it keeps and how many there are."""

    key: str
    label: str
    count: int | None = None
    icon: str = ""
    role: str = ""


class _ChipButton(QPushButton):
    """A chip: a checkable button with rounded ends."""

    def __init__(self, chip: Chip, parent: QWidget) -> None:
        super().__init__(without_mnemonic(chip.label), parent)
        self.chip = chip
        self.setObjectName(f"chip.{chip.key}")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setFixedHeight(theme().tokens.height["chip"])
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme().changed.connect(self.update)
        self.show_chip(chip)

    def show_chip(self, chip: Chip) -> None:
        self.chip = chip
        self.setText(without_mnemonic(chip.label))
        self.setAccessibleName(f"{chip.label} {chip.count}" if chip.count is not None else chip.label)
        self.updateGeometry()
        self.update()

    def _widths(self) -> tuple[int, int, int]:
        icon = 14 + 7 if self.chip.icon else 0
        count = text_width(str(self.chip.count), "panel_body", 500) + 6 if self.chip.count is not None else 0
        return icon, text_width(self.chip.label, "panel_body", 500), count

    def sizeHint(self) -> QSize:
        return QSize(sum(self._widths()) + 24, self.height())

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter, on = theme(), QPainter(self), self.isChecked()
        fill = look.colour("accent_soft" if on else "hover" if self.underMouse() else "surface")
        rounded(painter, QRectF(self.rect()), 14, fill, look.colour("accent" if on else "line"))
        icon, words, _count = self._widths()
        x = 12.0
        if self.chip.icon:
            look.draw_icon(painter, self.chip.icon, QRectF(x, 7, 14, 14), self.chip.role or "text2")
            x += icon
        painter.setFont(look.font("panel_body", 500 if on else 400))
        painter.setPen(look.colour("accent" if on else "text"))
        painter.drawText(QRectF(x, 0, words + 4, self.height()), Qt.AlignmentFlag.AlignVCenter, self.chip.label)
        if self.chip.count is not None:
            painter.setPen(look.colour("accent" if on else "text2"))
            at = QRectF(x + words + 6, 0, 60, self.height())
            painter.drawText(at, Qt.AlignmentFlag.AlignVCenter, str(self.chip.count))


class ChipRow(FlowRow):
    """Filters of which one holds; Left and Right move, Space chooses. Where it is narrow they take another line."""

    chosen = Signal(str)

    def __init__(self, chips: Sequence[Chip] = (), parent: QWidget | None = None, *, name: str = "筛选") -> None:
        super().__init__(spacing=8, parent=parent)
        self.current = chips[0].key if chips else ""
        self._buttons: dict[str, _ChipButton] = {}
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.set_chips(chips)

    def set_chips(self, chips: Sequence[Chip]) -> None:
        """Show these; counts may change while the choice stays."""
        if [chip.key for chip in chips] != list(self._buttons):
            old = self._buttons
            self._buttons = {chip.key: _ChipButton(chip, self) for chip in chips}
            for made in self._buttons.values():
                made.clicked.connect(self._clicked)
            self.set_parts(list(self._buttons.values()))
            for gone in old.values():
                gone.hide()
                gone.deleteLater()
        for chip in chips:
            self._buttons[chip.key].show_chip(chip)
        if self.current not in self._buttons and chips:
            self.current = chips[0].key
        self._mark()

    def choose(self, key: str) -> None:
        self.current = key
        self._mark()
        self.chosen.emit(key)

    def _clicked(self) -> None:
        sender = self.sender()
        assert isinstance(sender, _ChipButton)
        self.choose(sender.chip.key)

    def _mark(self) -> None:
        for key, chip in self._buttons.items():
            chip.setChecked(key == self.current)


def paint_check(painter: QPainter, rect: QRectF, state: Qt.CheckState, enabled: bool = True) -> None:
    """The 16 px check box, also in tables and headers."""
    look = theme()
    if state == Qt.CheckState.Unchecked:
        rounded(
            painter,
            rect,
            3,
            look.colour("surface" if enabled else "ground"),
            look.colour("field" if enabled else "line"),
        )
    elif state == Qt.CheckState.PartiallyChecked:
        rounded(painter, rect, 3, look.colour("surface"), look.colour("field"))
        painter.fillRect(QRectF(rect.x() + 4, rect.center().y() - 1, rect.width() - 8, 2), look.colour("accent"))
    else:
        rounded(painter, rect, 3, look.colour("accent"), None)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        pen = QPen(look.colour("on_accent"), 1.8)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        x, y = rect.x(), rect.y()
        tick = QPainterPath(QPointF(x + 4, y + 8.3))
        tick.lineTo(x + 6.9, y + 11)
        tick.lineTo(x + 12, y + 5.4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(tick)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


class CheckBox(QCheckBox):
    """A tick with words; the words are part of the hit area."""

    def __init__(self, text: str, parent: QWidget | None = None, *, name: str = "") -> None:
        super().__init__(without_mnemonic(text), parent)
        self._words = text
        self.setFont(theme().font("body"))
        self.setAccessibleName(name or text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(16 + (8 + text_width(self._words, "body") if self._words else 0), 32)

    minimumSizeHint = sizeHint

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_check(painter, QRectF(0, (self.height() - 16) / 2, 16, 16), self.checkState(), self.isEnabled())
        painter.setPen(theme().colour("text" if self.isEnabled() else "text2"))
        painter.setFont(self.font())
        painter.drawText(self.rect().adjusted(24, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._words)


class Tag(QWidget):
    """A short state word on its soft ground."""

    def __init__(self, text: str, role: str = "wait", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)
        self.set_tag(text, role)

    def set_tag(self, text: str, role: str) -> None:
        self._text, self._role = text, role
        self.setFixedSize(text_width(text, "secondary", 500) + 16, theme().tokens.height["tag"])
        self.setAccessibleName(text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = theme(), QPainter(self)
        rounded(painter, QRectF(self.rect()), 4, look.soft(self._role), None)
        painter.setFont(look.font("secondary", 500))
        painter.setPen(look.colour(self._role))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)


@dataclass(frozen=True)
class TabItem:
    """One tab: label, how many, and the worst state inside ("" says nothing)."""

    key: str
    label: str
    count: int | None = None
    worst: str = ""


_WORST = {"ok": "都可办", "warn": "有待补", "bad": "有不可办", "wait": "待确认"}


class Tabs(QTabBar):
    """Tabs in words; Left, Right move as everywhere."""

    chosen = Signal(str)

    def __init__(self, items: Sequence[TabItem] = (), parent: QWidget | None = None, *, name: str = "分页") -> None:
        super().__init__(parent)
        self._items: list[TabItem] = []
        self._hover = -1
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setMouseTracking(True)
        self.setFixedHeight(theme().tokens.height["tab"])
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.set_items(items)
        self.currentChanged.connect(self._moved)
        theme().changed.connect(self.update)

    @property
    def current(self) -> str:
        return self._items[self.currentIndex()].key if 0 <= self.currentIndex() < len(self._items) else ""

    def set_items(self, items: Sequence[TabItem]) -> None:
        """Show these; counts and states may change while the current tab stays."""
        before, same = self.current, [one.key for one in items] == [one.key for one in self._items]
        self._items = list(items)
        blocked = self.blockSignals(True)
        if not same:
            while self.count():
                self.removeTab(0)
            for one in items:
                self.addTab(without_mnemonic(one.label))
            keys = [one.key for one in items]
            self.setCurrentIndex(keys.index(before) if before in keys else 0)
        for index, one in enumerate(items):
            said = f"{one.label} {one.count if one.count is not None else ''} {_WORST.get(one.worst, '')}".strip()
            self.setAccessibleTabName(index, said)
            self.setTabToolTip(index, said)
            self.setTabText(index, without_mnemonic(one.label))  # lays the bar out anew: a state takes room
        self.blockSignals(blocked)
        self.updateGeometry()
        self.update()

    def choose(self, key: str) -> None:
        self.setCurrentIndex([one.key for one in self._items].index(key))

    def _moved(self, index: int) -> None:
        if 0 <= index < len(self._items):
            self.chosen.emit(self._items[index].key)

    def _parts(self, item: TabItem) -> tuple[int, int, int]:
        words = text_width(item.label, "body", 600)
        count = text_width(str(item.count), "panel_body") + 6 if item.count is not None else 0
        return words, count, 14 + 7 if item.worst else 0

    def tabSizeHint(self, index: int) -> QSize:
        last = index == len(self._items) - 1
        return QSize(sum(self._parts(self._items[index])) + (0 if last else 32), theme().tokens.height["tab"])

    minimumTabSizeHint = tabSizeHint

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def focus_rect(self) -> QRect:
        rect = self.tabRect(self.currentIndex())
        return QRect(rect.x(), rect.y() + 6, sum(self._parts(self._items[self.currentIndex()])), rect.height() - 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = theme(), QPainter(self)
        painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), look.colour("line"))
        for index, item in enumerate(self._items):
            rect, on = self.tabRect(index), index == self.currentIndex()
            over = self.underMouse() and rect.contains(self.mapFromGlobal(self.cursor().pos()))
            words, count, _icon = self._parts(item)
            painter.setFont(look.font("body", 600 if on else 400))
            painter.setPen(look.colour("accent" if on or over else "text"))
            at = QRect(rect.x(), 0, words + 4, rect.height())
            painter.drawText(at, Qt.AlignmentFlag.AlignVCenter, item.label)
            x = rect.x() + QFontMetrics(painter.font()).horizontalAdvance(item.label)
            if item.count is not None:
                painter.setFont(look.font("panel_body"))
                painter.setPen(look.colour("text2"))
                painter.drawText(QRect(x + 6, 0, 60, rect.height()), Qt.AlignmentFlag.AlignVCenter, str(item.count))
                x += count
            if item.worst:
                look.draw_icon(painter, item.worst, QRectF(x + 6, (rect.height() - 14) / 2, 14, 14), item.worst)
            if on:
                under = QRect(rect.x(), self.height() - 3, sum(self._parts(item)), 3)
                painter.fillRect(under, look.colour("accent"))
