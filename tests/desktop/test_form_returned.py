"""After a return: what was sent and why it came back is on the page; it is mended, sent again, given up or copied."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.demo import papers
from desktop.pages import amend, case, form, submit
from desktop.widgets.inputs import TextInput
from desktop.widgets.notes import Band
from sync import actions
from sync.protocol import decode_content
from sync.store.operations import OUTBOX
from sync.store.port import SyncStore
from tests.desktop.form_builders import (
    ABLE,
    EDUCATION,
    INITIAL,
    RETURNED,
    a_form,
    beginners,
    returned,
    rows,
    said,
)
from tests.desktop.on_screen import on_screen, settle
from tests.desktop.sample_desk import NOW, UNIT, SampleDesk, the_pack
from tests.support.windows import press, shown
from tests.sync.store.building import applied, pull

pytestmark = pytest.mark.windows
NAMES = [*ABLE, "王海涛"]


def sent_form(desk: SampleDesk) -> dict[str, Any]:
    """The form of the one Operation in the outbox."""
    with desk.store.reading() as reader:
        (kept,) = (one for one in reader.operations.outbox(desk.account) if one.kind == "act")
        content = decode_content(kept.content)
    form: dict[str, Any] = content.payload.get("form") or {}
    return {**form, "action": content.payload["action"], "entity": content.entity}


# ---- a reason without marks ------------------------------------------------------------------------------------------


def test_a_return_that_names_no_place_is_open_everywhere_and_says_so(qtbot: QtBot, desk: SampleDesk) -> None:
    listed = beginners(desk, NAMES)
    key = returned(desk, a_form({INITIAL: listed}), (), reason="社保月份请统一填写最近一个月。")
    page = on_screen(qtbot, amend.make(desk.context, key))
    assert "社保月份请统一填写最近一个月" in page.findChild(QWidget, "amend.band").accessibleName()
    assert page.findChild(QWidget, "amend.count").text() == "没有指明是哪一处，整份都可以改"
    assert not any(made.frame.isHidden() for made in page.grid.fields.values())
    assert page.cards.isVisible()
    assert page.papers.isVisible()
    page.cards.table.jump(listed[1]["row"], "insurance_month")
    editor = page.findChild(TextInput, "form.cell.insurance_month")
    editor.selectAll()
    QTest.keyClicks(editor, "2026-02")
    page.form.flush()
    settle(qtbot, page)
    assert desk.form_of(key)["cards"][INITIAL][1]["values"]["insurance_month"] == "2026-02"
    assert page.findChild(QWidget, "amend.count").text().endswith("已改 1 处")


def test_without_marks_a_paper_of_the_whole_form_can_be_changed_there(
    qtbot: QtBot, desk: SampleDesk, tmp_path: Path
) -> None:
    key = returned(desk, a_form({INITIAL: beginners(desk)}), ())
    page = on_screen(qtbot, amend.make(desk.context, key))
    scan = tmp_path / "承诺书.jpg"
    scan.write_bytes(papers.picture("承诺书", ["盖章"], kind="jpg"))
    before = len(desk.form_of(key)["attachments"])
    with qtbot.waitSignal(page.intake.finished):
        page.papers.boxes["commitment-letter-sealed"].dropped.emit([str(scan)])
    settle(qtbot, page)
    assert len(desk.form_of(key)["attachments"]) == before + 1


# ---- what was sent is there again ------------------------------------------------------------------------------------


def test_the_returned_draft_carries_what_was_sent_and_why_it_came_back(qtbot: QtBot, desk: SampleDesk) -> None:
    listed = beginners(desk, NAMES)
    whole = a_form({INITIAL: listed})
    key = returned(desk, whole, [(f"{INITIAL}[{listed[0]['row']}].social-insurance-proof", "不是最近一个月。")])
    page = on_screen(qtbot, amend.make(desk.context, key))
    assert desk.form_of(key) == whole
    line = next(iter(page._lines.values()))
    assert "不是最近一个月。" in line.accessibleName()
    assert line.place.blob == "b" * 64  # the very paper that was sent
    assert page.findChild(QWidget, "amend.band").accessibleName()


def test_somebody_is_taken_out_on_the_page_and_the_rest_is_sent_again(qtbot: QtBot, desk: SampleDesk) -> None:
    listed = beginners(desk, NAMES)
    first = listed[0]["row"]
    key = returned(
        desk, a_form({INITIAL: listed}), [(f"{INITIAL}[{first}].social-insurance-proof", "不是最近一个月。")]
    )
    page = on_screen(qtbot, amend.make(desk.context, key))
    next(iter(page._lines.values())).acted.emit("out")
    settle(qtbot, page)
    press(page, "amend.submit")
    assert desk.went[-1] == f"submit/{key}"
    last = on_screen(qtbot, submit.make(desk.context, key))
    last.confirms.ticks["pledge"].setChecked(True)
    for box in last.confirms.ticks.values():
        box.setChecked(True)
    press(last, "submit.send")
    settle(qtbot, last)
    sent = sent_form(desk)
    assert (sent["action"], sent["entity"]) == ("reinitiate", RETURNED)
    assert [row["row"] for row in sent["cards"][INITIAL]] == [row["row"] for row in listed[1:]]
    assert all(paper["row"] != first for paper in sent["attachments"])


def test_taking_out_is_undone_without_losing_what_was_typed_since(qtbot: QtBot, desk: SampleDesk) -> None:
    listed = beginners(desk, NAMES)
    key = returned(desk, a_form({INITIAL: listed}), ())
    page = on_screen(qtbot, amend.make(desk.context, key))
    page.take_out([listed[0]["row"]])
    qtbot.waitUntil(lambda: page.findChild(QWidget, "amend.count").text().endswith("已改 1 处"))  # with its papers
    page.form.edit_row(listed[1]["row"], "insurance_month", "2026-01")
    page.notice.acted.emit()
    settle(qtbot, page)
    page.form.flush()
    settle(qtbot, page)
    kept = desk.form_of(key)["cards"][INITIAL]
    assert [row["row"] for row in kept] == [row["row"] for row in listed]
    assert kept[1]["values"]["insurance_month"] == "2026-01"


def test_a_returned_form_is_given_up_from_its_page(qtbot: QtBot, desk: SampleDesk) -> None:
    key = returned(desk, a_form({INITIAL: beginners(desk)}), ())
    page = on_screen(qtbot, amend.make(desk.context, key))
    press(page, "amend.abandon")
    assert "确定要作废" in page.notice.accessibleName()
    page.notice.acted.emit()
    settle(qtbot, page)
    assert sent_form(desk)["action"] == "abandon"
    assert desk.went[-1] == "returned"


def test_a_form_that_was_sent_is_copied_as_a_new_one_from_its_page(qtbot: QtBot, desk: SampleDesk) -> None:
    listed = beginners(desk)
    returned(desk, a_form({INITIAL: listed}), ())
    page: Any = case.make(desk.context, RETURNED.partition("/")[2])
    qtbot.addWidget(page)
    shown(page)
    page.shown()
    qtbot.waitUntil(lambda: page.copy.isVisible())
    press(page, "case.copy")
    qtbot.waitUntil(lambda: any(route.startswith("form/") for route in desk.went))
    copied = desk.form_of(next(route for route in desk.went if route.startswith("form/")).partition("/")[2])
    assert [row["person"] for row in copied["cards"][INITIAL]] == [row["person"] for row in listed]
    assert not {row["row"] for row in copied["cards"][INITIAL]} & {row["row"] for row in listed}
    places = {row["row"] for row in copied["cards"][INITIAL]} | {None}
    assert {paper["row"] for paper in copied["attachments"]} == places


# ---- the page before sending, round after round ----------------------------------------------------------------------


def test_the_next_round_begins_clean_on_the_same_page(qtbot: QtBot, desk: SampleDesk) -> None:
    whole = a_form({INITIAL: beginners(desk)})
    key = returned(desk, whole, ())
    page = on_screen(qtbot, submit.make(desk.context, key))
    for box in page.confirms.ticks.values():
        box.setChecked(True)
    press(page, "submit.send")
    settle(qtbot, page)
    assert "已放入待发送" in page.notice.accessibleName()
    port = SyncStore(desk.store)
    with desk.store.reading() as reader:
        op_id = reader.operations.outbox(desk.account)[0].op_id
    port.mark_sending(desk.account, [op_id], NOW)
    port.record_outcomes(desk.account, [applied(op_id, 2)], NOW)  # delivered: the draft is gone …
    qtbot.waitUntil(lambda: "已送达" in page.notice.accessibleName())
    assert returned(desk, whole, (), reason="再看一遍。") == key  # … and comes back
    page.shown()
    assert not page.send.isEnabled()  # also before anything was read
    settle(qtbot, page)
    assert page.notice.isHidden()
    assert not any(box.isChecked() for box in page.confirms.ticks.values())
    assert page.form.draft.sent is None
    assert "确认" in page.send.toolTip() or "承诺" in page.send.toolTip()


def test_every_reason_against_a_returned_form_stands_beside_the_whole_of_it(qtbot: QtBot, desk: SampleDesk) -> None:
    key = returned(
        desk, a_form({INITIAL: rows(desk, INITIAL, ["马文静"], certificate_type="supervision_assistant")}), ()
    )
    page = on_screen(qtbot, submit.make(desk.context, key))
    (band,) = page.findChildren(Band, "submit.verdict")
    band.acted.emit()
    assert desk.went[-1] == f"form/{key}"
    whole = on_screen(qtbot, form.make(desk.context, key))
    assert "马文静" in said(whole.check)


def test_what_waits_to_be_sent_opens_no_cell_to_type_into(qtbot: QtBot, desk: SampleDesk) -> None:
    listed = beginners(desk)
    key = desk.draft(EDUCATION, a_form({INITIAL: listed}))
    actions.submit(desk.store, desk.account, f"draft/{key}", pack=the_pack(), now=NOW)
    page = on_screen(qtbot, form.make(desk.context, key))
    page.cards.table.jump(listed[0]["row"], "insurance_month")
    assert page.findChild(TextInput, "form.cell.insurance_month") is None
    page.notice.acted.emit()  # 撤回
    settle(qtbot, page)
    page.cards.table.jump(listed[0]["row"], "insurance_month")
    assert page.findChild(TextInput, "form.cell.insurance_month") is not None


def test_what_waits_to_be_sent_can_be_taken_back_after_the_page_was_left(qtbot: QtBot, desk: SampleDesk) -> None:
    key = returned(desk, a_form({INITIAL: beginners(desk)}), ())
    page = on_screen(qtbot, submit.make(desk.context, key))
    for box in page.confirms.ticks.values():
        box.setChecked(True)
    press(page, "submit.send")
    settle(qtbot, page)
    page.hidden()
    page.shown()
    settle(qtbot, page)
    assert "已放入待发送" in page.notice.accessibleName()
    page.notice.acted.emit()
    settle(qtbot, page)
    with desk.store.reading() as reader:
        assert [one.place for one in reader.operations.outbox(desk.account) if one.place == OUTBOX] == []
    assert page.form.draft.sent is None


def test_what_was_delivered_is_judged_no_more_on_the_page_it_was_sent_from(qtbot: QtBot, desk: SampleDesk) -> None:
    key = desk.draft(EDUCATION, a_form({INITIAL: beginners(desk)}))
    page = on_screen(qtbot, submit.make(desk.context, key))
    page.confirms.ticks["pledge"].setChecked(True)
    page.submit()
    settle(qtbot, page)
    op_id, before = page._sent, page.card_view.rows.as_text(range(1))
    port = SyncStore(desk.store)
    port.mark_sending(desk.account, [op_id], NOW)
    port.record_outcomes(desk.account, [applied(op_id, 2)], NOW)  # from now on its people are in flight
    qtbot.waitUntil(lambda: "已送达" in page.notice.accessibleName())
    settle(qtbot, page)
    assert page.card_view.rows.as_text(range(1)) == before
    assert page.after.isHidden(), "what comes next is told by the case"
    assert page.send.toolTip() == "已送达"


def test_what_the_association_ended_meanwhile_is_not_sent_again_and_becomes_a_new_form(
    qtbot: QtBot, desk: SampleDesk
) -> None:
    key = returned(desk, a_form({INITIAL: beginners(desk)}), ())
    with desk.store.reading() as reader:
        found = reader.mirror.get(desk.account, RETURNED)
    assert found is not None
    gone = {**found.body, "id": RETURNED, "state": "abandoned"}
    pull(desk.store, desk.account, gone, scope=f"unit:{UNIT}", start=950)
    page = on_screen(qtbot, submit.make(desk.context, key))
    for box in page.confirms.ticks.values():
        box.setChecked(True)
    assert page.send.toolTip() == "这份申请已作废，不能再提交"
    assert "另办一份相同的" in page.notice.accessibleName()
    page.notice.acted.emit()
    qtbot.waitUntil(lambda: any(route.startswith("form/") for route in desk.went))
    made = desk.form_of(next(route for route in desk.went if route.startswith("form/")).partition("/")[2])
    assert len(made["cards"][INITIAL]) == len(ABLE)
