"""The store is there but closed: a passphrase or the recovery code opens it; a damaged one is rebuilt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal

from desktop.background import Lane
from desktop.step_window import StepPage, StepWindow, named
from desktop.troubles import NoPack, words_of
from desktop.widgets.base import show_if
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field
from desktop.widgets.inputs import TextInput
from sync.store.errors import StoreDamaged, StoreFailure, StoreInUse, StoreTooNew
from sync.store.keys import PASSPHRASE, Header
from sync.store.local import LocalStore
from sync.store.salvage import Salvage, rebuild

T = TypeVar("T")


class UnlockForm(QObject):
    """Opens the store; no widget."""

    changed = Signal()
    failed = Signal(str, str)
    opened = Signal(object, object)  # LocalStore, its key
    rebuilt = Signal(object)  # Salvage

    def __init__(
        self, folder: Path, clock: Callable[[], datetime], *, failed: Callable[[BaseException], object] | None = None
    ) -> None:
        super().__init__(QCoreApplication.instance())
        self._folder, self._clock = folder, clock
        self._lane = Lane("unlock", failed=failed)
        self._key: bytes | None = None
        self.busy, self.damaged, self.hopeless = False, False, False
        self.by_code = False
        self.trouble: tuple[str, str] = ("", "")

    @property
    def has_passphrase(self) -> bool:
        """Whether a passphrase opens this store; otherwise only the recovery code does."""
        try:
            return PASSPHRASE in Header.load(self._folder).kinds
        except StoreFailure:
            return False

    def begin(self, error: StoreFailure | NoPack, key: bytes | None) -> None:
        """Why the store did not open by itself."""
        self._key, self.trouble = key, (error.sentence, error.remedy)
        self.damaged = isinstance(error, StoreDamaged) and key is not None
        without_header = isinstance(error, StoreDamaged) and key is None  # nothing that is typed can open it
        self.hopeless = isinstance(error, StoreTooNew | StoreInUse | NoPack) or without_header
        self.by_code = not self.has_passphrase
        self.changed.emit()

    def use(self, *, code: bool) -> None:
        """Another way in."""
        self.by_code = code
        self.changed.emit()

    def open(self, words: str) -> None:
        """With a passphrase or the code."""
        folder, by_code = self._folder, self.by_code

        def work() -> tuple[LocalStore, bytes]:
            header = Header.load(folder)
            self._key = header.open_with_recovery_code(words) if by_code else header.open_with_passphrase(words)
            return LocalStore.open(folder, self._key), self._key

        self._do(work, lambda made: self.opened.emit(*made))

    def rebuild(self) -> None:
        """Set the damaged file aside and begin anew with what can be read of it."""
        key, folder, now = self._key, self._folder, self._clock()
        assert key is not None

        def work() -> tuple[LocalStore, Salvage]:
            return rebuild(folder, key, now)

        def done(made: tuple[LocalStore, Salvage]) -> None:
            self.rebuilt.emit(made[1])
            self.opened.emit(made[0], key)

        self._do(work, done)

    def close(self) -> None:
        self._lane.close()
        self.deleteLater()

    def _do(self, work: Callable[[], T], done: Callable[[T], object]) -> None:
        if self.busy:
            return
        self.busy = True
        self.changed.emit()

        def ended(made: T) -> None:
            self.busy = False
            done(made)

        def broke(error: BaseException) -> None:
            self.busy = False
            known = words_of(error)
            if known is None:
                raise error
            self.damaged = isinstance(error, StoreDamaged)
            self.changed.emit()
            self.failed.emit(*known)

        self._lane.run(work, done=ended, failed=broke)


class SecretForm(Protocol):
    """What asks for a passphrase or, in its place, for the recovery code."""

    by_code: bool
    busy: bool

    def use(self, *, code: bool) -> None:
        """Another way in."""

    def open(self, words: str) -> None:
        """Try it."""


class SecretPage(StepPage):
    """One field, for the passphrase or the recovery code, a button, and the way to the other of the two."""

    def __init__(self, form: SecretForm, title: str, words: str, *, name: str, verb: str) -> None:
        super().__init__(title, words)
        self._asks = form
        self.field = Field("口令", TextInput(secret=True), required=True)
        named(self.field.editor, f"{name}.secret")
        self.go = named(Button(verb, "primary", tall=True), f"{name}.submit")
        self.other = named(Button("用恢复码", "secondary", tall=True), f"{name}.other")
        self.go.clicked.connect(self._go)
        self.other.clicked.connect(self._other)
        self.inside.addWidget(self.field)

    def entered(self) -> None:
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self) -> None:
        """The words of the way that is asked now."""
        code = self._asks.by_code
        self.field.set_label("恢复码" if code else "口令")
        editor = self.field.editor
        if isinstance(editor, TextInput):
            editor.setEchoMode(TextInput.EchoMode.Normal if code else TextInput.EchoMode.Password)
        self.other.set_text("用口令" if code else "用恢复码")

    def _go(self) -> None:
        words = self.field.value.strip()
        self.field.set_finding("" if words else f"请输入{'恢复码' if self._asks.by_code else '口令'}。")
        if words:
            self._asks.open(words)

    def _other(self) -> None:
        self.field.set_value("")
        self._asks.use(code=not self._asks.by_code)


class UnlockPage(SecretPage):
    """Of a store that is closed; a damaged one can be rebuilt."""

    def __init__(self, form: UnlockForm) -> None:
        super().__init__(form, "打开本机资料", "", name="unlock", verb="打开")
        self.form = form
        self.rebuild = named(Button("重建", "primary", tall=True), "unlock.rebuild")
        self.rebuild.clicked.connect(form.rebuild)
        self.finish(self.go, self.rebuild, self.other)

    def refresh(self) -> None:
        super().refresh()
        form = self.form
        self.words.setText("".join(form.trouble))
        usual = not form.damaged and not form.hopeless
        show_if(self.field, usual)
        show_if(self.go, usual)
        show_if(self.rebuild, form.damaged)
        show_if(self.other, usual and form.has_passphrase)
        self.go.set_text("正在打开…" if form.busy else "打开")


class UnlockWindow(StepWindow):
    """Shown instead of a desk while the store is closed."""

    def __init__(self, form: UnlockForm) -> None:
        self.form = form
        self._page = UnlockPage(form)
        super().__init__((self._page,))
        self.setObjectName("unlock")
        form.changed.connect(self.refresh)
        form.failed.connect(self._failed)
        self.refresh()

    def refresh(self) -> None:
        self.show_page(self._page, [("打开本机资料", "资料是加密的")], 0)

    def _failed(self, sentence: str, remedy: str) -> None:
        self._page.say(sentence, remedy)


class LockForm(QObject):
    """Asks who comes back: the passphrase or the recovery code of the store, which stays open all the while."""

    changed = Signal()
    failed = Signal(str, str)
    opened = Signal()

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._lane = Lane("lock")
        self.busy, self.by_code = False, False

    def use(self, *, code: bool) -> None:
        """Another way in."""
        self.by_code = code
        self.changed.emit()

    def open(self, words: str) -> None:
        """Right or wrong is found out beside the screen: it takes a tenth of a second on purpose."""
        if self.busy:
            return
        self.busy = True
        self.changed.emit()
        folder, by_code = self._folder, self.by_code

        def work() -> bytes:
            header = Header.load(folder)
            return header.open_with_recovery_code(words) if by_code else header.open_with_passphrase(words)

        self._lane.run(work, done=self._right, failed=self._wrong)

    def close(self) -> None:
        self._lane.close()

    def _right(self, _key: bytes) -> None:
        self.busy = False
        self.close()
        self.opened.emit()

    def _wrong(self, error: BaseException) -> None:
        self.busy = False
        self.changed.emit()
        known = words_of(error)
        if known is None:
            raise error
        self.failed.emit(*known)


class LockPage(SecretPage):
    """Of a store that is open behind it."""

    def __init__(self, form: LockForm) -> None:
        told = "草稿都已保存，收发照常进行。输入口令后从刚才的地方接着做。"
        super().__init__(form, "已锁定", told, name="lock", verb="解锁")
        self.form = form
        self.finish(self.go, self.other)

    def refresh(self) -> None:
        super().refresh()
        self.go.set_text("正在核对…" if self.form.busy else "解锁")


class LockWindow(StepWindow):
    """Shown instead of the desk while it is locked."""

    def __init__(self, form: LockForm) -> None:
        self.form = form
        self._page = LockPage(form)
        super().__init__((self._page,))
        form.setParent(self)
        self.setObjectName("lock")
        form.changed.connect(self.refresh)
        form.failed.connect(self._page.say)
        self.refresh()

    def refresh(self) -> None:
        self.show_page(self._page, [("已锁定", "内容已收起")], 0)
