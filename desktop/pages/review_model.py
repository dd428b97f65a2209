"""The desk of whoever decides: what waits, what is open, what was decided and not sent. Imports no widget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.alive import while_there
from desktop.carrying import Carrier
from desktop.context import Context
from desktop.pages import decisions
from desktop.pages.decisions import Decision, Note, Sent
from desktop.pages.review_sheet import Part, ReviewSheet, Sheet, review_sheet
from desktop.pages.words import waited
from desktop.watching import Watching
from domain.operations import Severity
from domain.transitions import ActionChoice
from sync.store.errors import StoreFailure
from sync.store.local import LocalStore, Reader
from sync.views import CaseRow, applications, in_turn

WAITING, AGAIN, DECIDED = "waiting", "again", "decided"
LATE = 4  # days after which a wait is marked
Place = tuple[str, str]  # path, and how people call it


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One line of the list at the left."""

    case: CaseRow
    decision: Decision | None
    days: int

    @property
    def id(self) -> str:
        return self.case.id

    @property
    def title(self) -> str:
        return self.case.unit_name or self.case.label

    @property
    def number(self) -> str:
        return self.case.number or self.case.code

    @property
    def word(self) -> str:
        """How it stands, in the list."""
        if self.decision is not None:
            return self.decision.label
        return "今天" if self.days == 0 else f"{self.days} 天"

    @property
    def role(self) -> str:
        if self.decision is not None:
            return "ok" if self.decision.approves else "warn"
        return "warn" if self.days >= LATE else "text2"


@dataclass(frozen=True, slots=True)
class Found:
    """One look at the store."""

    rows: tuple[DeskRow, ...]
    sheet: ReviewSheet | None
    phrases: tuple[str, ...]
    asked: str  # the application that was wanted then


