"""The outbox: what people asked for apart from what goes by itself, a file carried by hand, a mirror that shrinks."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from desktop.line import LineWatch
from desktop.pages import outbox
from desktop.pages.outbox_model import LOOKS, steps
from desktop.shell_model import ShellModel
from domain.operations import Outcome, Status
from sync import actions
from sync.failures import Failure, FailureKind
from sync.notices import Line, StatusChanged, Warned
from sync.protocol import carried
from sync.runner import SyncRunner
from sync.store.port import SyncStore
from sync.views import counts, worklist
from sync.views.queue import WORDS
from tests.desktop.on_screen import on_screen
from tests.desktop.sample_desk import NOW, SampleDesk
from tests.support.sealing import may_seal, unsealed
from tests.sync.store.building import an_operation

pytestmark = pytest.mark.windows


def opened(desk: SampleDesk, qtbot: QtBot) -> Any:
    return on_screen(qtbot, outbox.make(desk.context, ""))


def submitted(desk: SampleDesk) -> str:
    key = desk.draft("education-registration", {"values": {"contact_name": "温晓岚"}, "cards": {}})
    return actions.submit(desk.store, desk.account, f"draft/{key}", pack=desk.context.pack, now=NOW)


def shared(desk: SampleDesk) -> None:
    """A draft that became an Operation on its way to colleagues."""
    key = desk.draft("education-registration", {"values": {"contact_name": "温晓岚"}, "cards": {}})
    actions.share_draft(desk.store, desk.account, f"draft/{key}")
    SyncStore(desk.store).next_batch(desk.account, 1_000_000, NOW)


def press(part: Any) -> None:
    button = next(one for one in part.findChildren(QPushButton) if one.isVisibleTo(part))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_sharing_a_draft_is_folded_and_not_counted_as_something_asked_for(desk: SampleDesk, qtbot: QtBot) -> None:
    op_id = submitted(desk)
    shared(desk)
    page = opened(desk, qtbot)
    assert [row.op_id for row in page.waiting.visible] == [op_id]
    assert page.sharing.accessibleName().startswith("另有 1 份草稿")
    press(page.sharing)
    assert len(page.waiting.visible) == 2
    with desk.store.reading() as reader:
        pack, today = desk.context.pack, desk.context.today()
        assert counts(reader, desk.account, pack).outbox == 1
        assert len(worklist(reader, desk.account, pack, today=today, now=NOW).queued) == 1


def test_what_waits_is_carried_as_a_file_that_the_association_can_read(
    desk: SampleDesk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted(desk)
    may_seal(desk.store, desk.account)
    page, file = opened(desk, qtbot), tmp_path / "待发送.sealed"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(file), ""))
    page.export.trigger()
    qtbot.waitUntil(lambda: [row.state for row in page.waiting.visible] == ["exported"])
    qtbot.waitUntil(lambda: "待发送.sealed" in page.notice.accessibleName())
    with carried(unsealed(file)) as held, desk.store.reading() as reader:
        kept = reader.operations.outbox(desk.account)[0]
        assert [(one.content, one.signature) for one in held.told.operations] == [(kept.content, kept.signature)]
    row = page.waiting.visible[0]
    assert [act.key for act in steps(row)] == ["resume"]
    assert page._when(row) == "等答复文件"
    page.model.act(row, "resume")
    qtbot.waitUntil(lambda: [row.state for row in page.waiting.visible] == ["unknown"])


def test_a_file_that_is_no_answer_is_named_and_changes_nothing(
    desk: SampleDesk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted(desk)
    page, file = opened(desk, qtbot), tmp_path / "x.answer"
    file.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_a, **_k: (str(file), ""))
    page.answers.trigger()
    qtbot.waitUntil(lambda: page.notice.isVisible())
    assert page.notice.accessibleName().startswith("这不是协会的答复文件")
    assert [row.state for row in page.waiting.visible] == ["queued"]


class Runner:
    """Notes what it is asked to accept."""

    def __init__(self) -> None:
        self.accepted: list[str] = []

    def accept_shrink(self, scope: str) -> None:
        self.accepted.append(scope)


def test_a_mirror_that_would_shrink_is_let_go_only_after_saying_how_much_and_asking_twice(
    desk: SampleDesk, qtbot: QtBot
) -> None:
    page, model, runner = opened(desk, qtbot), ShellModel(), Runner()
    line = LineWatch(desk.context, model, cast("SyncRunner", runner))
    assert not page.shrink.isVisible()
    line.hear(Warned(Failure(FailureKind.MIRROR_SHRINKS), "unit:u", 1300, 100))
    assert page.shrink.isVisible()
    assert "1,300 条资料中的 1,200 条" in page.shrink.accessibleName()
    press(page.shrink)
    assert runner.accepted == [], "the first press only asks once more"
    press(page.shrink)
    assert runner.accepted == ["unit:u"]
    assert not page.shrink.isVisible()
    model.deleteLater()


def test_a_decision_that_came_too_late_leads_to_the_case_and_can_be_put_away(desk: SampleDesk, qtbot: QtBot) -> None:
    op_id = an_operation(desk.store, desk.account, "application/a1")
    port = SyncStore(desk.store)
    port.mark_sending(desk.account, [op_id], NOW)
    port.record_outcomes(desk.account, [Outcome(op_id, Status.CONFLICT, current={"version": 2})], NOW)
    page = opened(desk, qtbot)
    (row,) = page.waiting.visible
    assert [act.words for act in steps(row)] == ["看申请", "知道了"]
    page._open(row)
    assert desk.went == ["case/a1"]
    page.model.act(row, "dismiss")
    qtbot.waitUntil(lambda: not page.waiting.visible)


def test_while_a_login_is_missing_the_line_leads_to_it_whatever_page_is_open(desk: SampleDesk, qtbot: QtBot) -> None:
    model, told = ShellModel(), list[object]()
    line = LineWatch(desk.context, model, cast("SyncRunner", Runner()))
    desk.context.told.connect(lambda *said: told.append(said))
    line.hear(StatusChanged(Line.STOPPED, Failure(FailureKind.LOGIN_NEEDED)))
    assert (model.line.word, model.line.action) == ("登录已过期", "重新登录")
    desk.context.send_asked.emit()  # 现在送, or another form is put into the outbox
    assert "重新登录" in str(told)
    model.line_acted.emit()
    assert desk.went == ["login"]
    line.hear(StatusChanged(Line.ONLINE))
    assert model.line.action == ""
    model.deleteLater()


@pytest.mark.parametrize("state", ["queued", "sending", "unknown", "waiting", "exported"])
def test_each_state_has_a_word_a_look_a_reason_and_one_thing_to_do(desk: SampleDesk, qtbot: QtBot, state: str) -> None:
    op_id = submitted(desk)
    with desk.store.transaction() as writer:
        if state != "queued":
            writer.operations.sending(desk.account, [op_id], "2026-03-16T02:29:00Z")
            writer.operations.set_state(desk.account, [op_id], state)
        writer.touch("outbox")
    page = opened(desk, qtbot)
    row = page.waiting.visible[0]
    assert row.word == WORDS[row.state]
    assert row.state in {*LOOKS, "queued", "unknown", "later"}
    assert steps(row), "something can always be done or looked at"
    assert row.remedy
    assert row.reason or state == "queued"
    assert page._when(row)
