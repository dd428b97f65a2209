"""The panel in which an entry of the unit's own list is written: the same rules as for a list from Excel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.pages.people_model import CHOICES, FIELDS, PeopleModel
from desktop.widgets.base import Label, row
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field
from desktop.widgets.inputs import ChoiceInput, DateInput, Editor, TextInput
from desktop.widgets.panel import Panel, Section
from documents.roster_columns import REQUIRED, TITLES
from sync.views import PersonRow

DATES = ("birth_date", "graduation_date")
FROM_PERSON = {"document_type": "id_document_type", "document_number": "id_number"}


class PersonPanel(Panel):
    """Somebody new, or what the unit knows of somebody."""

    finished = Signal()

    def __init__(self, model: PeopleModel, person: PersonRow | None) -> None:
        super().__init__(person.name if person is not None else "添加人员", note="单位名单")
        self._model = model
        self._roster = person.roster if person is not None else None
        self.fields: dict[str, Field] = {}
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for key in FIELDS:
            made = Field(TITLES[key], self._editor(key), required=key in REQUIRED)
            made.editor.setObjectName(f"person.{key}")
            made.set_value(_known(person, key))
            self.fields[key] = made
            layout.addWidget(made)
        if person is None:
            kinds = model.context.pack.enums.get("id_document_type", {})
            self.fields["document_type"].set_value(next(iter(kinds), ""))
        self.fields["document_number"].editor.edited.connect(self._number_typed)
        words = "协会的资料以协会为准；要改协会里的，请办“变更申请”。" if person is not None and person.person else ""
        layout.addWidget(Label(words, "secondary", "text2", wrap=True))
        save = Button("存下", "primary")
        save.setObjectName("person.save")
        save.clicked.connect(self.save)
        layout.addLayout(row(save, None))
        self.set_sections([Section("", holder)])
        self.set_foot("Esc 收起", icon="close", action="收起")
        self.foot_acted.connect(self.finished)

    def _editor(self, key: str) -> Editor:
        if key in CHOICES:
            words = self._model.context.pack.enums.get(CHOICES[key], {})
            return ChoiceInput(
                (("", "不填"), *words.items()) if key not in ("document_type",) else tuple(words.items())
            )
        return DateInput() if key in DATES else TextInput()

    @property
    def entry(self) -> dict[str, str]:
        return {key: one.value.strip() for key, one in self.fields.items() if one.value.strip()}

    def first_focus(self) -> None:
        self.fields["name"].setFocus(Qt.FocusReason.OtherFocusReason)

    def _number_typed(self, text: str) -> None:
        """At eighteen digits the number is checked at once."""
        if len(text.strip()) >= 18:
            self.fields["document_number"].set_finding(self._model.problems(self.entry).get("document_number", ""))
        else:
            self.fields["document_number"].set_finding("")

    def save(self) -> None:
        wrong = self._model.problems(self.entry)
        for key, one in self.fields.items():
            one.set_finding(wrong.get(key, ""))
        if wrong:
            place = next((key for key in self.fields if key in wrong), "name")
            self.fields[place].setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._model.save(self.entry, self._roster)
        self.finished.emit()


def _known(person: PersonRow | None, key: str) -> str:
    if person is None:
        return ""
    entry: Mapping[str, Any] = person.entry
    value = entry.get(key)
    if value is None and not entry:
        value = person.body.get(FROM_PERSON.get(key, key))
    return str(value) if isinstance(value, str | int) else ""
