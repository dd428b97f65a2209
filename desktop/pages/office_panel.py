"""The panel in which an agency, a desk or an account is written: fields by kind, each with what is wrong beside it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.pages.office_lists import Entry, Kind, OfficeLists
from desktop.widgets.base import Label, row, show_if
from desktop.widgets.buttons import Button, CheckBox
from desktop.widgets.fields import Field
from desktop.widgets.inputs import ChoiceInput, TextInput
from desktop.widgets.panel import Panel, Section

FIELDS: dict[Kind, tuple[tuple[str, str, bool], ...]] = {  # key, label, required
    "agency": (("name", "名称", True), ("city", "城市", False), ("contact", "联系人", False), ("phone", "电话", False)),
    "desk": (("name", "名称", True), ("contact", "联系人", False), ("phone", "电话", False)),
    "account": (("name", "姓名", True), ("login", "登录名", True), ("mobile", "手机号码", True)),
}
TITLES: dict[Kind, str] = {"agency": "会员服务机构", "desk": "协会联系方式", "account": "账号"}


def held_words(held: int) -> str:
    """What becomes of the cases on the desk of an agency that is stopped."""
    return f"它那里还有 {held} 件在办。停用后单位不能再选它，这 {held} 件仍留在它那里审，请先与它约好办完。"


class OfficePanel(Panel):
    """One entry, made or changed."""

    finished = Signal()

    def __init__(self, model: OfficeLists, kind: Kind, entry: Entry | None) -> None:
        super().__init__(entry.name if entry is not None else f"新增{TITLES[kind]}", note=TITLES[kind] if entry else "")
        self._model, self._kind, self._entry = model, kind, entry
        body = entry.body if entry is not None else {}
        self.fields: dict[str, Field] = {}
        holder = QWidget()
        self._layout = QVBoxLayout(holder)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(10)
        for key, label, required in FIELDS[kind]:
            self._put(key, Field(label, TextInput(), required=required), body)
        if kind == "account":
            self._account(body)
        self.active = CheckBox("在用")
        self.active.setObjectName("office.active")
        self.active.setChecked(entry.active if entry is not None else True)
        show_if(self.active, kind != "desk" and entry is not None)
        self._layout.addWidget(self.active)
        self.held = Label(held_words(entry.held if entry else 0), "secondary", "warn", wrap=True)
        self.held.setObjectName("office.held")
        self.held.hide()
        self.active.toggled.connect(self._active_changed)
        self._layout.addWidget(self.held)
        words = "首次密码由系统生成，发到手机，任何人都看不到。" if kind == "account" and entry is None else ""
        self._layout.addWidget(Label(words, "secondary", "text2", wrap=True))
        save = Button("存下，放入待发送", "primary")
        save.setObjectName("office.save")
        save.clicked.connect(self.save)
        self._layout.addLayout(row(save, None))
        if not model.may_change(kind):
            save.set_reason("您的账号只能查看")
            self._layout.addWidget(Label("您的账号只能查看这里。", "secondary", "text2", wrap=True))
        self.set_sections([Section("", holder)])
        self.set_foot("Esc 收起", icon="close", action="收起")
        self.foot_acted.connect(self.finished)

    def _active_changed(self, active: bool) -> None:
        show_if(self.held, not active and self._entry is not None and self._entry.held > 0)

    def _put(self, key: str, made: Field, body: Any) -> None:
        made.set_value(str(body.get(key) or ""))
        made.editor.setObjectName(f"office.{key}")
        self.fields[key] = made
        self._layout.addWidget(made)

    def _account(self, body: Any) -> None:
        role = ChoiceInput(self._model.roles())
        role.edited.connect(self._role_chosen)
        self._put("role", Field("角色", role, required=True), body)
        for kind, label in (("unit", "所属单位"), ("agency", "所属机构")):
            self._put(kind, Field(label, ChoiceInput(self._model.places_of(kind)), required=True), body)
        self._role_chosen(str(body.get("role") or ""))

    def _role_chosen(self, role: str) -> None:
        place = self._model.place_kind(role)
        for kind in ("unit", "agency"):
            show_if(self.fields[kind], kind == place)

    @property
    def body(self) -> dict[str, Any]:
        """As written; what is empty is left out."""
        made: dict[str, Any] = {}
        place = self._model.place_kind(self.fields["role"].value) if self._kind == "account" else ""
        for key, one in self.fields.items():
            text = one.value.strip()
            if text and (key not in ("unit", "agency") or key == place):
                made[key] = text
        if self._kind != "desk":
            made["active"] = self.active.isChecked()
        return made

    def first_focus(self) -> None:
        self.fields["name"].setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        body = self.body
        wrong = self._model.wrong(self._kind, body, self._entry)
        for key, one in self.fields.items():
            one.set_finding(wrong.get(key, ""))
        if wrong:
            self.fields[next(key for key in self.fields if key in wrong)].setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._model.save(self._kind, body, self._entry)
        self.finished.emit()
