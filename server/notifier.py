"""Wake-up: who waits for news is told which scopes moved, without a database connection of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping

from sqlalchemy.exc import SQLAlchemyError

from domain.bugs import place_of

log = logging.getLogger("huiban.server")
Look = Callable[[], tuple[str, Mapping[str, int]]]  # the epoch, and scope -> newest position
ALIVE = 5.0  # seconds between two looks whether the desk is still on the line


class Notifier:
    """The newest position of each scope as this process knows it, and the waiting calls it wakes.

    One look at the feed a second serves every waiting call and finds what other processes decided; a decision of this
    process asks for a look at once. While nobody waits there is no look.
    """

    def __init__(self, every: float = 1.0) -> None:
        self._every = every
        self._epoch = ""
        self._heads: Mapping[str, int] = {}
        self._waiting = 0
        self._closed = False
        self._news = asyncio.Event()  # set, and replaced by a new one, at each change
        self._asked = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self, look: Look) -> None:
        """Begin on the running loop; `look` reads the feed (it is called in a thread)."""
        self._loop, self._closed = asyncio.get_running_loop(), False
        self._task = asyncio.create_task(self._watch(look))

    async def stop(self) -> None:
        """Let everybody go who waits, and end."""
        self.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def close(self) -> None:
        """The server is going down: every wait ends now. From any thread or a signal handler."""
        self._closed = True
        self._call(self._wake)

    def poke(self) -> None:
        """Something was committed here: look now. From any thread."""
        if self._waiting:
            self._call(self._asked.set)

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return self._waiting

    async def moved(
        self,
        cursors: Mapping[str, int],
        epoch: str,
        seconds: float,
        gone: Callable[[], Awaitable[bool]] | None = None,
    ) -> list[str]:
        """Scopes ahead of these cursors, all of them under another epoch; none when nothing moved in this time."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        self._waiting += 1
        try:
            self._asked.set()  # for what moved before we came
            while not self._closed:
                news = self._news
                if epoch and self._epoch and epoch != self._epoch:
                    return sorted(cursors)
                if ahead := [scope for scope, seq in cursors.items() if self._heads.get(scope, 0) > seq]:
                    return ahead
                left = deadline - loop.time()
                if left <= 0 or (gone is not None and await gone()):
                    break
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), min(left, ALIVE))
            return []
        finally:
            self._waiting -= 1

    def _call(self, what: Callable[[], None]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what)

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _watch(self, look: Look) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), self._every if self._waiting else None)
            self._asked.clear()
            try:
                epoch, heads = await asyncio.to_thread(look)
            except SQLAlchemyError as error:
                log.error("the feed could not be looked at: %s", place_of(error))
                await asyncio.sleep(self._every)  # a database that is away is not asked all the time
                continue
            if (epoch, heads) != (self._epoch, self._heads):
                self._epoch, self._heads = epoch, heads
                self._wake()
