"""The password again, after the session ran out. Work goes on meanwhile: this page is a page like any other."""

from __future__ import annotations

import socket
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

from desktop.context import Context
from desktop.page import Page
from desktop.pages.first_run_form import strength
from desktop.step_window import named
from desktop.troubles import words_of
from desktop.widgets.base import column
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field
from desktop.widgets.inputs import TextInput
from desktop.widgets.notes import Notice
from sync.login import Invitation, Session, change_password, connect, load_session, save_session, sign_in
from sync.protocol import Association, fingerprint
from sync.store.errors import NotAllowed
from sync.store.local import LocalStore
from sync.store.port import SyncStore

WIDTH = 420


def make(context: Context, key: str) -> Page:
    return LoginPage(context)


class AccountForm(QObject):
    """Talks to the server about this account; no widget."""

    changed = Signal()
    failed = Signal(str)
    done = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context, self.busy = context, False

    @property
    def session(self) -> Session | None:
        return load_session(SyncStore(self._context.store), self._context.account)

    def sign_in(self, password: str) -> None:
        """The same account, on the same server as before."""
        account = self._context.account

        def ask(store: LocalStore) -> Session:
            old = _need(store, account)
            house = Association(id=old.association, name=old.association_name)
            invitation = Invitation(address=old.address, association=house, key_fingerprint=fingerprint(old.key))
            return sign_in(store, old.address, connect(invitation), old.login, password, socket.gethostname()[:60])

        self._do(ask)

    def change(self, old: str, new: str) -> None:
        """Another password."""
        account = self._context.account

        def ask(store: LocalStore) -> Session:
            changed = change_password(_need(store, account), old, new)
            save_session(SyncStore(store), changed)
            return changed

        self._do(ask)

    def _do(self, ask: Callable[[LocalStore], Session]) -> None:
        if self.busy:
            return
        self.busy = True
        self.changed.emit()
        self._context.ask_server(ask, self._done, self._failed)

    def _done(self, session: Session) -> None:
        self.busy = False
        self.changed.emit()
        self._context.renewed.emit(session)
        self.done.emit()

    def _failed(self, error: BaseException) -> None:
        self.busy = False
        self.changed.emit()
        known = words_of(error)
        if known is None:
            raise error
        self.failed.emit("".join(known))


def _need(store: LocalStore, account: str) -> Session:
    session = load_session(SyncStore(store), account)
    if session is None:
        raise NotAllowed("这台电脑上没有这个账号。", "请先登录。")
    return session


class LoginPage(Page):
    """One field: who it is, is known."""

    def __init__(self, context: Context) -> None:
        super().__init__("重新登录", sub="可以继续填写，未发送的内容都保留着", back=True)
        self.setObjectName("login")
        self.context, self.form = context, AccountForm(context)
        self.form.setParent(self)
        self.account = Field("账号", TextInput())
        self.account.set_locked(True)
        self.password = Field("密码", TextInput(secret=True), required=True)
        named(self.password.editor, "login.password")
        self.notice = Notice()
        self.go_on = named(Button("登录", "primary", tall=True), "login.submit")
        self.go_on.clicked.connect(self._go)
        line_edit = self.password.editor
        if isinstance(line_edit, TextInput):
            line_edit.returnPressed.connect(self._go)
        for part in (self.account, self.password, self.notice):
            part.setFixedWidth(WIDTH)
        self.add(column(self.account, 12, self.password, 16, self.notice, 8))
        self.add(self.go_on)
        self.body.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.add_stretch()
        self.form.failed.connect(self._failed)
        self.form.done.connect(self._done)
        self.form.changed.connect(self._refresh)

    def shown(self) -> None:
        session = self.form.session
        if session is not None:
            self.account.set_value(session.login)

    def first_focus(self) -> None:
        self.password.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go(self) -> None:
        self.password.set_finding("" if self.password.value else "请输入密码。")
        if self.password.value:
            self.form.sign_in(self.password.value)

    def _refresh(self) -> None:
        self.go_on.set_text("正在登录…" if self.form.busy else "登录")

    def _failed(self, words: str) -> None:
        self.notice.show_words(words, role="warn")

    def _done(self) -> None:
        self.password.set_value("")
        self.notice.clear()
        self.back.emit()
        self.context.tell("已登录，接着发送。")


class PasswordPage(Page):
    """Another password for this account."""

    def __init__(self, context: Context) -> None:
        super().__init__("修改密码", back=True)
        self.setObjectName("password")
        self.context, self.form = context, AccountForm(context)
        self.form.setParent(self)
        self.old = Field("现在的密码", TextInput(secret=True), required=True)
        self.new = Field("新密码", TextInput(secret=True), required=True, help=strength("")[1])
        self.again = Field("再输一次", TextInput(secret=True), required=True)
        for field, name in ((self.old, "old"), (self.new, "new"), (self.again, "again")):
            named(field.editor, f"password.{name}")
            field.setFixedWidth(WIDTH)
        self.new.editor.edited.connect(self._typed)
        self.notice = Notice()
        self.notice.setFixedWidth(WIDTH)
        self.go_on = named(Button("修改密码", "primary", tall=True), "password.submit")
        self.go_on.clicked.connect(self._go)
        self.add(column(self.old, 12, self.new, 12, self.again, 16, self.notice, 8))
        self.add(self.go_on)
        self.body.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.add_stretch()
        self.form.failed.connect(self._failed)
        self.form.done.connect(self._done)

    def _judge(self) -> tuple[str, str]:
        session = self.form.session
        return strength(self.new.value, session.login if session is not None else "", self.old.value)

    def _typed(self, _text: str) -> None:
        role, words = self._judge()
        self.new.set_finding(words, role or "warn")

    def _go(self) -> None:
        role, words = self._judge()
        self.old.set_finding("" if self.old.value else "请输入现在的密码。")
        self.new.set_finding(words, role or "warn")
        same = self.new.value == self.again.value
        self.again.set_finding("" if same else "两次输入的不一样。")
        if self.old.value and role == "ok" and same:
            self.form.change(self.old.value, self.new.value)

    def _failed(self, words: str) -> None:
        self.notice.show_words(words, role="warn")

    def _done(self) -> None:
        for field in (self.old, self.new, self.again):
            field.set_value("")
        self.back.emit()
        self.context.tell("密码已修改，下次登录用新密码。")
