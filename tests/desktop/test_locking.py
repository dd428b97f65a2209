"""A desk that nobody touches hides itself, and comes back as it was by the passphrase or the recovery code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.locking import Locker, minutes_of, set_minutes
from desktop.pages.this_desk import ThisDeskPage
from desktop.pages.unlock import LockWindow
from sync.store.backup import restore
from sync.store.keys import Header, new_recovery_code
from tests.desktop.sample_desk import NOW, SampleDesk, sample_desk

PASSPHRASE = "a quiet river"
CODE = new_recovery_code()


@pytest.fixture
def desk(tmp_path: Path, qtbot: QtBot) -> Iterator[SampleDesk]:
    with sample_desk(tmp_path) as desk:
        store = desk.store
        Header().with_recovery_code(store.key, CODE).save(store.folder)
        yield desk


@pytest.fixture
def window(desk: SampleDesk, qtbot: QtBot) -> QWidget:
    """What the desk shows, with something typed in it."""
    window = QWidget()
    qtbot.addWidget(window)
    QLineEdit("440104", window).setObjectName("typed")
    window.show()
    return window


def give_passphrase(desk: SampleDesk) -> None:
    store = desk.store
    Header.load(store.folder).with_passphrase(store.key, PASSPHRASE).save(store.folder)


def lock(locker: Locker) -> LockWindow:
    locker.lock()
    assert locker.window is not None
    return locker.window


def answer(qtbot: QtBot, window: LockWindow, words: str) -> None:
    editor, submit = window.findChild(QWidget, "lock.secret"), window.findChild(QPushButton, "lock.submit")
    assert isinstance(editor, QLineEdit)
    assert submit is not None
    editor.clear()
    QTest.keyClicks(editor, words)
    QTest.mouseClick(submit, Qt.MouseButton.LeftButton)


def test_an_untouched_desk_is_hidden_and_comes_back_as_it_was(desk: SampleDesk, window: QWidget, qtbot: QtBot) -> None:
    give_passphrase(desk)
    locker = Locker(desk.context, window, minute=20)
    with qtbot.waitSignal(locker.changed):
        set_minutes(desk.context, 5)
    assert not window.isVisible()
    assert locker.window is not None
    with qtbot.waitSignal(locker.window.form.failed):
        answer(qtbot, locker.window, "not this")
    assert not window.isVisible()
    with qtbot.waitSignal(locker.changed):
        answer(qtbot, locker.window, PASSPHRASE)
    assert locker.window is None
    assert window.isVisible()
    assert window.findChild(QLineEdit, "typed").text() == "440104"


def test_the_recovery_code_opens_it_too(desk: SampleDesk, window: QWidget, qtbot: QtBot) -> None:
    give_passphrase(desk)
    locker = Locker(desk.context, window)
    shown = lock(locker)
    other = shown.findChild(QPushButton, "lock.other")
    assert other is not None
    QTest.mouseClick(other, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(locker.changed):
        answer(qtbot, shown, CODE)
    assert window.isVisible()


def test_touching_puts_it_off(desk: SampleDesk, window: QWidget, qtbot: QtBot) -> None:
    locker = Locker(desk.context, window)
    with qtbot.waitSignal(desk.context.changed):
        set_minutes(desk.context, 5)
    qtbot.waitUntil(lambda: locker._idle.isActive())
    handle = window.windowHandle()
    assert handle is not None
    window.hide()
    window.show()
    locker._idle.stop()  # as if the time had gone by
    QTest.keyClick(handle, Qt.Key.Key_A)
    assert locker._idle.isActive()


def test_without_a_passphrase_nothing_is_hidden(desk: SampleDesk, window: QWidget) -> None:
    locker = Locker(desk.context, window)
    locker.lock()
    assert locker.window is None
    assert window.isVisible()


def test_closing_the_lock_closes_what_it_hides(desk: SampleDesk, window: QWidget) -> None:
    give_passphrase(desk)
    locker = Locker(desk.context, window)
    lock(locker).close()
    assert locker.window is None
    assert not window.isVisible()


def test_the_page_asks_for_a_passphrase_once_and_keeps_the_minutes(desk: SampleDesk, qtbot: QtBot) -> None:
    page = ThisDeskPage(desk.context)
    qtbot.addWidget(page)
    page.show()
    page.choice.chosen.emit("10")
    page.secret.set_value("short")
    page.save.click()
    assert "passphrase" not in Header.load(desk.store.folder).kinds, "too short"
    page.secret.set_value(PASSPHRASE)
    page.again.set_value(PASSPHRASE)
    with qtbot.waitSignal(desk.context.told):
        page.save.click()
    with desk.store.reading() as reader:
        assert minutes_of(reader) == 10
    assert Header.load(desk.store.folder).open_with_passphrase(PASSPHRASE) == desk.store.key
    page.choice.chosen.emit("30")
    assert page.secret.isHidden()


def test_a_backup_made_on_the_page_opens_with_the_recovery_code(desk: SampleDesk, qtbot: QtBot, tmp_path: Path) -> None:
    page = ThisDeskPage(desk.context)
    qtbot.addWidget(page)
    page.show()
    page.back_up(tmp_path / "x.backup")
    qtbot.waitUntil(lambda: page.keep.isEnabled())
    assert "已备份到“x.backup”" in page.notice.accessibleName()
    assert restore(tmp_path / "x.backup", tmp_path / "other", CODE, NOW).bytes > 0
