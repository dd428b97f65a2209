"""One account's desk: its pages, its sync and its window. Several may stand side by side.

desk = Desk(store, session, pack, clock=…)      wires; touches no network
desk.start()                                     shows the window and begins to send and receive
desk.context, desk.shell, desk.runner            what it is made of
desk.close()                                     ends the sync, waits for the lanes; the store stays open
desk.renew(session)                              logged in again: sync goes on with the new token
desk.closed Signal();  desk.asked Signal(str, str)   another account or association is wanted: what and key
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, QSettings, QTimer, Signal, Slot

from desktop.background import Lane
from desktop.context import SHANGHAI, Clock, Context, utc_now
from desktop.editions import in_force
from desktop.fetching_ahead import FetchingAhead
from desktop.frame import FrameWatch
from desktop.line import LOGIN_AGAIN, LineWatch
from desktop.locking import Locker
from desktop.news import CaseNews, News, OutcomeNews, ScanNews
from desktop.registry import pages
from desktop.shell import Shell
from desktop.shell_model import ShellModel
from desktop.words import moment
from domain.packs import Pack
from sync.failures import Failure, FailureKind
from sync.login import Session
from sync.notices import Contact, Crashed, Line, Notice, OutcomeArrived, StatusChanged
from sync.runner import SyncRunner
from sync.store.accounts import RESTORED
from sync.store.errors import StoreDamaged
from sync.store.local import LocalStore, Reader
from sync.store.port import SyncStore

Failed = Callable[[BaseException], object]
TOLD_FOR = 12_000  # ms that good news stand on the window


class Desk(QObject):
    """What one person works at. It belongs to the application; closed, Qt takes it and its window away."""

    closed = Signal()
    noticed = Signal(object)  # sync.notices.Notice, on the screen's thread
    answered = Signal(object)  # domain.operations.Outcome
    news = Signal(object)  # desktop.news.News, for the place beside the clock
    asked = Signal(str, str)
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
        super().__init__(QCoreApplication.instance())
        self.session, self._failed = session, failed
        self._reading = Lane("reading", failed=failed)
        self._writing = Lane("writing", failed=failed)
        self.context = Context(store, session.account, pack, reading=self._reading, writing=self._writing, clock=clock)
        self.runner = self._new_runner()
        self.model = ShellModel(self)
        self.line = LineWatch(self.context, self.model, self.runner)
        self.frame = FrameWatch(self.context, self.model, session)
        self._cases, self._outcomes = CaseNews(self.context, self), OutcomeNews(self.context, self)
        self._scans = ScanNews(self.context, self)
        self.shell = Shell(self.model, pages(self.context), settings)
        self.locker = Locker(self.context, self.shell)
        self.ahead = FetchingAhead(self.context, self)
        self._route, self._restored, self._closed = "", "", False
        if self.context.sealed:
            self.line.hear(StatusChanged(Line.STOPPED, Failure(FailureKind.REVOKED)))
        self._told = QTimer(self, singleShot=True, interval=TOLD_FOR)
        self._told.timeout.connect(self._untell)
        self.shell.notice.acted.connect(self._follow)
        self.shell.help_asked.connect(self._help)
        self.model.picked.connect(self._picked)
        self._cases.came.connect(self._bring)
        self._outcomes.came.connect(self._bring)
        self._scans.came.connect(self._bring)
        self.answered.connect(self._outcomes.hear)
        self.context.send_asked.connect(self._send_now)
        self.context.renewed.connect(self.renew)
        self.context.went.connect(self.shell.go)
        self.context.told.connect(self._tell)
        self.context.changed.connect(self._changed)
        self._heard.connect(self._hear)
        self.shell.closed.connect(self.close)

    def start(self, route: str = "home") -> None:
        """Show the window and begin."""
        self.shell.go(route)
        self.shell.show()
        self.context.watch_scans()
        if not self.context.sealed:
            self.runner.start()
        self.context.read(self._came_from, self._tell_backup)

    def _send_now(self) -> None:
        self.runner.send_now()

    @Slot(object)
    def renew(self, session: Session) -> None:
        """The same account with a new token: what waits is sent with it."""
        if self._closed:
            return  # let in again, it was opened anew
        self._restored = ""
        old, self.session = self.runner, session
        self.runner = self._new_runner()
        self.line.watch(self.runner)
        self._writing.run(old.stop, done=self._renewed)

    def _renewed(self, _: None) -> None:
        self.runner.start()

    def _new_runner(self) -> SyncRunner:
        store = SyncStore(self.context.store)
        return SyncRunner(store, self.session, self._overhear, clock=self.context.clock)

    def _overhear(self, notice: Notice) -> None:
        """On the sync's thread; one that outlives `stop` speaks to nobody."""
        if not self._closed:
            self._heard.emit(notice)

    @Slot(object)
    def _hear(self, notice: Notice) -> None:
        if isinstance(notice, Contact):
            self.context.set_ahead(notice.ahead)
        if isinstance(notice, Crashed):
            self._failed(notice.error)
        if isinstance(notice, OutcomeArrived):
            self.answered.emit(notice.outcome)
        if isinstance(notice, StatusChanged):
            self._line_is(notice)
            if notice.failure is not None and notice.failure.kind is FailureKind.STORE_DAMAGED:
                self._failed(StoreDamaged())
        self.line.hear(notice)
        self.noticed.emit(notice)

    def _came_from(self, reader: Reader) -> str:
        restored = reader.settings.get(self.context.account, RESTORED)
        return str(restored["made_at"]) if restored and not restored["told"] else ""

    def _tell_backup(self, made_at: str) -> None:
        """Until somebody has logged in: it is another computer than the one that was backed up."""
        self._restored = made_at
        if made_at:
            when = moment(made_at, self.context.now())
            words = f"这台电脑的资料是从备份恢复的（{when}做的），之后在原来电脑上做的不在这里。"
            self.context.tell(f"{words}请输入密码，待发送的会接着送，不会重复。", "warn", link="登录", route="login")

    def _line_is(self, status: StatusChanged) -> None:
        kind = status.failure.kind if status.failure is not None else None
        if status.line is Line.STOPPED and kind is FailureKind.LOGIN_NEEDED and self._restored:
            self._tell_backup(self._restored)
        elif status.line is Line.STOPPED and kind in LOGIN_AGAIN:
            words, link = LOGIN_AGAIN[kind]
            self.context.tell(words, "warn", link=link, route="login")
        elif status.line is Line.STOPPED and status.failure is not None:
            self.context.tell(status.failure.sentence + status.failure.remedy, "bad")

    @Slot(object)
    def _changed(self, topics: frozenset[str]) -> None:
        if "outbox" in topics or "drafts" in topics:
            self.runner.wake()
        if "public" in topics:
            self.context.read(self._edition, self._have_edition)
        if "accounts" in topics:
            self.context.read(self._is_sealed, self._have_sealed)

    def _is_sealed(self, reader: Reader) -> bool:
        return reader.accounts.need(self.context.account).revoked

    def _have_sealed(self, sealed: bool) -> None:
        """Shut out, or let in again: whoever owns this desk opens it anew."""
        if sealed != self.context.sealed and not self._closed:
            self.asked.emit("sealed" if sealed else "unsealed", self.context.account)

    def _edition(self, reader: Reader) -> Pack:
        today = self.context.now().astimezone(SHANGHAI).date()
        return in_force(reader, self.context.account, today)

    def _have_edition(self, pack: Pack) -> None:
        if pack.digest != self.context.pack.digest:
            self.context.set_pack(pack)

    # what the window says and is asked

    @Slot(str, str, str, str)
    def _tell(self, words: str, role: str, link: str, route: str) -> None:
        self._route = route
        self.shell.say(words, role=role, action=link)
        if role == "ok":
            self._told.start()
        else:
            self._told.stop()

    def _untell(self) -> None:
        self.shell.say("")

    def _follow(self) -> None:
        if self._route:
            self.context.go(self._route)

    @Slot(object)
    def _bring(self, news: News) -> None:
        self.context.tell(news.words, news.role, link=news.link, route=news.route)
        self.news.emit(news)

    def _help(self, topic: str) -> None:
        self.context.go(f"help/{topic}" if topic else "help")

    def _picked(self, what: str, key: str) -> None:
        self.asked.emit(what, key)

    def close(self) -> None:
        """End the sync and the lanes; what is queued stays durable in the store."""
        if self._closed:
            return
        self._closed = True
        self.runner.stop()
        self.ahead.close()
        self.context.close()
        self._reading.close()
        self._writing.close(finish=True)  # what pages saved on their way out
        self.closed.emit()
        self.shell.deleteLater()
        self.deleteLater()
