"""Lanes: work beside the screen, its answer on the screen's thread.

lane = Lane(failed=explain)                         `explain` gets every error nobody else asked for
lane.run(work, done=…, failed=…)                    `work` touches no widget and returns frozen values
    task = lane.follow(work, done=…, progress=…)        `work(steps)` calls steps.say(3, 12, "…"), which stops
                                                        with Cancelled after task.cancel()
lane.close()                                        waits for what runs, drops what has not begun

A lane belongs to the application until it is closed: no collector takes it apart while its thread is at work. What a
page asked for and was put away before the answer came is heard by nobody: `done`, `failed` and `progress` that are
methods of a QObject are only called while it exists.
"""

from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from functools import partial
from itertools import count
from threading import Event
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot

from sync.store.errors import StoreFailure

T = TypeVar("T")
Failed = Callable[[BaseException], object]
Progress = Callable[[int, int, str], object]


class Cancelled(Exception):
    """The person pressed 取消; the work stopped at its next step."""


class Steps:
    """Handed to long work: says how far it is, and stops it when it was cancelled."""

    def __init__(self, said: Callable[[int, int, str], None]) -> None:
        self._said, self._stop = said, Event()

    def say(self, done: int, total: int, words: str = "") -> None:
        self.check()
        self._said(done, total, words)

    def check(self) -> None:
        """For loops that have nothing to say but must be able to stop."""
        if self._stop.is_set():
            raise Cancelled

    def stop(self) -> None:
        self._stop.set()


class Task:
    """Long work that was asked for."""

    def __init__(self, steps: Steps, future: "Future[Any]") -> None:
        self._steps, self._future = steps, future

    def cancel(self) -> None:
        """Stops at the next step, or never begins; then `failed` gets Cancelled."""
        self._steps.stop()
        self._future.cancel()


def is_there(call: Callable[..., object]) -> bool:
    """Whether the QObject whose method this is still exists; true of every other callable."""
    while isinstance(call, partial):
        call = call.func
    owner = getattr(call, "__self__", None)
    return not isinstance(owner, QObject) or shiboken6.isValid(owner)


class Lane(QObject):
    """One thread of work, in the order asked."""

    _ended = Signal(object)
    _moved = Signal(object)

    def __init__(self, name: str = "lane", *, failed: Failed | None = None) -> None:
        super().__init__(QCoreApplication.instance())
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._failed = failed
        self._asked: dict[int, tuple[Any, list[Any], Callable[[Any], object] | None, Failed | None]] = {}
        self._numbers = count()
        self._open = True
        queued = Qt.ConnectionType.QueuedConnection  # never inside run(), even when the work ended at once
        self._ended.connect(self._answer, queued)
        self._moved.connect(self._progress, queued)

    def run(
        self, work: Callable[[], T], *, done: Callable[[T], object] | None = None, failed: Failed | None = None
    ) -> None:
        """Do it beside the screen; `done` or `failed` is called on the screen's thread. After `close`: nothing."""
        if not self._open:
            return
        self._ask(work, done, failed)

    def follow(
        self,
        work: Callable[[Steps], T],
        *,
        done: Callable[[T], object] | None = None,
        failed: Failed | None = None,
        progress: Progress | None = None,
    ) -> Task:
        """Long work that says how far it is and can be stopped."""
        steps = Steps(lambda at, total, words: self._say(progress, at, total, words))
        return Task(steps, self._ask(partial(work, steps), done, failed))

    def close(self, *, finish: bool = False) -> None:
        """Wait for what runs, drop what has not begun unless it is to be finished; nothing is called back any more."""
        if not self._open:
            return
        self._open = False
        self._thread.shutdown(wait=True, cancel_futures=not finish)
        self._asked.clear()
        self.deleteLater()

    def _ask(self, work: Callable[[], T], done: Callable[[T], object] | None, failed: Failed | None) -> "Future[T]":
        """The thread never has the last hold of what is asked: a QObject that dies there leaves its timers behind."""
        number, box = next(self._numbers), [work]
        self._asked[number] = (work, box, done, failed)
        future = self._thread.submit(lambda: box.pop()())
        future.add_done_callback(lambda ended: self._post(number, ended))
        return future

    def _post(self, number: int, ended: "Future[T]") -> None:
        if self._open:
            self._ended.emit((number, ended))

    def _say(self, progress: Progress | None, count: int, total: int, words: str) -> None:
        if self._open and progress is not None:
            self._moved.emit((progress, count, total, words))

    @Slot(object)
    def _progress(self, said: tuple[Progress, int, int, str]) -> None:
        progress, count, total, words = said
        if self._open and is_there(progress):
            progress(count, total, words)

    @Slot(object)
    def _answer(self, ended: tuple[int, "Future[Any]"]) -> None:
        number, future = ended
        if not self._open:
            return
        _work, box, done, failed = self._asked.pop(number)
        box.clear()  # what was cancelled is still in it
        error: BaseException | None = Cancelled() if future.cancelled() else future.exception()
        if isinstance(error, CancelledError):
            error = Cancelled()
        if error is None:
            if done is not None and is_there(done):
                done(future.result())
        elif failed is not None and is_there(failed):
            failed(error)
        elif failed is not None and isinstance(error, StoreFailure):
            pass  # a known failure, and the page that would have told it is gone
        elif self._failed is not None:
            self._failed(error)
        else:
            raise error
