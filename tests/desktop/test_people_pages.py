"""The unit's people: how each stands, an entry written, a draft begun, the list out; and importing a list."""

from __future__ import annotations

import io
import threading
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.background import Steps
from desktop.demo.sample import people_workbook, resolved
from desktop.pages import import_people, people, person, study
from desktop.pages.import_model import CHECK, CHOOSE, COLUMNS, DONE, MOST_LISTED
from desktop.pages.people_model import entry_problems, entry_values, reading_of, state_of, workbook
from desktop.pages.preview import PaperWindow
from desktop.rows_columns import cell_width
from desktop.rows_view import RowsView
from desktop.theme import RESOURCES
from desktop.widgets.notes import FindingLine
from sync.store.text import new_id
from sync.views import entities, outbox
from tests.desktop.on_screen import on_screen
from tests.desktop.sample_desk import NOW, UNIT, SampleDesk, person_named, the_pack
from tests.support.waiting import PATIENCE
from tests.sync.store.building import pull

pytestmark = pytest.mark.windows


def opened(module: Any, desk: SampleDesk, qtbot: QtBot, key: str = "") -> Any:
    return on_screen(qtbot, module.make(desk.context, key))


def queued(desk: SampleDesk) -> int:
    with desk.store.reading() as reader:
        return len(outbox(reader, desk.account, now=NOW))


def test_everybody_is_told_the_one_thing_that_matters_most(desk: SampleDesk, qtbot: QtBot) -> None:
    page = opened(people, desk, qtbot)
    words = {row.name: state_of(row, page.model.today)[0] for row in page.model.rows}
    assert words["陈喆"] == "正常"
    assert words["胡志强"] == "无会籍"
    page.chips.choose("expired")
    assert {state_of(row, page.model.today)[0] for row in page.rows.visible} == {"会籍已到期"}


def test_initials_and_numbers_find_somebody(desk: SampleDesk, qtbot: QtBot) -> None:
    page = opened(people, desk, qtbot)
    page.search.input.setText("hjy")
    assert [row.name for row in page.rows.visible] == ["黄嘉怡"]
    page.search.input.setText("440104199003120811")
    assert [row.name for row in page.rows.visible] == ["陈喆"]


def test_a_draft_is_begun_for_those_who_are_ticked(desk: SampleDesk, qtbot: QtBot) -> None:
    page = opened(people, desk, qtbot)
    page.rows.set_ticked([person_named("陈喆"), person_named("李𬱖")])
    chosen = next(one for one in page.model.services() if one.key == "education-registration:initial-education")
    with qtbot.waitSignal(page.go) as went:
        page.begin(chosen)
    assert went.args is not None
    form = desk.form_of(str(went.args[0]).removeprefix("form/"))
    assert {row["person"] for row in form["cards"]["initial-education"]} == {person_named("陈喆"), person_named("李𬱖")}


def test_an_entry_is_judged_like_a_line_of_a_list(desk: SampleDesk, qtbot: QtBot) -> None:
    page = opened(people, desk, qtbot)
    page._new()
    fields = page.panel.fields
    fields["name"].set_value("易小川")
    fields["document_number"].set_value("440105198903085711")
    page.panel.save()
    assert queued(desk) == 0
    fields["document_number"].set_value("440104199210015029")
    page.panel.save()
    qtbot.waitUntil(lambda: queued(desk) == 1)
    qtbot.waitUntil(lambda: "易小川" in [row.name for row in page.model.rows])
    row = next(row for row in page.model.rows if row.name == "易小川")
    assert row.entry["birth_date"] == "1992-10-01"


def test_a_name_is_needed() -> None:
    found = entry_problems({"document_number": "440104199210015029"}, reading_of(the_pack(), NOW.date()))
    assert [one.key for one in found if one.blocks] == ["name"]


