"""Hears what a SyncRunner tells, and waits for a certain word without sleeping."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sync.failures import FailureKind
from sync.notices import Line, Notice, OutcomeArrived, StatusChanged

PATIENCE = 60.0


class Ears:
    """Given to a SyncRunner as `on_event`; asked by the test's thread."""

    def __init__(self) -> None:
        self.heard: list[Notice] = []
        self._changed = threading.Condition()

    def __call__(self, notice: Notice) -> None:
        with self._changed:
            self.heard.append(notice)
            self._changed.notify_all()

    def until(self, holds: Callable[[list[Notice]], object], patience: float = PATIENCE) -> None:
        """Returns when it holds of all that was heard; fails after `patience` seconds."""
        with self._changed:
            done = self._changed.wait_for(lambda: holds(self.heard), patience)
        assert done, f"not heard in {patience:g} s; the last words: {self.heard[-5:]}"

    def until_more(self, count: int) -> None:
        """So many words from now on."""
        enough = len(self.heard) + count
        self.until(lambda heard: len(heard) >= enough)

    def until_answered(self, op_ids: list[str], patience: float = PATIENCE) -> None:
        """Every one of these has a final Outcome."""
        wanted = set(op_ids)
        self.until(
            lambda heard: (
                wanted <= {n.outcome.op_id for n in heard if isinstance(n, OutcomeArrived) and n.outcome.final}
            ),
            patience,
        )

    def until_line(self, line: Line, kind: FailureKind | None = None, patience: float = PATIENCE) -> None:
        """The last word about the line is this."""

        def holds(heard: list[Notice]) -> bool:
            told = [notice for notice in heard if isinstance(notice, StatusChanged)]
            if not told or told[-1].line is not line:
                return False
            failure = told[-1].failure
            return kind is None or (failure is not None and failure.kind is kind)

        self.until(holds, patience)
