"""Wake-up: who waits for news is told which scopes moved, without a database connection of its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping

Heads = Mapping[str, int]  # scope -> newest seq


class Notifier:
    """Newest position of each scope, as this process knows it, and the waiting calls it wakes.

    One look at the feed a second serves every waiting call, and finds what other processes decided; a decision of this
    process asks for a look at once. Nobody waiting: no look.
    """

    def __init__(self, every: float = 1.0) -> None:
        self._every = every
        self._heads: dict[str, int] = {}
        self._waiting = 0
        self._closed = False
        self._news: asyncio.Event | None = None  # set and replaced at each change
        self._poke: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self, look: Callable[[], Heads]) -> None:
        """Begin on the running loop; `look` reads the feed's newest positions (in a thread)."""
        self._loop = asyncio.get_running_loop()
        self._news, self._poke = asyncio.Event(), asyncio.Event()
        self._closed = False
        self._task = asyncio.create_task(self._watch(look))

    async def stop(self) -> None:
        """Let everybody go who waits, and end."""
        self.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def close(self) -> None:
        """The server is going down: every wait ends now. May be called from a signal handler."""
        self._closed = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def poke(self) -> None:
        """Something was committed here: look now. From any thread."""
        if self._waiting and self._loop is not None and self._poke is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._poke.set)

    async def moved(self, cursors: Mapping[str, int], seconds: float) -> list[str]:
        """Scopes that are ahead of these cursors; empty when nothing moved in this time."""
        assert self._poke is not None, "the notifier was not started"
        deadline = asyncio.get_running_loop().time() + seconds
        self._waiting += 1
        try:
            self._poke.set()  # what moved before we came
            while not self._closed:
                assert self._news is not None
                news = self._news
                if ahead := [scope for scope, seq in cursors.items() if self._heads.get(scope, 0) > seq]:
                    return ahead
                left = deadline - asyncio.get_running_loop().time()
                if left <= 0:
                    break
                try:
                    await asyncio.wait_for(news.wait(), left)
                except TimeoutError:
                    break
            return []
        finally:
            self._waiting -= 1

    def _wake(self) -> None:
        if self._news is not None:
            self._news.set()
            self._news = asyncio.Event()

    async def _watch(self, look: Callable[[], Heads]) -> None:
        assert self._poke is not None
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._poke.wait(), self._every if self._waiting else None)
            self._poke.clear()
            heads = await asyncio.to_thread(look)
            if heads != self._heads:
                self._heads = dict(heads)
                self._wake()
