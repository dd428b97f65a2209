"""The program from an empty folder to its desk, against a real server process, by real keys in real windows."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.app import Program, build_desk
from desktop.context import SHANGHAI
from desktop.demo.server_process import ServerProcess
from desktop.desk import Desk
from desktop.opening import passphrase_from
from desktop.pages.first_run import FirstRunWindow
from desktop.pages.first_run_form import Step
from desktop.pages.unlock import UnlockWindow
from desktop.theme import install
from sync import actions
from sync.login import save_session
from sync.store.port import SyncStore
from tests.support.server import ROOT, a_server, first_passwords
from tests.support.waiting import PATIENCE
from tests.support.windows import press, shown

pytestmark = [pytest.mark.processes, pytest.mark.windows, pytest.mark.qt_log_ignore("propagateSizeHints")]
UNIT = "广州示例工程监理有限公司"
SECRET, PASSWORD = "a quiet river", "another quiet river"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with a_server(tmp_path_factory.mktemp("house"), today=datetime.now(SHANGHAI).date()) as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desk") / "store"


@pytest.fixture(autouse=True)
def look(qapp: QApplication, destroyed_by_qt: None) -> None:
    install(qapp, "light")


def part(window: QWidget, name: str) -> QWidget:
    """What a person sees under this name."""
    found = window.findChild(QWidget, name)
    assert found is not None, name
    return found


def fill(window: QWidget, name: str, text: str) -> None:
    editor = part(window, name)
    assert isinstance(editor, QLineEdit)
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, text) if text.isascii() else editor.insert(text)  # an input method commits whole words


def first_run(program: Program) -> FirstRunWindow:
    assert isinstance(program.window, FirstRunWindow)
    return program.window


def begun(folder: Path, qtbot: QtBot) -> tuple[Program, Desk]:
    """A start that needs nobody: the program, and the desk of whoever sat there last."""
    program = Program(folder, passphrase=SECRET)
    with qtbot.waitSignal(program.opened):
        program.start()
    assert program.desk is not None
    return program, program.desk


def test_from_the_invitation_to_the_desk(server: ServerProcess, folder: Path, qtbot: QtBot) -> None:
    program = Program(folder, passphrase=SECRET)
    program.start()
    window = first_run(program)
    form = window.form
    form.choose(b"not an invitation")
    qtbot.waitUntil(lambda: "邀请文件" in window.page.notice.accessibleName())
    form.choose(server.invitation())
    qtbot.waitUntil(lambda: form.met is not None)
    assert form.met is not None
    assert form.met.hello.association.name == "广东省示例建设监理协会"
    press(window, "first-run.continue")
    qtbot.waitUntil(lambda: form.step is Step.LOGIN)

    fill(window, "login.account", UNIT)
    fill(window, "login.password", "wrong")
    QTest.keyClick(part(window, "login.password"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "账号或密码不对" in window.page.notice.accessibleName())
    fill(window, "login.password", first_passwords(server)[UNIT])
    press(window, "login.submit")
    qtbot.waitUntil(lambda: form.step is Step.PASSWORD)

    fill(window, "password.new", "short")
    fill(window, "password.again", "short")
    press(window, "password.submit")
    assert form.step is Step.PASSWORD
    fill(window, "password.new", PASSWORD)
    fill(window, "password.again", PASSWORD)
    press(window, "password.submit")
    qtbot.waitUntil(lambda: form.step is Step.RECOVERY)

    groups = form.code.split("-")
    fill(window, "recovery.first", "ZZZZ")
    press(window, "recovery.submit")
    assert "组不对" in window.page.notice.accessibleName()
    with qtbot.waitSignal(program.opened):
        fill(window, "recovery.first", groups[form.asked[0]].lower())
        fill(window, "recovery.second", groups[form.asked[1]])
        press(window, "recovery.submit")

    desk = program.desk
    assert desk is not None
    qtbot.waitUntil(lambda: "等您办" in desk.shell.windowTitle() or "首页" not in desk.shell.windowTitle())
    labels = [item.label for item in desk.model.menu]
    assert "普通会员教育学习报名" in labels
    qtbot.waitUntil(lambda: desk.model.account.name == "温晓岚")
    program.close()


def test_the_next_start_asks_for_the_passphrase_only(folder: Path, qtbot: QtBot) -> None:
    program = Program(folder)
    program.start()
    window = program.window
    assert isinstance(window, UnlockWindow)
    fill(window, "unlock.secret", "wrong")
    press(window, "unlock.submit")
    qtbot.waitUntil(lambda: "口令不对" in window.page.notice.accessibleName())
    with qtbot.waitSignal(program.opened):
        fill(window, "unlock.secret", SECRET)
        press(window, "unlock.submit")
    program.close()


def test_an_expired_session_is_renewed_without_losing_the_place(
    server: ServerProcess, folder: Path, qtbot: QtBot
) -> None:
    desk = build_desk(folder, passphrase=SECRET)
    store = desk.context.store
    stale = replace(desk.session, token="no such token")
    save_session(SyncStore(store), stale)
    desk.close()
    desk.shell.close()
    store.close()

    desk = build_desk(folder, passphrase=SECRET)
    store = desk.context.store
    told: list[str] = []
    desk.context.told.connect(lambda words, role, link, route: told.append(route))
    desk.start("drafts")
    qtbot.waitUntil(lambda: "login" in told)
    desk.shell.notice.acted.emit()
    assert desk.shell.route == "login"
    fill(desk.shell, "login.password", PASSWORD)
    press(desk.shell, "login.submit")
    qtbot.waitUntil(lambda: desk.context.online and desk.shell.route == "drafts")
    desk.shell.close()
    store.close()


def test_ctrl_k_finds_people_by_pinyin(folder: Path, qtbot: QtBot) -> None:
    desk = build_desk(folder, passphrase=SECRET)
    desk.start()
    shown(desk.shell)
    qtbot.waitUntil(lambda: desk.frame.is_settled)
    QTest.keyClick(desk.shell, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(desk.shell.goto.input, "cz")
    qtbot.waitUntil(lambda: "陈喆" in [one.label for one in desk.shell.goto.rows.visible])
    store = desk.context.store
    desk.shell.close()
    store.close()


def test_whoever_adds_no_account_after_all_goes_back_to_the_own_desk(
    server: ServerProcess, folder: Path, qtbot: QtBot
) -> None:
    program, desk = begun(folder, qtbot)
    account = desk.context.account
    for by_key in (False, True):
        assert program.desk is not None
        program.desk.model.picked.emit("account", "add")
        qtbot.waitUntil(lambda: isinstance(program.window, FirstRunWindow))
        form = first_run(program).form
        form.choose(server.invitation())
        qtbot.waitUntil(lambda form=form: form.met is not None and not form.busy)  # type: ignore[misc]  # bound in the loop
        with qtbot.waitSignal(program.opened):
            if by_key:
                QTest.keyClick(first_run(program), Qt.Key.Key_Escape)
            else:
                press(first_run(program), "step.back")
        assert program.desk is not None
        assert program.desk.context.account == account
    program.close()


def test_logging_out_keeps_the_drafts_and_another_account_may_follow(
    server: ServerProcess, folder: Path, qtbot: QtBot
) -> None:
    program, desk = begun(folder, qtbot)
    account, store = desk.context.account, desk.context.store
    assert program.store is store
    kept = actions.new_draft(store, account, "education-registration", now=datetime.now(UTC))
    desk.model.picked.emit("account", "log-out")
    qtbot.waitUntil(lambda: isinstance(program.window, FirstRunWindow))
    form = first_run(program).form
    form.choose(server.invitation())
    qtbot.waitUntil(lambda: form.met is not None and not form.busy)
    assert not part(first_run(program), "step.back").isVisible(), "nobody is logged in"
    press(first_run(program), "first-run.continue")
    with qtbot.waitSignal(program.opened):  # the recovery code was kept: straight to the data
        fill(first_run(program), "login.account", UNIT)
        fill(first_run(program), "login.password", PASSWORD)
        press(first_run(program), "login.submit")
    with store.reading() as reader:
        assert reader.drafts.get(account, kept.id) is not None
    program.close()


def sync_command(folder: Path, typed: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "desktop.cli", "sync", "--data", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return subprocess.run(
        command,
        input=typed,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


def test_huiban_sync_sends_what_waits_and_says_by_its_status_how_it_went(server: ServerProcess, folder: Path) -> None:
    desk = build_desk(folder, passphrase=SECRET)
    store, account = desk.context.store, desk.context.account
    desk.close()
    entry = {"name": "钟慧敏", "document_type": "mainland_id", "document_number": "440104199210015029"}
    actions.save_roster(store, account, entry, now=datetime.now(UTC))
    store.close()
    assert sync_command(folder, "wrong\n").returncode == 2
    server.kill()
    gone = sync_command(folder, SECRET + "\n")
    assert gone.returncode == 3
    assert "还有 1 件没有送达" in gone.stderr
    server.start()
    done = sync_command(folder, SECRET + "\n")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_program_ends_cleanly_when_its_window_is_closed(tmp_path: Path) -> None:
    script = (
        "from desktop.launch import main\n"
        "from PySide6.QtCore import QTimer\nfrom PySide6.QtWidgets import QApplication\n"
        "app, timer = QApplication([]), QTimer(interval=20)\n"
        "timer.timeout.connect(lambda: app.activeWindow() and app.closeAllWindows())\n"
        "timer.start()\nraise SystemExit(main())\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HUIBAN_DATA": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, stdin=subprocess.DEVNULL, timeout=PATIENCE,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_passphrase_is_read_where_nobody_sits() -> None:
    assert passphrase_from(io.StringIO("a quiet river\nmore\n")) == "a quiet river"
    assert passphrase_from(io.StringIO("")) is None


@pytest.mark.parametrize("written", ["utf-8", "utf-8-sig", "gbk"])
def test_a_passphrase_comes_through_a_pipe_of_windows_as_it_was_typed(written: str) -> None:
    """PowerShell writes UTF-8, with a mark before it or without, the old console what a Chinese Windows writes."""
    pipe = io.TextIOWrapper(io.BytesIO("春眠不觉晓\r\nmore\r\n".encode(written)), encoding="gbk")
    assert passphrase_from(pipe) == "春眠不觉晓"
