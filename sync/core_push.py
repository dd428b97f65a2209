"""The outbox's part of the sync core: what goes next, how much of it at a time, and what is on its way.

On a fast line that has never broken two pushes are on their way at once, so that the server decides one while the other
travels or is written down here. What goes together or beside each other never builds on one another: the store gives
out only what waits for nothing that is unanswered.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sync.core_pace import Pace
from sync.core_parts import Batch, Identity, Push
from sync.failures import FailureKind
from sync.ports import Answered, Call, OutboxItem, StorePort, TransportPort
from sync.protocol import PUSH_BYTES, ask_request

LANES = ("talk", "talk-2")  # the first one is shared with the pull
TOP_PUSH_BYTES = 512 << 10  # larger ones leave one end idle at the beginning and at the end
TOO_MUCH = 1.2  # times what the line takes: a batch made ready is cut anew
CALM_AGAIN = 64  # Operations in one batch, from which on nothing the server chokes on is looked for any more


class Pushing:
    """Batches of the outbox on their way, and the question that comes first after one broke off."""

    def __init__(
        self, identity: Identity, store: StorePort, transport: TransportPort, number: Callable[[], int]
    ) -> None:
        self._me, self._store, self._transport, self._number = identity, store, transport, number
        self._pace = Pace(PUSH_BYTES, TOP_PUSH_BYTES)
        self._on_way: dict[int, Push] = {}  # by the number of the call
        self._ready: Batch | None = None  # what goes next, made ready while others are on their way
        self._most = 0  # Operations in one batch while the server chokes on something; 0: any
        self._doubtful: tuple[OutboxItem, ...] = ()  # asked for: of a push that broke off, or carried by hand

    @property
    def busy(self) -> bool:
        """Something is on its way."""
        return bool(self._on_way)

    @property
    def must_ask(self) -> bool:
        """What became of some is unknown, and is asked before anything else is sent."""
        return bool(self._doubtful)

    def has_room(self, batch: Batch) -> bool:
        """Whether this may go now, beside what is on its way."""
        if self._doubtful or any(push.asks for push in self._on_way.values()):
            return False
        if not self._on_way:
            return True
        together = batch.plain + sum(push.plain for push in self._on_way.values())
        return len(self._on_way) < len(LANES) and not self._most and self._pace.takes(together)

    # ---- what goes out -----------------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Only ask what became of those in doubt."""
        body = ask_request(item.op_id for item in self._doubtful)
        self._start(Call(self._number(), self._free_lane(), "/push", body), self._doubtful, asks=True)

    def doubt(self, items: tuple[OutboxItem, ...]) -> None:
        """Ask for these, if nothing else is in doubt."""
        self._doubtful = self._doubtful or items

    def prepare(self, now: datetime) -> Batch | None:
        """What goes next, made ready; None when there is nothing."""
        if self._ready is None:
            limit = self._pace.hoped if self.busy else self._pace.limit
            items = tuple(self._store.next_batch(self._me.account, limit, now))
            self._ready = Batch.of(items[: self._most] if self._most else items) if items else None
        return self._ready

    def at_hand(self) -> Batch | None:
        """What is ready and may go now."""
        return self._ready if self._ready and self.has_room(self._ready) else None

    def mark(self, batch: Batch, now: datetime) -> Batch:
        """Durably `sending`; what of it may still be sent, which is then to be given to `go`."""
        self._ready = None
        sent = self._store.mark_sending(self._me.account, [item.op_id for item in batch.items], now)
        if len(sent) == len(batch.items):
            return batch
        return Batch.of(tuple(item for item in batch.items if item.op_id in sent))

    def go(self, batch: Batch) -> bool:
        """Onto the wire; False: others took all of it back meanwhile."""
        if batch.items:
            call = Call(self._number(), self._free_lane(), "/push", batch.body, packed=batch.packed)
            self._start(call, batch.items)
        return bool(batch.items)

    def _start(self, call: Call, items: tuple[OutboxItem, ...], *, asks: bool = False) -> None:
        self._on_way[call.number] = Push(call, items, asks=asks)
        self._transport.start(call)

    def _free_lane(self) -> str:
        taken = {push.call.lane for push in self._on_way.values()}
        return next(lane for lane in LANES if lane not in taken)

    # ---- what comes back ---------------------------------------------------------------------------------------------

    def ended(self, number: int) -> Push | None:
        """The push of this call, which is on its way no more; None: it is none of ours."""
        return self._on_way.pop(number, None)

    def seconds(self, answer: Answered) -> float:
        """What this one took of the line alone: what was beside it took its part."""
        return answer.seconds / (1 + len(self._on_way))

    def answered(self, push: Push, answer: Answered) -> None:
        """The server answered for these Operations."""
        self._most = 0 if self._most >= CALM_AGAIN else self._most * 2
        if not push.asks:
            self._pace.went_well(push.plain, answer.sent_bytes, self.seconds(answer))
        if self._ready and self._ready.plain > TOO_MUCH * self._pace.limit:
            self._ready = None  # made ready before the line was known to be so slow

    def told(self) -> None:
        """The server was asked: whatever it said, what is still open is sent."""
        self._doubtful = ()

    def choked(self, push: Push) -> None:
        """The server cannot digest something in it: it is found by halving, so that it blocks no other."""
        self._most = len(push.items) // 2
        self._pace.broke(push.plain)

    def broke(self, push: Push, *, unsent: bool, seen: bool) -> None:
        """No answer. `unsent`: surely nothing of it left; `seen`: the server may have read it."""
        if seen:
            self._doubtful += push.items
        if not unsent:
            self._pace.broke(push.plain)

    def release(self, push: Push, kind: FailureKind, *, unsent: bool = False) -> None:
        """Nothing is known of these: they will go again."""
        self._ready = None
        self._store.record_failure(self._me.account, push.op_ids, kind, None, unsent=unsent)

    def release_all(self, kind: FailureKind) -> None:
        """Let go of the line, and of what is on it."""
        for push in self.let_go():
            if not push.asks:
                self.release(push, kind)

    def let_go(self) -> tuple[Push, ...]:
        """Let go of the line without a word to the store; what was on its way."""
        gone, self._on_way = tuple(self._on_way.values()), {}
        for lane in LANES:
            self._transport.cancel(lane)
        self._ready, self._doubtful = None, ()
        return gone