def test_documents_degrees_and_titles_are_known_by_the_words_in_peoples_lists() -> None:
    entry = {"name": "王芳", "document_number": "440104199210015029", "document_type": "居民身份证",
             "education_level": "大学专科", "title_level": "助理工程师"}  # fmt: skip
    reading = reading_of(the_pack(), NOW.date())
    assert entry_problems(entry, reading) == ()
    found = entry_values(entry, reading)
    assert (found["document_type"], found["education_level"], found["title_level"]) == (
        "mainland_id", "junior_college", "junior",
    )  # fmt: skip


def test_the_list_goes_out_in_the_packs_own_columns(desk: SampleDesk, qtbot: QtBot) -> None:
    page = opened(people, desk, qtbot)
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(the_pack(), page.model.rows))).active
    assert sheet is not None
    lines = [[str(cell or "") for cell in line] for line in sheet.iter_rows(values_only=True)]
    assert lines[0][:5] == ["姓名", "身份证号码", "性别", "会员类型", "会籍有效期"]
    mine = next(line for line in lines if line[0] == "黄嘉怡")
    assert mine[1] == "440103199105034328"
    assert mine[5] == "监理员"


def test_a_person_shows_where_the_unit_and_the_association_differ(desk: SampleDesk, qtbot: QtBot) -> None:
    entry = {
        "id": "roster/r1", "unit": UNIT, "name": "黄嘉仪", "person": person_named("黄嘉怡"),
        "document_type": "mainland_id", "document_number": "440103199105034328",
    }  # fmt: skip
    pull(desk.store, desk.account, entry, scope="unit:x", start=900)
    page = opened(person, desk, qtbot, person_named("黄嘉怡").partition("/")[2])
    assert page.title == "黄嘉怡"
    assert page.model.found.differences == (("姓名", "黄嘉仪", "黄嘉怡"),)
    assert [line.words for line in page.model.found.certificates] == ["监理员"]


def test_what_an_approval_led_to_is_in_the_list_and_on_the_page(desk: SampleDesk, qtbot: QtBot) -> None:
    page = opened(people, desk, qtbot)
    chosen = person_named("黄嘉怡")
    key = chosen.partition("/")[2]
    before = next(row for row in page.model.rows if row.person == chosen)
    assert not page.model.study_words(before)
    task = {"id": "study-task/new", "person": chosen, "unit": UNIT, "service": "continuing-education",
            "status": "studying", "opened_on": "2026-03-16", "attempts_used": 1}  # fmt: skip
    certificate = {
        "id": "certificate/new", "person": chosen, "unit": UNIT, "type": "safety_supervision_assistant",
        "number": "GDJL2026000001", "status": "active", "valid_until": "2029-03-15", "e_file": "a.pdf",
    }  # fmt: skip
    membership = {"id": f"membership/{key}", "person": chosen, "type": "ordinary", "valid_until": "2031-03-15"}
    pull(desk.store, desk.account, task, certificate, membership, scope=f"unit:{UNIT}", start=900)
    desk.context.changed.emit(frozenset({f"unit:{UNIT}"}))

    def row() -> Any:
        return next(one for one in page.model.rows if one.person == chosen)

    qtbot.waitUntil(lambda: len(row().certificates) == len(before.certificates) + 1)
    assert page.model.study_words(row()) == "普通会员继续教育 已考 1 次"
    assert row().membership_until == "2031-03-15"
    assert "安全监理员" in page.model.certificates_words(row())
    page.chips.choose("e_file")
    assert [one.person for one in page.rows.visible] == [chosen]
    assert {button.chip.label for button in page.chips._buttons.values()} >= {"含有证书链接", "学习中"}
    page.chips.choose("all")
    page.search.input.setText("GDJL2026000001")
    assert [one.person for one in page.rows.visible] == [chosen]
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(the_pack(), [row()]))).active
    assert sheet is not None
    assert "a.pdf" in [cell for line in sheet.iter_rows(values_only=True) for cell in line]


def test_a_person_shows_the_papers_that_serve_again(desk: SampleDesk, qtbot: QtBot) -> None:
    page = opened(person, desk, qtbot, person_named("陈喆").partition("/")[2])
    lines = page.model.found.papers
    assert lines
    assert all(line.blob for line in lines)
    assert page.parts["papers"].isVisible()
    page.open_line(lines[0])
    qtbot.waitUntil(lambda: bool(page.findChildren(PaperWindow)))
    page.findChild(PaperWindow).close()


