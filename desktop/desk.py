"""One account's desk: its pages, its sync and its window, wired together. Several may stand side by side.

desk = Desk(store, session, pack, clock=…)      wires; touches no network
desk.start()                                     shows the window and begins to send and receive
desk.context, desk.shell, desk.runner            what it is made of
desk.close()                                     ends the sync, waits for the lanes; the store stays open
desk.closed Signal()
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QSettings, Signal, Slot

from desktop.background import Lane
from desktop.context import Clock, Context, utc_now
from desktop.line import LineWatch
from desktop.registry import pages
from desktop.shell import Shell
from desktop.shell_model import ShellModel
from domain.packs import Pack
from sync.login import Session
from sync.notices import Contact, Notice, OutcomeArrived
from sync.runner import SyncRunner
from sync.store.local import LocalStore
from sync.store.port import SyncStore

Failed = Callable[[BaseException], object]


class Desk(QObject):
    """What one person works at."""

    closed = Signal()
    noticed = Signal(object)  # sync.notices.Notice, on the screen's thread
    answered = Signal(object)  # domain.operations.Outcome
    _heard = Signal(object)

    def __init__(
        self,
        store: LocalStore,
        session: Session,
        pack: Pack,
        *,
        failed: Failed,
        clock: Clock = utc_now,
        settings: QSettings | None = None,
    ) -> None:
        super().__init__()
        self.session = session
        self._reading = Lane("reading", failed=failed)
        self._writing = Lane("writing", failed=failed)
        self.context = Context(store, session.account, pack, reading=self._reading, writing=self._writing, clock=clock)
        self.runner = SyncRunner(SyncStore(store), session, self._heard.emit, clock=clock)
        self.model = ShellModel(self)
        self.line = LineWatch(self.context, self.model, self.runner)
        self.shell = Shell(self.model, pages(self.context), settings)
        self.context.went.connect(self.shell.go)
        self.context.told.connect(self._tell)
        self.context.changed.connect(self._changed)
        self._heard.connect(self._hear)
        self.shell.closed.connect(self.close)

    def start(self, route: str = "home") -> None:
        """Show the window and begin."""
        self.shell.go(route)
        self.shell.show()
        self.runner.start()

    @Slot(object)
    def _hear(self, notice: Notice) -> None:
        if isinstance(notice, Contact):
            self.context.set_ahead(notice.ahead)
        if isinstance(notice, OutcomeArrived):
            self.answered.emit(notice.outcome)
        self.line.hear(notice)
        self.noticed.emit(notice)

    @Slot(object)
    def _changed(self, topics: frozenset[str]) -> None:
        if "outbox" in topics or "drafts" in topics:
            self.runner.wake()

    @Slot(str, str)
    def _tell(self, words: str, role: str) -> None:
        self.shell.say(words, role=role)

    def close(self) -> None:
        """End the sync and the lanes; what is queued stays durable in the store."""
        self.runner.stop()
        self.context.close()
        self._reading.close()
        self._writing.close()
        self.closed.emit()
