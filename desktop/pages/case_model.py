"""One application, opened: what is read, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop import starting
from desktop.alive import while_there
from desktop.carrying import Carrier
from desktop.context import Context
from desktop.pages.case_words import (
    BILL,
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
from sync.views import Case, OutboxRow, case, rows_for

if TYPE_CHECKING:
    from desktop.pages.case_papers import MadePaper


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
    mine: bool  # it waits for this very desk


class CaseModel(Watching[Opened | Draft | None]):
    """Reads an application; acts on it."""

    paper_opened = Signal(object, object, str)  # PaperLine, bytes, what has to be written in by hand
    paper_moved = Signal(object, int)  # PaperLine, bytes that are in
    paper_failed = Signal(object, str, str)  # PaperLine, what happened, what to do

    def __init__(self, context: Context, key: str, parent: QObject | None = None) -> None:
        super().__init__(context, parent)
        self.id = f"application/{key}"
        self.opened: Opened | None = None
        self.draft: Draft | None = None
        self.carrier = Carrier(context, self)
        self.carrier.came.connect(self._came)
        self.carrier.moved.connect(self._moves)
        self.carrier.failed.connect(self._broke)
        self._wanted: PaperLine | None = None
        self._making = 0

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
            unit_desk=pack.fills_in(me.role),
            mine=found.row.holder_actor == actor,
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

    @property
    def is_settled(self) -> bool:
        return super().is_settled and self.carrier.is_settled and not self._making

    def open_paper(self, line: PaperLine) -> None:
        """Its bytes: from this machine, from the association, or made from what was sent."""
        self._wanted = line
        self.carrier.drop()
        if line.made.startswith(BILL):
            self.context.go(line.made)
        elif line.paper is not None:
            self.carrier.ask(line.paper)
        else:
            self._make(line)

    def _make(self, line: PaperLine) -> None:
        context, application = self.context, self.id
        account, pack, now, day = context.account, context.pack, context.now(), context.today()

        def work(reader: Reader) -> MadePaper | None:
            from desktop.pages.case_papers import make_paper  # loads what writes PDFs, on the lane

            return make_paper(reader, account, pack, application, line.made, now=now, day=day)

        self._making += 1
        context.read(work, while_there(self, partial(self._made, line)))

    def _made(self, line: PaperLine, made: MadePaper | None) -> None:
        self._making -= 1
        if made is not None and self._wanted is line:
            self.paper_opened.emit(line, made.pdf, made.gaps)

    def _came(self, _paper: object, data: bytes) -> None:
        if self._wanted is not None:
            self.paper_opened.emit(self._wanted, data, "")

    def _moves(self, _paper: object, count: int) -> None:
        if self._wanted is not None:
            self.paper_moved.emit(self._wanted, count)

    def _broke(self, _paper: object, words: str, remedy: str) -> None:
        if self._wanted is not None:
            self.paper_failed.emit(self._wanted, words, remedy)

    def take_back(self) -> None:
        """撤回 while it has not left this machine: it is a draft again."""
        context, asked = self.context, self.withdrawable
        if asked is None:
            return
        account, now, op_id = context.account, context.now(), asked.op_id
        context.write(
            lambda store: actions.cancel(store, account, op_id, now=now),
            lambda _draft: context.tell("已撤回，没有送出。"),
        )

    @property
    def withdrawable(self) -> OutboxRow | None:
        """What was asked last and has not left this machine."""
        asked = self.opened.case.asked if self.opened is not None else ()
        return asked[-1] if asked and asked[-1].can_cancel else None

    def receipt_paper(self, op_id: str) -> None:
        self.context.go(f"receipt/{op_id}")


def _subjects(found: Case) -> set[str]:
    rows = (row for listed in (found.form.get("cards") or {}).values() for row in listed)
    return {str(row[key]) for row in rows for key in ("person", "roster") if row.get(key)}
