"""单位信息: what the association knows of the unit, and who works for it here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from desktop.context import Context
from desktop.starting import begin, begun_here
from desktop.watching import Watching
from desktop.watching_page import WatchingPage
from desktop.widgets.base import Label
from desktop.widgets.buttons import Button
from desktop.widgets.notes import EmptyState, KeyValues
from desktop.widgets.panel import SectionTitle
from domain.packs import Pack
from sync.store.local import Reader
from sync.views import entities, entity, mask_mobile

WORDS = {  # where no form of the pack names the field
    "name": "单位名称", "kind": "单位类别", "entity_kind": "单位性质", "credit_code": "统一社会信用代码",
    "former_names": "曾用名", "membership_valid_until": "会籍有效期至", "city": "所在城市",
}  # fmt: skip
ENUMS = {"kind": "unit_kind", "entity_kind": "entity_kind"}
WHO = {"legal_representative": "法人", "general_manager": "总经理", "handler": "经办人"}
INVOICE = {"title": "抬头", "tax_number": "纳税人识别号", "mobile": "手机号码", "email": "邮箱"}


@dataclass(frozen=True, slots=True)
class UnitFound:
    """What is shown, as pairs of label and words."""

    facts: tuple[tuple[str, str], ...]
    mobiles: tuple[tuple[str, str], ...]
    invoice: tuple[tuple[str, str], ...]
    accounts: tuple[tuple[str, str], ...]


class UnitModel(Watching[UnitFound | None]):
    """Reads the unit's own entity and its accounts."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.found: UnitFound | None = None

    def look(self, reader: Reader) -> UnitFound | None:
        account, pack = self.context.account, self.context.pack
        me = reader.accounts.need(account)
        shown = entity(reader, account, me.unit) if me.unit else None
        if shown is None:
            return None
        body = shown.body
        accounts = [one.body for one in entities(reader, account, "account") if one.body.get("unit") == me.unit]
        return UnitFound(
            tuple(_facts(pack, body)),
            tuple((WHO.get(key, key), mask_mobile(str(number))) for key, number in (body.get("mobiles") or {}).items()),
            tuple(
                (INVOICE.get(key, key), mask_mobile(str(value)) if key == "mobile" else str(value))
                for key, value in (body.get("invoice") or {}).items()
                if value
            ),
            tuple((str(one.get("name") or one.get("login") or ""), _role(pack, one)) for one in accounts or [me.body]),
        )

    def take(self, found: UnitFound | None) -> None:
        self.found = found

    @property
    def change_service(self) -> str | None:
        """The business by which the unit's own data is changed."""
        pack = self.context.pack
        entries = [one.service for one in pack.menu_entries() if one.service is not None]
        return next((key for key in entries if _changes_unit(pack, key)), None)


def _changes_unit(pack: Pack, key: str) -> bool:
    found = pack.services[key]
    own = found.spec.subject == "unit" and found.kind == "form" and begun_here(pack, key)
    return own and any(field.key == "credit_code" for field in found.fields)


def _facts(pack: Pack, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    named = {field.key: field.label for one in pack.services.values() if one.spec.subject == "unit"
             for field in one.fields}  # fmt: skip
    for key, label in (WORDS | named).items():
        value = body.get(key)
        if isinstance(value, list | tuple):
            value = "、".join(str(one) for one in value)
        if value and isinstance(value, str):
            yield label, pack.label(ENUMS[key], value) if key in ENUMS else str(value)


def _role(pack: Pack, body: Mapping[str, Any]) -> str:
    role = pack.spec.roles.get(str(body.get("role") or ""))
    stopped = "（停用）" if body.get("active") is False else ""
    return f"{role.label if role is not None else ''}{stopped}"


class UnitPage(WatchingPage):
    """Sections of label and words."""

    model: UnitModel

    def __init__(self, context: Context) -> None:
        self.change = Button("变更单位信息", icon="pencil")
        self.change.setObjectName("unit.change")
        super().__init__("单位信息", actions=[self.change], help_topic="unit")
        self.setObjectName("unit")
        self.context, self.model = context, UnitModel(context)
        self.model.setParent(self)
        self.change.clicked.connect(self._change)
        self.facts = {key: KeyValues(label_width=136) for key in ("facts", "mobiles", "invoice", "accounts")}
        for key, title in (("facts", ""), ("mobiles", "手机号码"), ("invoice", "开票信息"), ("accounts", "账号")):
            self.facts[key].setObjectName(f"unit.{key}")
            if title:
                self.add(SectionTitle(title, None, line=True))
                self.add(8)
            self.add(self.facts[key])
            self.add(12)
        note = "资料以协会为准。要改请办变更申请；手机号码会收到协会的短信，请保持正确、在用。"
        self.add(Label(note, "secondary", "text2", wrap=True))
        self.empty = EmptyState("还没有取到单位资料", "联网后会自动取来。", icon="building")
        self.empty.hide()
        self.add(self.empty)
        self.add_stretch()
        self.model.changed.connect(self._refresh)

    def _refresh(self) -> None:
        found = self.model.found
        self.empty.setVisible(found is None)
        self.change.set_reason("" if self.model.change_service else "请向协会办理单位信息变更")
        if found is None:
            return
        for key in self.facts:
            pairs: tuple[tuple[str, str], ...] = getattr(found, key)
            told = pairs or (("", "没有资料"),)
            self.facts[key].set_pairs(told)
            self.facts[key].setAccessibleName("；".join(f"{label} {words}".strip() for label, words in told))

    def _change(self) -> None:
        if self.model.change_service is not None:
            begin(self.context, self.model.change_service)


def make(context: Context, key: str) -> UnitPage:
    return UnitPage(context)