class ReviewModel(Watching[Found]):
    """Which application, which part of it and which attachment is on screen; decisions until they are sent."""

    opened = Signal()  # another application, or the same one anew
    moved = Signal()  # another part, attachment or place of the same application
    said = Signal(str, str)  # words and role for the page
    sent = Signal(object)  # Sent

    def __init__(self, context: Context, key: str = "", parent: QObject | None = None) -> None:
        super().__init__(context, parent)
        self.rows: tuple[DeskRow, ...] = ()
        self.sheet: ReviewSheet | None = None
        self.phrases: tuple[str, ...] = ()
        self.part_key, self.paper_key = "", ("", "")
        self.old_round = False
        self.place: Place | None = None
        self.looked: set[tuple[str, str]] = set()  # (application, part) that were on screen
        self.checked: set[tuple[str, str, str]] = set()  # (application, part, words) somebody ticked
        self.notes: tuple[Note, ...] = ()  # of the return that is being written
        self.carrier = Carrier(context, self)
        self._wanted = f"application/{key}" if key else ""
        self._decided_here: set[str] = set()  # what leaves the desk by one's own decision leaves without a word
        self._sending = False

    # the store

    def look(self, reader: Reader) -> Found:
        context, pack = self.context, self.context.pack
        me = reader.accounts.need(context.account)
        today = context.today()
        made = decisions.kept(reader, context.account)
        mine = in_turn(applications(reader, context.account, pack, open_only=True), me.role, pack)
        mine.sort(key=lambda row: (row.since or row.submitted_on, row.id))
        rows = tuple(DeskRow(row, made.get(row.id), waited(row.since or row.submitted_on, today)) for row in mine)
        asked = wanted = self._wanted
        if wanted not in {row.id for row in rows}:
            wanted = next((row.id for row in rows if row.decision is None), "")
        sheet = review_sheet(reader, context.account, pack, wanted, today=today, now=context.now()) if wanted else None
        return Found(rows, sheet, decisions.phrases(reader, context.account), asked)

    def take(self, found: Found) -> None:
        before = self.sheet
        self._decided_here |= {row.id for row in (*self.rows, *found.rows) if row.decision is not None}
        if self._wanted != found.asked and any(row.id == self._wanted for row in found.rows):
            self.rows, self.phrases = found.rows, found.phrases
            return  # another one was clicked meanwhile: it is being read
        self.rows, self.sheet, self.phrases = found.rows, found.sheet, found.phrases
        if (
            before is not None
            and before.id not in self._decided_here
            and all(row.id != before.id for row in found.rows)
        ):
            row = before.case.row
            words = f"{row.label} {row.number or row.code} 已不在您手上：单位作废了，或同事先办了。"
            self.said.emit(f"{words}您还没有判定，没写完的意见不会送出。", "warn")
        if found.sheet is None:
            self._wanted = ""
            self.part_key, self.paper_key, self.place, self.notes = "", ("", ""), None, ()
            self.opened.emit()
            return
        self._wanted = found.sheet.id
        same = before is not None and before.id == found.sheet.id
        if same and before is not None and before.case.row.version == found.sheet.case.row.version:
            self.opened.emit()
            return
        decision = self.decision
        self.notes = decision.notes if decision is not None else ()
        self.place = None
        self._enter(found.sheet.parts[0] if found.sheet.parts else None)
        self.opened.emit()

    # where one is

    @property
    def wanted(self) -> str:
        """The application that was chosen, also while it is still being read."""
        return self._wanted

    def open(self, application: str) -> None:
        """Another one of the list."""
        if application != self._wanted or self.sheet is None:
            self._wanted = application
            self.refresh()

    def next(self) -> None:
        """The next one that is not decided; around from the end."""
        here = next((at for at, row in enumerate(self.rows) if row.id == self._wanted), -1)
        order = [*self.rows[here + 1 :], *self.rows[: max(here, 0)]]
        found = next((row for row in order if row.decision is None), None)
        if found is not None:
            self.open(found.id)

    def choose_part(self, key: str) -> None:
        if self.sheet is not None and (part := self.sheet.part(key)) is not None and key != self.part_key:
            self._enter(part)
            self.moved.emit()

    def _enter(self, part: Part | None) -> None:
        self.part_key = part.key if part is not None else ""
        self.old_round = False
        if part is not None and self.sheet is not None:
            self.looked.add((self.sheet.id, part.key))
        papers = self.papers
        self.paper_key = papers[0].key if papers else ("", "")
        self._ask()

    @property
    def part(self) -> Part | None:
        return self.sheet.part(self.part_key) if self.sheet is not None else None

    @property
    def papers(self) -> tuple[Sheet, ...]:
        """The attachments of the part, then those of the whole form."""
        part = self.part
        if part is None or self.sheet is None:
            return ()
        whole = self.sheet.part("")
        return (*part.sheets, *(whole.sheets if whole is not None and whole is not part else ()))

    @property
    def paper(self) -> Sheet | None:
        return next((sheet for sheet in self.papers if sheet.key == self.paper_key), None)

    def choose_paper(self, key: tuple[str, str]) -> None:
        found = next((sheet for sheet in self.papers if sheet.key == key), None)
        if found is not None:
            self.paper_key, self.old_round = key, False
            self.place = (found.path, found.label)
            self._ask()
            self.moved.emit()

    def turn_paper(self, step: int) -> None:
        """The next attachment; after the last of a person comes the next person."""
        papers = self.papers
        at = next((at for at, sheet in enumerate(papers) if sheet.key == self.paper_key), -1)
        if 0 <= at + step < len(papers):
            self.choose_paper(papers[at + step].key)
            return
        parts = self.sheet.parts if self.sheet is not None else ()
        here = next((at for at, part in enumerate(parts) if part.key == self.part_key), -1)
        if 0 <= here + step < len(parts):
            self.choose_part(parts[here + step].key)

    def choose_place(self, path: str, name: str) -> None:
        """A field or a paper: what a return will be bound to."""
        sheet = next((one for one in self.papers if one.path == path), None)
        if sheet is not None:
            self.choose_paper(sheet.key)
            return
        self.place = (path, name)
        self.moved.emit()

    def tick(self, words: str) -> None:
        """Somebody has looked at it, or takes that back."""
        if self.sheet is None:
            return
        key = (self.sheet.id, self.part_key, words)
        self.checked ^= {key}
        self.moved.emit()

    def is_ticked(self, words: str) -> bool:
        return self.sheet is not None and (self.sheet.id, self.part_key, words) in self.checked

    def show_old(self, on: bool) -> None:
        """The attachment of the round before in place of the present one."""
        self.old_round = on
        self._ask()
        self.moved.emit()

    def _ask(self) -> None:
        sheet = self.paper
        if sheet is None:
            self.carrier.drop()
            return
        self.carrier.ask(sheet.before if self.old_round and sheet.before is not None else sheet.paper)

    # deciding

    @property
    def decision(self) -> Decision | None:
        """Of the one that is open."""
        return next((row.decision for row in self.rows if self.sheet is not None and row.id == self.sheet.id), None)

    @property
    def decided(self) -> int:
        return sum(row.decision is not None for row in self.rows)

    def approving(self) -> ActionChoice | None:
        return self.sheet.action("approve", "confirm") if self.sheet is not None else None

    def returning(self) -> ActionChoice | None:
        return self.sheet.action("return") if self.sheet is not None else None

    def others(self) -> tuple[ActionChoice, ...]:
        """What else this desk may do with it."""
        usual = (self.approving(), self.returning())
        return tuple(one for one in (self.sheet.actions if self.sheet is not None else ()) if one not in usual)

    def doubts(self) -> tuple[str, ...]:
        """What speaks against approving: findings that block, and papers that are not there."""
        if self.sheet is None:
            return ()
        said = [
            f"{part.title}：{finding.message}" if part.key else finding.message
            for part in self.sheet.parts
            for finding in part.findings
            if finding.severity is Severity.BLOCK
        ]
        return tuple(dict.fromkeys(said))

    def approve(self) -> None:
        choice = self.approving()
        if choice is not None:
            self.decide(choice)

    def note(self, text: str) -> None:
        """Words on the place that was clicked, or on the whole."""
        text = text.strip()
        if text:
            path, name = self.place or ("", "")
            kept = tuple(one for one in self.notes if one.path != path or not path)
            self.notes = (*kept, Note(path, text, name))
            self.moved.emit()

    def forget_note(self, at: int) -> None:
        self.notes = self.notes[:at] + self.notes[at + 1 :]
        self.moved.emit()

    def decide(self, choice: ActionChoice, reason: str = "") -> None:
        """Kept here; nothing goes out before `send`."""
        if self.sheet is None:
            return
        notes = self.notes if choice.require_reason else ()
        whole = reason.strip() or "；".join(f"{one.place}：{one.text}" if one.place else one.text for one in notes)
        if choice.require_reason and not whole:
            self.said.emit("请写明原因，单位要照着改。", "warn")
            return
        row = self.sheet.case.row
        made = Decision(row.id, choice.id, choice.verb, choice.label, row.version, whole, notes)
        self.next()
        self.context.write(partial(_decide, self.context.account, made), failed=while_there(self, self._failed))

    def undo(self) -> None:
        """Take back the decision on the one that is open."""
        if self.sheet is not None:
            self.context.write(
                partial(_undo, self.context.account, self.sheet.id), failed=while_there(self, self._failed)
            )

    def send(self) -> None:
        """送出: all that was decided, into the outbox."""
        if self._sending or not self.decided:
            return
        self._sending = True
        account, pack, now = self.context.account, self.context.pack, self.context.now()
        self.context.write(
            lambda store: decisions.send(store, account, pack=pack, now=now),
            done=while_there(self, self._sent),
            failed=while_there(self, self._failed),
        )

    def _sent(self, sent: Sent) -> None:
        self._sending = False
        if sent.count:
            self.said.emit(f"{sent.count} 个决定已放入待发送，联网后自动送达。", "ok")
        if sent.stale:
            self.said.emit(f"{len(sent.stale)} 份在您判定之后有了变化，请重新看过再判。", "warn")
        self.sent.emit(sent)

    def _failed(self, error: BaseException) -> None:
        self._sending = False
        if not isinstance(error, StoreFailure):
            raise error
        self.said.emit(f"{error.sentence}{error.remedy}", "bad")

    # lists

    def listed(self, chip: str) -> Sequence[DeskRow]:
        keep: Callable[[DeskRow], bool] = {
            WAITING: lambda row: row.decision is None,
            AGAIN: lambda row: row.decision is None and row.case.round > 1,
            DECIDED: lambda row: row.decision is not None,
        }[chip]
        return [row for row in self.rows if keep(row)]

    def state_of(self, part: Part) -> tuple[str, str]:
        """(word, role) of a part in the list of parts."""
        if any(note.path.startswith(f"{part.key}]") or f"[{part.key}]" in note.path for note in self.notes if part.key):
            return "有意见", "warn"
        if any(one.severity is Severity.BLOCK for one in part.findings) or part.missing:
            return "机器有疑", "bad"
        if part.key == self.part_key:
            return "在看", "wait"
        if self.sheet is not None and (self.sheet.id, part.key) in self.looked:
            return "看过", "ok"
        return "未看", "text2"


def _decide(account: str, made: Decision, store: LocalStore) -> None:
    decisions.decide(store, account, made)


def _undo(account: str, application: str, store: LocalStore) -> None:
    decisions.undo(store, account, [application])
