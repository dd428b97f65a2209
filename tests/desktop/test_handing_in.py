"""A real server: what a unit brings on a stick is handed in at an office's desk, and the answers are carried back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.pages import outbox
from sync import actions
from sync.views import outbox as queue
from tests.desktop.association import AGENCY, UNIT, Association, Seat, now
from tests.desktop.on_screen import on_screen

pytestmark = [pytest.mark.windows, pytest.mark.processes]


def opened(seat: Seat, qtbot: QtBot) -> Any:
    return on_screen(qtbot, outbox.make(seat.context(), ""))


def hand_in(page: Any, file: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the page says of it."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_a, **_k: (str(file), ""))
    page.hand_in.trigger()
    qtbot.waitUntil(lambda: not page.model.handing_in)
    return str(page.notice.accessibleName())


def test_an_office_hands_in_what_a_unit_brought_and_the_answers_go_back(
    association: Association, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit, stick = association.seat(UNIT), tmp_path / "待发送.sealed"
    for name in ("赵一", "钱二"):
        actions.save_roster(unit.store, unit.account, {"name": name, "document_number": ""}, now=now())
    with unit.store.reading() as reader:
        waiting = [row.op_id for row in queue(reader, unit.account, now=now())]
    actions.export_operations(unit.store, unit.account, waiting, stick, now=now())
    assert not opened(unit, qtbot).hand_in.isVisible(), "a unit hands in nothing for others"

    page = opened(association.seat(AGENCY), qtbot)
    assert page.hand_in.isVisible()
    said = hand_in(page, stick, qtbot, monkeypatch)
    assert "2 件新收下" in said
    assert "待发送.sealed.answer" in said
    assert "2 件以前已收到" in hand_in(page, stick, qtbot, monkeypatch)
    assert page.hand_in.isEnabled()

    answer = tmp_path / "待发送.sealed.answer"
    told = actions.read_answers(unit.store, unit.account, answer.read_bytes(), now=now())
    assert (told.applied, told.waiting, told.others) == (2, 0, 0)
    with unit.store.reading() as reader:
        assert queue(reader, unit.account, now=now()) == ()


def test_what_is_no_file_of_ours_is_named_and_not_sent(
    association: Association, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, file = opened(association.seat(AGENCY), qtbot), tmp_path / "照片.sealed"
    file.write_bytes(b"not a zip")
    assert hand_in(page, file, qtbot, monkeypatch).startswith("这不是单位从会办导出的文件")
    assert not list(tmp_path.glob("*.answer"))


def test_without_a_line_the_desk_says_so_and_may_try_again(
    association: Association, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit, stick = association.seat(UNIT), tmp_path / "x.sealed"
    actions.save_roster(unit.store, unit.account, {"name": "孙三", "document_number": ""}, now=now())
    with unit.store.reading() as reader:
        waiting = [row.op_id for row in queue(reader, unit.account, now=now())]
    actions.export_operations(unit.store, unit.account, waiting, stick, now=now())
    page = opened(association.seat(AGENCY), qtbot)
    association.server.kill()
    said = hand_in(page, stick, qtbot, monkeypatch)
    assert said
    assert "件" not in said
    assert page.hand_in.isEnabled()
    association.server.start()
    assert "1 件新收下" in hand_in(page, stick, qtbot, monkeypatch)
