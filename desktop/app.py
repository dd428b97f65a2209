"""The program: the only place that makes its objects. From an empty folder to a desk, and from one account to another.

program = Program(folder)      one store; `window` is what stands on screen, `desk` the desk once there is one
program.start()                first run, unlock, or straight to the desk
program.opened Signal(object)  a Desk was opened
build_desk(folder, passphrase=…)   a desk on a store that is there, without any of that: for scripts and the demo
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QSettings, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from desktop.background import Lane
from desktop.bugs import Bugs
from desktop.context import SHANGHAI, Clock, utc_now
from desktop.desk import Desk
from desktop.editions import in_force
from desktop.frame import ADD, LOCK, LOG_OUT, PASSWORD, THIS_DESK
from desktop.news import News
from desktop.notifier import Notifier, TrayNotifier
from desktop.opening import RECOVERY_KEPT, is_there, key_of, last_session, open_store, remember
from desktop.step_window import StepWindow
from desktop.troubles import NoPack, RulesTooNew
from domain.packs import Pack
from sync.login import Session, forget_session, log_out
from sync.store.errors import StoreDamaged, StoreFailure, StoreMissing
from sync.store.local import LocalStore
from sync.store.port import SyncStore

if TYPE_CHECKING:
    from desktop.pages.first_run_form import FirstRunForm
    from desktop.pages.unlock import UnlockForm
    from sync.store.salvage import Salvage

__all__ = ["Program", "build_desk"]


def pack_for(store: LocalStore, account: str, clock: Clock) -> Pack:
    """The rules in force today for this account; raises NoPack."""
    with store.reading() as reader:
        return in_force(reader, account, clock().astimezone(SHANGHAI).date())


def build_desk(
    folder: Path,
    *,
    passphrase: str | None = None,
    account: str | None = None,
    failed: Callable[[BaseException], object] | None = None,
    clock: Clock = utc_now,
    settings: QSettings | None = None,
) -> Desk:
    """A desk of whoever sat here last, or of that account; closing it leaves its store (desk.context.store) open."""
    store = open_store(folder, passphrase)
    session = last_session(store, account)
    if session is None:
        store.close()
        raise StoreMissing()
    failed = failed or Bugs().handle
    return Desk(store, session, pack_for(store, session.account, clock), failed=failed, clock=clock, settings=settings)


class Program(QObject):
    """One store and whatever window it needs just now. It belongs to the application until it is closed."""

    opened = Signal(object)
    closed = Signal()
    _broken = Signal(object)

    def __init__(
        self,
        folder: Path,
        *,
        passphrase: str | None = None,
        clock: Clock = utc_now,
        settings: QSettings | None = None,
        bugs: Bugs | None = None,
        notifier: Notifier | None = None,
        opening: QWidget | None = None,
    ) -> None:
        super().__init__(QCoreApplication.instance())
        self.folder, self._passphrase, self._clock, self._settings = folder, passphrase, clock, settings
        self.bugs = bugs or Bugs()
        self.bugs.told.connect(self._tell)
        self._broken.connect(self._mend, Qt.ConnectionType.QueuedConnection)  # never inside what broke
        self._lane = Lane("program", failed=self._failed)
        self.store: LocalStore | None = None
        self._key: bytes | None = None
        self.desk: Desk | None = None
        self.window: QWidget | None = opening  # the one that said 正在打开 gives its place to the first of ours
        self._first_run: FirstRunForm | None = None
        self._unlock: UnlockForm | None = None
        self._salvage: Salvage | None = None
        self._notifier = notifier or TrayNotifier(self.raise_window, self)
        self._switching = False

    def start(self) -> None:
        """Whatever comes first."""
        if not is_there(self.folder):
            self._begin()
            return
        key: bytes | None = None
        try:
            key = key_of(self.folder, self._passphrase)
            self._have(LocalStore.open(self.folder, key), key)
        except StoreFailure as error:
            self._ask_to_unlock(error, key)

    def raise_window(self) -> None:
        """In front of everything else; what is locked stays hidden."""
        locked = self.desk.locker.window if self.desk is not None else None
        window = locked or self.window
        if window is not None:
            window.showNormal() if window.isMinimized() else window.show()
            window.raise_()
            window.activateWindow()

    def close(self) -> None:
        """Everything ends; what is queued stays in the store."""
        self._switching = True
        if self.desk is not None:
            self.desk.shell.close()
            self.desk.close()
        for form in (self._first_run, self._unlock):
            if form is not None:
                form.close()
        if self.window is not None:
            self.window.close()
            self.window.deleteLater()
        self._lane.close()
        self._notifier.hide()
        if self.store is not None:
            self.store.close()
            self.store = None
        self.closed.emit()
        self.deleteLater()

    # ---- before the desk ----

    def _begin(self, session: Session | None = None, *, back: str = "") -> None:
        """First run, a further account, or on from where the first run was left; `back`: whose desk it came from."""
        from desktop.pages.first_run import FirstRunWindow  # once in the life of a desk
        from desktop.pages.first_run_form import FirstRunForm

        form = FirstRunForm(
            self.folder,
            store=self.store,
            session=session,
            key=self._key,
            passphrase=self._passphrase,
            clock=self._clock,
            failed=self.bugs.handle,
        )
        self._first_run = form
        form.finished.connect(self._finished)
        window = FirstRunWindow(form, clock=self._clock, back=bool(back))
        window.left.connect(partial(self._go_back, back))
        self._show(window)

    def _go_back(self, account: str) -> None:
        """No further account after all."""
        form, self._first_run = self._first_run, None
        session = last_session(self.store, account) if self.store is not None else None
        if form is not None and session is not None:
            form.finished.disconnect(self._finished)
            form.close()
            self._open(session)

    def _finished(self, store: LocalStore, session: Session) -> None:
        self.store = store
        if self._first_run is not None:
            self._first_run.close()
            self._first_run = None
        self._open(session)

    def _ask_to_unlock(self, error: StoreFailure | NoPack, key: bytes | None) -> None:
        from desktop.pages.unlock import UnlockForm, UnlockWindow  # where the keyring has no key

        form = UnlockForm(self.folder, self._clock, failed=self.bugs.handle)
        self._unlock = form
        form.opened.connect(self._have)
        form.rebuilt.connect(self._rebuilt)
        window = UnlockWindow(form)
        form.begin(error, key)
        self._show(window)

    def _failed(self, error: BaseException) -> None:
        """What nobody else understood; a store that turns out to be damaged is put away and offered to be rebuilt."""
        if isinstance(error, StoreDamaged) and self._key is not None:
            self._broken.emit(error)
        else:
            self.bugs.handle(error)

    @Slot(object)
    def _mend(self, error: StoreDamaged) -> None:
        store, self.store = self.store, None
        if store is None:
            return  # several found it at once
        self._leave()
        store.close()
        self._ask_to_unlock(error, self._key)

    def _rebuilt(self, salvage: Salvage) -> None:
        self._salvage = salvage

    def _have(self, store: LocalStore, key: bytes) -> None:
        """The store is open: to the desk of whoever sat here last."""
        self.store, self._key = store, key
        if self._unlock is not None:
            self._unlock.close()
            self._unlock = None
        try:
            session = last_session(store)
            with store.reading() as reader:
                kept = bool(reader.settings.get("", RECOVERY_KEPT))
        except StoreDamaged as error:
            self._failed(error)
            return
        if session is None or session.must_change_password or not kept:
            self._begin(session)
        else:
            self._open(session)

    # ---- the desk ----

    def _open(self, session: Session) -> None:
        store, clock = self.store, self._clock
        assert store is not None

        def failed(error: BaseException) -> None:
            if isinstance(error, RulesTooNew):  # fetching them once more would change nothing
                self._ask_to_unlock(error, None)
                return
            if isinstance(error, NoPack):
                self._begin(session)
            self._failed(error)

        self._lane.run(
            lambda: pack_for(store, session.account, clock),
            done=lambda pack: self._sit_down(session, pack),
            failed=failed,
        )

    def _sit_down(self, session: Session, pack: Pack) -> None:
        store = self.store
        assert store is not None
        desk = Desk(store, session, pack, failed=self._failed, clock=self._clock, settings=self._settings)
        self.desk = desk
        desk.asked.connect(self._asked)
        desk.news.connect(self._bring)
        self._lane.run(lambda: remember(store, session.account))
        self._show(desk.shell)
        desk.start()
        if self._salvage is not None:
            found, self._salvage = self._salvage, None
            words = f"本机资料已重建：找回草稿 {found.drafts} 份、待发送 {found.outbox} 件，其余正从协会取回。"
            desk.context.tell(words, "ok" if found.whole else "warn")
        self.opened.emit(desk)

    def _asked(self, what: str, key: str) -> None:
        """The top bar: another association, unit, or account."""
        desk, store = self.desk, self.store
        assert desk is not None
        assert store is not None
        if what == "account" and key == PASSWORD:
            desk.context.go("password")
        elif what == "account" and key == THIS_DESK:
            desk.context.go("this-desk")
        elif what == "account" and key == LOCK:
            desk.locker.lock()
        elif what == "account" and key == ADD:
            if self._leave():
                self._begin(back=desk.session.account)
        elif what == "account" and key == LOG_OUT:
            self._log_out(desk.session)
        elif (what == "unit" and key != desk.session.account) or what in ("sealed", "unsealed"):
            self._change_to(key)
        elif what == "association" and key != desk.session.association:
            with store.reading() as reader:
                there = [one.id for one in reader.accounts.all() if one.association == key and not one.revoked]
            self._change_to(there[0])

    def _change_to(self, account: str) -> None:
        assert self.store is not None
        session = last_session(self.store, account)
        if session is not None and self._leave():
            self._open(session)

    def _log_out(self, session: Session) -> None:
        """The token ends at the server if it can be reached, and here in any case; drafts and queue stay."""
        store = self.store
        assert store is not None
        if not self._leave():
            return

        def end() -> None:
            forget_session(SyncStore(store), session.account)
            log_out(session)

        def ended(_: object) -> None:
            left = last_session(store)
            if left is not None:
                self._open(left)
            else:
                self._begin()

        self._lane.run(end, done=ended, failed=ended)

    def _leave(self) -> bool:
        """Put the desk away, unless one of its pages must stay; its store stays open."""
        desk = self.desk
        if desk is None:
            return True
        self._switching = True
        gone = desk.shell.close()  # its pages write what they have, then the desk ends
        self._switching = False
        if gone:
            self.desk, self.window = None, None
            desk.close()
            desk.shell.deleteLater()
            desk.deleteLater()
        return gone

    # ---- windows ----

    def _show(self, window: QWidget) -> None:
        old, self.window = self.window, window
        closed = getattr(window, "closed", None)
        if closed is not None:
            closed.connect(self._window_closed)
        if isinstance(old, StepWindow) and not isinstance(old, type(window)):
            window.resize(old.size())
        window.show()
        window.activateWindow()
        if old is not None and old is not window:
            self._switching = True
            old.close()
            old.deleteLater()
            self._switching = False

    def _window_closed(self) -> None:
        if not self._switching:
            self.close()

    def _tell(self, words: str, role: str) -> None:
        if self.desk is not None:
            self.desk.context.tell(words, role)
        elif isinstance(self.window, StepWindow):
            self.window.page.notice.show_words(words, role=role)

    def _bring(self, news: News) -> None:
        """Beside the clock, while our own window is not in front."""
        locked = self.desk is not None and self.desk.locker.window is not None  # names are not shown then
        if self.window is not None and not self.window.isActiveWindow() and not locked:
            self._notifier.show(news.words)
