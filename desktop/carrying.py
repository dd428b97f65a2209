"""Attachments on their way to the screen, from disk or from the association, on a lane of their own.

carrier = Carrier(context, parent)
carrier.ask(paper)        loads it; what was asked before and is not there yet is dropped
carrier.came     Signal(object, bytes)      the paper and its plain bytes
carrier.moved    Signal(object, int)        how many bytes are in
carrier.failed   Signal(object, str, str)   what happened, what to do
carrier.close()           stops what is on its way
"""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import Protocol

import shiboken6
from PySide6.QtCore import QObject, Signal

from desktop.background import Cancelled, Lane, Steps, Task
from desktop.context import Context
from sync.fetching import fetch, words_of
from sync.store.local import LocalStore

KEPT = 12  # pictures that are not read again when one goes back and forth
LARGEST = 8_000_000  # bytes: larger ones are not kept


class Carried(Protocol):
    """What must be known of an attachment to have it."""

    @property
    def blob(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def bytes(self) -> int: ...


class Carrier(QObject):
    """One at a time, the one asked last."""

    came = Signal(object, object)
    moved = Signal(object, int)
    failed = Signal(object, str, str)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._lane: Lane | None = None
        self._task: Task | None = None
        self._asked: Carried | None = None
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    @property
    def is_settled(self) -> bool:
        """Nothing is on its way."""
        return self._asked is None

    def ask(self, paper: Carried) -> None:
        """From what was just looked at, this machine, or the association."""
        self.drop()
        if paper.blob in self._kept:
            self._kept.move_to_end(paper.blob)
            self.came.emit(paper, self._kept[paper.blob])
            return
        if self._lane is None:
            self._lane = Lane("carrying")
            self.destroyed.connect(partial(Lane.close, self._lane))
        self._asked = paper
        work = partial(_carry, self._context.store, self._context.account, paper, self._context)
        self._task = self._lane.follow(
            work, done=partial(self._came, paper), failed=partial(self._broke, paper), progress=partial(self._in, paper)
        )

    def drop(self) -> None:
        """Nobody waits for it any more."""
        if self._task is not None:
            self._task.cancel()
        self._task = self._asked = None

    def close(self) -> None:
        """The page goes away."""
        self.drop()
        if self._lane is not None:
            self._lane.close()
            self._lane = None

    def _came(self, paper: Carried, data: bytes) -> None:
        if not shiboken6.isValid(self):
            return  # its page was put away meanwhile
        if len(data) <= LARGEST:
            self._kept[paper.blob] = data
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        if self._asked is paper:
            self._asked = None
            self.came.emit(paper, data)

    def _in(self, paper: Carried, count: int, _total: int, _words: str) -> None:
        if shiboken6.isValid(self) and self._asked is paper:
            self.moved.emit(paper, count)

    def _broke(self, paper: Carried, error: BaseException) -> None:
        if isinstance(error, Cancelled) or not shiboken6.isValid(self) or self._asked is not paper:
            return
        self._asked = None
        words = words_of(error)
        if words is None:
            raise error
        self.failed.emit(paper, *words)


def _carry(store: LocalStore, account: str, paper: Carried, context: Context, steps: Steps) -> bytes:
    return fetch(
        store,
        account,
        paper.blob,
        type=paper.type,
        name=paper.name,
        now=context.now(),
        told=lambda count: steps.say(count, paper.bytes),
    )
