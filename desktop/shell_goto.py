"""Ctrl+K: type, see screens, people and cases, Enter goes there. Esc puts it away."""

from functools import lru_cache

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.rows_model import Column, RowsModel
from desktop.rows_view import RowsView
from desktop.shell_model import NavItem, Place, ShellModel
from desktop.theme import theme
from desktop.widgets.base import rounded
from desktop.widgets.fields import InputFrame
from desktop.widgets.inputs import TextInput
from desktop.widgets.notes import EmptyState

_MOST = 12


@lru_cache(maxsize=512)
def initials(words: str) -> str:
    """拼音首字母 and full pinyin of a label, for finding it."""
    from pypinyin import Style, lazy_pinyin  # 0.1 s to import: only when someone looks for something

    return f"{''.join(lazy_pinyin(words, style=Style.FIRST_LETTER))} {''.join(lazy_pinyin(words))}"


def nav_places(items: tuple[NavItem, ...], group: str = "") -> list[Place]:
    """Every screen of the menu as a place to go."""
    found: list[Place] = []
    for item in items:
        if item.children:
            found += nav_places(item.children, item.label)
        else:
            search = f"{item.label} {initials(item.label)}".lower()
            found.append(Place(item.route, item.label, group or "页面", item.icon or "chevron-right", search))
    return found


def _screen(item: NavItem) -> Place:
    return Place(item.route, item.label, "页面", item.icon or "chevron-right")


class GoTo(QWidget):
    """A list over the window; screens are found at once, people and cases as the app answers."""

    went = Signal(str)

    def __init__(self, model: ShellModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self.input = TextInput(placeholder="姓名、拼音首字母、单号、业务", name="去哪里")
        self.rows: RowsModel[Place] = RowsModel(
            [
                Column(
                    "名称", lambda place: place.label, icon=lambda place: place.icon, role="text", font="body", width=0
                ),
                Column("种类", lambda place: place.kind, role="text2", align="right", font="secondary", width=160),
            ],
            key=lambda place: place.route,
        )
        self.input.setObjectName("go-to.input")
        self.empty = EmptyState("没有找到", "换个写法试试，也可以输入拼音首字母或证件号后几位。", icon="search")
        self.list = RowsView(self.rows, name="结果", header=False, row_height=36, empty=self.empty)
        self.list.setObjectName("go-to.list")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addWidget(InputFrame(self.input, icon="search"))
        layout.addWidget(self.list, 1)
        self.setAccessibleName("去哪里")
        self.input.textChanged.connect(self._typed)
        self.input.installEventFilter(self)
        self.list.opened.connect(self._open)
        self.list.clicked.connect(self._clicked)
        model.found.connect(self._found)
        theme().changed.connect(self.update)
        self.hide()

    def open(self) -> None:
        window = self.parentWidget()
        assert window is not None
        width, height = min(560, window.width() - 48), min(440, window.height() - 120)
        self.setGeometry((window.width() - width) // 2, 56, width, height)
        self.input.clear()
        self._typed("")
        self.show()
        self.raise_()
        self.input.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _typed(self, text: str) -> None:
        self._show(text, ())
        if text.strip():
            self._model.looked_for.emit(text.strip())

    def _found(self, query: str, places: tuple[Place, ...]) -> None:
        if self.isVisible() and query == self.input.text().strip():
            self._show(query, places)

    def _show(self, text: str, more: tuple[Place, ...]) -> None:
        words = text.lower().split()
        items = self._model.fixed + self._model.menu
        screens = nav_places(items) if words else [_screen(item) for item in items if not item.children]
        own = [place for place in screens if all(word in place.search for word in words)]
        self.rows.show((own + list(more))[: _MOST + len(more)])
        if self.rows.rowCount():
            self.list.set_current(0)

    def _clicked(self) -> None:
        self._open(self.list.current)

    def _open(self, place: object) -> None:
        if isinstance(place, Place):
            self.hide()
            self.went.emit(place.route)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.hide()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._open(self.list.current)
                return True
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
                self.list.keyPressEvent(event)
                return True
            if event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                return True
        elif event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        rounded(QPainter(self), QRectF(self.rect()), 6, theme().colour("surface"), theme().colour("edge"))
