"""What people type and choose in. Every editor has the same three things:

    .value            what is in it, as text ("" when empty; a date is YYYY-MM-DD when it can be read as one)
    .set_value(text)  puts a value in without `edited`
    .edited           Signal(str): the person changed it

TextInput, ChoiceInput, DateInput, NotesInput. They have no frame of their own: `Field` and `SearchBox` give them one.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QDate, QLocale, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPalette, QTextCharFormat, QWheelEvent
from PySide6.QtWidgets import (
    QCalendarWidget,
    QComboBox,
    QFrame,
    QLineEdit,
    QListView,
    QMenu,
    QPlainTextEdit,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.theme import theme
from desktop.widgets.base import ScrollBar
from desktop.widgets.menu import dressed
from desktop.widgets.popup import PopupFrame, place_beside

_DATE = re.compile(r"^(\d{4})\D+(\d{1,2})\D+(\d{1,2})\D*$|^(\d{4})(\d{2})(\d{2})$")
SCROLL_BAR = 12  # px
Index = QModelIndex | QPersistentModelIndex


def read_date(text: str) -> date | None:
    """A date as people write one: 2025-10-16, 2025/10/16, 2025.10.16, 20251016, 2025年10月16日, also full width."""
    found = _DATE.match(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None


class TextInput(QLineEdit):
    """One line of text."""

    edited = Signal(str)

    def __init__(
        self, parent: QWidget | None = None, *, placeholder: str = "", name: str = "", secret: bool = False
    ) -> None:
        super().__init__(parent)
        self.setFrame(False)
        self.setFont(theme().font("body"))
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name or placeholder)
        self.setMinimumWidth(48)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        if secret:
            self.setEchoMode(QLineEdit.EchoMode.Password)
        self.textEdited.connect(self.edited)

    @property
    def value(self) -> str:
        return self.text()

    def set_value(self, text: str) -> None:
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(0)


class _ChoiceRow(QStyledItemDelegate):
    """One line of an opened choice."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(super().sizeHint(option, index).width() + 24, theme().tokens.height["control"])

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        on = bool(state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver))
        painter.fillRect(rect, theme().colour("accent_soft" if on else "surface"))
        painter.setFont(theme().font("body"))
        painter.setPen(theme().colour("text"))
        at = rect.adjusted(12, 0, -8, 0)
        text = painter.fontMetrics().elidedText(str(index.data() or ""), Qt.TextElideMode.ElideMiddle, at.width())
        painter.drawText(at, Qt.AlignmentFlag.AlignVCenter, text)


class ChoiceInput(QComboBox):
    """One of several: (key, words) pairs. Typing jumps; the wheel does not change what one scrolls past."""

    edited = Signal(str)

    def __init__(
        self,
        choices: Sequence[tuple[str, str]] = (),
        parent: QWidget | None = None,
        *,
        placeholder: str = "请选择",
        name: str = "",
    ) -> None:
        super().__init__(parent)
        view = QListView(self)
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setVerticalScrollBar(ScrollBar(Qt.Orientation.Vertical))
        view.setAccessibleName(name)
        self.setView(view)
        self.setItemDelegate(_ChoiceRow(self))
        self.setFont(theme().font("body"))
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name)
        self.setMinimumContentsLength(4)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMaxVisibleItems(12)
        self.set_choices(choices)
        self.activated.connect(self._picked)
        theme().changed.connect(self.update)

    @property
    def value(self) -> str:
        data = self.currentData()
        return "" if data is None else str(data)

    def set_value(self, key: str) -> None:
        """A key that is no choice (any more) is shown as it is, not dropped."""
        index = self.findData(key)
        if index < 0 and key:
            self.addItem(key, key)
            index = self.count() - 1
        self.setCurrentIndex(index)

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        before = self.value
        self.clear()
        for key, words in choices:
            self.addItem(words, key)
        self.setCurrentIndex(self.findData(before) if before else -1)

    def _picked(self, _index: int) -> None:
        self.edited.emit(self.value)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def showPopup(self) -> None:
        """Below, or above where there is more room; as wide as its longest words, as far as the screen goes."""
        super().showPopup()
        view, around = self.view(), self.parentWidget() or self
        container = view.parentWidget()
        if container is not None:
            frame = container.contentsMargins()
            lines = min(self.count(), self.maxVisibleItems())
            wide = view.sizeHintForColumn(0) + (SCROLL_BAR if self.count() > lines else 0)
            size = QSize(
                max(wide + frame.left() + frame.right(), around.width()),
                lines * theme().tokens.height["control"] + frame.top() + frame.bottom(),
            )
            for part in container.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
                if part.metaObject().className() == "QComboBoxPrivateScroller":
                    part.setMaximumHeight(0)  # the list has a scroll bar
            view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
            if isinstance(container, QFrame):
                container.setFrameStyle(QFrame.Shape.Box | QFrame.Shadow.Plain)
                palette = container.palette()
                palette.setColor(QPalette.ColorRole.WindowText, theme().colour("edge"))
                container.setPalette(palette)
            container.setMinimumSize(0, 0)
            place_beside(container, around, size)
            view.scrollTo(view.currentIndex())

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = theme(), QPainter(self)
        blank = self.currentIndex() < 0
        painter.setFont(self.font())
        painter.setPen(look.colour("text2" if blank or not self.isEnabled() else "text"))
        at = self.rect().adjusted(2, 0, -24, 0)
        words = self.placeholderText() if blank else self.currentText()
        painter.drawText(
            at,
            Qt.AlignmentFlag.AlignVCenter,
            self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, at.width()),
        )
        look.draw_icon(painter, "chevron-down", QRectF(self.width() - 19, (self.height() - 16) / 2, 16, 16), "text2")


