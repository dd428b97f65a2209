"""What nobody objected to in a returned form: folded and locked in its place, seen there, unlocked by one click."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.demo import papers
from desktop.pages import amend
from desktop.widgets.inputs import TextInput
from sync import actions
from tests.desktop.form_builders import ABLE, INITIAL, LETTER, a_form, beginners, returned
from tests.desktop.on_screen import on_screen, settle
from tests.desktop.sample_desk import NOW, SampleDesk, the_pack
from tests.support.windows import press

pytestmark = pytest.mark.windows
NAMES = [*ABLE, "王海涛"]


def one_marked(qtbot: QtBot, desk: SampleDesk, place: str = "social-insurance-proof") -> tuple[Any, str, list[Any]]:
    """Returned with one mark on the first of three."""
    listed = beginners(desk, NAMES)
    path = f"{INITIAL}[{listed[0]['row']}]" + (f".{place}" if place else "")
    key = returned(desk, a_form({INITIAL: listed}), [(path, "不是最近一个月。")])
    return on_screen(qtbot, amend.make(desk.context, key)), key, listed


def listed_in(page: Any) -> list[str]:
    rows = page.cards.table.view.rows
    return [rows.row_at(at).id for at in range(rows.rowCount())]


def open_cell(page: Any, row: str) -> TextInput | None:
    page.cards.table.jump(row, "insurance_month")
    found: TextInput | None = page.findChild(TextInput, "form.cell.insurance_month")
    return found


def test_the_others_are_folded_and_when_opened_can_be_seen_and_not_changed(qtbot: QtBot, desk: SampleDesk) -> None:
    page, _key, listed = one_marked(qtbot, desk)
    head = page.findChild(QWidget, "amend.fold.rows")
    assert head.accessibleName() == "其余 2 人没有问题"
    assert not page.cards.isVisible()
    press(page, "amend.fold.rows")
    assert page.cards.isVisible()
    assert listed_in(page) == [row["row"] for row in listed[1:]]
    assert open_cell(page, listed[1]["row"]) is None
    assert not page.cards.pick.isEnabled()
    assert "解锁来改" in page.cards.pick.toolTip()
    page.cards.table.opened.emit(page.cards.table.view.rows.row_at(0))
    assert not desk.went
    assert "解锁来改" in page.notice.accessibleName()


def test_one_click_unlocks_everybody_where_they_stand(qtbot: QtBot, desk: SampleDesk) -> None:
    page, key, listed = one_marked(qtbot, desk)
    press(page, "amend.fold.rows")
    press(page, "amend.unlock.rows")
    settle(qtbot, page)
    assert listed_in(page) == [row["row"] for row in listed]
    editor = open_cell(page, listed[2]["row"])
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "2026-02")
    page.form.flush()
    settle(qtbot, page)
    assert desk.form_of(key)["cards"][INITIAL][2]["values"]["insurance_month"] == "2026-02"
    assert page.findChild(QWidget, "amend.count").text() == "1 处需修改·已改 0"


def test_the_whole_forms_papers_are_locked_until_they_are_unlocked(
    qtbot: QtBot, desk: SampleDesk, tmp_path: Path
) -> None:
    page, key, _listed = one_marked(qtbot, desk)
    press(page, "amend.fold.papers")
    box = page.papers.boxes[LETTER]
    assert not box.zone.isVisible()
    press(page, "amend.unlock.papers")
    assert box.zone.isVisible()
    scan = tmp_path / "承诺书.jpg"
    scan.write_bytes(papers.picture("承诺书", ["盖章"], kind="jpg"))
    before = len(desk.form_of(key)["attachments"])
    with qtbot.waitSignal(page.intake.finished):
        box.dropped.emit([str(scan)])
    settle(qtbot, page)
    assert len(desk.form_of(key)["attachments"]) == before + 1


def test_a_marked_paper_of_the_whole_form_stands_in_its_place_only(qtbot: QtBot, desk: SampleDesk) -> None:
    key = returned(desk, a_form({INITIAL: beginners(desk)}), [(LETTER, "公章不清楚。")])
    page = on_screen(qtbot, amend.make(desk.context, key))
    assert LETTER not in page.papers.boxes
    assert page.whole.isHidden()
    assert page.findChild(QWidget, "amend.fold.rows").accessibleName() == "2 人没有问题"


def test_the_other_fields_of_the_form_are_unlocked_by_one_click(qtbot: QtBot, desk: SampleDesk) -> None:
    page, key, _listed = one_marked(qtbot, desk)
    field = page.grid.fields["contact_name"]
    assert field.frame.isHidden()
    press(page, "amend.unlock.fields")
    assert not field.frame.isHidden()
    field.editor.setFocus()
    field.editor.selectAll()
    QTest.keyClicks(field.editor, "Lee")
    page.form.flush()
    settle(qtbot, page)
    assert desk.form_of(key)["values"]["contact_name"] == "Lee"


def test_a_mark_on_a_whole_person_opens_that_person_here(qtbot: QtBot, desk: SampleDesk) -> None:
    page, _key, listed = one_marked(qtbot, desk, "")
    next(iter(page._lines.values())).acted.emit("open")
    settle(qtbot, page)
    assert page.cards.isVisible()
    assert page.cards.table.current_row().id == listed[0]["row"]
    assert open_cell(page, listed[0]["row"]) is not None
    assert not desk.went


def test_what_waits_to_be_sent_is_locked_unlocked_or_not_and_is_taken_back_here(qtbot: QtBot, desk: SampleDesk) -> None:
    page, key, listed = one_marked(qtbot, desk)
    press(page, "amend.fold.rows")
    press(page, "amend.unlock.rows")
    page.form.edit_row(listed[0]["row"], "insurance_month", "2026-02")
    page.form.flush()
    settle(qtbot, page)
    actions.submit(desk.store, desk.account, f"draft/{key}", pack=the_pack(), now=NOW)
    settle(qtbot, page)
    qtbot.waitUntil(lambda: page.form.draft.sent is not None)
    settle(qtbot, page)
    assert open_cell(page, listed[1]["row"]) is None
    line = next(iter(page._lines.values()))
    assert not line.change.isEnabled()
    line.acted.emit("out")
    assert len(desk.form_of(key)["cards"][INITIAL]) == len(listed)
    assert "已放入待发送" in page.notice.accessibleName()
    page.notice.acted.emit()
    settle(qtbot, page)
    qtbot.waitUntil(lambda: page.form.draft.sent is None)
    settle(qtbot, page)
    assert open_cell(page, listed[1]["row"]) is not None
