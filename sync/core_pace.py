"""How much to send at a time, how long to wait after a failure: plain arithmetic without clock or chance."""

from __future__ import annotations

from datetime import datetime, timedelta

FLOOR = 4 << 10  # bytes; below it only the number of Operations matters
TARGET_SECONDS = 2.0  # of the measured line, for one request
CUTS_SHARE = 8  # a request takes at most this part of what a breaking line carries between two breaks

FIRST_DELAY = 0.3  # seconds
LONGEST_DELAY = 60.0
AFTER_CUT = 0.05  # the line lives: go on at once
FREE_CUTS = 8  # in a row, before a line that only breaks is treated as down


class Pace:
    """The size of the next request, in bytes before gzip: doubles while it goes well, halves when it breaks."""

    def __init__(self, start: int, top: int) -> None:
        self.limit = start
        self._top = top
        self._packed = 0.35  # wire bytes for one byte before gzip, as measured
        self._since = 0.0  # wire bytes since the last break
        self._between: float | None = None  # wire bytes from break to break, running mean

    def went_well(self, plain: int, wire: int, seconds: float) -> None:
        """A request of so many bytes was answered after so many seconds."""
        if not plain:
            return
        self._packed += 0.3 * (wire / plain - self._packed)
        self._since += wire
        if self._between is not None and self._since > 4 * self._between:
            self._between = self._since / 2  # it has become better
        if plain * 2 >= self.limit:  # a small one says nothing about large ones
            affordable = plain * TARGET_SECONDS / max(seconds, 1e-3)
            self._set(min(self.limit * 2, affordable))

    def broke(self, plain: int) -> None:
        """It was cut, stalled or too large."""
        self._since += plain * self._packed / 2
        self._between = self._since if self._between is None else (self._between + self._since) / 2
        self._since = 0.0
        self._set(min(self.limit, max(plain, FLOOR)) / 2)

    def _set(self, limit: float) -> None:
        if self._between is not None:
            limit = min(limit, max(self._between / CUTS_SHARE / self._packed, FLOOR))
        self.limit = int(max(FLOOR, min(limit, self._top)))


class Backoff:
    """When a lane may try again. Doubles with each failure; a bit of chance keeps a thousand desks apart."""

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
            delay = min(FIRST_DELAY * 2**self.failures, LONGEST_DELAY)
            self.failures = min(self.failures + 1, 16)
        delay *= 0.5 + chance / 2
        if asked is not None:
            delay = max(delay, asked * (1 + chance / 10))
        self.until = now + timedelta(seconds=delay)
        return self.until

    def ready(self, now: datetime) -> bool:
        """Whether the wait is over."""
        return self.until is None or self.until <= now
