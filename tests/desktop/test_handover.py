"""移交: work goes out of one desk and comes into another by its page; one that was shut out shows nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop.app import Program
from desktop.desk import Desk
from desktop.editions import SETTING
from desktop.frame import FrameWatch
from desktop.opening import RECOVERY_KEPT, last_session, remember
from desktop.pages.handover import HandoverPage, make
from desktop.registry import pages
from desktop.shell_model import ShellModel
from sync.failures import Failure, FailureKind
from sync.handover import hand_over
from sync.login import save_session
from sync.notices import Line, StatusChanged
from sync.store.accounts import RESTORED
from sync.store.keys import Header, first_run, new_recovery_code
from sync.store.local import LocalStore
from sync.store.operations import Sketch
from sync.store.port import SyncStore
from sync.views import drafts
from tests.desktop.form_builders import EDUCATION, INITIAL, a_form, beginners
from tests.desktop.on_screen import opened
from tests.desktop.sample_desk import NOW, UNIT, SampleDesk, a_desk, no_session, sample_desk, the_pack
from tests.support.windows import press
from tests.sync.store.building import an_operation

pytestmark = pytest.mark.windows
shown = partial(opened, make, HandoverPage)
CODE = new_recovery_code()


@pytest.fixture
def desk(tmp_path: Path, qtbot: QtBot) -> Iterator[SampleDesk]:
    with sample_desk(tmp_path / "wen") as desk:
        Header().with_recovery_code(desk.store.key, CODE).save(desk.store.folder)
        yield desk


@pytest.fixture
def colleague(tmp_path: Path, qtbot: QtBot) -> Iterator[SampleDesk]:
    """Another computer of the same unit."""
    told = {"id": "account/lin", "login": "lin", "role": "unit_main", "name": "林敏", "unit": UNIT}
    with a_desk(tmp_path / "lin", told, [], scope=f"unit:{UNIT}", now=NOW) as desk:
        yield desk


def said(page: HandoverPage) -> str:
    return page.notice.accessibleName() or page.notice._words.text()


def begins(desk: SampleDesk) -> str:
    return desk.draft(EDUCATION, a_form({INITIAL: beginners(desk)}), "三月第一批报名")


def test_a_draft_goes_from_one_desk_to_the_other_with_who_made_it(
    qtbot: QtBot, desk: SampleDesk, colleague: SampleDesk, tmp_path: Path
) -> None:
    key, file = begins(desk), tmp_path / "wen.handover"
    page = shown(qtbot, desk)
    assert "有草稿 1 份" in page.holds.text()
    with qtbot.waitSignal(page.model.handed):
        page.hand_over(file)
    assert "草稿 1 份" in said(page)
    theirs = shown(qtbot, colleague)
    theirs.choose_file(file)
    editor = theirs.findChild(QLineEdit, "handover.code")
    assert editor is not None
    QTest.keyClicks(editor, CODE.lower())
    with qtbot.waitSignal(theirs.model.taken):
        press(theirs, "handover.take")
    assert "已接收 温晓岚 移交的草稿 1 份" in said(theirs)
    with colleague.store.reading() as reader:
        (row,) = drafts(reader, colleague.account, the_pack())
    assert (row.id, row.title, row.edited_by) == (f"draft/{key}", "三月第一批报名", "温晓岚")


def test_a_wrong_code_and_a_second_time_are_said_and_change_nothing(
    qtbot: QtBot, desk: SampleDesk, colleague: SampleDesk, tmp_path: Path
) -> None:
    begins(desk)
    file = tmp_path / "wen.handover"
    hand_over(desk.store, desk.account, file, now=NOW)
    page = shown(qtbot, colleague)
    page.choose_file(file)
    with qtbot.waitSignal(page.model.failed):
        page.model.take_over(file, new_recovery_code())
    assert "这不是这份资料的恢复码" in said(page)
    for words in ("已接收", "已经接收过"):
        with qtbot.waitSignal(page.model.taken):
            page.model.take_over(file, CODE)
        assert words in said(page)
    with colleague.store.reading() as reader:
        assert len(reader.drafts.all(colleague.account)) == 1


def test_steps_that_are_no_forms_are_listed_in_the_words_of_the_association(
    qtbot: QtBot, desk: SampleDesk, colleague: SampleDesk, tmp_path: Path
) -> None:
    payload = {"service": EDUCATION, "action": "abandon", "reason": "填错了人"}

    an_operation(desk.store, desk.account, payload=payload, sketch=Sketch("学习报名申请", "abandon"))
    file = tmp_path / "wen.handover"
    hand_over(desk.store, desk.account, file, now=NOW)
    page = shown(qtbot, colleague)
    with qtbot.waitSignal(page.model.taken):
        page.model.take_over(file, CODE)
    label = the_pack().spec.actions["abandon"].label
    assert f"· 学习报名申请：{label}，填错了人" in page.steps.text()


def test_a_desk_that_was_shut_out_shows_the_way_out_and_nothing_of_anybody(qtbot: QtBot, desk: SampleDesk) -> None:
    begins(desk)
    save_session(SyncStore(desk.store), no_session(desk.account))
    remember(desk.store, desk.account)
    SyncStore(desk.store).revoke(desk.account)
    session = last_session(desk.store)
    assert session is not None
    opened = Desk(desk.store, session, the_pack(), failed=lambda error: None, clock=lambda: NOW)
    try:
        opened.start()
        qtbot.waitUntil(lambda: opened.frame.is_settled)
        assert opened.model.fixed == opened.model.menu == ()
        for route in ("home", "drafts", "people", "form/anything"):
            shut = pages(opened.context)(route)
            assert isinstance(shut, HandoverPage)
            qtbot.addWidget(shut)
        page = opened.shell.page
        assert isinstance(page, HandoverPage)
        qtbot.waitUntil(lambda: page.settled)
        assert page.band.isVisible()
        assert not page.take.isVisible()
        assert "有草稿 1 份" in page.holds.text()
        assert "已被停用" in opened.model.line.word
    finally:
        opened.close()


def test_the_answer_that_shuts_a_desk_out_has_it_opened_anew(qtbot: QtBot, desk: SampleDesk) -> None:
    opened = Desk(desk.store, no_session(desk.account), the_pack(), failed=lambda error: None, clock=lambda: NOW)
    try:
        with qtbot.waitSignal(opened.asked) as asked:
            SyncStore(desk.store).revoke(desk.account)
        assert asked.args == ["sealed", desk.account]
    finally:
        opened.close()


def test_search_finds_nothing_on_a_sealed_desk(qtbot: QtBot, desk: SampleDesk) -> None:
    begins(desk)
    SyncStore(desk.store).revoke(desk.account)
    desk.context.sealed = True
    model = ShellModel(desk.context)
    watch = FrameWatch(desk.context, model, no_session(desk.account))
    with qtbot.waitSignal(model.found) as found:
        model.looked_for.emit("报名")
    assert found.args == ["报名", ()]
    qtbot.waitUntil(lambda: watch.is_settled)


def test_whoever_still_works_here_comes_before_one_that_was_shut_out(desk: SampleDesk) -> None:
    port = SyncStore(desk.store)
    save_session(port, no_session(desk.account))
    with desk.store.transaction() as writer:
        body = {"id": "account/lin", "login": "lin", "role": "unit_main", "name": "林敏", "unit": UNIT}
        other = writer.accounts.put("gdjlxh", "lin", name="协会", body=body)

    remember(desk.store, desk.account)
    save_session(port, replace(no_session(other), login="lin"))
    port.revoke(desk.account)
    found = last_session(desk.store)
    assert found is not None
    assert found.account == other
    named = last_session(desk.store, desk.account)
    assert named is not None
    assert named.account == desk.account


def test_the_settings_of_this_desk_lead_there(qtbot: QtBot, desk: SampleDesk) -> None:
    page = pages(desk.context)("this-desk")
    assert page is not None
    qtbot.addWidget(page)
    with qtbot.waitSignal(desk.context.went) as went:
        button = page.findChild(QPushButton, "desk.handover")
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert went.args == ["handover"]


def test_a_restored_desk_says_so_until_somebody_has_logged_in(qtbot: QtBot, desk: SampleDesk) -> None:
    with desk.store.transaction() as writer:
        writer.settings.put(desk.account, RESTORED, {"made_at": "2026-03-15T02:00:00+00:00", "told": False})
    opened = Desk(desk.store, no_session(desk.account), the_pack(), failed=lambda error: None, clock=lambda: NOW)
    try:
        with qtbot.waitSignal(opened.context.told) as told:
            opened.start()
        words, role, link, route = told.args
        assert words.startswith("这台电脑的资料是从备份恢复的（昨天 10:00做的）")
        assert (role, link, route) == ("warn", "登录", "login")
        with qtbot.waitSignal(opened.context.told) as again:
            opened._hear(StatusChanged(Line.STOPPED, Failure(FailureKind.LOGIN_NEEDED)))
        assert again.args[0] == words, "not that its log-in ran out"
        opened.renew(opened.session)
        with qtbot.waitSignal(opened.context.told) as later:
            opened._hear(StatusChanged(Line.STOPPED, Failure(FailureKind.LOGIN_NEEDED)))
        assert "登录已过期" in later.args[0]
    finally:
        opened.close()


def test_a_running_program_seals_its_desk_and_opens_it_again(tmp_path: Path, qtbot: QtBot) -> None:
    folder, mine = tmp_path / "store", "a quiet river"
    with LocalStore.create(folder, first_run(folder, CODE, mine)) as store:
        with store.transaction() as writer:
            body = {"id": "account/wen", "login": "wen", "role": "unit_main", "name": "温晓岚", "unit": UNIT}
            account = writer.accounts.put("gdjlxh", "wen", name="协会", body=body, key="K")
            writer.settings.put(account, SETTING, "gdjlxh-2025")
            writer.settings.put("", RECOVERY_KEPT, True)
        save_session(SyncStore(store), replace(no_session(account), address="http://127.0.0.1:9"))
        remember(store, account)
    program = Program(folder, passphrase=mine, clock=lambda: NOW)
    try:
        with qtbot.waitSignal(program.opened):
            program.start()
        assert program.store is not None
        with qtbot.waitSignal(program.opened) as opened:
            SyncStore(program.store).revoke(account)
        (sealed,) = opened.args
        assert isinstance(sealed.shell.page, HandoverPage)
        assert sealed.shell.page.band.isVisible()
        with qtbot.waitSignal(program.opened) as again, program.store.transaction() as writer:
            writer.accounts.set(account, revoked=0)
            writer.touch("accounts")
        (let_in,) = again.args
        assert not isinstance(let_in.shell.page, HandoverPage)
    finally:
        program.close()
