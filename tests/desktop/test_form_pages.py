"""The form, the picker, papers, the letter, sending and amending, over a real store, by real keys."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.demo import papers
from desktop.pages import amend, form, letter, materials, owed, submit, submit_sheet
from desktop.widgets.inputs import TextInput
from documents.files import type_of
from sync import actions
from sync.store.operations import OUTBOX
from tests.desktop.form_builders import (
    ABLE,
    EDUCATION,
    INITIAL,
    LETTER,
    a_form,
    beginners,
    returned,
    rows,
    said,
)
from tests.desktop.on_screen import on_screen, settle
from tests.desktop.sample_desk import NOW, UNIT, SampleDesk, entities, person_named
from tests.sync.store.building import pull

pytestmark = pytest.mark.windows


def person_number(name: str) -> str:
    return next(str(one["id_number"]) for one in entities(NOW) if one.get("name") == name and one.get("id_number"))


# ---- the form --------------------------------------------------------------------------------------------------------


def test_typing_in_a_field_saves_and_checks_without_leaving_it(qtbot: QtBot, desk: SampleDesk) -> None:
    key = desk.draft(EDUCATION, {"values": {"contact_name": "温晓岚"}})
    page = on_screen(qtbot, form.make(desk.context, key))
    editor = page.findChild(TextInput, "form.field.contact_mobile")
    editor.setFocus()
    QTest.keyClicks(editor, "1380000")
    settle(qtbot, page)
    assert desk.form_of(key)["values"]["contact_mobile"] == "1380000"
    QTest.keyClicks(editor, "0000")
    settle(qtbot, page)
    assert editor.text() == "13800000000"
    assert "请填写联系电话" not in said(page.check)


def test_a_cell_is_edited_where_it_stands_and_tab_goes_on(qtbot: QtBot, desk: SampleDesk) -> None:
    listed = beginners(desk)
    key = desk.draft(EDUCATION, a_form({INITIAL: listed}))
    page = on_screen(qtbot, form.make(desk.context, key))
    view = page.cards.table.view
    page.cards.table.jump(listed[0]["row"], "insurance_month")
    editor = page.findChild(TextInput, "form.cell.insurance_month")
    editor.selectAll()
    QTest.keyClicks(editor, "2026/2")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert view._editor is not None  # the same field of the next person
    assert view._editor.row_id == listed[1]["row"]
    QTest.keyClick(view._editor.editor, Qt.Key.Key_Escape)
    page.form.flush()
    settle(qtbot, page)
    values = desk.form_of(key)["cards"][INITIAL]
    assert values[0]["values"]["insurance_month"] == "2026-02"
    assert values[1]["values"].get("insurance_month") is None


def test_an_editor_wider_than_its_column_leaves_papers_and_verdict_readable(qtbot: QtBot, desk: SampleDesk) -> None:
    listed = beginners(desk)
    page = on_screen(qtbot, form.make(desk.context, desk.draft(EDUCATION, a_form({INITIAL: listed}))))
    view = page.cards.table.view
    last = len(view._specs) - 1
    view.horizontalHeader().resizeSection(view._first + last, 60)
    page.cards.table.jump(listed[0]["row"], view._specs[last].key)
    place = view._editor.geometry()
    cell = view.visualRect(view.rows.index(0, view._first + last))
    assert place.width() > cell.width()
    assert place.intersects(cell)
    for column in range(view._first + last + 1, view.rows.columnCount()):
        assert not place.intersects(view.visualRect(view.rows.index(0, column))), view.rows.columns[column].title


def test_columns_that_come_and_go_leave_cursor_ticks_and_the_open_editor_where_they_are(
    qtbot: QtBot, desk: SampleDesk
) -> None:
    listed = beginners(desk)
    key = desk.draft(EDUCATION, a_form({INITIAL: listed}))
    page = on_screen(qtbot, form.make(desk.context, key))
    view = page.cards.table.view
    view.rows.set_ticked([listed[0]["row"]])
    page.cards.table.jump(listed[1]["row"], "insurance_month")
    editor = page.findChild(TextInput, "form.cell.insurance_month")
    before = [column.title for column in view.rows.columns]
    page.cards._columns()  # as when a look says that another field is asked
    QTest.keyClicks(editor, "2026-02")
    settle(qtbot, page)
    assert [column.title for column in view.rows.columns] != before
    assert page.cards.table.view is view
    assert page.findChild(TextInput, "form.cell.insurance_month") is editor
    assert editor.hasFocus()
    assert view.current.id == listed[1]["row"]
    assert [row.id for row in view.rows.ticked] == [listed[0]["row"]]
    rect = view.visualRect(
        view.rows.index(1, view._first + [each.key for each in view._specs].index("insurance_month"))
    )
    assert rect.contains(view._editor.geometry().center())
    page.form.flush()
    settle(qtbot, page)
    assert desk.form_of(key)["cards"][INITIAL][1]["values"]["insurance_month"] == "2026-02"


def test_another_card_is_shown_in_the_same_list_without_its_ticks(qtbot: QtBot, desk: SampleDesk) -> None:
    listed = beginners(desk)
    more = rows(desk, "specialty-change", ["刘志远"], new_specialties=["市政公用工程"])
    key = desk.draft(EDUCATION, a_form({INITIAL: listed, "specialty-change": more}))
    page = on_screen(qtbot, form.make(desk.context, key))
    view = page.cards.table.view
    view.rows.set_ticked([listed[0]["row"]])
    page.cards.tabs.choose("specialty-change")
    settle(qtbot, page)
    assert page.cards.table.view is view
    assert [row.name for row in view.rows.visible] == ["刘志远"]
    assert not page.cards.table.chosen
    assert view.accessibleName() == "专业变更"


def test_somebody_taken_out_comes_back_with_undo(qtbot: QtBot, desk: SampleDesk) -> None:
    listed = beginners(desk)
    key = desk.draft(EDUCATION, a_form({INITIAL: listed}))
    page = on_screen(qtbot, form.make(desk.context, key))
    before = desk.form_of(key)
    page.cards.table.view.rows.set_ticked([listed[0]["row"]])
    QTest.mouseClick(page.cards.out, Qt.MouseButton.LeftButton)
    settle(qtbot, page)
    assert len(desk.form_of(key)["cards"][INITIAL]) == 1
    page.notice.acted.emit()
    settle(qtbot, page)
    assert desk.form_of(key)["cards"] == before["cards"]
    assert len(desk.form_of(key)["attachments"]) == len(before["attachments"])


def test_a_next_step_begins_the_other_form_for_that_person(qtbot: QtBot, desk: SampleDesk) -> None:
    listed = rows(desk, INITIAL, ["马文静"], certificate_type="supervision_assistant")
    page = on_screen(qtbot, form.make(desk.context, desk.draft(EDUCATION, a_form({INITIAL: listed}))))
    page.check.followed.emit(f"next:member-fee-payment:{listed[0]['row']}")
    qtbot.waitUntil(lambda: any(route.startswith("form/") for route in desk.went))
    begun = desk.form_of(next(route for route in desk.went if route.startswith("form/")).partition("/")[2])
    assert begun["cards"]["people"][0]["person"] == person_named("马文静")


def test_ctrl_s_shares_the_draft_and_ctrl_enter_goes_to_sending(qtbot: QtBot, desk: SampleDesk) -> None:
    key = desk.draft(EDUCATION, a_form({INITIAL: beginners(desk)}))
    page = on_screen(qtbot, form.make(desk.context, key))
    page.grid.fields["contact_name"].editor.setFocus()
    QTest.keyClick(page.grid.fields["contact_name"].editor, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, page)
    with desk.store.reading() as reader:
        draft = reader.drafts.get(desk.account, f"draft/{key}")
    assert draft is not None
    assert draft.share
    QTest.keyClick(page.grid.fields["contact_name"].editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert desk.went[-1] == f"submit/{key}"


def test_everything_one_can_press_has_a_name(qtbot: QtBot, desk: SampleDesk) -> None:
    key = desk.draft(EDUCATION, a_form({INITIAL: beginners(desk)}))
    page = on_screen(qtbot, form.make(desk.context, key))
    nameless = [
        type(part).__name__
        for part in page.findChildren(QWidget)
        if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.isVisibleTo(page) and not part.accessibleName()
    ]
    assert not nameless


# ---- papers ----------------------------------------------------------------------------------------------------------


def folder_of(tmp_path: Path, *files: tuple[str, str]) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    for name, title in files:
        (folder / name).write_bytes(papers.picture(title, [name], kind="jpg"))
    return folder


def test_a_folder_finds_its_people_and_the_rest_is_listed(qtbot: QtBot, desk: SampleDesk, tmp_path: Path) -> None:
    listed = beginners(desk, [*ABLE, "王海涛"])
    key = desk.draft(EDUCATION, {**a_form({INITIAL: listed}), "attachments": []})
    folder = folder_of(
        tmp_path, ("王海涛-毕业证.jpg", "毕业证"), ("王海涛 社保证明.jpg", "社保"), ("赵六-社保.jpg", "社保")
    )
    page = on_screen(qtbot, materials.make(desk.context, f"{key}:{INITIAL}"))
    with qtbot.waitSignal(page.intake.finished):
        page.zone.files_dropped.emit([str(folder)])
    settle(qtbot, page)
    attached = {(each["material"], each["row"]) for each in desk.form_of(key)["attachments"]}
    assert attached == {("highest-diploma", listed[2]["row"]), ("social-insurance-proof", listed[2]["row"])}
    assert "赵六-社保.jpg" in page.notice.accessibleName()


def test_everything_that_found_no_place_is_listed_with_its_folder_and_can_be_put_where_the_cursor_is(
    qtbot: QtBot, desk: SampleDesk, tmp_path: Path
) -> None:
    listed = beginners(desk, ["王海涛"])
    key = desk.draft(EDUCATION, {**a_form({INITIAL: listed}), "attachments": []})
    dropped = tmp_path / "scans"
    for at in range(6):
        batch = dropped / f"第{at}批"
        batch.mkdir(parents=True)
        (batch / "0001.jpg").write_bytes(papers.picture("扫描", [str(at)], kind="jpg"))
    page = on_screen(qtbot, materials.make(desk.context, f"{key}:{INITIAL}"))
    page.zone.files_dropped.emit([str(dropped)])
    qtbot.waitUntil(lambda: page.lost.rows.rowCount() == 6)
    assert "还有 6 个没有对上" in page.notice.accessibleName()
    first = page.lost.rows.row_at(0)
    assert (first.path.name, first.path.parent.name) == ("0001.jpg", "第0批")
    assert page.view.current is not None
    with qtbot.waitSignal(page.intake.finished):
        page.lost.view.followed.emit(first, "here")
    settle(qtbot, page)
    (paper,) = desk.form_of(key)["attachments"]
    assert (paper["material"], paper["name"]) == (page.rows.row_at(0).check.id, "0001.jpg")
    assert page.lost.rows.rowCount() == 5
    high = page.lost.view.height()
    page.lost.take_away({page.lost.rows.row_at(at).path for at in range(4)})
    assert page.lost.view.height() < high, "one file takes the room of one"
    page.lost.title.acted.emit()
    assert page.lost.isHidden()


def test_a_file_that_will_not_do_is_refused_with_its_reason(qtbot: QtBot, desk: SampleDesk, tmp_path: Path) -> None:
    listed = beginners(desk, ["王海涛"])
    key = desk.draft(EDUCATION, {**a_form({INITIAL: listed}), "attachments": []})
    page = on_screen(qtbot, materials.make(desk.context, f"{key}:{INITIAL}"))
    huge = tmp_path / "大.pdf"
    with huge.open("wb") as file:
        file.truncate(2_000_000_000)  # sparse: nothing of it is read
    with qtbot.waitSignal(page.intake.finished):
        page._one_dropped(page.rows.row_at(0), [str(huge)])
    settle(qtbot, page)
    assert "2.0 GB" in page.notice.accessibleName()
    assert not desk.form_of(key)["attachments"]


def test_one_file_serves_for_several_people(qtbot: QtBot, desk: SampleDesk, tmp_path: Path) -> None:
    listed = beginners(desk)
    key = desk.draft(EDUCATION, {**a_form({INITIAL: listed}), "attachments": []})
    file = folder_of(tmp_path, ("全员社保.jpg", "社保")) / "全员社保.jpg"
    page = on_screen(qtbot, materials.make(desk.context, f"{key}:{INITIAL}"))
    chosen = tuple(line for line in page._lines if line.check.id == "social-insurance-proof")
    with qtbot.waitSignal(page.intake.finished):
        page._same(chosen, [str(file)])
    settle(qtbot, page)
    attached = desk.form_of(key)["attachments"]
    assert {each["row"] for each in attached} == {row["row"] for row in listed}
    assert len({each["blob"] for each in attached}) == 1


# ---- the letter ------------------------------------------------------------------------------------------------------


@pytest.mark.qt_log_ignore("QPainter::begin", extend=True)  # what Qt says of a printer that takes nothing
def test_the_letter_is_printed_and_is_outdated_when_its_people_change(
    qtbot: QtBot, desk: SampleDesk, tmp_path: Path
) -> None:
    listed = beginners(desk)
    key = desk.draft(EDUCATION, a_form({INITIAL: listed}, sealed=False))
    page = on_screen(qtbot, letter.make(desk.context, f"{key}:commitment-letter"))
    assert type_of(page.made.pdf) == "pdf"
    printer = QPrinter(QPrinter.PrinterMode.ScreenResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "nowhere" / "printed.pdf"))
    page.print_on(printer)
    assert "没有打印" in page.notice.accessibleName(), "a printer that takes nothing"
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    page.print_on(printer)
    assert "没有打印" not in page.notice.accessibleName()
    assert (tmp_path / "printed.pdf").stat().st_size > 1000
    scan = tmp_path / "scan.jpg"
    scan.write_bytes(papers.picture("承诺书", ["盖章"], kind="jpg"))
    with qtbot.waitSignal(page.intake.finished):
        page._dropped(next(each for each in page.form.look.check.materials if each.id == LETTER), [str(scan)])
    settle(qtbot, page)
    sheet = on_screen(qtbot, form.make(desk.context, key))
    assert "名单变了" not in said(sheet.check)
    sheet.take_out([listed[1]["row"]])
    settle(qtbot, sheet)
    assert "请重新打印盖章" in said(sheet.check)
    settle(qtbot, page)


# ---- sending ---------------------------------------------------------------------------------------------------------


def test_a_form_in_order_goes_into_the_outbox_and_can_be_taken_back(qtbot: QtBot, desk: SampleDesk) -> None:
    key = desk.draft(EDUCATION, a_form({INITIAL: beginners(desk)}))
    page = on_screen(qtbot, submit.make(desk.context, key))
    assert not page.send.isEnabled()
    assert "真实性" in page.send.toolTip()
    page.confirms.ticks["pledge"].setChecked(True)
    QTest.mouseClick(page.send, Qt.MouseButton.LeftButton)
    settle(qtbot, page)
    assert "已放入待发送" in page.notice.accessibleName()
    with desk.store.reading() as reader:
        kept = reader.operations.get(page._sent)
    assert kept is not None
    assert kept.place == OUTBOX
    page.notice.acted.emit()
    settle(qtbot, page)
    assert page.form.draft.sent is None
    assert page.send.isEnabled()


def test_those_who_can_go_are_sent_and_the_others_wait_in_a_draft_of_their_own(qtbot: QtBot, desk: SampleDesk) -> None:
    listed = [*beginners(desk), *rows(desk, INITIAL, ["马文静"], certificate_type="supervision_assistant")]
    key = desk.draft(EDUCATION, a_form({INITIAL: listed}))
    page = on_screen(qtbot, submit.make(desk.context, key))
    assert not page.send.isEnabled()
    assert page.send.toolTip() == "还有不可办的人"
    assert [line.state.short for line in page.cards.visible] == ["2 可办，1 不可办"]
    QTest.mouseClick(page.split, Qt.MouseButton.LeftButton)
    settle(qtbot, page)
    assert [row["row"] for row in desk.form_of(key)["cards"][INITIAL]] == [row["row"] for row in listed[:2]]
    page.notice.acted.emit()
    other = desk.went[-1].partition("/")[2]
    assert [row["row"] for row in desk.form_of(other)["cards"][INITIAL]] == [listed[2]["row"]]
    page.confirms.ticks["pledge"].setChecked(True)
    assert page.send.isEnabled()


def test_the_page_tells_what_comes_after_from_the_workflow(qtbot: QtBot, desk: SampleDesk) -> None:
    key = desk.draft(EDUCATION, a_form({INITIAL: beginners(desk)}))
    page = on_screen(qtbot, submit.make(desk.context, key))
    steps = page._steps.accessibleName()
    assert steps.index("待发送") < steps.index("机构审核") < steps.index("协会初审") < steps.index("已完成")
    assert "待缴费" not in steps  # nothing is owed for these


def test_how_much_is_to_be_sent_and_how_long_it_takes_on_this_line_is_said(qtbot: QtBot, desk: SampleDesk) -> None:
    key = desk.draft(EDUCATION, a_form({INITIAL: beginners(desk)}))
    page = on_screen(qtbot, submit.make(desk.context, key))
    assert "送过一次就知道快慢" in said(page.side)
    desk.context.set_line(online=True, paused=False)
    desk.context.set_line_rate(30_000.0)  # bytes a second
    assert "2 个附件，共 18" in said(page.side)  # the same bytes under one address are sent once
    assert "\N{NO-BREAK SPACE}KB" in said(page.side)
    assert "约 6 秒" in said(page.side)
    with desk.store.transaction() as writer:
        for mark in "ab":
            writer.blobs.keep(desk.account, mark * 64, 90_000, type="pdf", name="x", now="2026", here=True)
            writer.blobs.sent(desk.account, {mark * 64: 90_000})
        writer.touch(f"unit:{UNIT}")
    settle(qtbot, page)
    assert "个附件" not in said(page.side)  # what the server has is not sent again
    assert "约 1 秒" in said(page.side)


def test_the_list_to_be_printed_names_people_papers_and_fees(qtbot: QtBot, desk: SampleDesk) -> None:
    listed = [*beginners(desk), *rows(desk, INITIAL, ["马文静"], certificate_type="supervision_assistant")]
    change = rows(desk, "specialty-change", ["刘志远"], new_specialties=["市政公用工程"])
    key = desk.draft(EDUCATION, a_form({INITIAL: listed, "specialty-change": change}))
    last = on_screen(qtbot, submit.make(desk.context, key))
    QTest.mouseClick(last.sheet, Qt.MouseButton.LeftButton)
    assert desk.went[-1] == f"sheet/{key}"
    page = on_screen(qtbot, submit_sheet.make(desk.context, key))
    words = "".join("".join(each.extract_text().split()) for each in PdfReader(BytesIO(page.pdf)).pages)
    for one in (
        "学习报名申请核对清单",
        "陈喆",
        "马文静",
        "没有普通会员会籍",
        "社保证明扫描件",
        "专业变更辅助费",
        "180.00",
    ):
        assert one in words, one
    assert person_number("陈喆") not in words  # masked, as on screen


# ---- a returned form -------------------------------------------------------------------------------------------------


def sent_back(desk: SampleDesk) -> tuple[str, list[dict[str, Any]]]:
    listed = beginners(desk, [*ABLE, "王海涛"])
    whole = a_form({INITIAL: listed})
    first = listed[0]["row"]
    marks = [
        ("contact_mobile", "原号码打不通。"),
        (f"{INITIAL}[{first}].social-insurance-proof", "不是最近一个月。"),
        (f"{INITIAL}[{first}].insurance_month", "与证明一致。"),
    ]
    return returned(desk, whole, marks), listed


def test_each_place_is_open_beside_the_reviewers_words_and_the_rest_is_locked(
    qtbot: QtBot, desk: SampleDesk, tmp_path: Path
) -> None:
    key, listed = sent_back(desk)
    page = on_screen(qtbot, amend.make(desk.context, key))
    assert page.findChild(QWidget, "amend.count").text() == "3 处需修改·已改 0"
    assert not page.grid.fields["contact_mobile"].frame.isHidden()
    assert page.grid.fields["contact_name"].frame.isHidden()
    assert "020-80000011" in said(page)
    editor = page.grid.fields["contact_mobile"].editor
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, "13900000000")
    cell = page.findChild(TextInput, f"amend.cell.{INITIAL}[{listed[0]['row']}].insurance_month")
    QTest.keyClicks(cell, "2026-02")
    scan = tmp_path / "new.jpg"
    scan.write_bytes(papers.picture("社保证明", ["陈喆"], kind="jpg"))
    line = next(each for each in page._lines.values() if each.place.kind == "paper")
    with qtbot.waitSignal(page.intake.finished):
        line.dropped.emit([str(scan)])
    settle(qtbot, page)
    assert page.findChild(QWidget, "amend.count").text() == "3 处需修改·已改 3"
    assert page.differences.rowCount() == 3


def test_one_person_is_taken_out_and_the_rest_goes_again(qtbot: QtBot, desk: SampleDesk) -> None:
    key, listed = sent_back(desk)
    page = on_screen(qtbot, amend.make(desk.context, key))
    line = next(each for each in page._lines.values() if each.place.kind == "paper")
    line.acted.emit("out")
    settle(qtbot, page)
    assert listed[0]["row"] not in {row["row"] for row in desk.form_of(key)["cards"][INITIAL]}
    assert page.findChild(QWidget, "amend.count").text().endswith("已改 2")


def test_giving_it_up_asks_once_on_the_page_and_goes_into_the_outbox(qtbot: QtBot, desk: SampleDesk) -> None:
    key, _listed = sent_back(desk)
    page = on_screen(qtbot, amend.make(desk.context, key))
    QTest.mouseClick(page.end, Qt.MouseButton.LeftButton)
    assert "不能恢复" in page.notice.accessibleName()
    with desk.store.reading() as reader:
        assert not reader.operations.outbox(desk.account)
    page.notice.acted.emit()
    settle(qtbot, page)
    with desk.store.reading() as reader:
        assert [kept.action for kept in reader.operations.outbox(desk.account)] == ["abandon"]


# ---- payments --------------------------------------------------------------------------------------------------------


def test_a_payment_covers_forms_that_wait_for_money_and_knows_what_they_come_to(qtbot: QtBot, desk: SampleDesk) -> None:
    listed = rows(desk, "specialty-change", ["刘志远"], new_specialties=["市政公用工程"])
    person, case = listed[0]["person"], "application/0195aaaa-0000-7000-8000-0000000000aa"
    line = {
        "rule": "GD-2.8-W7",
        "type": "specialty_change",
        "label": "专业变更辅助费",
        "person": person,
        "quantity": 1,
        "amount": "180.00",
    }
    pull(
        desk.store,
        desk.account,
        {"id": case, "number": "2026000201", "service": EDUCATION, "unit": UNIT, "state": "awaiting_payment",
         "people": [person],
         "holder": {"name": "温晓岚", "actor": "unit", "since": "2026-03-11T20:30:00.000Z"},
         "form": {"values": {}, "cards": {"specialty-change": listed}, "attachments": []}, "history": [], "round": 1},
        {"id": "bill/b1", "number": "JF1", "kind": "assist_fee", "unit": UNIT, "application": case, "status": "unpaid",
         "made_on": "2026-03-12", "total": "180.00", "lines": [line]},
        scope=f"unit:{UNIT}",
        start=900,
    )  # fmt: skip
    key = desk.draft("education-assist-fee-payment")
    chooser = on_screen(qtbot, owed.make(desk.context, f"{key}:forms"))
    assert [(one.amount, one.since) for one in chooser.rows.visible] == [("180.00", "2026-03-12")]  # Shanghai's day
    chooser.rows.tick([0], True)
    chooser.add_chosen()
    settle(qtbot, chooser)
    page = on_screen(qtbot, form.make(desk.context, key))
    assert page.form.form["values"]["invoice_title"] == "广州示例工程监理有限公司"
    page.check.followed.emit("fill:amount:180.00")
    settle(qtbot, page)
    assert desk.form_of(key)["values"]["amount"] == "180.00"
    assert desk.form_of(key)["cards"]["forms"][0]["application"] == case


def test_another_amount_than_is_owed_and_a_day_ahead_are_confirmed_before_sending(
    qtbot: QtBot, desk: SampleDesk
) -> None:
    listed = [{"row": "r1", "person": person_named("许国栋"), "values": {"member_type": "ordinary"}}]
    values = {"amount": "100.00", "paid_on": "2026-03-17"}
    key = desk.draft("member-fee-payment", {"cards": {"people": listed}, "values": values})
    page = on_screen(qtbot, form.make(desk.context, key))
    assert "2026-03-17 在今天之后" in said(page.check)
    last = on_screen(qtbot, submit.make(desk.context, key))
    asked = " ".join(box.accessibleName() for box in last.confirms.ticks.values())
    assert "缴费金额：应缴 240.00 元，现在填的是 100.00 元。确认就这样提交。" in asked
    assert "缴费日期：2026-03-17 在今天之后，请核对。确认就这样提交。" in asked
    assert not last.confirms.confirmed, "the association is told of rules only"
    actions.save_draft_locally(
        desk.store, desk.account, f"draft/{key}", by="温晓岚", now=NOW,
        form={"cards": {"people": listed}, "values": {"amount": "240.00", "paid_on": "2026-03-16"}},
    )  # fmt: skip
    again = on_screen(qtbot, submit.make(desk.context, key))
    assert not any("确认就这样提交" in box.accessibleName() for box in again.confirms.ticks.values())


def test_a_voucher_that_is_missing_is_asked_for(qtbot: QtBot, desk: SampleDesk) -> None:
    listed = [{"row": "r1", "person": person_named("马文静"), "values": {"member_type": "ordinary"}}]
    key = desk.draft("member-fee-payment", {"cards": {"people": listed}, "values": {"payer_name": "某某"}})
    page = on_screen(qtbot, form.make(desk.context, key))
    assert "member-fee-voucher" in page.papers.boxes
    assert page.form.look.check.missing == ("member-fee-voucher",)