def test_rows_are_copied_as_text_for_a_spreadsheet_and_columns_are_remembered(desk: SampleDesk, qtbot: QtBot) -> None:
    page = opened(people, desk, qtbot)
    page.rows.set_ticked([person_named("陈喆"), person_named("李𬱖")])
    assert page.bar.isVisible()
    page.list.selectAll()
    text = page.rows.as_text(range(page.rows.rowCount()))
    assert text.splitlines()[0].split("\t")[:2] == ["姓名", "证件号码"]
    assert len(text.splitlines()) == page.rows.rowCount() + 1
    header = page.list.horizontalHeader()
    assert header.sectionsMovable()


def test_somebody_who_is_gone_is_said_to_be(desk: SampleDesk, qtbot: QtBot) -> None:
    page = opened(person, desk, qtbot, new_id())
    assert page._gone.isVisible()


def test_study_shows_who_studies(desk: SampleDesk, qtbot: QtBot) -> None:
    page = opened(study, desk, qtbot)
    assert {"韩雪", "冯凯"} <= {row.name for row in page.rows.visible}


# importing


def the_list(desk: SampleDesk, folder: Path) -> Path:
    sample = resolved(RESOURCES / "demo" / "gdjlxh-2025.yaml", desk.context.today())
    path = folder / "监理部花名册.xlsx"
    path.write_bytes(people_workbook(sample))
    return path


def read(page: Any, path: Path, qtbot: QtBot) -> None:
    page._dropped([str(path)])
    qtbot.waitUntil(lambda: page.settled)


def test_good_rows_go_in_and_bad_ones_stay_with_their_reasons(desk: SampleDesk, qtbot: QtBot, tmp_path: Path) -> None:
    page = opened(import_people, desk, qtbot)
    assert page.model.step == CHOOSE
    read(page, the_list(desk, tmp_path), qtbot)
    assert page.model.step == CHECK
    counts = page.model.counts()
    assert (counts["new"], counts["bad"]) == (6, 5)
    page.run_button.click()
    qtbot.waitUntil(lambda: page.model.step == DONE)
    assert queued(desk) == 6
    assert page.result.isVisible()
    assert "新增 6 人" in page.result.words.text()
    assert "5 行" in page.result.left.text()
    page.result.mend.click()
    assert (page.model.step, page.model.counts()["bad"]) == (CHECK, 5)
    read(page, tmp_path / "监理部花名册.xlsx", qtbot)  # the same file again
    assert (page.model.counts()["new"], page.model.counts()["same"]) == (0, 6)
    assert not page.run_button.isEnabled()
    page.model.run_import()
    assert queued(desk) == 6


