"""One application, opened: what is read, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from desktop import starting
from desktop.context import Context
from desktop.pages.case_words import (
    Change,
    PaperLine,
    PersonLine,
    changes,
    moments,
    own_actions,
    pack_actor,
    paper_lines,
    people_lines,
)
from desktop.watching import Watching
from desktop.widgets.timeline import Moment
from domain.transitions import ActionChoice
from sync import actions
from sync.store.drafts import Draft
from sync.store.local import Reader
from sync.store.text import key_of
from sync.views import Case, case, rows_for


@dataclass(frozen=True)
class Opened:
    """Everything the page shows."""

    case: Case
    moments: tuple[Moment, ...]
    people: tuple[PersonLine, ...]
    papers: tuple[PaperLine, ...]
    changes: tuple[Change, ...]
    actions: tuple[ActionChoice, ...]
    holder: str
    receipts: tuple[tuple[str, int, str], ...]  # op_id, number, when
    may_copy: bool
    unit_desk: bool


class CaseModel(Watching[Opened | Draft | None]):
    """Reads an application; acts on it."""

    paper_opened = Signal(object, object)  # PaperLine, bytes

    def __init__(self, context: Context, key: str, parent: QObject | None = None) -> None:
        super().__init__(context, parent)
        self.id = f"application/{key}"
        self.opened: Opened | None = None
        self.draft: Draft | None = None

    def look(self, reader: Reader) -> Opened | Draft | None:
        context = self.context
        account, pack = context.account, context.pack
        found = case(reader, account, pack, self.id, now=context.now())
        if found is None:  # refused before it ever was one: what is left of it is a draft
            return reader.drafts.get(account, f"draft/{key_of(self.id)}")
        me = reader.accounts.need(account)
        actor, desk = pack.actor_of(me.role), pack.role(me.role)
        people = rows_for(reader, account, _subjects(found))
        service = pack.services.get(found.row.service)
        return Opened(
            found,
            moments(found, pack, context.now(), desk=desk),
            people_lines(found, pack, people),
            paper_lines(found, pack, people),
            changes(found, pack),
            own_actions(pack, found, actor),
            found.row.holder or str(found.desk.get("name") or "") or pack_actor(pack, found.row.holder_actor),
            tuple((one.op_id, one.receipt, one.answered_at or "") for one in found.asked if one.receipt),
            may_copy=service is not None and actor in service.spec.applicant,
            unit_desk=desk in ("unit", "person"),
        )

    def take(self, found: Opened | Draft | None) -> None:
        self.opened = found if isinstance(found, Opened) else None
        self.draft = found if isinstance(found, Draft) else None

    def act(self, action: str, reason: str) -> None:
        """作废 or whatever the pack calls it: an Operation, shown at once as on its way."""
        context = self.context
        account, pack, now, application = context.account, context.pack, context.now(), self.id
        context.write(
            lambda store: actions.act(store, account, application, action, pack=pack, now=now, reason=reason),
            lambda op_id: context.tell("已放入待发送，联网后自动送达。", link="看待发送", route="outbox"),
        )

    def amend(self) -> None:
        starting.amend(self.context, self.id)

    def take_up(self) -> None:
        if self.draft is not None:
            starting.take_up(self.context, self.draft.id)

    def copy(self) -> None:
        starting.again(self.context, self.id)

    def open_paper(self, line: PaperLine) -> None:
        """Its bytes, deciphered on the lane."""
        account = self.context.account

        def read(reader: Reader) -> bytes:
            with reader.files.open(account, line.paper.blob) as file:
                return file.read()

        self.context.read(read, lambda data: self.paper_opened.emit(line, data))

    def receipt_paper(self, op_id: str) -> None:
        self.context.go(f"receipt/{op_id}")


def _subjects(found: Case) -> set[str]:
    rows = (row for listed in (found.form.get("cards") or {}).values() for row in listed)
    return {str(row[key]) for row in rows for key in ("person", "roster") if row.get(key)}
