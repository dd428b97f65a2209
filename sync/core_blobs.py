"""The attachments' part of the sync core: which one goes next on which lane, beside the Operations."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from domain.operations import Outcome
from sync import notices
from sync.core_pace import Backoff
from sync.core_parts import Identity
from sync.core_reading import STOPPING
from sync.failures import Failure, FailureKind
from sync.ports import BlobToSend, Chance, Event, Failed, Progress, StorePort, TransportPort, Upload, Uploaded

TOGETHER, AT_LEAST_EVERY = 16, timedelta(seconds=0.25)  # those that arrived are written down so
AGAIN, LONGEST_AGAIN = timedelta(seconds=10), timedelta(hours=1)
FATAL = frozenset({FailureKind.BLOB_REFUSED, FailureKind.BLOB_DAMAGED})  # of one attachment; the others go on


class BlobLanes:
    """Several uploads side by side, smallest first; each lane waits by itself after a failure."""

    def __init__(
        self,
        identity: Identity,
        store: StorePort,
        transport: TransportPort,
        *,
        chance: Chance,
        number: Callable[[], int],
        lanes: int,
    ) -> None:
        self._me, self._store, self._transport = identity, store, transport
        self._chance, self._number = chance, number
        self._busy: dict[str, Upload | None] = {f"blob-{i}": None for i in range(lanes)}
        self._back = {lane: Backoff() for lane in self._busy}
        self._queue: deque[BlobToSend] = deque()  # none of them on its way, set aside or arrived
        self._look = False
        self._awaited: dict[str, set[str]] = {}  # op_id -> what the server said it lacks
        self._begun: set[str] = set()  # something of it may have left, whatever the store knows
        self._aside: set[str] = set()  # not again before a person did something
        self._brought: Counter[str] = Counter()  # how often the server said that it has it
        self._arrived: dict[str, int] = {}  # whole at the server, and not written down yet
        self._arrived_since: datetime | None = None
        self._not_before: dict[str, datetime] = {}  # of one that the server had and has no more

    def look(self) -> None:
        """There may be something new to send."""
        self._look = True

    def awaited(self, outcomes: Sequence[Outcome]) -> bool:
        """Remember what these wait for; whether any of them waits for attachments."""
        for outcome in outcomes:
            if outcome.missing:
                self._awaited[outcome.op_id] = set(outcome.missing)
            else:
                self._awaited.pop(outcome.op_id, None)
        return any(outcome.missing for outcome in outcomes)

    def completes(self, sha256: str) -> bool:
        """Whether an Operation may be sent again now that this one is there."""
        waiting = [missing for missing in self._awaited.values() if sha256 in missing]
        for missing in waiting:
            missing.discard(sha256)
        return not waiting or not all(waiting)  # one that nobody here remembers: the store knows

    def forget_delays(self) -> None:
        """Try at once, also what was set aside."""
        self._aside.clear()
        self._not_before.clear()
        self._look = True
        for back in self._back.values():
            back.clear()

    def cancel(self) -> None:
        """Let go of what is on its way; the server keeps the bytes it got."""
        for lane, upload in self._busy.items():
            if upload:
                self._transport.cancel(lane)
                self._busy[lane] = None
        self._arrived, self._arrived_since = {}, None
        self._look = True

    @property
    def idle(self) -> bool:
        """Nothing on its way, nothing to send now, nothing to write down."""
        waits = all(blob.sha256 in self._not_before for blob in self._queue)
        return not self._look and waits and not any(self._busy.values()) and not self._arrived

    @property
    def failures(self) -> int:
        """In a row, on the luckiest lane that has work."""
        return min(back.failures for back in self._back.values()) if not self.idle else 0

    def due(self, now: datetime) -> datetime | None:
        """When a lane that waits may go on."""
        written = [self._arrived_since + AT_LEAST_EVERY] if self._arrived_since else []
        if not self._queue and not self._look:
            return min(written, default=None)
        waits = written + [back.until for lane, back in self._back.items() if not self._busy[lane] and back.until]
        waits += self._not_before.values()
        return min((time for time in waits if time > now), default=None)

    def start(self, now: datetime) -> None:
        """Fill the lanes that are free."""
        if self._arrived_since and self._arrived_since + AT_LEAST_EVERY <= now:
            self.write_down()
        for lane, upload in self._busy.items():
            if upload is None:
                self._fill(lane, now)

    def write_down(self) -> None:
        """What has arrived is known durably from now on. Were it forgotten, the server would say that it has it."""
        if self._arrived:
            self._store.blobs_sent(self._me.account, self._arrived)
        self._arrived, self._arrived_since = {}, None

    def _fill(self, lane: str, now: datetime) -> None:
        if not self._back[lane].ready(now) or (blob := self._next(now)) is None:
            return
        blob = replace(blob, attempted=blob.attempted or blob.sha256 in self._begun)
        opening = partial(self._store.open_blob, self._me.account, blob.sha256)
        self._busy[lane] = begun = Upload(self._number(), lane, blob, self._me.blob_scope, opening)
        self._begun.add(blob.sha256)
        self._transport.start(begun)

    def handle(self, event: Event, now: datetime) -> tuple[list[notices.Notice], Failure | None]:
        """What to tell, and the failure that stops everything, if it is one."""
        upload = event.request
        if not isinstance(upload, Upload) or (held := self._busy.get(upload.lane)) is None:
            return [], None
        if held.number != upload.number:
            return [], None
        blob = upload.blob
        if isinstance(event, Progress):
            return [notices.BlobProgress(blob.sha256, event.offset, blob.size)], None
        self._busy[upload.lane] = None
        if isinstance(event, Uploaded):
            self._begun.discard(blob.sha256)
            self._back[upload.lane].clear()
            self._bring(blob.sha256, now)
            self._arrive(blob, now)
            self._fill(upload.lane, now)  # the line works while we write down what it brought
            if len(self._arrived) >= TOGETHER or not any(self._busy.values()):
                self.write_down()
            return [notices.BlobProgress(blob.sha256, blob.size, blob.size)], None
        if isinstance(event, Failed):
            return self._failed(upload, event, now)
        return [], None

    def _failed(self, upload: Upload, event: Failed, now: datetime) -> tuple[list[notices.Notice], Failure | None]:
        blob, failure = upload.blob, event.failure
        if failure.kind in STOPPING:
            return [], failure
        if failure.kind in FATAL:
            self._aside.add(blob.sha256)
            self._store.blob_failed(self._me.account, blob.sha256, failure.kind)
            return [notices.Warned(failure, sha256=blob.sha256), notices.StoreChanged()], None
        if event.offset is not None and event.offset < blob.size:  # whole is only what the server has proved
            self._store.blobs_sent(self._me.account, {blob.sha256: event.offset})
        self._look = True
        self._back[upload.lane].failed(now, self._chance(), moved=event.moved, asked=failure.retry_after)
        return [], None

    def _arrive(self, blob: BlobToSend, now: datetime) -> None:
        self._arrived[blob.sha256] = blob.size
        self._arrived_since = self._arrived_since or now

    def _bring(self, sha256: str, now: datetime) -> None:
        """A server that says it has it and then asks for it again is not brought it all the time."""
        self._brought[sha256] += 1
        if (times := self._brought[sha256]) > 1:
            self._not_before[sha256] = now + min(AGAIN * 2 ** min(times - 2, 10), LONGEST_AGAIN)

    def _next(self, now: datetime) -> BlobToSend | None:
        if self._look:
            held = {upload.blob.sha256 for upload in self._busy.values() if upload} | self._aside | self._arrived.keys()
            missing = self._store.missing_blobs(self._me.account)
            self._queue = deque(blob for blob in missing if blob.sha256 not in held)
            self._look = False
        if self._not_before:
            self._not_before = {sha256: at for sha256, at in self._not_before.items() if at > now}
        for at, blob in enumerate(self._queue):  # the first, unless it has to wait
            if blob.sha256 not in self._not_before:
                del self._queue[at]
                return blob
        return None
