"""How fast this line sends, measured on what is sent anyway: so that people are told what a form will take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sync import notices
from sync.notices import Notice
from sync.ports import Clock, Event, Failed, Progress, StorePort, Upload, Uploaded

SPEED = "line_speed"  # the setting in which the measured speed outlives the program
LEAST = 32 << 10  # bytes; smaller ones say more about the way there and back than about the line
KEPT_EVERY = timedelta(seconds=10)  # a change is written down for the next start at most so often
LONG = 2.0  # seconds after which a long transfer is measured without waiting for its end
SHARE = 0.3  # of a new measurement in the running mean
TOLD = 0.2  # a change of the mean that is worth telling


class LineSpeed:
    """Bytes a second towards the server, of all lanes together."""

    def __init__(self) -> None:
        self.rate = 0.0  # 0: nothing measured yet
        self._told = 0.0
        self._stands: dict[str, int] = {}  # lane -> how far its attachment is
        self._since: datetime | None = None
        self._moved = 0
        self._kept: datetime | None = None

    def recall(self, rate: float) -> None:
        """As measured the last time the program ran."""
        self.rate = self._told = rate

    def sent(self, wire: int, seconds: float) -> None:
        """A request of so many bytes was answered after so many seconds."""
        if not self._stands:  # beside attachments the line is shared: their window counts it
            self._sample(wire, seconds)
        else:
            self._moved += wire

    def stands(self, lane: str, offset: int, now: datetime) -> None:
        """An attachment goes on: so much of it has left."""
        if not self._stands:
            self._since, self._moved = now, 0
        self._moved += max(0, offset - self._stands.get(lane, offset))
        self._stands[lane] = offset
        self._measure(now, LONG)

    def ended(self, lane: str, offset: int, now: datetime) -> None:
        """It arrived, or broke off there."""
        if lane in self._stands:
            self.stands(lane, offset, now)
            del self._stands[lane]
            self._measure(now, LONG if self._stands else 0.0)

    def forget(self) -> None:
        """Everything on its way was let go of."""
        self._stands.clear()

    def news(self) -> float | None:
        """The rate, when it has changed enough to be told since it was last asked for."""
        if self.rate and abs(self.rate - self._told) > TOLD * self._told:
            self._told = self.rate
            return self.rate
        return None

    def to_keep(self, now: datetime) -> bool:
        """Whether it is time to write down what is told: not with every small attachment."""
        if self._kept is not None and timedelta() <= now - self._kept < KEPT_EVERY:
            return False
        self._kept = now
        return True

    def _measure(self, now: datetime, least: float) -> None:
        assert self._since is not None
        seconds = (now - self._since).total_seconds()
        if seconds >= least:
            self._sample(self._moved, seconds)
            self._since, self._moved = now, 0

    def _sample(self, moved: int, seconds: float) -> None:
        if moved < LEAST or seconds <= 0:
            return
        rate = moved / seconds
        self.rate = rate if not self.rate else self.rate + SHARE * (rate - self.rate)


class Meter:
    """The speed of one account's line: measured, told, and kept for the next start."""

    def __init__(self, account: str, store: StorePort, notify: Callable[[Notice], object], clock: Clock) -> None:
        self._account, self._store, self._notify, self._clock = account, store, notify, clock
        self._speed = LineSpeed()

    def recall(self) -> None:
        """As measured the last time the program ran, if nothing was measured in this run."""
        if not self._speed.rate and (kept := self._store.setting(self._account, SPEED)):
            self._speed.recall(float(kept))
            self._notify(notices.LineMeasured(self._speed.rate))

    def sent(self, wire: int, seconds: float) -> None:
        """A request of so many bytes was answered after so many seconds."""
        self._speed.sent(wire, seconds)
        self._tell()

    def heard(self, event: Event, now: datetime) -> None:
        """What an attachment that goes out anyway says of the line."""
        if not isinstance(event.request, Upload):
            return
        lane = event.request.lane
        if isinstance(event, Progress):
            self._speed.stands(lane, event.offset, now)
        elif isinstance(event, Uploaded):
            self._speed.ended(lane, event.request.blob.size, now)
        elif isinstance(event, Failed):
            self._speed.ended(lane, event.offset or 0, now)
        self._tell()

    def forget(self) -> None:
        """Everything on its way was let go of."""
        self._speed.forget()

    def _tell(self) -> None:
        rate = self._speed.news()
        if rate is not None:
            self._notify(notices.LineMeasured(rate))
            if self._speed.to_keep(self._clock()):
                self._store.set_setting(self._account, SPEED, str(round(rate)))
