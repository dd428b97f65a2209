"""Drafts: what is being filled in here, and what came back to be mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from domain.operations import Finding
from sync.protocol import finding_body, read_finding
from sync.store.tables import drafts, listed
from sync.store.text import dumps, loads

_AMONG = select(drafts.c.id).where(drafts.c.account == bindparam("whose"), listed(drafts.c.id, bindparam("names")))
_JSON = ("form", "payload", "base", "history", "asks")


@dataclass(frozen=True, slots=True)
class Draft:
    """One form being filled in; `sent` names the Operation that has it now, and freezes it."""

    id: str
    entity: str
    kind: str = "act"
    action: str = ""
    service: str = ""
    title: str = ""
    form: Mapping[str, Any] = field(default_factory=dict)  # or the whole payload, where it is no application
    payload: Mapping[str, Any] = field(default_factory=dict)
    base_version: int = 0
    base: Mapping[str, Any] | None = None
    shared_version: int = 0
    share: bool = False
    returned: bool = False
    history: tuple[Mapping[str, Any], ...] = ()
    asks: tuple[Mapping[str, Any], ...] = ()
    findings: tuple[Finding, ...] = ()
    supersedes: str | None = None
    refused: str | None = None
    sent: str | None = None
    edited_by: str = ""
    edited_at: str = ""

    @property
    def application(self) -> str:
        """The application it is or will become."""
        return self.entity


class Drafts:
    """Never begins a transaction, never commits one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, account: str, draft_id: str) -> Draft | None:
        """One, frozen or not."""
        asked = select(drafts).where(drafts.c.account == account, drafts.c.id == draft_id)
        row = self._connection.execute(asked).one_or_none()
        return None if row is None else _draft(row)

    def among(self, account: str, draft_ids: Sequence[str]) -> set[str]:
        """Those of them that are here."""
        if not draft_ids:
            return set()
        return set(self._connection.scalars(_AMONG, {"whose": account, "names": dumps(draft_ids)}))

    def all(self, account: str) -> tuple[Draft, ...]:
        """Latest edited first, with those that are on their way."""
        asked = select(drafts).where(drafts.c.account == account)
        return tuple(map(_draft, self._connection.execute(asked.order_by(drafts.c.edited_at.desc(), drafts.c.id))))

    def to_share(self, account: str) -> tuple[Draft, ...]:
        """Those that transport is to take along."""
        asked = select(drafts).where(drafts.c.account == account, drafts.c.share == 1, drafts.c.sent.is_(None))
        return tuple(map(_draft, self._connection.execute(asked.order_by(drafts.c.id))))

    def put(self, account: str, draft: Draft) -> None:
        """As it is now, whole."""
        values = _values(account, draft)
        row = insert(drafts).values(values)
        self._connection.execute(row.on_conflict_do_update(index_elements=["account", "id"], set_=values))

    def type(self, account: str, draft_id: str, form: str, by: str, at: str, base: str | None = None) -> bool:
        """Only the form, as JSON, without its attachments: what a pause in typing saves.

        False: there is none, it is on its way, or it is no longer as it was in `base`.
        """
        if base is None:
            done = self._connection.exec_driver_sql(_TYPE, (form, by, at, account, draft_id))
        else:
            done = self._connection.exec_driver_sql(_TYPE + _UNCHANGED, (form, by, at, account, draft_id, base))
        return done.rowcount == 1

    def set(self, account: str, draft_id: str, **values: Any) -> None:
        """Plain columns of one row."""
        self._connection.execute(
            update(drafts).where(drafts.c.account == account, drafts.c.id == draft_id).values(**values)
        )

    def freeze(self, account: str, draft_id: str, op_id: str) -> None:
        """It is on its way: a second click finds it frozen."""
        self.set(account, draft_id, sent=op_id, share=0)

    def remove(self, account: str, draft_id: str) -> None:
        """Gone from this machine."""
        self._connection.execute(delete(drafts).where(drafts.c.account == account, drafts.c.id == draft_id))


_TYPE = """UPDATE drafts SET edited_by = ?2, edited_at = ?3, form = json_set(
    ?1, '$.attachments', json(coalesce(json_extract(form, '$.attachments'), '[]'))
) WHERE account = ?4 AND id = ?5 AND sent IS NULL"""
_UNCHANGED = " AND json_remove(form, '$.attachments') = json_remove(?6, '$.attachments')"


def _values(account: str, draft: Draft) -> dict[str, Any]:
    return {
        "account": account,
        **{
            name: getattr(draft, name)
            for name in (
                "id",
                "entity",
                "kind",
                "action",
                "service",
                "title",
                "base_version",
                "shared_version",
                "supersedes",
                "refused",
                "sent",
                "edited_by",
                "edited_at",
            )
        },
        "form": dumps(draft.form),
        "payload": dumps(draft.payload),
        "base": dumps(draft.base),
        "history": dumps(draft.history),
        "asks": dumps(draft.asks),
        "findings": dumps([finding_body(finding) for finding in draft.findings]),
        "share": int(draft.share),
        "returned": int(draft.returned),
    }


def _draft(row: Any) -> Draft:
    values = {name: value for name, value in row._mapping.items() if name != "account"}
    values |= {name: loads(values[name]) for name in _JSON}
    values["history"], values["asks"] = tuple(values["history"]), tuple(values["asks"])
    values["findings"] = tuple(map(read_finding, loads(values["findings"])))
    values["share"], values["returned"] = bool(values["share"]), bool(values["returned"])
    return Draft(**values)


def thawed(draft: Draft) -> Draft:
    """Editable again."""
    return replace(draft, sent=None)
