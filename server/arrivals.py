"""Whole attachments written down together: those that arrive while a commit is under way share the next one."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from server.database import Database
from server.repositories import blobs


@dataclass(slots=True)
class _Row:
    """One that waits to be written down, and what came of it."""

    whole: blobs.Whole
    done: bool = False
    failure: Exception | None = None


class Arrivals:
    """Rows of whole attachments, from any thread. Their bytes and names are durable already."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Row] = deque()
        self._turn = threading.Lock()

    def add(self, whole: blobs.Whole) -> None:
        """Returns when the row is durable. Whoever has the turn writes for all who wait; the others find it done."""
        mine = _Row(whole)
        self._waiting.append(mine)
        with self._turn:
            if not mine.done:
                self._write([self._waiting.popleft() for _ in range(len(self._waiting))])
        if mine.failure is not None:
            raise mine.failure

    def _write(self, rows: list[_Row]) -> None:
        failure: Exception | None = None
        try:
            with self._database.write() as connection:
                blobs.complete_all(connection, [row.whole for row in rows])
        except Exception as error:  # each who waits is to hear of it in its own request
            failure = error
        for row in rows:
            row.done, row.failure = True, failure
