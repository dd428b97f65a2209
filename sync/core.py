"""The sync core: decides what is asked of the server next. A state machine without threads, sleep or clock of its own.

`step()` starts what may be started and says when it wants to be called again; `handle(event)` takes the transport's
answers. What it must not forget is in the store before it acts, so it may be killed between any two lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from pydantic import ValidationError

from sync import notices
from sync.core_blobs import BlobLanes
from sync.core_contact import Contacts
from sync.core_mirror import CALM_POLL, Mirroring
from sync.core_pace import Backoff, Pace
from sync.core_parts import Batch, Identity, Pull, Push
from sync.core_push import Pushing
from sync.core_reading import STOPPING, Garbage, read_problem, read_pull, read_push
from sync.core_speed import Meter
from sync.failures import Failure, FailureKind
from sync.notices import Line, Notice
from sync.ports import (
    Answered,
    Call,
    Chance,
    Clock,
    Event,
    Failed,
    Progress,
    StorePort,
    TransportPort,
    Upload,
    Uploaded,
)
from sync.protocol import (
    PULL_BYTES,
    PullRequest,
    WaitReply,
    WaitRequest,
)

TOP_PULL_BYTES = 2 << 20  # a larger page gains nothing, and is held several times over at both ends
PUSHES_BEFORE_PULL = 20  # while a long queue goes out, what came in meanwhile is fetched now and then
LIVELY = timedelta(minutes=1)  # after sending, without a wake-up line: ask often
LIVELY_POLL = 5.0  # seconds
POISON_DELAY, LONGEST_POISON_DELAY = 5.0, 3600.0  # seconds: one Operation that the server cannot digest
RETRY_WAITING = timedelta(seconds=30)
EMPTY_WAKES = 3  # a wake-up line that cries wolf is slowed down


class SyncCore:
    """One account's sync. All methods are called from one thread."""

    def __init__(
        self,
        identity: Identity,
        store: StorePort,
        transport: TransportPort,
        *,
        clock: Clock,
        chance: Chance,
        notify: Callable[[Notice], object],
        wakes: bool = True,
        blob_lanes: int = 3,
    ) -> None:
        self._me, self._store, self._transport = identity, store, transport
        self._clock, self._chance, self._notify, self._wakes = clock, chance, notify, wakes
        self._numbers = 0
        self._pull: Pull | None = None
        self._wait: Call | None = None
        self._talk_back, self._wait_back = Backoff(), Backoff()
        self._pull_pace = Pace(PULL_BYTES, TOP_PULL_BYTES)
        self._look = self._want_pull = False  # something may be in the outbox; something may be new at the server
        self._pushes = 0  # since the last pull
        self._due: datetime | None = None  # of the outbox, when nothing may go now
        self._poll_at: datetime | None = None
        self._lively_until: datetime | None = None
        self._empty_wakes = 0
        self._woken = False
        self._meter = Meter(identity.account, store, notify, clock)
        self._mirror = Mirroring(identity.account, store, notify)
        self._line = notices.StatusChanged(Line.IDLE)
        self._contacts = Contacts(identity.account, store, notify)
        self._running = False
        self._pushing = Pushing(identity, store, transport, self._number)
        self._blobs = BlobLanes(identity, store, transport, chance=chance, number=self._number, lanes=blob_lanes)

    # ---- from outside ------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin, or go on after `stop`: what a crash left half-sent is asked again."""
        if self._running:
            return
        self._store.mark_unknown_on_start(self._me.account)
        self._contacts.begin()
        self._running = self._look = self._want_pull = True
        self._pushing.doubt(tuple(self._store.doubtful(self._me.account)))
        self._blobs.look()
        self._forget_delays()
        self._meter.recall()

    def stop(self) -> None:
        """Let go of everything in flight; the answers no longer count."""
        self._running = False
        self._pushing.release_all(FailureKind.OFFLINE)
        self._blobs.write_down()
        self._let_go()
        if self._line.line is not Line.STOPPED:
            self._tell(Line.IDLE)

    def abandon(self) -> None:
        """The store cannot be written: let go of everything without a word to it; `start` asks again."""
        self._running = False
        self._let_go()

    def wake(self) -> None:
        """Something was put into the outbox."""
        self._look = True
        self._blobs.look()

    def send_now(self) -> None:
        """A person asked to try at once."""
        self._forget_delays()
        self._want_pull = True
        self.wake()

    def accept_shrink(self, scope: str) -> None:
        """A person agreed that much of this scope goes."""
        self._mirror.accept_shrink(scope)
        self._want_pull = True

    @property
    def running(self) -> bool:
        """False before `start`, after `stop`, and when a person is needed (login, revoked, too old)."""
        return self._running

    @property
    def idle(self) -> bool:
        """Nothing is in flight, nothing can be sent now, nothing is known to be new."""
        talk = self._pushing.busy or self._pull or self._look or self._want_pull
        return not talk and self._blobs.idle

    @property
    def failures(self) -> int:
        """How often in a row the server could not be talked to."""
        return max(self._talk_back.failures, self._blobs.failures)

    @property
    def status(self) -> notices.StatusChanged:
        """As last told."""
        return self._line

    def step(self) -> datetime | None:
        """Start what may be started now. The instant it wants to be called at the latest; None: only after an event."""
        now = self._clock()
        if not self._running:
            return None
        if self._poll_at and self._poll_at <= now:
            self._poll_at, self._want_pull = None, True
        if self._due and self._due <= now:
            self._due, self._look = None, True
        self._start_talk(now)
        self._blobs.start(now)
        self._start_wait(now)
        times = [self._poll_at, self._due, self._blobs.due(now)]
        if not (self._pushing.busy or self._pull) and (self._look or self._want_pull):
            times.append(self._talk_back.until)
        if self._wakes and not self._wait:
            times.append(self._wait_back.until)
        return min((time for time in times if time and time > now), default=None)

    def handle(self, event: Event) -> None:
        """Take an answer of the transport; one that was let go of is passed over."""
        if not self._running:
            return
        if isinstance(event, Uploaded | Progress) or isinstance(event.request, Upload):
            self._handle_blob(event)
        elif (push := self._pushing.ended(event.request.number)) is not None:
            self._answered_push(push, event) if isinstance(event, Answered) else self._failed_push(push, event)
        elif self._pull and event.request.number == self._pull.call.number:
            pull, self._pull = self._pull, None
            self._answered_pull(pull, event) if isinstance(event, Answered) else self._failed_pull(event)
        elif self._wait and event.request.number == self._wait.number:
            self._wait = None
            self._answered_wait(event) if isinstance(event, Answered) else self._failed_wait(event.failure, event.moved)

    # ---- push --------------------------------------------------------------------------------------------------------

    def _start_talk(self, now: datetime) -> None:
        if self._pull or not self._talk_back.ready(now):
            return
        if self._pushing.must_ask:
            if not self._pushing.busy:
                self._pushing.ask()
            return
        while self._look and not self._pull_first and (batch := self._pushing.prepare(now)):
            if not self._pushing.has_room(batch):
                return  # ready to go with the next answer
            self._go(self._pushing.mark(batch, now), now)
        if self._pushing.busy:
            return
        if self._look and not self._pull_first:
            self._look, self._due = False, self._store.next_due(self._me.account, now)
        if self._want_pull:
            self._start_pull(self._mirror.cursors())

    @property
    def _pull_first(self) -> bool:
        return self._want_pull and self._pushes >= PUSHES_BEFORE_PULL

    def _go(self, batch: Batch, now: datetime) -> None:
        if self._pushing.go(batch):
            self._pushes += 1
            self._lively_until = now + LIVELY

    def _answered_push(self, push: Push, answer: Answered) -> None:
        now = self._clock()
        if push.asks:
            self._pushing.told()
            self._look = True  # what is still open is sent
        if answer.status != 200:
            self._refused_push(push, answer)
            return
        try:
            epoch, outcomes = read_push(
                answer.body, push.items, self._me.association, self._me.server_key, some=push.asks
            )
        except Garbage as error:
            self._release(push, FailureKind.GARBAGE)
            self._trouble(Failure(FailureKind.GARBAGE, str(error)))
            return
        self._pushing.answered(push, answer)
        self._look = True
        with self._store.together():  # each commit waits for the disk
            if not push.asks:
                self._meter.sent(answer.sent_bytes, self._pushing.seconds(answer))
            self._contact(answer, now)
            self._meet(epoch, now)
            unknown = self._store.record_outcomes(self._me.account, outcomes, now, now + RETRY_WAITING)
            following = None if unknown or self._pull_first else self._pushing.at_hand()
            if following:
                following = self._pushing.mark(following, now)
        if following:
            self._go(following, now)
        if any(outcome.positions for outcome in outcomes):
            self._want_pull = True
        if self._blobs.awaited(outcomes):
            self._blobs.look()
        for outcome in outcomes:
            self._notify(notices.OutcomeArrived(outcome))
        self._notify(notices.StoreChanged())
        if unknown:
            self._trouble(Failure(FailureKind.LOGIN_NEEDED, "device unknown"))
        elif self._talk_back.ready(now):  # else the one beside it failed, and what that asked for is kept to
            self._well(now)

    def _refused_push(self, push: Push, answer: Answered) -> None:
        failure = read_problem(answer)
        if push.asks:
            self._trouble(failure)
            return
        choked = answer.status == 413 or (failure.kind is FailureKind.GARBAGE and failure.retry_after is None)
        if choked and len(push.items) > 1:
            self._pushing.choked(push)
            self._release(push, failure.kind)
        elif choked:
            item = push.items[0]
            delay = min(POISON_DELAY * 2 ** min(item.attempts, 16), LONGEST_POISON_DELAY)
            next_try = self._clock() + timedelta(seconds=delay)
            self._store.record_failure(self._me.account, [item.op_id], failure.kind, next_try)
        else:
            self._release(push, failure.kind)
        self._trouble(failure, moved=choked)

    def _failed_push(self, push: Push, event: Failed) -> None:
        if not push.asks:
            seen = not event.unsent and event.failure.kind in (FailureKind.CUT, FailureKind.STALLED)
            self._release(push, event.failure.kind, unsent=event.unsent)
            self._pushing.broke(push, unsent=event.unsent, seen=seen)
        self._trouble(event.failure, moved=event.moved)

    def _release(self, push: Push, kind: FailureKind, *, unsent: bool = False) -> None:
        self._pushing.release(push, kind, unsent=unsent)
        self._look = True

    # ---- pull --------------------------------------------------------------------------------------------------------

    def _start_pull(self, cursors: Mapping[str, int]) -> None:
        begun = [scope for scope in self._mirror.begun() if scope in cursors]
        asked = PullRequest(
            epoch=self._contacts.epoch, cursors=dict(cursors), max_bytes=self._pull_pace.limit, begun=begun
        )
        self._pull = Pull(Call(self._number(), "talk", "/pull", asked.model_dump_json().encode()), cursors)
        self._want_pull, self._pushes = False, 0
        self._transport.start(self._pull.call)

    def _answered_pull(self, pull: Pull, answer: Answered) -> None:
        now = self._clock()
        if answer.status != 200:
            self._want_pull = True
            self._trouble(read_problem(answer))
            return
        try:
            reply = read_pull(answer.body)
        except Garbage as error:
            self._want_pull = True
            self._trouble(Failure(FailureKind.GARBAGE, str(error)))
            return
        self._meet(reply.epoch, now)
        self._pull_pace.went_well(len(answer.body), answer.got_bytes, answer.seconds)
        pages = self._mirror.going_on(reply, pull.cursors)
        self._want_pull |= len(pages) < len(reply.scopes)
        if not self._look and any(page.more for page in pages.values()):  # the next page comes while this one goes in
            self._start_pull({**self._mirror.cursors(), **{scope: page.cursor for scope, page in pages.items()}})
        with self._mirror.writing(pages):  # each commit waits for the disk
            self._contact(answer, now)
            taken = self._mirror.take(pages, now)
        self._want_pull |= taken.again and self._pull is None
        if taken.later is not None:
            self._poll_at = taken.later
        if self._woken:
            self._empty_wakes = 0 if taken.changed else self._empty_wakes + 1
            self._woken = False
        if taken.changed:
            self._pushing.doubt(tuple(self._store.doubtful(self._me.account)))
            self._notify(notices.StoreChanged(taken.changed))
        self._well(now)

    def _failed_pull(self, event: Failed) -> None:
        self._want_pull = True
        if event.moved:
            self._pull_pace.broke(self._pull_pace.limit)
        self._trouble(event.failure, moved=event.moved)

    # ---- wake-up -----------------------------------------------------------------------------------------------------

    def _start_wait(self, now: datetime) -> None:
        if not self._wakes or self._pull or self._want_pull or self._line.line is not Line.ONLINE:
            return
        if self._wait_back.failures:  # until it has proved itself again
            self._arm_poll(now)
        if self._wait or not self._wait_back.ready(now):
            return
        body = WaitRequest(cursors=self._mirror.cursors(), epoch=self._contacts.epoch).model_dump_json().encode()
        self._wait = Call(self._number(), "wait", "/wait", body, held=True)
        self._transport.start(self._wait)

    def _answered_wait(self, answer: Answered) -> None:
        now = self._clock()
        moved = False
        try:
            if answer.status == 200 and WaitReply.model_validate_json(answer.body).moved:
                moved = self._want_pull = self._woken = True
            elif answer.status not in (200, 204):
                self._failed_wait(read_problem(answer), False)
                return
        except ValidationError as error:
            self._failed_wait(Failure(FailureKind.GARBAGE, f"wait: {error.error_count()} errors"), False)
            return
        if not moved:  # else the pull that follows writes it down, with what it brings
            self._contacts.touch(now)
        self._contacts.compare(answer, now)
        self._poll_at = None
        if self._empty_wakes >= EMPTY_WAKES:
            self._wait_back.failed(now, self._chance())
        else:
            self._wait_back.clear()

    def _failed_wait(self, failure: Failure, moved: bool) -> None:
        """The wake-up is a comfort: without it the desk asks by itself. But it is the first to notice a dead line."""
        if failure.kind in STOPPING:
            self._trouble(failure)
            return
        if failure.kind is FailureKind.OFFLINE:
            self._want_pull = True
            self._trouble(failure)
        elif self._wait_back.until is None:  # once: does only the held line break, or every one?
            self._want_pull = True
        self._wait_back.failed(self._clock(), self._chance(), moved=moved, asked=failure.retry_after)

    def _arm_poll(self, now: datetime) -> None:
        """Often for a minute after something was sent, calmly at other times."""
        pause = LIVELY_POLL if self._lively_until and now < self._lively_until else CALM_POLL
        poll_at = now + timedelta(seconds=pause * (0.9 + self._chance() / 10))
        self._poll_at = min(self._poll_at or poll_at, poll_at)

    # ---- attachments -------------------------------------------------------------------------------------------------

    def _handle_blob(self, event: Event) -> None:
        now = self._clock()
        self._meter.heard(event, now)
        told, stopped = self._blobs.handle(event, now)
        for notice in told:
            self._notify(notice)
        if isinstance(event, Uploaded):
            if self._blobs.completes(event.request.blob.sha256):
                self._blobs.write_down()
                self._look = True
            self._contacts.touch(now)
        if stopped:
            self._trouble(stopped)

    # ---- shared ------------------------------------------------------------------------------------------------------

    def _let_go(self) -> None:
        self._pushing.let_go()
        self._transport.cancel("wait")
        self._pull = self._wait = None
        self._blobs.cancel()
        self._meter.forget()

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _forget_delays(self) -> None:
        self._talk_back.clear()
        self._wait_back.clear()
        self._blobs.forget_delays()

    def _meet(self, epoch: str, now: datetime) -> None:
        """A restored server: pull everything again and ask again what it may have forgotten."""
        if self._contacts.meet(epoch, now):
            self._want_pull = self._look = True
            self._blobs.look()

    def _contact(self, answer: Answered, now: datetime) -> None:
        self._contacts.touch(now)
        self._contacts.compare(answer, now)

    def _well(self, now: datetime) -> None:
        self._talk_back.clear()
        if self._line.line is not Line.ONLINE:
            self._wait_back.clear()
        self._tell(Line.ONLINE)

    def _trouble(self, failure: Failure, *, moved: bool = False) -> None:
        if failure.kind in STOPPING:
            self.stop()
            if failure.kind is FailureKind.REVOKED:
                self._store.revoke(self._me.account)
            self._tell(Line.STOPPED, failure)
            return
        self._talk_back.failed(self._clock(), self._chance(), moved=moved, asked=failure.retry_after)
        if not moved or self._talk_back.failures:  # one that only breaks is as good as none
            self._tell(Line.TROUBLE, failure)

    def _tell(self, line: Line, failure: Failure | None = None) -> None:
        told = notices.StatusChanged(line, failure)
        if (told.line, told.failure and told.failure.kind) != (
            self._line.line,
            self._line.failure and self._line.failure.kind,
        ):
            self._line = told
            self._notify(told)
