"""A named place to type: the label, the red star, the frame, and in words what is wrong or what the reviewer said.

field = Field("联系电话", TextInput(placeholder="…"), required=True, help="…")
field.editor.edited.connect(…); field.value; field.set_value("…")
    field.set_finding("身份证号最后一位校验不对，请核对第 18 位。")       bad; "warn", "ok" likewise; "" takes it away
field.set_locked(True)                                          shown as plain words with a lock, not editable
SearchBox("姓名、首字母、证件号")                                 .searched(str)
"""

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.theme import theme
from desktop.widgets.base import Icon, Label, rounded, row, show_if, text_width
from desktop.widgets.buttons import Button
from desktop.widgets.inputs import Editor, NotesInput, TextInput


class InputFrame(QWidget):
    """The rounded frame around an editor; accent while one types in it, the colour of a state when there is one."""

    def __init__(self, editor: QWidget, parent: QWidget | None = None, *, icon: str = "", soft: bool = False) -> None:
        super().__init__(parent)
        self.editor, self._role, self._soft = editor, "", soft
        self._mark = Icon("ok", "ok", 16, self)
        self._mark.hide()
        tall = isinstance(editor, NotesInput)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 6 if tall else 2, 6, 6 if tall else 2)
        layout.setSpacing(8)
        if icon:
            layout.addWidget(Icon(icon, "text2", 16))
        layout.addWidget(editor, 1)
        layout.addWidget(self._mark)
        if not tall:
            self.setFixedHeight(theme().tokens.height["control"])
        self.setFocusProxy(editor)
        editor.installEventFilter(self)
        theme().changed.connect(self.update)

    def set_role(self, role: str) -> None:
        self._role = role
        self._mark.set_icon(role or "ok", role or "ok")
        show_if(self._mark, bool(role))
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter, rect = theme(), QPainter(self), QRectF(self.rect())
        live = self.editor.isEnabled()
        fill = look.colour("surface" if live and not self._soft else "ground")
        if self.editor.hasFocus():
            rounded(painter, rect, 4, fill, look.colour(self._role or "accent"), 2)
        else:
            border = self._role or ("field" if live and not self._soft else "line")
            rounded(painter, rect, 4, fill, look.colour(border))


class Field(QWidget):
    """Label above, frame, words below. The words are the accessible description of the editor too."""

    def __init__(
        self,
        label: str,
        editor: Editor,
        parent: QWidget | None = None,
        *,
        required: bool = False,
        help: str = "",
        width: int = 0,
    ) -> None:
        super().__init__(parent)
        self.editor, self._help, self._label = editor, help, label
        self._locked = False
        self.frame = InputFrame(editor)
        self._plain = Label("", "body", selectable=True)
        self._lock = QWidget(self)
        self._lock.setLayout(row(self._plain, Icon("lock", "text2", 14), None, spacing=8))
        self._lock.setFixedHeight(theme().tokens.height["control"])
        self._lock.hide()
        self._words = Label(help, "secondary", "text2", wrap=True)
        show_if(self._words, bool(help))
        self._title = title = Label(label, "secondary", "text2")
        title.setBuddy(editor)
        star = Label("*", "secondary", "bad")
        show_if(star, required)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row(title, star, None, spacing=3))
        layout.addWidget(self.frame)
        layout.addWidget(self._lock)
        layout.addWidget(self._words)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        if width:
            self.setFixedWidth(width)
        editor.setAccessibleName(f"{label}，必填" if required else label)
        editor.setAccessibleDescription(help)
        self.setFocusProxy(editor)

    @property
    def value(self) -> str:
        return self.editor.value

    def set_value(self, text: str) -> None:
        self.editor.set_value(text)
        self._plain.setText(self._shown() or "—")

    def set_label(self, label: str) -> None:
        """Another name for the same place."""
        self._label = label
        self._title.setText(label)
        self.editor.setAccessibleName(label)

    def set_finding(self, words: str, role: str = "bad") -> None:
        """What is wrong here and what to do, in one sentence; "" means nothing is."""
        self.frame.set_role(role if words else "")
        self._words.setText(words or self._help)
        self._words.set_role(role if words and role != "ok" else "text2")
        show_if(self._words, bool(words or self._help))
        self.editor.setAccessibleDescription(words or self._help)

    def set_locked(self, locked: bool) -> None:
        self._locked = locked
        self._plain.setText(self._shown() or "—")
        show_if(self.frame, not locked)
        show_if(self._lock, locked)

    def _shown(self) -> str:
        current = getattr(self.editor, "currentText", None)
        return str(current()) if current is not None else self.editor.value


AROUND = 56  # px of a search box beside its words


class SearchBox(InputFrame):
    """Type a name, 拼音首字母 or a number. Esc empties it; Down goes to the list."""

    searched = Signal(str)
    left_down = Signal()

    def __init__(
        self, placeholder: str, parent: QWidget | None = None, *, width: int = 232, soft: bool = False
    ) -> None:
        self.input = TextInput(placeholder=placeholder)
        super().__init__(self.input, parent, icon="search", soft=soft)
        self.input.setFont(theme().font("panel_body"))
        self._clear = Button("", "icon", icon="close", name="清空搜索")
        self._clear.setFixedSize(24, 24)
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.hide()
        self._clear.clicked.connect(self.clear)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self._clear)
        self._width = width
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.input.textChanged.connect(self._changed)

    def sizeHint(self) -> QSize:
        return QSize(self._width, theme().tokens.height["control"])

    def minimumSizeHint(self) -> QSize:
        """Its own words can be read."""
        words = text_width(self.input.placeholderText(), "panel_body")
        return QSize(min(self._width, words + AROUND), self.height())

    def clear(self) -> None:
        self.input.clear()

    def _changed(self, text: str) -> None:
        show_if(self._clear, bool(text))
        self.searched.emit(text.strip())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape and self.input.text():
                self.clear()
                return True
            if event.key() == Qt.Key.Key_Down:
                self.left_down.emit()
                return True
        return super().eventFilter(watched, event)
