"""When typing is saved: at each pause, and at the latest a second after the first unsaved key. Pure.

A form page asks `due` for how long its timer has to run; a test drives it without waiting.
"""

from __future__ import annotations

from dataclasses import dataclass

PAUSE = 0.4  # seconds after the last key
LIMIT = 1.0  # seconds after the first unsaved one


@dataclass(slots=True)
class Pace:
    """Of one form. Moments are seconds of a clock that never goes back."""

    first: float | None = None  # the oldest unsaved key
    last: float = 0.0

    def typed(self, now: float) -> float:
        """A key was pressed; seconds until it must be saved if none follows."""
        if self.first is None:
            self.first = now
        self.last = now
        return self.due(now) or 0.0

    def due(self, now: float) -> float | None:
        """Seconds until saving; 0: now; None: nothing is unsaved."""
        if self.first is None:
            return None
        return max(0.0, min(self.last + PAUSE, self.first + LIMIT) - now)

    def saved(self) -> None:
        """What was typed so far is durable."""
        self.first = None
