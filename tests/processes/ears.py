"""Hears what a SyncRunner tells, and waits for a certain word without sleeping."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sync.failures import FailureKind
from sync.notices import Line, Notice, OutcomeArrived, StatusChanged
from tests.support.waiting import PATIENCE


class Ears:
    """Given to a SyncRunner as `on_event`; asked by the test's thread."""

    def __init__(self) -> None:
        self.heard: list[Notice] = []
        self._changed = threading.Condition()

    def __call__(self, notice: Notice) -> None:
        with self._changed:
            self.heard.append(notice)
            self._changed.notify_all()

    def until(self, holds: Callable[[list[Notice]], object]) -> None:
        """Returns when it holds of all that was heard; fails after `PATIENCE` seconds."""
        with self._changed:
            done = self._changed.wait_for(lambda: holds(self.heard), PATIENCE)
        assert done, f"not heard in {PATIENCE:g} s; the last words: {self.heard[-5:]}"

    def until_more(self, before: int, count: int) -> None:
        """So many words after the first `before`: counted from before what causes them, which may be done by now."""
        self.until(lambda heard: len(heard) >= before + count)

    def until_answered(self, op_ids: list[str]) -> None:
        """Every one of these has a final Outcome."""
        wanted = set(op_ids)
        self.until(
            lambda heard: (
                wanted <= {n.outcome.op_id for n in heard if isinstance(n, OutcomeArrived) and n.outcome.final}
            )
        )

    def until_line(self, line: Line, kind: FailureKind | None = None) -> None:
        """The last word about the line is this."""

        def holds(heard: list[Notice]) -> bool:
            told = [notice for notice in heard if isinstance(notice, StatusChanged)]
            if not told or told[-1].line is not line:
                return False
            failure = told[-1].failure
            return kind is None or (failure is not None and failure.kind is kind)

        self.until(holds)