def test_a_long_name_leaves_the_panel_its_width(desk: SampleDesk, qtbot: QtBot, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in (("姓名", "身份证号码"), ("欧阳" * 20, "440104199003120812")):
        book.active.append(line)
    book.save(tmp_path / "长名.xlsx")
    page = opened(import_people, desk, qtbot)
    read(page, tmp_path / "长名.xlsx", qtbot)
    (line,) = page.findChildren(FindingLine)
    assert "欧阳欧阳欧阳欧阳欧…" in line.accessibleName()
    assert line.minimumSizeHint().width() <= line.width()


def test_numbers_from_a_list_are_seen_whole_on_a_narrow_page(desk: SampleDesk, qtbot: QtBot, tmp_path: Path) -> None:
    page = opened(import_people, desk, qtbot)
    read(page, the_list(desk, tmp_path), qtbot)
    page.resize(860, 430)
    QApplication.processEvents()
    table = page.findChild(RowsView, "import.table")
    for at, column in enumerate(table.rows.columns):
        if column.firm:
            needed = max(cell_width(column.cell(row), 32) for row in table.rows.visible)
            assert table.columnWidth(at) >= needed, column.title
    assert sum(column.firm for column in table.rows.columns) > 5


def a_messy_list(path: Path) -> Path:
    """As people have it: columns in no order, days as text and as numbers, wide digits, a small x, two bad rows."""
    book = openpyxl.Workbook()
    assert book.active is not None
    lines: list[list[str | int]] = [
        ["监理部人员登记表"],
        ["手机", "毕业时间", "身份证号", "备注", "姓 名"],
        ["13800000001", 42186, "４４０１０４１９９２１００１５０２９", "甲", "易小川"],
        ["13800000002", "2015年7月1日", "11010519491231002x", "乙", "古月"],
        ["13800000003", "2015-07-01", "440104199210015028", "丙", "错一位"],
        ["13800000004", "不知道哪天", "440105198903085712", "丁", "日不对"],
    ]
    for line in lines:
        book.active.append(line)
    book.save(path)
    return path


def test_a_list_as_people_have_it_goes_in_comes_back_and_is_undone(
    desk: SampleDesk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(import_people, desk, qtbot)
    file = a_messy_list(tmp_path / "花名册.xlsx")
    read(page, file, qtbot)
    counts = page.model.counts()
    good = {row.name for row in page.model.rows if row.fate == "new"}
    assert good == {"易小川", "古月"}, [(row.name, row.row.problems) for row in page.model.rows]
    assert counts["bad"] == 2
    QTest.mouseClick(page.run_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.result.isVisible())
    assert queued(desk) == 2
    with desk.store.reading() as reader:
        made = {one.body["name"]: one.body for one in entities(reader, desk.account, "roster")}
    assert made["易小川"]["document_number"] == "440104199210015029"
    assert made["易小川"]["graduation_date"] == "2015-07-01"
    assert made["古月"]["document_number"] == "11010519491231002X"
    assert made["古月"]["graduation_date"] == "2015-07-01"

    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(tmp_path / "要改.xlsx"), ""))
    page.result.export.click()
    qtbot.waitUntil((tmp_path / "要改.xlsx").exists)
    sheet = openpyxl.load_workbook(tmp_path / "要改.xlsx").active
    assert sheet is not None
    lines = [[str(cell or "") for cell in line] for line in sheet.iter_rows(values_only=True)]
    back = [line for line in lines if "错一位" in line or "日不对" in line]
    assert len(back) == 2
    assert all(any("核对" in cell or "日期" in cell or "校验" in cell for cell in line) for line in back)

    page.result.undo.click()
    qtbot.waitUntil(lambda: page.model.step == CHOOSE)
    assert "移出 2 人" in page._notice.accessibleName()
    assert queued(desk) == 0


