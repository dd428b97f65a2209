"""The desk is hidden after some minutes in which nobody touched it, until the passphrase is typed. Off by default.

locker = Locker(context, shell)     takes the minutes from the store; 0 is never
locker.lock();  locker.window       the window in front while it is locked, else None
locker.changed Signal()             locked or unlocked

Nothing ends and nothing is lost: pages stay as they are, what is typed is saved, sending goes on.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from desktop.context import Context
from desktop.smoothness import TOUCHES
from desktop.window_place import over
from sync.store.errors import StoreFailure
from sync.store.keys import PASSPHRASE, Header
from sync.store.local import Reader

if TYPE_CHECKING:
    from desktop.pages.unlock import LockWindow

SETTING = "lock-minutes"  # setting of the store
TOPIC = "desk"  # told when it is another
MINUTE = 60_000  # ms


def minutes_of(reader: Reader) -> int:
    """After how many the desk locks; 0: never."""
    return int(reader.settings.get("", SETTING) or 0)


class Locker(QObject):
    """One a desk."""

    changed = Signal()

    def __init__(self, context: Context, shell: QWidget, *, minute: int = MINUTE) -> None:
        super().__init__(shell)
        self._context, self._shell, self._minute = context, shell, minute
        self.window: LockWindow | None = None
        self._hidden: list[QWidget] = []
        self._idle = QTimer(self, singleShot=True)
        self._idle.timeout.connect(self.lock)
        shell.installEventFilter(self)
        context.changed.connect(self._changed)
        self._read()

    @Slot()
    def lock(self) -> None:
        """Hide everything; without a passphrase nothing could open it again, then it stays as it is."""
        if self.window is not None or not self._shell.isVisible() or not has_passphrase(self._context):
            return
        from desktop.pages.unlock import LockForm, LockWindow  # the start does not wait for it

        form = LockForm(self._context.store.folder)
        self.window = window = LockWindow(form)
        form.opened.connect(self._open)
        window.closed.connect(self._closed)
        over(window, self._shell)
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()
        self._hidden = [one for one in QApplication.topLevelWidgets() if one.isVisible() and one is not window]
        window.show()
        for one in self._hidden:
            one.hide()
        window.activateWindow()
        self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys and presses pass the window's native handle, one event each."""
        if event.type() in TOUCHES:
            self._touched()
        elif watched is self._shell and event.type() == QEvent.Type.Show:
            handle = self._shell.windowHandle()
            if handle is not None:
                handle.installEventFilter(self)
            self._touched()
        return False

    def _touched(self) -> None:
        if self._idle.interval():
            self._idle.start()

    @Slot(object)
    def _changed(self, topics: frozenset[str]) -> None:
        if TOPIC in topics:
            self._read()

    def _read(self) -> None:
        self._context.read(minutes_of, self._set)

    def _set(self, minutes: int) -> None:
        self._idle.stop()
        self._idle.setInterval(minutes * self._minute)
        self._touched()

    @Slot()
    def _open(self) -> None:
        window, self.window = self.window, None
        for one in self._hidden:
            if isValid(one):
                one.show()
        self._hidden = []
        self._shell.activateWindow()
        if window is not None:
            window.close()
            window.deleteLater()
        self._touched()
        self.changed.emit()

    @Slot()
    def _closed(self) -> None:
        """Closed without the passphrase: the program ends, unless a page must stay; then it stays locked."""
        if self.window is None:
            return
        window = self.window
        if self._shell.close():
            self.window = None
            window.form.close()
            window.deleteLater()
        else:
            window.show()


def has_passphrase(context: Context) -> bool:
    """Whether there is one to ask for."""
    try:
        return PASSPHRASE in Header.load(context.store.folder).kinds
    except StoreFailure:
        return False


def set_minutes(context: Context, minutes: int, passphrase: str = "") -> None:
    """Lock after so many; a passphrase that is given becomes the one that is asked."""
    store = context.store

    def work() -> None:
        if passphrase:
            Header.load(store.folder).with_passphrase(store.key, passphrase).save(store.folder)
        with store.transaction() as writer:
            writer.settings.put("", SETTING, minutes or None)
            writer.touch(TOPIC)

    context.write(lambda _: work(), partial(_told, context, minutes))


def _told(context: Context, minutes: int, _: None) -> None:
    context.tell(f"闲置 {minutes} 分钟后会锁定。" if minutes else "不再自动锁定。")
