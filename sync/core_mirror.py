"""The mirror's part of the sync core: which pages count, whether they add up, and whether too much would go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync.failures import Failure, FailureKind
from sync.notices import Notice, Warned
from sync.ports import StorePort
from sync.protocol import PullReply, ScopePage

CALM_POLL = 60.0  # seconds between two questions when nothing is expected
FEW = 100  # rows of one answer that are written in one transaction
SHRINK_FROM, SHRINK_TO = 100, 0.5  # rows; a scope that loses more than half of so many asks first
SHRINK_ASKED = ("unit:", "office", "finance", "public")


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an answer's pages."""

    changed: tuple[str, ...]  # scopes
    again: bool  # there is more, or it has to be asked anew
    later: datetime | None = None  # ask again then, not before


class Mirroring:
    """Pages into the store, each scope by itself."""

    def __init__(self, account: str, store: StorePort, notify: Callable[[Notice], object]) -> None:
        self._account, self._store, self._notify = account, store, notify
        self._mismatches: dict[str, int] = {}  # in a row
        self._allowed_to_shrink: set[str] = set()
        self._held: set[str] = set()  # scopes that wait for a person's word
        self._begun: set[str] | None = None  # scopes whose snapshot is on its way; None: not looked up yet

    def cursors(self) -> dict[str, int]:
        """What to ask for: every scope that is not held."""
        cursors = self._store.cursors(self._account)
        return {scope: at for scope, at in cursors.items() if scope not in self._held}

    def begun(self) -> list[str]:
        """Scopes whose snapshot is on its way: their position is in its middle, and not too old."""
        if self._begun is None:
            self._begun = set(self._store.unfinished(self._account))
        return sorted(self._begun)

    def accept_shrink(self, scope: str) -> None:
        """A person agreed that much of this scope goes."""
        self._allowed_to_shrink.add(scope)
        self._held.discard(scope)

    def going_on(self, reply: PullReply, asked: Mapping[str, int]) -> dict[str, ScopePage]:
        """The pages that go on where the mirror stands now; another one is asked for again."""
        here, begun = self._store.cursors(self._account), set(self.begun())
        pages = {}
        for scope, page in reply.scopes.items():
            since = 0 if reply.reset else asked.get(scope)
            if page.fresh or here.get(scope) == since:
                pages[scope] = page
                begun = (
                    begun | {scope} if page.more and (page.fresh or not since or scope in begun) else begun - {scope}
                )
        self._begun = begun
        return pages

    def writing(self, pages: Mapping[str, ScopePage]) -> AbstractContextManager[object]:
        """Little of it becomes durable all at once, with whatever else is written inside."""
        few = sum(len(page.changes) for page in pages.values()) <= FEW
        return self._store.together() if few else nullcontext()

    def take(self, pages: Mapping[str, ScopePage], now: datetime) -> Taken:
        """Write them down; count and sum are compared where a scope is complete."""
        changed, again, later = [], False, None
        asked = {scope for scope in pages if scope.startswith(SHRINK_ASKED)} - self._allowed_to_shrink
        before = self._store.counts(self._account, asked) if asked else {}
        for scope, page in pages.items():
            if scope in self._held or self._shrinks(scope, page, before.get(scope, 0)):
                continue
            if page.changes:
                changed.append(scope)
            if not self._store.apply_page(self._account, scope, page, now=now):
                # Pulled again quietly: at once the first time, then at a calm pace.
                self._store.reset_scope(self._account, scope)
                self._mismatches[scope] = self._mismatches.get(scope, 0) + 1
                if self._mismatches[scope] == 1:
                    again = True
                else:
                    later = now + timedelta(seconds=CALM_POLL)
            elif page.more:
                again = True
            else:
                self._mismatches.pop(scope, None)
                self._allowed_to_shrink.discard(scope)
        return Taken(tuple(changed), again, later)

    def _shrinks(self, scope: str, page: ScopePage, before: int) -> bool:
        if before < SHRINK_FROM or page.count >= before * SHRINK_TO:
            return False
        self._held.add(scope)
        failure = Failure(FailureKind.MIRROR_SHRINKS, f"{scope}: {before} -> {page.count}")
        self._notify(Warned(failure, scope, before, page.count))
        return True
