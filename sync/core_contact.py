"""What every answer says beside what was asked: the server is there, what its clock shows, whether it was restored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sync import notices
from sync.failures import Failure, FailureKind
from sync.notices import Notice
from sync.ports import Answered, StorePort

SKEW = 300.0  # seconds
CONTACT_EVERY = timedelta(seconds=2)  # the time of the last contact is shown to the minute


class Contacts:
    """Of one account with its server."""

    def __init__(self, account: str, store: StorePort, notify: Callable[[Notice], object]) -> None:
        self._account, self._store, self._notify = account, store, notify
        self._at: datetime | None = None
        self._skewed = False
        self._epoch: str | None = None  # None: not looked up since the start

    def begin(self) -> None:
        """The sync starts: what the store knows of the server is looked up once more."""
        self._epoch = None

    @property
    def epoch(self) -> str:
        """Of the server, as last met; empty: never."""
        if self._epoch is None:
            self._epoch = self._store.epoch(self._account)
        return self._epoch

    def meet(self, epoch: str, now: datetime) -> bool:
        """Whether it was restored since it was last met."""
        before = self.epoch
        if epoch != before:
            self._store.meet_epoch(self._account, epoch, now)
            self._epoch = epoch
        return bool(before) and epoch != before

    def touch(self, now: datetime) -> None:
        """It answered just now."""
        if self._at is None or now - self._at >= CONTACT_EVERY:
            self._at = now
            self._store.set_contact(self._account, now)

    def compare(self, answer: Answered, now: datetime) -> None:
        """Its clock with ours."""
        if answer.server_time is None:
            return
        ahead = (answer.server_time - now).total_seconds() + 0.5  # the header knows whole seconds
        self._notify(notices.Contact(ahead))
        if abs(ahead) > SKEW and not self._skewed:
            self._notify(notices.Warned(Failure(FailureKind.CLOCK, f"{ahead:.0f} s")))
        self._skewed = abs(ahead) > SKEW
