"""The first start by the keyboard alone against a real server, and a clear sentence for each thing that goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.app import Program
from desktop.context import SHANGHAI
from desktop.demo.server_process import ServerProcess
from desktop.pages.first_run import FirstRunWindow
from desktop.pages.first_run_form import Step
from desktop.theme import install
from tests.support.server import a_server, first_passwords
from tests.support.windows import shown

pytestmark = [pytest.mark.processes, pytest.mark.windows, pytest.mark.qt_log_ignore("propagateSizeHints")]
UNIT = "广州示例工程监理有限公司"
SECRET, PASSWORD = "a quiet river", "another quiet river"
MOST_TABS = 30


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with a_server(tmp_path_factory.mktemp("house"), today=datetime.now(SHANGHAI).date()) as running:
        yield running


@pytest.fixture(autouse=True)
def look(qapp: QApplication, destroyed_by_qt: None) -> None:
    install(qapp, "light")


@pytest.fixture
def window(tmp_path: Path) -> Iterator[FirstRunWindow]:
    program = Program(tmp_path / "store", passphrase=SECRET)
    program.start()
    assert isinstance(program.window, FirstRunWindow)
    shown(program.window)
    yield program.window
    program.close()


def tab_to(window: QWidget, name: str) -> QWidget:
    """By the Tab key alone."""
    for _step in range(MOST_TABS):
        here = QApplication.focusWidget()
        if here is not None and here.objectName() == name:
            return here
        QTest.keyClick(here or window, Qt.Key.Key_Tab)
    raise AssertionError(f"Tab never reached {name}")


def typed(window: QWidget, name: str, text: str) -> None:
    editor = tab_to(window, name)
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    if text.isascii():
        QTest.keyClicks(editor, text)
    else:
        editor.insert(text)  # an input method commits whole words


def key(code: Qt.Key) -> None:
    here = QApplication.focusWidget()
    assert here is not None
    QTest.keyClick(here, code)


def enter() -> None:
    key(Qt.Key.Key_Return)


def said(window: FirstRunWindow) -> str:
    return window.page.notice.accessibleName()


def test_the_whole_way_is_gone_by_the_keyboard_and_the_code_is_kept_on_paper(
    server: ServerProcess, window: FirstRunWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = window.form
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_a, **_k: (str(server.invitation()), ""))
    tab_to(window, "first-run.choose")
    key(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: form.met is not None and not form.busy)
    enter()
    qtbot.waitUntil(lambda: form.step is Step.LOGIN)
    typed(window, "login.account", UNIT)
    typed(window, "login.password", first_passwords(server)[UNIT])
    enter()
    qtbot.waitUntil(lambda: form.step is Step.PASSWORD)
    typed(window, "password.new", PASSWORD)
    typed(window, "password.again", PASSWORD)
    enter()
    qtbot.waitUntil(lambda: form.step is Step.RECOVERY)

    groups = form.code.split("-")
    shown_groups = [window.findChild(QLabel, f"recovery.group.{at + 1}") for at in range(len(groups))]
    assert [one.text() for one in shown_groups if one is not None] == groups
    paper = tmp_path / "code.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(paper), ""))
    tab_to(window, "recovery.save")
    key(Qt.Key.Key_Space)
    assert paper.read_bytes().startswith(b"%PDF")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(tmp_path / "no" / "code.pdf"), ""))
    key(Qt.Key.Key_Space)
    assert "存不到那里" in said(window)

    typed(window, "recovery.first", "ZZZZ")
    enter()
    assert "组不对" in said(window)
    typed(window, "recovery.first", groups[form.asked[0]])
    typed(window, "recovery.second", groups[form.asked[1]].lower())
    with qtbot.waitSignal(form.finished):
        enter()


def test_a_file_that_is_no_invitation_is_said_to_be(window: FirstRunWindow, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "a.huiban").write_bytes(b"PK\x03\x04 something else")
    window.form.choose(tmp_path / "a.huiban")
    qtbot.waitUntil(lambda: bool(said(window)))
    assert said(window) == "这不是会办的邀请文件，或文件已损坏。请选择协会发来的 .huiban 文件；仍不行请向协会重新索取。"
    assert window.form.step is Step.INVITATION
    window.form.choose(tmp_path / "gone.huiban")
    qtbot.waitUntil(lambda: "读不到文件" in said(window))


def test_a_wrong_password_is_said_and_the_account_stays_typed(
    server: ServerProcess, window: FirstRunWindow, qtbot: QtBot
) -> None:
    form = window.form
    form.choose(server.invitation())
    qtbot.waitUntil(lambda: form.met is not None and not form.busy)
    form.go_on()
    qtbot.waitUntil(lambda: form.step is Step.LOGIN)
    typed(window, "login.account", UNIT)
    typed(window, "login.password", "not the password")
    enter()
    qtbot.waitUntil(lambda: bool(said(window)))
    assert said(window).startswith("账号或密码不对。")
    account = window.findChild(QLineEdit, "login.account")
    assert account is not None
    assert account.text() == UNIT


def test_a_server_that_cannot_be_reached_is_asked_again_by_the_person(
    window: FirstRunWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    with a_server(tmp_path / "gone", today=datetime.now(SHANGHAI).date()) as running:
        invitation = running.invitation().read_bytes()
    window.form.choose(invitation)
    qtbot.waitUntil(lambda: bool(said(window)))
    assert said(window) == "现在连不上协会服务器。请检查网络，再试一次。"
    assert window.form.met is None
    assert not window.form.busy