def test_the_same_file_again_says_that_nothing_changes_and_the_first_time_can_be_undone_later(
    desk: SampleDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "名单.csv"
    file.write_text("姓名,身份证号码\n易小川,440104199210015029\n", encoding="utf-8")
    page = opened(import_people, desk, qtbot)
    read(page, file, qtbot)
    page.run_button.click()
    qtbot.waitUntil(lambda: page.model.step == DONE)
    later = opened(import_people, desk, qtbot)
    qtbot.waitUntil(later.recent.isVisible)
    read(later, file, qtbot)
    assert "不用再导入" in later._notice.accessibleName()
    assert not later.run_button.isEnabled()
    later.model.start_over()
    undo = next(one for one in later.recent.findChildren(QPushButton) if one.objectName().startswith("import.undo."))
    undo.click()
    qtbot.waitUntil(lambda: queued(desk) == 0)
    qtbot.waitUntil(lambda: not later.recent.isVisible())


def test_a_cell_is_mended_where_it_stands(desk: SampleDesk, qtbot: QtBot, tmp_path: Path) -> None:
    page = opened(import_people, desk, qtbot)
    read(page, the_list(desk, tmp_path), qtbot)
    one, problem = next(pair for pair in page.model.problems if pair[1].kind == "name-missing")
    page._follow(one, problem, "edit")
    page.table._editor.setText("汪小敏")
    page.table._editor.returnPressed.emit()
    qtbot.waitUntil(lambda: page.model.counts()["bad"] == 4)


def test_a_formula_without_its_value_is_said_before_anything_goes_in(
    desk: SampleDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in (["姓名", "身份证号码", "手机"], ["易小川", "440104199210015029", '="1380000"&"0000"']):
        book.active.append(line)
    book.save(tmp_path / "a.xlsx")  # as a program leaves it: nobody worked the formula out
    page = opened(import_people, desk, qtbot)
    read(page, tmp_path / "a.xlsx", qtbot)
    assert page.model.counts()["bad"] == 1
    assert not page.run_button.isEnabled()
    told = [line.accessibleName() for line in page.panel.findChildren(FindingLine)]
    assert any("用 Excel 或 WPS 打开，保存一次再导入" in one for one in told), told


def test_columns_can_be_taken_for_something_else(desk: SampleDesk, qtbot: QtBot, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["称呼", "身份证号码", "手机"])
    book.active.append(["易小川", "440104199210015029", "13800000000"])
    book.save(tmp_path / "a.xlsx")
    page = opened(import_people, desk, qtbot)
    read(page, tmp_path / "a.xlsx", qtbot)
    assert page.model.step == COLUMNS
    assert not page._columns_done.isEnabled()
    page._reassign(0, "name")
    qtbot.waitUntil(lambda: page.settled)
    page._columns_done.click()
    assert page.model.step == CHECK
    page.model.run_import()
    qtbot.waitUntil(lambda: page.model.step == DONE)


def test_what_is_no_list_is_said_in_one_sentence(desk: SampleDesk, qtbot: QtBot, tmp_path: Path) -> None:
    page = opened(import_people, desk, qtbot)
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 broken")
    with qtbot.waitSignal(page.model.said) as said:
        page._dropped([str(tmp_path / "a.xlsx")])
    assert said.args is not None
    assert "a.xlsx" in str(said.args[0])
    assert page.model.step == CHOOSE


def held_after_each_word(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Long work stands still after each word of how far it is, until this is set once more."""
    go_on, say = threading.Event(), Steps.say

    def held(steps: Steps, done: int, total: int, words: str = "") -> None:
        go_on.clear()
        say(steps, done, total, words)
        assert go_on.wait(PATIENCE), "the screen does not turn while this works"

    monkeypatch.setattr(Steps, "say", held)
    return go_on


def test_five_thousand_bad_rows_stay_fluent(
    desk: SampleDesk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are read and judged beside the screen, which goes on turning; what is drawn does not grow with the rows."""
    lines = ["姓名,身份证号码,手机号码", *(f"人员{at % 10},44010419900101{at:04d},1{at}" for at in range(5_000))]
    path = tmp_path / "many.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    page = opened(import_people, desk, qtbot)
    said: list[object] = []
    go_on = held_after_each_word(monkeypatch)
    turn = QTimer(page, interval=0)
    turn.timeout.connect(go_on.set)
    turn.start()
    page.model.progress.connect(lambda *words: said.append(words))
    page._dropped([str(path)])
    assert page.model.judged is None
    qtbot.waitUntil(lambda: bool(page.settled))
    assert page.model.counts()["bad"] > 4_000
    assert len(said) > 10
    assert len(page.panel.findChildren(FindingLine)) == MOST_LISTED
    assert len(page.findChildren(QWidget)) < 500


def test_reading_can_be_stopped(
    desk: SampleDesk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "many.csv"
    path.write_text("姓名,身份证号码\n" + "易小川,440104199210015029\n" * 5_000, encoding="utf-8")
    page = opened(import_people, desk, qtbot)
    go_on = held_after_each_word(monkeypatch)
    with qtbot.waitSignal(page.model.progress):
        page._dropped([str(path)])
    with qtbot.waitSignal(page.model.said) as said:
        page.model.cancel()
        go_on.set()
    assert said.args is not None
    assert "已停下" in str(said.args[0])
    assert page.model.judged is None
