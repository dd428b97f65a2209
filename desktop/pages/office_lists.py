"""The agencies, the association's own desks and everybody's accounts: read, and asked to be changed. No widget."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal

from desktop import words
from desktop.alive import while_there
from desktop.context import Context
from desktop.watching import Watching
from sync.actions import save_account, save_agency, save_desk
from sync.store.errors import StoreFailure
from sync.store.local import LocalStore, Reader
from sync.store.pinyin import full, initials
from sync.views import applications, entities

Kind = Literal["agency", "desk", "account"]
MOBILE = re.compile(r"1[3-9]\d{9}")
MAY = {"agency": ("admin", "secretariat"), "desk": ("admin", "secretariat"), "account": ("admin",)}


@dataclass(frozen=True, slots=True)
class Entry:
    """One agency, desk or account."""

    id: str
    kind: Kind
    body: Mapping[str, Any]
    pending: bool
    place: str = ""  # of an account: the unit or agency it belongs to
    role_label: str = ""
    held: int = 0  # cases that wait for this agency

    @property
    def name(self) -> str:
        return str(self.body.get("name") or "")

    @property
    def active(self) -> bool:
        return self.body.get("active") is not False

    @property
    def search(self) -> str:
        looked_in = (
            self.name,
            self.place,
            self.role_label,
            *(str(self.body.get(k) or "") for k in ("login", "city", "phone", "contact", "mobile")),
        )
        return " ".join((*looked_in, initials(self.name), full(self.name)))

    @property
    def state(self) -> tuple[str, str]:
        return words.standing(self.active, self.pending)


@dataclass(frozen=True, slots=True)
class Lists:
    """One look at the store."""

    entries: tuple[Entry, ...]
    places: Mapping[str, str]  # units and agencies by id
    desk: str  # role of the desk that looks


class OfficeLists(Watching[Lists]):
    """Agencies and desks, or accounts."""

    said = Signal(str, str)
    saved = Signal()

    def __init__(self, context: Context, kinds: Sequence[Kind], parent: QObject | None = None) -> None:
        super().__init__(context, parent)
        self._kinds = tuple(kinds)
        self.entries: tuple[Entry, ...] = ()
        self.places: Mapping[str, str] = {}
        self.desk = ""

    def look(self, reader: Reader) -> Lists:
        account, pack = self.context.account, self.context.pack
        units = {one.id: str(one.body.get("name") or "") for one in entities(reader, account, "unit")}
        agencies = {one.id: str(one.body.get("name") or "") for one in entities(reader, account, "agency")}
        places = units | agencies
        found: list[Entry] = []
        held = self._held(reader) if "desk" in self._kinds else Counter[str | None]()
        for kind in self._kinds:
            for one in entities(reader, account, kind):
                body = one.body
                place = places.get(str(body.get("unit") or body.get("agency") or ""), "")
                role = pack.spec.roles.get(str(body.get("role") or ""))
                label = role.label if role and kind == "account" else ""
                found.append(Entry(one.id, kind, body, one.pending is not None, place, label, held[one.id]))
        found.sort(key=lambda one: (self._kinds.index(one.kind), not one.active, one.role_label, full(one.name)))
        return Lists(tuple(found), places, pack.role(reader.accounts.need(account).role))

    def _held(self, reader: Reader) -> Counter[str | None]:
        """How many cases wait for each agency."""
        actors = self.context.pack.spec.actors
        rows = applications(reader, self.context.account, self.context.pack, open_only=True)
        waiting = (row for row in rows if row.holder_actor in actors and actors[row.holder_actor].desk == "agency")
        return Counter(row.agency for row in waiting)

    def take(self, found: Lists) -> None:
        self.entries, self.places, self.desk = found.entries, found.places, found.desk

    def listed(self, kind: Kind) -> tuple[Entry, ...]:
        return tuple(one for one in self.entries if one.kind == kind)

    def may_change(self, kind: Kind) -> bool:
        return self.desk in MAY[kind]

    def desk_of(self, one: Entry) -> str:
        """unit, agency, or the association itself."""
        role = str(one.body.get("role") or "")
        desk = self.context.pack.role(role) if role in self.context.pack.spec.roles else ""
        return desk if desk in ("unit", "agency") else "association"

    def roles(self) -> tuple[tuple[str, str], ...]:
        """Every role of the pack that a person has."""
        return tuple(
            (key, role.label)
            for key, role in self.context.pack.spec.roles.items()
            if self.context.pack.role(key) not in ("system", "person")
        )

    def place_kind(self, role: str) -> str:
        """What an account of this role belongs to: "unit", "agency" or nothing."""
        desk = self.context.pack.role(role) if role in self.context.pack.spec.roles else ""
        return desk if desk in ("unit", "agency") else ""

    def places_of(self, kind: str) -> tuple[tuple[str, str], ...]:
        return tuple((key, name) for key, name in self.places.items() if key.startswith(f"{kind}/"))

    def wrong(self, kind: Kind, body: Mapping[str, Any], entry: Entry | None) -> Mapping[str, str]:
        """By field, in one sentence."""
        said: dict[str, str] = {}
        if not str(body.get("name") or "").strip():
            said["name"] = "请写名称。" if kind != "account" else "请写姓名。"
        mobile = str(body.get("mobile") or "")
        if kind == "account":
            login, role = str(body.get("login") or "").strip(), str(body.get("role") or "")
            taken = {
                str(one.body.get("login")) for one in self.listed("account") if entry is None or one.id != entry.id
            }
            if not login:
                said["login"] = "请写登录名。"
            elif login in taken:
                said["login"] = "这个登录名已有人用，请换一个。"
            if not role:
                said["role"] = "请选角色。"
            elif (place := self.place_kind(role)) and not body.get(place):
                said[place] = "请选所属单位。" if place == "unit" else "请选所属机构。"
            if not MOBILE.fullmatch(mobile):
                said["mobile"] = "请写 11 位手机号码，首次密码发到这里。"
        elif kind == "agency" and any(one.name == body.get("name") and one != entry for one in self.listed("agency")):
            said["name"] = "已有同名的机构。"
        return said

    def save(self, kind: Kind, body: Mapping[str, Any], entry: Entry | None) -> None:
        """Into the outbox; only what changed is shown as on its way."""
        account, now = self.context.account, self.context.now()
        entity = entry.id if entry is not None else None

        def work(store: LocalStore) -> str:
            if kind == "agency":
                return save_agency(store, account, body, now=now, agency=entity)
            if kind == "desk":
                return save_desk(store, account, str(entity).partition("/")[2], body, now=now)
            return save_account(store, account, body, now=now, entity=entity)

        self.context.write(
            work,
            done=while_there(self, partial(self._saved, kind, entry is None)),
            failed=while_there(self, self._failed),
        )

    def _saved(self, kind: Kind, new: bool, _op_id: str) -> None:
        more = "首次密码会在送达后发到手机。" if kind == "account" and new else "送达后生效。"
        self.said.emit(f"已放入待发送。{more}", "ok")
        self.saved.emit()

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, StoreFailure):
            raise error
        self.said.emit(f"{error.sentence}{error.remedy}", "bad")
