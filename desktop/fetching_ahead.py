"""An office has the attachments of what is open at its desk before it opens them: fetched one by one while online.

ahead = FetchingAhead(context)      begins by itself when the line is there and something new has come
ahead.close()                       what is on its way is let go
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from desktop.alive import while_there
from desktop.background import Cancelled, Lane, Steps, Task
from desktop.context import Context
from sync.failures import SyncFailure
from sync.fetching import fetch, words_of
from sync.store.errors import StoreFailure
from sync.store.local import Reader
from sync.views import Paper, papers_at_desk

ENOUGH = 3  # failures in one round


class FetchingAhead(QObject):
    """One attachment at a time on a lane of its own; where that fails the next change begins anew."""

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._lane: Lane | None = None
        self._task: Task | None = None
        self._again = False
        context.changed.connect(self._heard)
        context.line_changed.connect(self.look)

    @property
    def is_settled(self) -> bool:
        """Nothing is being fetched."""
        return self._task is None

    def look(self) -> None:
        """Whether something is missing, if it could be fetched now."""
        if not self._context.online:
            return
        if self._task is not None:
            self._again = True
            return
        if self._lane is None:
            self._lane = Lane("fetching-ahead")
        self._again = False
        self._task = self._lane.follow(
            self._round, done=while_there(self, self._ended), failed=while_there(self, self._broke)
        )

    def close(self) -> None:
        """Nothing is fetched any more."""
        if self._task is not None:
            self._task.cancel()
        if self._lane is not None:
            self._lane.close()
        self._lane = self._task = None

    def _heard(self, topics: frozenset[str]) -> None:
        if any(":" in topic or topic in ("office", "finance") for topic in topics):
            self.look()

    def _round(self, steps: Steps) -> int:
        context, account = self._context, self._context.account

        def missing(reader: Reader) -> tuple[Paper, ...]:
            return tuple(one for one in papers_at_desk(reader, account, context.pack) if not one.here)

        with context.store.reading() as reader:
            wanted = missing(reader)
        failures = 0
        for at, paper in enumerate(wanted):
            told = partial(_told, steps, at, len(wanted))
            told(0)
            kind, name, now = paper.type, paper.name, context.now()
            try:
                fetch(context.store, account, paper.blob, type=kind, name=name, now=now, told=told)
            except (SyncFailure, StoreFailure):  # one that cannot be had does not stand before the others
                failures += 1
                if failures == ENOUGH:
                    raise
        return len(wanted)

    def _ended(self, _count: int) -> None:
        self._task = None
        if self._again:
            self.look()

    def _broke(self, error: BaseException) -> None:
        self._task = None
        if not isinstance(error, Cancelled) and words_of(error) is None:
            raise error  # a known failure is told where the paper is opened


def _told(steps: Steps, at: int, of: int, _bytes: int) -> None:
    """Ends the fetching where somebody has cancelled it."""
    steps.say(at, of)
