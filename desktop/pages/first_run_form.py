"""The way from an invitation to a working desk, step by step. No widget; each step lasts before the next begins."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Signal

from desktop.background import Lane
from desktop.context import Clock, utc_now
from desktop.editions import SETTING
from desktop.opening import RECOVERY_KEPT, remember
from desktop.troubles import words_of
from sync.failures import FailureKind, SyncFailure
from sync.login import Invitation, Session, change_password, connect, read_invitation, save_session, sign_in
from sync.notices import Line, Notice, StatusChanged, StoreChanged
from sync.protocol import Hello
from sync.runner import SyncRunner
from sync.store.errors import NoKeyring, StoreFailure
from sync.store.keys import Header, first_run, new_recovery_code
from sync.store.local import LocalStore
from sync.store.port import SyncStore
from sync.views import sync_status

T = TypeVar("T")
LEAST = 10  # characters of a password, as the server wants it
AGAIN = {  # nothing is queued yet: here a person asks again
    FailureKind.OFFLINE: "请检查网络，再试一次。",
    FailureKind.CUT: "请检查网络，再试一次。",
    FailureKind.STALLED: "请检查网络，再试一次。",
    FailureKind.PORTAL: "请打开浏览器完成该网络的登录，再试一次。",
    FailureKind.BUSY: "请稍等几分钟，再试一次。",
    FailureKind.GARBAGE: "请与协会核对邀请文件，或换个网络再试。",
}


class Step(StrEnum):
    """Where one is."""

    INVITATION = "invitation"
    PASSPHRASE = "passphrase"
    LOGIN = "login"
    PASSWORD = "password"
    RECOVERY = "recovery"
    PULL = "pull"


@dataclass(frozen=True)
class Met:
    """Whom the invitation led to."""

    invitation: Invitation
    hello: Hello

    @property
    def fingerprint(self) -> str:
        """In groups of four, as people compare it."""
        bare = "".join(letter for letter in self.invitation.key_fingerprint.upper() if letter.isalnum())[:32]
        return " ".join(bare[at : at + 4] for at in range(0, len(bare), 4))


def strength(password: str, login: str = "", old: str = "") -> tuple[str, str]:
    """(role, words) for a password that is being typed."""
    if not password:
        return "", f"至少 {LEAST} 个字符，与账号和旧密码不同。"
    if len(password) < LEAST:
        return "warn", f"太短，还差 {LEAST - len(password)} 个字符。"
    if old and password == old:
        return "warn", "与旧密码相同，请换一个。"
    if login and login.lower() in password.lower():
        return "warn", "里面有账号，容易被猜到，请换一个。"
    if len(set(password)) < 5:
        return "warn", "重复的字符太多，请换一个。"
    kinds = sum(
        any(test(letter) for letter in password)
        for test in (str.islower, str.isupper, str.isdigit, lambda letter: not letter.isalnum())
    )
    if len(password) >= 14 or kinds >= 3:
        return "ok", "够强。"
    return "ok", "可以用；再长一些更好。"


class FirstRunForm(QObject):
    """With a store already open it adds one more account to it."""

    changed = Signal()
    failed = Signal(str, str)  # sentence, remedy
    progressed = Signal(str)
    finished = Signal(object, object)  # LocalStore, Session
    _heard = Signal(object)

    def __init__(
        self,
        folder: Path,
        *,
        store: LocalStore | None = None,
        session: Session | None = None,
        key: bytes | None = None,
        passphrase: str | None = None,
        clock: Clock = utc_now,
        failed: Callable[[BaseException], object] | None = None,
    ) -> None:
        super().__init__(QCoreApplication.instance())
        self.folder, self.store, self.session, self._clock = folder, store, session, clock
        self._passphrase, self._key = passphrase, key
        self._lane = Lane("first-run", failed=failed)
        self.step = Step.INVITATION
        self.met: Met | None = None
        self.code = ""
        self.asked: tuple[int, int] = (0, 1)
        self.busy = False
        self._old = ""
        self._runner: SyncRunner | None = None
        self._heard.connect(self._hear)
        if store is not None and session is not None:
            self._resume()

    # ---- one step after the other ----

    def choose(self, file: Path | bytes) -> None:
        """The invitation: who is there, and is it the one that invites?"""

        def meet() -> Met:
            try:
                data = file if isinstance(file, bytes) else file.read_bytes()
            except OSError as error:
                raise StoreFailure(f"读不到文件“{Path(str(file)).name}”。", "请看它是不是被移走了。") from error
            invitation = read_invitation(data)
            return Met(invitation, connect(invitation))

        self._do(meet, self._meet)

    def forget_invitation(self) -> None:
        """Another file after all."""
        self.met = None
        self.changed.emit()

    def go_on(self) -> None:
        """It is the right association: make the store, or take the one that is there."""
        if self.store is not None:
            self._to(Step.LOGIN)
            return
        self._do(lambda: self._make(self._passphrase), self._made, self._not_made)

    def protect(self, passphrase: str) -> None:
        """Where there is no keyring, a passphrase guards the store."""
        self._do(lambda: self._make(passphrase), self._made)

    def sign_in(self, login: str, password: str) -> None:
        """Account and password."""
        assert self.met is not None
        assert self.store is not None
        met, store = self.met, self.store
        self._old = password

        def ask() -> Session:
            session = sign_in(store, met.invitation.address, met.hello, login, password, socket.gethostname()[:60])
            with store.transaction() as writer:
                writer.settings.put(session.account, SETTING, met.hello.pack)
            remember(store, session.account)
            return session

        self._do(ask, self._signed_in)

    def change_password(self, new: str, old: str | None = None) -> None:
        """The first password is for one time only."""
        assert self.session is not None
        assert self.store is not None
        session, store, before = self.session, self.store, old or self._old

        def ask() -> Session:
            changed = change_password(session, before, new)
            save_session(SyncStore(store), changed)
            return changed

        self._do(ask, self._password_changed)

    @property
    def knows_old_password(self) -> bool:
        """Whether the first password need not be asked for again."""
        return bool(self._old)

    def keep_code(self, first: str, second: str) -> None:
        """The two groups of the recovery code that were asked back."""
        groups = self.code.split("-")
        for number, typed in zip(self.asked, (first, second), strict=True):
            plain = "".join(typed.upper().split()).replace("-", "")
            if plain != groups[number]:
                self.failed.emit(f"第 {number + 1} 组不对。", "请对照打印件或保存的文件再看一遍。")
                return
        assert self.store is not None
        store = self.store

        def keep() -> None:
            with store.transaction() as writer:
                writer.settings.put("", RECOVERY_KEPT, True)

        self._do(keep, lambda _: self._to(Step.PULL))

    def pull(self) -> None:
        """The first fetch of everything this account may see."""
        assert self.store is not None
        assert self.session is not None
        if self._runner is None:
            self._runner = SyncRunner(SyncStore(self.store), self.session, self._heard.emit, clock=self._clock)
            self._runner.start()

    def enter(self) -> None:
        """Enough for now: the rest comes while one works."""
        runner, self._runner = self._runner, None

        def end() -> None:
            if runner is not None:
                runner.stop()

        self._do(end, self._enter)

    def close(self) -> None:
        """The window was closed on the way: what was done stays."""
        if self._runner is not None:
            self._runner.stop()
            self._runner = None
        self._lane.close()
        self.deleteLater()

    # ---- inside ----

    def _do(
        self,
        work: Callable[[], T],
        done: Callable[[T], object],
        failed: Callable[[BaseException], bool] | None = None,
    ) -> None:
        if self.busy:
            return
        self.busy = True
        self.changed.emit()

        def ended(result: T) -> None:
            self.busy = False
            done(result)
            self.changed.emit()

        def broke(error: BaseException) -> None:
            self.busy = False
            self.changed.emit()
            if failed is not None and failed(error):
                return
            known = words_of(error)
            if known is None:
                raise error
            kind = error.failure.kind if isinstance(error, SyncFailure) else None
            self.failed.emit(known[0], AGAIN.get(kind, known[1]) if kind is not None else known[1])

        self._lane.run(work, done=ended, failed=broke)

    def _to(self, step: Step) -> None:
        self.step = step
        self.changed.emit()
        if step is Step.PULL:
            self.pull()

    def _meet(self, met: Met) -> None:
        self.met = met

    def _make(self, passphrase: str | None) -> tuple[LocalStore, bytes]:
        key = first_run(self.folder, new_recovery_code(), passphrase)  # a code nobody sees; the shown one follows
        return LocalStore.create(self.folder, key), key

    def _made(self, made: tuple[LocalStore, bytes]) -> None:
        self.store, self._key = made
        self._to(Step.LOGIN)

    def _not_made(self, error: BaseException) -> bool:
        if isinstance(error, NoKeyring):
            self._to(Step.PASSPHRASE)
            return True
        return False

    def _signed_in(self, session: Session) -> None:
        self.session = session
        if session.must_change_password:
            self._to(Step.PASSWORD)
        else:
            self._after_password()

    def _password_changed(self, session: Session) -> None:
        self.session, self._old = session, ""
        self._after_password()

    def _after_password(self) -> None:
        self._do(self._new_code, self._show_code)

    def _new_code(self) -> str:
        """A code that nobody has seen yet, put on the store; none where one was kept already."""
        assert self.store is not None
        with self.store.reading() as reader:
            kept = bool(reader.settings.get("", RECOVERY_KEPT))
        if kept or self._key is None:
            return ""
        code = new_recovery_code()
        Header.load(self.folder).with_recovery_code(self._key, code).save(self.folder)
        return code

    def _show_code(self, code: str) -> None:
        if not code:
            self._to(Step.PULL)
            return
        self.code = code
        first, second = sorted(secrets.SystemRandom().sample(range(len(code.split("-"))), 2))
        self.asked = (first, second)
        self._to(Step.RECOVERY)

    def _resume(self) -> None:
        """The program ended on the way."""
        assert self.session is not None
        if self.session.must_change_password:
            self.step = Step.PASSWORD
        else:
            self._after_password()

    def _hear(self, notice: Notice) -> None:
        if self._runner is None or self.store is None or self.session is None:
            return
        if isinstance(notice, StatusChanged) and notice.failure is not None and notice.line is not Line.ONLINE:
            self.failed.emit(notice.failure.sentence, notice.failure.remedy)
        if isinstance(notice, StoreChanged | StatusChanged):
            self._look()

    def _look(self) -> None:
        assert self.store is not None
        assert self.session is not None
        store, account = self.store, self.session.account

        def count() -> tuple[int, bool]:
            with store.reading() as reader:
                rows = sum(cursor.count for cursor in reader.mirror.cursors(account).values())
                return rows, sync_status(reader, account).filled

        self._lane.run(count, done=self._counted)

    def _counted(self, found: tuple[int, bool]) -> None:
        rows, filled = found
        self.progressed.emit(f"已取回 {rows} 条")
        if filled and self._runner is not None:
            self.enter()

    def _enter(self, _: None) -> None:
        assert self.store is not None
        assert self.session is not None
        self._lane.close()
        self.finished.emit(self.store, self.session)
