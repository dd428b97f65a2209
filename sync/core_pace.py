"""How much to send at a time, how long to wait after a failure: plain arithmetic without clock or chance."""

from __future__ import annotations

from datetime import datetime, timedelta

FLOOR = 4 << 10  # bytes; below it only the number of Operations matters
TARGET_SECONDS = 2.0  # of the measured line, for one request
UNPROVEN = 48 << 10  # bytes on the wire that are always risked at once, unless the line has broken
PROVEN_SHARE = 4  # of a line that never broke, a request risks this part of what it has carried so far,
RISKED_SECONDS = 0.2  # or what it carries in so many seconds: on a fast line there is little to lose
GROWING = 8
BREAKS_SHARE = 4  # of one that breaks, this part of what it carries from break to break

FIRST_DELAY = 0.2  # seconds
GROWTH = 1.5
LONGEST_DELAY = 60.0
AFTER_CUT = 0.02  # the line lives: go on at once
FREE_CUTS = 8  # in a row, before a line that only breaks is treated as down


class Pace:
    """The size of the next request, in bytes before gzip: grows while it goes well, halves when it breaks.

    What is on its way when a line breaks is sent again, so a request is kept small against what the line is known to
    carry in one piece: a line that breaks every 300 KB costs a tenth more than a good one, not a half.
    """

    def __init__(self, start: int, top: int) -> None:
        self.limit = start
        self._top = top
        self._packed = 0.35  # wire bytes for one byte before gzip, as measured
        self._since = 0.0  # wire bytes since the last break
        self._rate = 0.0  # wire bytes a second, of the last request that says something of the line
        self._between: float | None = None  # wire bytes from break to break, running mean

    def went_well(self, plain: int, wire: int, seconds: float) -> None:
        """A request of so many bytes was answered after so many seconds."""
        if not plain:
            return
        measured = wire / plain
        self._packed = self._packed + 0.3 * (measured - self._packed) if self._since else measured
        self._since += wire
        if self._between is not None and self._since > 4 * self._between:
            self._between = self._since / 2  # it has become better
        if plain * 2 >= self.limit:  # a small one says nothing about large ones
            self._rate = wire / max(seconds, 1e-3)
            affordable = plain * TARGET_SECONDS / max(seconds, 1e-3)
            self._set(min(self.limit * GROWING, affordable, self._safe(self._rate)))

    def takes(self, plain: int) -> bool:
        """Whether so much, before gzip, may be on the way in several requests: never on a line that broke once."""
        return self._between is None and plain * self._packed <= self._rate * RISKED_SECONDS

    @property
    def hoped(self) -> int:
        """The limit that follows if the very first request, which is on its way, goes well; later on just the limit."""
        return self.limit if self._since else min(self.limit * GROWING, self._top)

    def broke(self, plain: int) -> None:
        """It was cut, stalled or too large."""
        self._since += plain * self._packed / 2
        self._between = self._since if self._between is None else (self._between + self._since) / 2
        self._since = 0.0
        self._set(min(min(self.limit, max(plain, FLOOR)) / 2, self._safe()))

    def _safe(self, rate: float = 0.0) -> float:
        """What may be risked at once, in bytes before gzip, on a line of so many bytes a second."""
        if self._between is None:
            return max(self._since / PROVEN_SHARE, UNPROVEN, rate * RISKED_SECONDS) / self._packed
        return self._between / BREAKS_SHARE / self._packed

    def _set(self, limit: float) -> None:
        self.limit = int(max(FLOOR, min(limit, self._top)))


class Backoff:
    """When a lane may try again. Grows with each failure; a bit of chance keeps a thousand desks apart."""

    def __init__(self) -> None:
        self.failures = 0  # in a row
        self.until: datetime | None = None
        self._cuts = 0

    def clear(self) -> None:
        """It went well, or a person asked to try at once."""
        self.failures = self._cuts = 0
        self.until = None

    def failed(self, now: datetime, chance: float, *, moved: bool = False, asked: float | None = None) -> datetime:
        """`moved`: bytes flowed before it broke. `asked`: the server's Retry-After, obeyed in full."""
        if moved and self._cuts < FREE_CUTS:
            self._cuts += 1
            delay = AFTER_CUT
        else:
            delay = min(FIRST_DELAY * GROWTH**self.failures, LONGEST_DELAY)
            self.failures = min(self.failures + 1, 20)
        delay *= 0.5 + chance / 2
        if asked is not None:
            delay = max(delay, asked * (1 + chance / 10))
        self.until = now + timedelta(seconds=delay)
        return self.until

    def ready(self, now: datetime) -> bool:
        """Whether the wait is over."""
        return self.until is None or self.until <= now
