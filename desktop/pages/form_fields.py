"""Editors by the type of a field, and the grid in which a form's own fields stand.

editor = make_editor(spec, choices)             text in, text out, as every editor of the kit
grid = FieldGrid(); grid.show_fields([Asked(…), …]); grid.edited Signal(str, str)    key and text
ChoicesInput(choices, ordered=True)               several of a list; its value is "甲、乙" in the order ticked
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.theme import theme
from desktop.widgets.base import Label, clear_layout, column, row, scrolled
from desktop.widgets.buttons import CheckBox
from desktop.widgets.fields import Field
from desktop.widgets.inputs import SCROLL_BAR, ChoiceInput, DateInput, NotesInput, TextInput
from desktop.widgets.popup import PopupFrame, place_beside
from domain.packs.forms import FieldSpec

Choices = Sequence[tuple[str, str]]
_WIDTH = {"agency": 5, "mobile": 3, "long-text": 6, "email": 5, "choices": 6, "ordered": 6, "certificates": 6}
_ROW = 18  # what the widths of one line of the grid add up to
UNIT = 40  # px of one of them, so that a telephone number can be read


class ChoicesInput(QPushButton):
    """Several of a list, in a drop-down of ticks; `ordered` keeps the order in which they were ticked."""

    edited = Signal(str)

    def __init__(
        self, choices: Choices = (), parent: QWidget | None = None, *, ordered: bool = False, name: str = ""
    ) -> None:
        super().__init__("", parent)
        self._choices, self._ordered = list(choices), ordered
        self._chosen: list[str] = []
        self._popup: QFrame | None = None
        self._placeholder = "请选择"
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.clicked.connect(self.open_list)
        theme().changed.connect(self.update)

    @property
    def value(self) -> str:
        return "、".join(self._chosen)

    def set_value(self, text: str) -> None:
        self._chosen = [part for part in text.split("、") if part]
        self.update()

    def set_choices(self, choices: Choices) -> None:
        self._choices = list(choices)
        self.update()

    def currentText(self) -> str:
        """What Field asks a choice for its words."""
        words = dict(self._choices)
        return "、".join(words.get(each, each) for each in self._chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_F4):
            self.open_list()
        else:
            super().keyPressEvent(event)

    def open_list(self) -> None:
        """The ticks, below; Esc or a click elsewhere closes them."""
        frame = PopupFrame(self)
        inside = QWidget()
        lines = QVBoxLayout(inside)
        lines.setContentsMargins(12, 4, 12, 4)
        lines.setSpacing(0)
        known = [key for key, _words in self._choices]
        for key, words in [*self._choices, *((each, each) for each in self._chosen if each not in known)]:
            box = CheckBox(words)
            box.setChecked(key in self._chosen)
            box.toggled.connect(partial(self._tick, key))
            lines.addWidget(box)
        if not self._choices:
            lines.addWidget(Label("没有可选的", "panel_body", "text2"))
        frame.setLayout(column(scrolled(inside), margins=(1, 1, 1, 1)))
        around = self.parentWidget() or self
        wide = max(200, around.width(), inside.sizeHint().width() + SCROLL_BAR)
        place_beside(frame, around, QSize(wide, min(320, 32 * max(1, lines.count()) + 12)))
        self._popup = frame
        frame.show()
        first = inside.findChild(CheckBox)
        if first is not None:
            first.setFocus(Qt.FocusReason.PopupFocusReason)

    def _tick(self, key: str, on: bool) -> None:
        chosen = [each for each in self._chosen if each != key]
        if on:
            chosen.append(key)
        if not self._ordered:
            order = [each for each, _words in self._choices]
            chosen.sort(key=lambda each: order.index(each) if each in order else len(order))
        self._chosen = chosen
        self.update()
        self.edited.emit(self.value)

    def sizeHint(self) -> QSize:
        return QSize(120, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = theme(), QPainter(self)
        words = self.currentText()
        painter.setFont(look.font("body"))
        painter.setPen(look.colour("text" if words and self.isEnabled() else "text2"))
        at = self.rect().adjusted(2, 0, -24, 0)
        shown = painter.fontMetrics().elidedText(words or self._placeholder, Qt.TextElideMode.ElideRight, at.width())
        painter.drawText(at, Qt.AlignmentFlag.AlignVCenter, shown)
        look.draw_icon(painter, "chevron-down", QRectF(self.width() - 19, (self.height() - 16) / 2, 16, 16), "text2")


class TickInput(CheckBox):
    """Yes or no, with the interface of the other editors."""

    edited = Signal(str)

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.clicked.connect(lambda: self.edited.emit(self.value))

    @property
    def value(self) -> str:
        return "true" if self.isChecked() else ""

    def set_value(self, text: str) -> None:
        self.setChecked(text == "true")


def make_editor(spec: FieldSpec, choices: Choices = ()) -> Any:
    """The editor for a field; a list without anything to choose from is typed."""
    hint = spec.placeholder
    if spec.type in ("choice", "agency", "unit"):
        return ChoiceInput(choices, name=spec.label)
    if spec.type in ("choices", "ordered", "certificates") and choices:
        return ChoicesInput(choices, ordered=spec.type == "ordered", name=spec.label)
    if spec.type == "date":
        return DateInput(name=spec.label)
    if spec.type in ("bool", "pledge"):
        return TickInput(spec.label)
    if spec.type == "long-text" and spec.required is True:
        return NotesInput(placeholder=hint, name=spec.label, lines=4)
    usual = {"month": "如 2025-09", "money": "元，如 480.00", "ordered": "按顺序，用顿号分开", "mobile": "11 位手机号"}
    optional = "可不填" if spec.required is False and not spec.help else ""
    return TextInput(placeholder=hint or usual.get(spec.type, "") or spec.help or optional, name=spec.label)


@dataclass(frozen=True, slots=True)
class Asked:
    """One field on screen: what it is, what may be chosen, whether it must be filled in."""

    spec: FieldSpec
    required: bool
    choices: tuple[tuple[str, str], ...] = ()


class FieldGrid(QWidget):
    """The form's own fields, side by side as far as they fit; the same fields keep their editors and the cursor."""

    edited = Signal(str, str)

    def __init__(self, parent: QWidget | None = None, *, prefix: str = "form") -> None:
        super().__init__(parent)
        self.fields: dict[str, Field] = {}
        self._asked: tuple[Asked, ...] = ()
        self._units = _ROW
        self._prefix = prefix
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(12)
        self.setAccessibleName("基本信息")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def show_fields(self, asked: Sequence[Asked]) -> bool:
        """Show these; True when editors were made anew and need their values."""
        if tuple(asked) == self._asked:
            return False
        same = [(each.spec.key, each.required) for each in asked] == [
            (each.spec.key, each.required) for each in self._asked
        ]
        self._asked = tuple(asked)
        if same:
            for each in asked:
                editor = self.fields[each.spec.key].editor
                if isinstance(editor, ChoiceInput | ChoicesInput):
                    editor.set_choices(each.choices)
            return True
        held = next((key for key, one in self.fields.items() if one.editor.hasFocus()), "")
        clear_layout(self._lines)
        self.fields = {each.spec.key: self._make(each) for each in self._asked}
        self._lay()
        if held in self.fields:
            self.fields[held].editor.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._units_for(event.size().width()) != self._units:
            while (line := self._lines.takeAt(0)) is not None:
                inner = line.layout()
                if inner is not None:
                    inner.deleteLater()  # the fields stand in the next ones
            self._lay()

    @staticmethod
    def _units_for(width: int) -> int:
        return max(6, min(_ROW, width // UNIT))

    def _lay(self) -> None:
        """In lines; a narrow page has more of them."""
        whole = self._units = self._units_for(self.width())
        room, line = whole, row(spacing=16)
        for each in self._asked:
            weight = min(width_of(each.spec), whole)
            if weight > room and room < whole:
                self._close(line, room)
                room, line = whole, row(spacing=16)
            line.addWidget(self.fields[each.spec.key], weight, Qt.AlignmentFlag.AlignTop)
            room -= weight
        if self._asked:
            self._close(line, room)

    def _close(self, line: QHBoxLayout, room: int) -> None:
        if room > 3 or (room and self._units < _ROW):
            line.addStretch(room)
        self._lines.addLayout(line)

    def _make(self, each: Asked) -> Field:
        spec = each.spec
        editor = make_editor(spec, each.choices)
        made = Field(spec.label, editor, required=each.required, help="")
        editor.setObjectName(f"{self._prefix}.field.{spec.key}")
        if spec.help:
            editor.setToolTip(spec.help)
        editor.edited.connect(partial(self.edited.emit, spec.key))
        return made

    def set_value(self, key: str, text: str) -> None:
        """Put a value in, unless the person is typing just there."""
        made = self.fields.get(key)
        if made is not None and not (made.editor.hasFocus() and isinstance(made.editor, TextInput | NotesInput)):
            made.set_value(text)


def width_of(spec: FieldSpec) -> int:
    """How much of a line a field takes."""
    if spec.type == "long-text" and spec.required is True:
        return _ROW
    if spec.type in _WIDTH:
        return _WIDTH[spec.type]
    if spec.type == "text":
        longest = spec.max_length or 0
        if longest > 30 or 18 <= longest <= 25:  # a tax number of 18 has to be seen whole
            return 5
        return 4 if not longest or 15 <= longest < 18 else 3
    return 4 if spec.type == "choice" else 3
