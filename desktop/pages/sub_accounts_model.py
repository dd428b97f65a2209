"""The accounts of a unit, and what its main account may do with those it keeps for its people. No widget."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal

from desktop import words
from desktop.alive import while_there
from desktop.context import Context
from desktop.watching import Watching
from domain.accounts import is_sub, sub_account_findings, sub_role
from domain.operations import Finding, Severity
from sync.actions_settings import reset_password, save_account
from sync.store.errors import StoreFailure
from sync.store.local import LocalStore, Reader
from sync.views import entities, view_for

NAME = "请填写姓名。"


@dataclass(frozen=True, slots=True)
class Row:
    """One account of the unit."""

    id: str
    body: Mapping[str, Any]
    role: str
    sub: bool  # one that the main account keeps
    pending: bool

    @property
    def name(self) -> str:
        return str(self.body.get("name") or "")

    @property
    def login(self) -> str:
        return str(self.body.get("login") or "")

    @property
    def active(self) -> bool:
        return self.body.get("active") is not False

    @property
    def state(self) -> tuple[str, str]:
        """(words, role)"""
        return words.standing(self.active, self.pending)


@dataclass(frozen=True, slots=True)
class Found:
    """One look at the store."""

    me: Mapping[str, Any]
    rows: tuple[Row, ...]
    config: Mapping[str, Any]


class SubAccountsModel(Watching[Found]):
    """Told before sending by the rules of the association; decided by its server."""

    said = Signal(str, str)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.found = Found({}, (), {})

    def look(self, reader: Reader) -> Found:
        account, pack = self.context.account, self.context.pack
        me = reader.accounts.need(account)
        rows = []
        for one in entities(reader, account, "account"):
            if me.unit is None or one.body.get("unit") != me.unit:
                continue
            role = pack.spec.roles.get(str(one.body.get("role") or ""))
            label = role.label if role is not None else ""
            rows.append(Row(one.id, one.body, label, is_sub(pack, one.body), one.pending is not None))
        rows.sort(key=lambda one: (one.sub, not one.active, one.login))
        config = view_for(reader, account, (), pack=pack).config
        return Found({**me.body, "id": me.entity, "role": me.role, "unit": me.unit}, tuple(rows), config)

    def take(self, found: Found) -> None:
        self.found = found

    # ---- what the rules say ----

    @property
    def why_not_add(self) -> str:
        """Why no further one may be kept, whatever it is called."""
        return self._words(self._asked(None, {"id": "", "active": True}), but_login=True)

    def why_not(self, row: Row, **changes: Any) -> str:
        """Why this one may not be changed so."""
        return self._words(self._asked(row, {**row.body, **changes}))

    def wrong(self, row: Row | None, name: str, login: str) -> dict[str, str]:
        """By field; "" stands for the whole."""
        body = {**(row.body if row is not None else {"id": "", "active": True}), "login": login}
        findings = self._asked(row, body)
        at_login = self._words(tuple(one for one in findings if one.rule == self.context.pack.spec.accounts.taken))
        told = {"name": "" if name else NAME, "login": at_login, "": self._words(findings, but_login=True)}
        return {key: words for key, words in told.items() if words}

    def _asked(self, row: Row | None, body: Mapping[str, Any]) -> tuple[Finding, ...]:
        pack, found = self.context.pack, self.found
        others = [{**one.body, "id": one.id} for one in found.rows]
        login = body.get("login")
        return sub_account_findings(
            pack,
            found.me,
            others,
            row.body if row is not None else None,
            {**body, "role": sub_role(pack)},
            config=found.config,
            today=self.context.today(),
            taken=any(one.login == login and (row is None or one.id != row.id) for one in found.rows),
        )

    def _words(self, findings: tuple[Finding, ...], *, but_login: bool = False) -> str:
        login = self.context.pack.spec.accounts.taken if but_login else None
        blocks = [one for one in findings if one.severity is Severity.BLOCK and one.rule != login]
        return "；".join(dict.fromkeys(one.message for one in blocks))

    # ---- what may be done ----

    def save(self, row: Row | None, name: str, login: str) -> None:
        """A new one, or another name or number for one that is there."""
        body = {"name": name, "login": login, "mobile": login}
        if row is None:
            body |= {"role": str(sub_role(self.context.pack)), "unit": str(self.found.me["unit"])}
            more = "送达后，首次密码会发到这个手机号码。"
        else:
            more = "送达后生效。"
        account, now, entity = self.context.account, self.context.now(), row.id if row is not None else None
        self._do(lambda store: save_account(store, account, body, now=now, entity=entity), more)

    def set_active(self, row: Row, active: bool) -> None:
        """Stopped, or in use again."""
        account, now = self.context.account, self.context.now()
        body = {"active": active}
        self._do(lambda store: save_account(store, account, body, now=now, entity=row.id), "送达后生效。")

    def reset(self, row: Row) -> None:
        """Another first password, which nobody sees here."""
        account, now = self.context.account, self.context.now()
        self._do(
            lambda store: reset_password(store, account, row.id, now=now), "送达后，新的密码会发到这个账号的手机。"
        )

    def _do(self, work: Callable[[LocalStore], str], more: str) -> None:
        self.context.write(
            work,
            done=while_there(self, lambda _op_id: self.said.emit(f"已放入待发送。{more}", "ok")),
            failed=while_there(self, self._failed),
        )

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, StoreFailure):
            raise error
        self.said.emit(f"{error.sentence}{error.remedy}", "bad")
