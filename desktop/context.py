"""What every page is given: the store, whose desk this is, the rules in force, and one notice of what changed.

    context.read(lambda reader: views.drafts(reader, context.account), done=self._show)   on the reading lane
    context.write(lambda store: actions.share_draft(store, …), done=…, failed=…)          on the writing lane
    context.changed.connect(self._refresh)        frozenset of topics after any transaction, on the screen's thread
    context.today()                               Shanghai day by the server-corrected clock
    context.go("form/<draft key>")                another page
    context.tell("已撤回", link="看草稿", route="form/…")   a line on the window
    context.online, context.line_changed          how it stands with the association
    context.scans                                 the folder a scanner writes into

Work handed to `read` and `write` touches no widget and returns frozen values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, QObject, Signal

from desktop.background import Failed, Lane, Progress, Steps, Task
from desktop.scanning import ScannerFolder, remember, remembered
from domain.packs import Pack
from sync.store.local import LocalStore, Reader

T = TypeVar("T")
Clock = Callable[[], datetime]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def utc_now() -> datetime:
    """The machine's clock, in UTC: the one default of every clock that is handed in."""
    return datetime.now(UTC)


class Context(QObject):
    """One account's desk, handed to every page. It belongs to the application until it is closed."""

    changed = Signal(object)  # frozenset[str]: a scope of the feed, or drafts, outbox, people, blobs, accounts, contact
    pack_changed = Signal()
    went = Signal(str)
    told = Signal(str, str, str, str)  # a line on the window: words, role (ok, warn, bad, wait), link, its route
    line_changed = Signal()  # `online`, `paused` or `line_rate` is another
    send_asked = Signal()  # a person wants to send now
    pause_asked = Signal()  # … or to stop sending, or to go on
    shrinking_changed = Signal()  # `shrinking` is another
    shrink_accepted = Signal(str)  # a person agrees that much of this scope goes
    renewed = Signal(object)  # sync.login.Session: logged in again
    _touched = Signal(object)

    def __init__(
        self,
        store: LocalStore,
        account: str,
        pack: Pack,
        *,
        reading: Lane,
        writing: Lane,
        clock: Clock = utc_now,
    ) -> None:
        super().__init__(QCoreApplication.instance())
        self.store, self.account, self.pack, self.clock = store, account, pack, clock
        self._reading, self._writing = reading, writing
        with store.reading() as reader:
            known = reader.accounts.get(account)
        self.sealed = known is not None and known.revoked  # shut out: what is here can only be handed over
        self.online, self.paused = False, False
        self.shrinking: dict[str, tuple[int, int]] = {}  # scope -> rows here, rows the server would leave
        self.line_rate = 0.0  # bytes a second towards the server; 0: not measured yet
        self.scans = ScannerFolder(self)
        self.scans.kept.connect(self._keep_scans)
        self.scans.failed.connect(self._scans_failed)
        self._asking: Lane | None = None
        self._reckoning: Lane | None = None
        self._reckoned: Task | None = None
        self._ahead = timedelta()
        self._touched.connect(self.changed)  # crosses from the writer's thread to the screen's
        self._stop_listening = store.on_change(self._touched.emit)

    def read(self, work: Callable[[Reader], T], done: Callable[[T], object], failed: Failed | None = None) -> None:
        """One moment of the store, beside the screen; `done` is called on the screen's thread."""

        def look() -> T:
            with self.store.reading() as reader:
                return work(reader)

        self._reading.run(look, done=done, failed=failed)

    def write(
        self,
        work: Callable[[LocalStore], T],
        done: Callable[[T], object] | None = None,
        failed: Failed | None = None,
    ) -> None:
        """One thing a person did; in the order asked."""
        self._writing.run(lambda: work(self.store), done=done, failed=failed)

    def ask_server(
        self, work: Callable[[LocalStore], T], done: Callable[[T], object], failed: Failed | None = None
    ) -> None:
        """A conversation with the server apart from the sync, such as logging in; holds up neither lane."""
        if self._asking is None:
            self._asking = Lane("asking")
        self._asking.run(lambda: work(self.store), done=done, failed=failed)

    def now(self) -> datetime:
        """UTC, corrected by the server's clock as far as it is known."""
        return self.clock() + self._ahead

    def today(self) -> date:
        """The day at the association."""
        return self.now().astimezone(SHANGHAI).date()

    def set_ahead(self, seconds: float) -> None:
        """How far the server's clock is ahead of this machine's."""
        self._ahead = timedelta(seconds=seconds)

    def set_pack(self, pack: Pack) -> None:
        """A newer edition came by the feed."""
        self.pack = pack
        self.pack_changed.emit()

    def go(self, route: str) -> None:
        """Ask the window for another page."""
        self.went.emit(route)

    def tell(self, words: str, role: str = "ok", *, link: str = "", route: str = "") -> None:
        """A line on the window that goes away by itself; `link` are the words that lead to `route`."""
        self.told.emit(words, role, link, route)

    def follow(
        self,
        work: Callable[[Steps], T],
        done: Callable[[T], object],
        failed: Failed | None = None,
        progress: Progress | None = None,
    ) -> Task:
        """Long work beside the screen, on the reading lane: says how far it is and can be stopped."""
        return self._reading.follow(work, done=done, failed=failed, progress=progress)

    def reckon(
        self,
        work: Callable[[Reader, Steps], T],
        done: Callable[[T], object],
        failed: Failed | None = None,
        progress: Progress | None = None,
    ) -> Task:
        """Work of minutes over one moment of the store, on a lane of its own: nothing else waits for it."""
        if self._reckoning is None:
            self._reckoning = Lane("reckoning")

        def look(steps: Steps) -> T:
            with self.store.reading() as reader:
                return work(reader, steps)

        self._reckoned = self._reckoning.follow(look, done=done, failed=failed, progress=progress)
        return self._reckoned

    def set_line(self, *, online: bool, paused: bool) -> None:
        """How it stands with the association; offline is normal."""
        if (online, paused) != (self.online, self.paused):
            self.online, self.paused = online, paused
            self.line_changed.emit()

    def set_line_rate(self, rate: float) -> None:
        """How fast it sends, as measured."""
        if rate != self.line_rate:
            self.line_rate = rate
            self.line_changed.emit()

    def set_shrinking(self, scope: str, rows: int, left: int) -> None:
        """The server would take most of a scope away: nothing of it is received before somebody agrees."""
        self.shrinking[scope] = (rows, left)
        self.shrinking_changed.emit()

    def accept_shrinking(self) -> None:
        """Somebody agreed, knowing how much goes."""
        scopes, self.shrinking = tuple(self.shrinking), {}
        for scope in scopes:
            self.shrink_accepted.emit(scope)
        self.shrinking_changed.emit()

    def watch_scans(self) -> None:
        """Look at the folder that was chosen at this desk, if one was, from now on: where forms are filled in."""
        account, pack = self.account, self.pack

        def look(reader: Reader) -> Mapping[str, Any]:
            fills_in = pack.fills_in(reader.accounts.need(account).role)
            return remembered(reader) if fills_in else {}

        self.read(look, self.scans.open)

    def _scans_failed(self, words: str) -> None:
        self.tell(words, "warn")

    def _keep_scans(self, kept: Mapping[str, Any] | None) -> None:
        self.write(lambda store: remember(store, kept))

    def close(self) -> None:
        """Nothing is told any more."""
        self._stop_listening()
        self.scans.close()
        if self._asking is not None:
            self._asking.close()
        if self._reckoned is not None:
            self._reckoned.cancel()  # or closing would wait for it
        if self._reckoning is not None:
            self._reckoning.close()
        self.deleteLater()
