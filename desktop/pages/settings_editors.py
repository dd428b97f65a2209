"""A field for each type of parameter: numbers, money, yes or no, days, lists, and tables row by row.

editor = editor_for(pack, spec)      a widget
editor.value                         as it will be sent; None when empty
editor.set_value(value)   editor.say("请写整数。")   editor.edited
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.pages.settings_model import enum_for
from desktop.pages.words import WEEKDAYS, amount_of
from desktop.widgets.base import Label, row, show_if
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field
from desktop.widgets.inputs import ChoiceInput, DateInput, Editor, NotesInput, TextInput
from desktop.widgets.panel import Card
from domain.packs.pack import Pack
from domain.packs.schema import ParameterSpec


class ValueEditor(QWidget):
    """What all editors have."""

    edited = Signal()

    @property
    def value(self) -> Any:
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        raise NotImplementedError

    def say(self, words: str) -> None:
        raise NotImplementedError


class OneField(ValueEditor):
    """A single field; what it holds is read by the type."""

    def __init__(self, spec: ParameterSpec, editor: Editor, help_: str = "") -> None:
        super().__init__()
        self._spec = spec
        label = f"新的值（{spec.measure}）" if spec.measure else "新的值（元）" if spec.type == "money" else "新的值"
        self.field = Field(label, editor, required=True, help=help_)
        editor.setObjectName("settings.value")
        editor.edited.connect(self.edited)
        self.setLayout(row(self.field))
        self.setFocusProxy(editor)

    @property
    def value(self) -> Any:
        text = self.field.value.strip()
        if not text:
            return None
        return _typed(self._spec.type, text)

    def set_value(self, value: Any) -> None:
        self.field.set_value(_text(self._spec.type, value))

    def say(self, words: str) -> None:
        self.field.set_finding(words)


class TableEditor(ValueEditor):
    """Rows under keys, each a card of fields; rows can be added and taken out."""

    def __init__(self, pack: Pack, spec: ParameterSpec) -> None:
        super().__init__()
        self._pack, self._spec = pack, spec
        self._rows: list[_TableRow] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self._words = Label("", "secondary", "bad", wrap=True)
        self._words.hide()
        add = Button("加一行", icon="plus")
        add.setObjectName("settings.table.add")
        add.clicked.connect(self._add)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(Label("新的表", "secondary", "text2"))
        layout.addLayout(self._list)
        layout.addLayout(row(add, None))
        layout.addWidget(self._words)

    @property
    def value(self) -> Any:
        made = {one.key: one.cells for one in self._rows if one.key}
        return made or None

    def set_value(self, value: Any) -> None:
        while self._rows:
            self._drop(self._rows[0])
        for key, cells in (value or {}).items() if isinstance(value, Mapping) else ():
            self._append(str(key), cells if isinstance(cells, Mapping) else {})

    def say(self, words: str) -> None:
        self._words.setText(words)
        show_if(self._words, bool(words))

    def _add(self) -> None:
        made = self._append("", {})
        made.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _append(self, key: str, cells: Mapping[str, Any]) -> _TableRow:
        made = _TableRow(self._pack, self._spec, key, cells)
        made.dropped.connect(lambda: self._drop(made))
        made.edited.connect(self.edited)
        self._rows.append(made)
        self._list.addWidget(made)
        return made

    def _drop(self, one: _TableRow) -> None:
        self._rows.remove(one)
        self._list.removeWidget(one)
        one.hide()
        one.deleteLater()
        self.edited.emit()


class _TableRow(QWidget):
    """One row of a table: its key and a field for each column."""

    edited = Signal()
    dropped = Signal()

    def __init__(self, pack: Pack, spec: ParameterSpec, key: str, cells: Mapping[str, Any]) -> None:
        super().__init__()
        self._spec = spec
        keys = enum_for(pack, spec.row_key or "")
        self.first: TextInput | ChoiceInput = ChoiceInput(tuple(keys.items())) if keys else TextInput()
        self.first.set_value(key)
        self._cells: dict[str, tuple[str, Mapping[str, str], Editor]] = {}
        drop = Button("", "icon", icon="trash", name="去掉这一行")
        drop.clicked.connect(self.dropped)
        top = Field(COLUMN_WORDS.get(spec.row_key or "", "项目"), self.first)
        holder = QWidget()
        holder.setLayout(row(top, drop, spacing=8))
        parts: list[QWidget] = [holder]
        for column, kind in spec.columns.items():
            words = enum_for(pack, column, kind)
            editor: Editor = ChoiceInput(tuple(words.items())) if words and kind != "list" else TextInput()
            editor.set_value(_cell_text(kind, words, cells.get(column)))
            editor.edited.connect(self.edited)
            self._cells[column] = (kind, words, editor)
            parts.append(Field(COLUMN_WORDS.get(column, column), editor))
        self.first.edited.connect(self.edited)
        self.setLayout(row(Card(*parts)))

    @property
    def key(self) -> str:
        return self.first.value.strip()

    @property
    def cells(self) -> dict[str, Any]:
        made = {}
        for column, (kind, words, editor) in self._cells.items():
            text = editor.value.strip()
            if text:
                made[column] = _cell_value(kind, words, text)
        return made


COLUMN_WORDS = {  # of tables that packs have; a pack's own column stands as it is
    "specialty": "专业",
    "certificate_type": "证书类型",
    "hours": "学时",
    "fee": "费用（元）",
    "min_level": "最低学历",
    "specialty_classes": "专业类别（用顿号分开）",
    "min_years": "毕业年限",
}


def editor_for(pack: Pack, spec: ParameterSpec) -> ValueEditor:
    """By the type the pack declares."""
    if spec.type == "table":
        return TableEditor(pack, spec)
    if spec.type in ("list", "map"):
        hint = "一行一个" if spec.type == "list" else "一行一个，写成“专业：类别”"
        return OneField(spec, NotesInput(lines=7, name="新的值"), hint)
    choices: Sequence[tuple[str, str]] = ()
    if spec.type == "bool":
        choices = (("true", "是"), ("false", "否"))
    elif spec.type == "choice":
        choices = tuple(spec.options.items())
    elif spec.type == "weekday":
        choices = tuple((key.capitalize(), words) for key, words in WEEKDAYS.items())
    if choices:
        return OneField(spec, ChoiceInput(choices, name="新的值"))
    return OneField(spec, DateInput(name="新的值") if spec.type == "date" else TextInput(name="新的值"))


def _typed(kind: str, text: str) -> Any:
    if kind == "int":
        plain = text.replace(",", "").strip()
        return int(plain) if re.fullmatch(r"-?\d{1,9}", plain) else text
    if kind == "money":
        exact = amount_of(text)
        return f"{exact:.2f}" if exact is not None and exact == round(exact, 2) else text
    if kind == "bool":
        return text == "true"
    if kind == "list":
        return [line.strip() for line in re.split(r"[\n、]", text) if line.strip()]
    if kind == "map":
        pairs = (re.split(r"[：:]", line, maxsplit=1) for line in text.splitlines() if line.strip())
        return {pair[0].strip(): pair[1].strip() for pair in pairs if len(pair) == 2}
    return text


def _text(kind: str, value: Any) -> str:
    if value is None:
        return ""
    if kind == "bool":
        return "true" if value else "false"
    if kind == "list" and isinstance(value, list | tuple):
        return "\n".join(str(one) for one in value)
    if kind == "map" and isinstance(value, Mapping):
        return "\n".join(f"{key}：{one}" for key, one in value.items())
    return str(value)


def _cell_text(kind: str, words: Mapping[str, str], value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "、".join(words.get(str(one), str(one)) for one in value)
    return str(value)


def _cell_value(kind: str, words: Mapping[str, str], text: str) -> Any:
    if kind == "list":
        keys = {label: key for key, label in words.items()}
        return [keys.get(one.strip(), one.strip()) for one in re.split(r"[、,，]", text) if one.strip()]
    return _typed(kind, text)
