"""Choosing people for a card: everyone is listed, with every reason; judged beside the screen, those in sight first.

picker = PickerModel(context, "draft/…", "continuing-education"); picker.load()
picker.loaded     everybody is listed, not judged yet       picker.people, picker.card_label
picker.judged     some more are judged                      picker.verdict(candidate)
picker.study(c)   every reason and the earliest day of one  picker.studied(PersonCheck)
picker.add(…)     rows of these into the draft              picker.added(int)
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.alive import while_there
from desktop.context import Context
from desktop.pages.form_values import Form, rows_of, with_rows
from desktop.pages.picker_people import NOT_YET, UNKNOWN_TO_THEM, Candidate, Pasted, Verdict, candidate, match, row_for
from domain.packs.service import Service
from domain.picking import PersonCheck, Picker
from domain.view import View
from sync import actions
from sync.store.drafts import Draft
from sync.store.errors import StoreFailure
from sync.store.local import LocalStore, Reader
from sync.store.reminders import Reminder
from sync.views import as_of, people, reminders, view_for

FIRST, MOST = 40, 400  # people judged at once: first, and at most later
SLICE = 0.015  # seconds: as many as it allows, for while a lane works the screen has half of the interpreter at best
TELL = 0.25  # seconds between words of how far it is, unless somebody in sight was judged
PAGE = 200  # people on screen before the others are read


@dataclass(frozen=True, slots=True)
class Everybody:
    """Who is listed, and what they are judged by; `whole`: nobody is left out."""

    people: tuple[Candidate, ...]
    view: View
    picker: Picker
    as_of: str | None
    reminders: tuple[Reminder, ...]
    whole: bool
    inside: frozenset[str]  # in the card already
    by_id: dict[str, Candidate]
    states: dict[str, str]  # before anybody is judged


class PickerModel(QObject):
    """Everyone, judged for one card of one draft."""

    loaded = Signal()
    judged = Signal(int, int)
    studied = Signal(str, object)
    added = Signal(int)
    reminded = Signal(str)  # the reminder of this one came or went
    failed = Signal(str, str)

    def __init__(self, context: Context, draft_id: str, card: str) -> None:
        super().__init__()
        self.context, self.draft_id, self.card = context, draft_id, card
        self.draft: Draft | None = None
        self.people: tuple[Candidate, ...] = ()
        self.as_of: str | None = None
        self._checks: dict[str, PersonCheck] = {}
        self._forced: set[str] = set()
        self._reminders: dict[str, Reminder] = {}
        self._deep: set[str] = set()  # studied, with the day
        self._inside: frozenset[str] = frozenset()
        self._queue: dict[str, None] = {}  # not judged yet, in the order of the list
        self._front: list[str] = []  # of these, who comes first
        self._sight: frozenset[str] = frozenset()
        self._rest: Callable[[], None] | None = None  # reads everybody, when the first are judged
        self._told = 0.0
        self._states: dict[str, str] = {}
        self._by_id: dict[str, Candidate] = {}
        self._picker: Picker | None = None
        self._view: View | None = None
        self._round, self._waiting, self._judging = 0, 0, False

    # what there is

    @property
    def service(self) -> Service | None:
        return self.context.pack.services.get(self.draft.service) if self.draft is not None else None

    @property
    def card_label(self) -> str:
        service = self.service
        return service.cards[self.card].label if service is not None and self.card in service.cards else ""

    @property
    def settled(self) -> bool:
        return self._waiting == 0 and not self._queue and self._rest is None

    @property
    def total(self) -> int:
        return len(self.people)

    @property
    def done(self) -> int:
        return self.total - len(self._queue)

    def check_of(self, candidate: str) -> PersonCheck | None:
        return self._checks.get(candidate)

    def verdict(self, one: Candidate) -> Verdict:
        """In words; the reasons stand beside."""
        if one.id in self._inside:
            return Verdict("in", "已在本单", False)
        if one.person is None:
            return UNKNOWN_TO_THEM
        check = self._checks.get(one.id)
        if check is None:
            return NOT_YET
        if check.eligible:
            return Verdict(
                "ok" if not check.warned else "warn", check.warned[0].short if check.warned else "可选", True
            )
        shorts = list(dict.fromkeys(each.short for each in check.findings if each.short)) or ["不可选"]
        more = f"，另 {len(shorts) - 1} 条" if len(shorts) > 1 else ""
        return Verdict("bad", f"{shorts[0]}{more}", one.id in self._forced)

    def state_of(self, candidate: str) -> str:
        """As the verdict says it: ok, warn, bad, wait, in; empty while it is on its way."""
        return self._states.get(candidate, "")

    def force(self, candidate: str) -> None:
        """Somebody who cannot be sent now may still wait in a draft."""
        self._forced.add(candidate)
        self.judged.emit(self.done, self.total)

    @property
    def undecided(self) -> Set[str]:
        """Those whose verdict is on its way."""
        return self._queue.keys()

    def reminder_of(self, candidate: str) -> Reminder | None:
        """Whether somebody asked to be told when this one can be chosen."""
        found = self.draft
        return self._reminders.get(f"{found.service}:{self.card}:{candidate}") if found is not None else None

    def counts(self) -> dict[str, int]:
        """How many each chip leaves."""
        found = Counter(self._states.values())
        return {"all": len(self.people), "ok": found["ok"] + found["warn"], "bad": found["bad"] + found["wait"]}

    # reading

    def load(self) -> None:
        """The draft, then everybody, then the verdicts slice by slice."""
        self._round += 1
        self._waiting += 1
        self._rest = None
        account, draft_id, now = self.context.account, self.draft_id, self.context.now()
        self.context.write(
            lambda store: actions.open_draft(store, account, draft_id, now=now), self._opened, self._broke
        )

    def _opened(self, draft: Draft) -> None:
        self.draft = draft
        if self.service is None or self.card not in self.service.cards:
            self._waiting -= 1
            return
        account, pack, today, card = self.context.account, self.context.pack, self.context.today(), self.card
        turn = self._round

        def work(reader: Reader, most: int | None) -> Everybody:
            listed = people(reader, account, today=today, limit=most)
            known = None if most is None else [one.person for one in listed if one.person]
            view = view_for(reader, account, known, pack=pack)
            picker = Picker(pack, view, draft.service, card, today, form=draft.form or {})
            shown = tuple(candidate(pack, one, today.year) for one in listed)
            whole = most is None or len(listed) < most
            inside = frozenset(str(row.get("person") or row.get("roster")) for row in rows_of(draft.form or {}, card))
            by_id = {one.id: one for one in shown}
            unjudged = {one.id: "" if one.person else UNKNOWN_TO_THEM.state for one in shown}
            states = unjudged | dict.fromkeys(inside & unjudged.keys(), "in")
            asked = reminders(reader, account)
            return Everybody(shown, view, picker, as_of(reader, account), asked, whole, inside, by_id, states)

        def rest() -> None:
            self._rest = None
            self._waiting += 1
            self.context.read(lambda reader: work(reader, None), partial(self._listed, turn), self._broke)

        def first(found: Everybody) -> None:
            if not found.whole and turn == self._round:
                self._rest = rest
            self._listed(turn, found)

        if self.people:
            self._waiting -= 1
            rest()  # they are on screen: read all again at once
        else:
            self.context.read(lambda reader: work(reader, PAGE), while_there(self, first), self._broke)

    def _listed(self, turn: int, found: Everybody) -> None:
        self._waiting -= 1
        if turn != self._round:
            return
        self.people, self._view, self._picker, self.as_of = found.people, found.view, found.picker, found.as_of
        self._reminders = {each.id: each for each in found.reminders}
        self._checks = {}
        self._deep = set()
        self._inside = found.inside
        self._queue = {one.id: None for one in found.people if one.person is not None}
        self._states, self._by_id = found.states, found.by_id
        self.loaded.emit()
        self._later(lambda: self._next(FIRST))

    def first(self, ids: Sequence[str]) -> None:
        """Those in sight come next."""
        self._sight = frozenset(ids)
        self._front = self._open([*ids, *self._front])

    def _open(self, ids: Sequence[str]) -> list[str]:
        """Those of them that are not judged yet."""
        return [each for each in dict.fromkeys(ids) if each in self._queue]

    def _later(self, work: Callable[[], None]) -> None:
        """What the screen has to do comes before a lane is given work: until then it has both hands free.

        In its first turn a list lays itself out, and asks for the second, in which it is painted.
        """
        self._waiting += 1

        def go() -> None:
            self._waiting -= 1
            work()

        QTimer.singleShot(0, self, lambda: QTimer.singleShot(0, self, go))

    def _coming(self) -> tuple[str, ...]:
        """Who is judged next."""
        self._front = self._open(self._front)
        return tuple(dict.fromkeys([*self._front, *islice(self._queue, MOST)]))

    def _next(self, most: int = 0) -> None:
        picker, queue, turn = self._picker, self._coming(), self._round
        if picker is None or self._judging:
            return
        if self._rest is not None and (not queue or not most):
            self._rest()
            return
        if not queue:
            return
        self._waiting += 1
        self._judging = True

        def work(_reader: Reader) -> dict[str, PersonCheck]:
            made: dict[str, PersonCheck] = {}
            begun = time.perf_counter()
            for at, each in enumerate(queue):
                made[each] = picker.check(each, when=False)
                if (most and at + 1 >= most) or (not most and time.perf_counter() - begun > SLICE):
                    break
            return made

        self.context.read(work, partial(self._more, turn), self._broke)

    def _more(self, turn: int, made: Mapping[str, PersonCheck]) -> None:
        self._waiting -= 1
        self._judging = False
        if turn != self._round:
            self._next()
            return
        made = {each: check for each, check in made.items() if each not in self._deep}  # those know more already
        self._checks.update(made)
        self._states.update({each: self.verdict(self._by_id[each]).state for each in made if each in self._by_id})
        for each in made:
            self._queue.pop(each, None)
        now = time.monotonic()
        if not self._queue or now - self._told >= TELL or not self._sight.isdisjoint(made):
            self._told = now
            self.judged.emit(self.done, self.total)
        self._later(self._next)

    def study(self, candidate_id: str) -> None:
        """Every reason, with the first day on which it would be possible."""
        picker, turn = self._picker, self._round
        if picker is None or not candidate_id.startswith("person/"):
            return
        self._waiting += 1

        def done(check: PersonCheck) -> None:
            self._waiting -= 1
            if turn == self._round:
                self._checks[candidate_id] = check
                self._deep.add(candidate_id)
                if candidate_id in self._by_id:
                    self._states[candidate_id] = self.verdict(self._by_id[candidate_id]).state
                self._queue.pop(candidate_id, None)
                self.studied.emit(candidate_id, check)
            self._next()

        check = partial(picker.check, candidate_id, when=True)
        self._later(lambda: self.context.read(lambda _reader: check(), while_there(self, done), self._broke))

    # reminding

    def remind(self, one: Candidate, day: date) -> None:
        """到时提醒我."""
        assert self.draft is not None
        account, service, card, now = self.context.account, self.draft.service, self.card, self.context.now()
        person, name = one.id, one.name
        self._waiting += 1
        self.context.write(
            lambda store: actions.remind(
                store, account, person=person, name=name, service=service, card=card, day=day, now=now
            ),
            self._reminded,
            self._broke,
        )

    def _reminded(self, made: Reminder) -> None:
        self._waiting -= 1
        self._reminders[made.id] = made
        self.reminded.emit(made.person)

    def forget(self, reminder: str) -> None:
        """Not wanted any more."""
        account, person = self.context.account, self._reminders.pop(reminder).person
        self._waiting += 1
        self.context.write(lambda store: actions.forget_reminder(store, account, reminder), self._forgot, self._broke)
        self.reminded.emit(person)

    def _forgot(self, _none: None) -> None:
        self._waiting -= 1

    # choosing

    def match(self, text: str) -> Pasted:
        """Who a pasted list names."""
        return match(text, self.people, self.verdict)

    def add(self, chosen: Sequence[Candidate]) -> None:
        """Rows of these, with what their fields start with."""
        assert self.draft is not None
        pack, view, service, card = self.context.pack, self._view, self.draft.service, self.card
        account, draft_id = self.context.account, self.draft_id
        today, now = self.context.today(), self.context.now()
        picker = self._picker
        assert view is not None
        assert picker is not None
        listed = tuple(chosen)

        def work(store: LocalStore) -> int:
            rows = [row_for(pack, view, service, card, one, today, picker) for one in listed]

            def change(form: Form) -> Form:
                there = {each.get("person") or each.get("roster") for each in rows_of(form, card)}
                return with_rows(
                    form, card, [row for row in rows if (row.get("person") or row.get("roster")) not in there]
                )

            actions.change_draft(store, account, draft_id, change, now=now)
            return len(rows)

        self._waiting += 1
        self.context.write(work, self._added, self._broke)

    def _added(self, count: int) -> None:
        self._waiting -= 1
        self.added.emit(count)

    def _broke(self, error: BaseException) -> None:
        self._waiting -= 1
        self._judging = False
        if not isinstance(error, StoreFailure):
            raise error
        self.failed.emit(error.sentence, error.remedy)