class DateInput(TextInput):
    """A day, typed in any of the ways people write one, or picked from the calendar (Alt+Down)."""

    def __init__(self, parent: QWidget | None = None, *, placeholder: str = "年-月-日", name: str = "") -> None:
        super().__init__(parent, placeholder=placeholder, name=name)
        self._calendar: QWidget | None = None
        self._open = QAction(self)
        self._open.setText("打开日历")
        self._open.triggered.connect(self.open_calendar)
        self.addAction(self._open, QLineEdit.ActionPosition.TrailingPosition)
        for button in self.findChildren(QWidget):
            button.setAccessibleName(f"{name}：打开日历")
        self.editingFinished.connect(self._tidy)
        theme().changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        self._open.setIcon(theme().icon("calendar"))

    @property
    def value(self) -> str:
        day = read_date(self.text())
        return day.isoformat() if day is not None else self.text()

    def _tidy(self) -> None:
        if self.value != self.text():
            self.setText(self.value)
            self.edited.emit(self.value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.open_calendar()
        else:
            super().keyPressEvent(event)

    def open_calendar(self) -> None:
        frame = PopupFrame(self)
        calendar = QCalendarWidget(frame)
        calendar.setFont(theme().font("panel_body"))
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        calendar.setAccessibleName("日历")
        calendar.setLocale(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
        calendar.setHorizontalHeaderFormat(QCalendarWidget.HorizontalHeaderFormat.SingleLetterDayNames)
        for name, icon, words in (("prev", "chevron-left", "上个月"), ("next", "chevron-right", "下个月")):
            turn = calendar.findChild(QToolButton, f"qt_calendar_{name}month")
            if turn is not None:
                turn.setIcon(theme().icon(icon, "text"))
                turn.setAccessibleName(words)
                turn.setToolTip(words)
        for menu in calendar.findChildren(QMenu):
            dressed(menu)
        plain = QTextCharFormat()
        plain.setForeground(theme().colour("text"))
        for weekend in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            calendar.setWeekdayTextFormat(weekend, plain)  # red means 不可办 here
        day = read_date(self.text())
        if day is not None:
            calendar.setSelectedDate(QDate(day.year, day.month, day.day))
        calendar.activated.connect(self._take)
        calendar.clicked.connect(self._take)
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(calendar)
        place_beside(frame, self.parentWidget() or self, frame.sizeHint())
        self._calendar = frame
        frame.show()
        calendar.setFocus()

    def _take(self, day: QDate) -> None:
        self.setText(day.toString("yyyy-MM-dd"))
        self.edited.emit(self.value)
        if self._calendar is not None:
            self._calendar.close()
            self._calendar = None
        self.setFocus()


class NotesInput(QPlainTextEdit):
    """Several lines of text; on a low screen as few as `least`. Tab leaves it, as everywhere else in a form."""

    edited = Signal(str)
    focused = Signal(bool)

    def __init__(
        self, parent: QWidget | None = None, *, placeholder: str = "", name: str = "", lines: int = 3, least: int = 0
    ) -> None:
        super().__init__(parent)
        self._quiet = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(theme().font("body"))
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name or placeholder)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBar(ScrollBar(Qt.Orientation.Vertical))
        self.document().setDocumentMargin(0)
        self.setMinimumHeight(self.fontMetrics().lineSpacing() * (least or lines) + 4)
        self.setMaximumHeight(self.fontMetrics().lineSpacing() * lines + 4)
        self.textChanged.connect(self._typed)

    @property
    def value(self) -> str:
        return self.toPlainText()

    def set_value(self, text: str) -> None:
        if text != self.toPlainText():
            self._quiet = True
            self.setPlainText(text)
            self._quiet = False

    def _typed(self) -> None:
        if not self._quiet:
            self.edited.emit(self.value)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit(True)


Editor = TextInput | ChoiceInput | DateInput | NotesInput
