"""The review desk: decisions by key, bound to places, changeable until sent, then Operations; papers shown."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.carrying import Carrier
from desktop.pages.place_lines import PlaceLine
from desktop.pages.review import ReviewPage, make
from desktop.pages.review_model import AGAIN, DECIDED, WAITING
from desktop.pages.review_sheet import review_sheet
from desktop.widgets.notes import Band
from domain.operations import Severity
from sync.views import outbox
from tests.desktop.offices import FIRST, PAPERS, a_payment, an_education, keep_paper, mirror, office
from tests.desktop.on_screen import on_screen, settle
from tests.desktop.sample_desk import NOW, SampleDesk, entities

pytestmark = pytest.mark.windows
SECOND, THIRD, PAYMENT = (f"{FIRST[:-1]}{number}" for number in (2, 3, 9))


def history(*reasons: str) -> list[dict[str, Any]]:
    """Of a form that the agency gave back and that was sent again; the second reason is finance's, of the payment."""
    steps = [
        ("unit", "submit", "none", "agency_review"),
        ("agency", "return", "agency_review", "returned"),
        ("unit", "reinitiate", "returned", "agency_review"),
        ("agency", "pass", "agency_review", "association_first_review"),
        ("association", "pass", "association_first_review", "awaiting_payment"),
        ("finance", "pay_submit", "awaiting_payment", "finance_review"),
        ("finance", "return", "finance_review", "awaiting_payment"),
        ("finance", "pay_submit", "awaiting_payment", "finance_review"),
        ("finance", "pass", "finance_review", "association_final_review"),
    ]
    said = iter(reasons)
    made = [
        {"at": f"2026-03-{day:02}T01:00:00Z", "actor": who, "name": who, "action": action, "source": one, "target": two}
        | ({"reason": next(said, "")} if action == "return" else {})
        for day, (who, action, one, two) in enumerate(steps, 1)
    ]
    return made[:3] if len(reasons) == 1 else made


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SampleDesk]:
    """An agency with three applications: one new, one older, one in its second round."""
    with office(tmp_path, "agency") as made:
        again = an_education(THIRD, ("刘志远",), days=2, round=2, history=history("社保证明不是最近一个月"))
        again["previous"] = copy.deepcopy(again["form"])
        again["previous"]["cards"]["initial-education"][0]["values"]["insurance_month"] = "2026-01"
        again["previous"]["attachments"][1]["blob"] = "cd" * 32
        mirror(made, an_education(days=1), an_education(SECOND, ("王海涛",), days=5), again)
        yield made


def open_page(desk: SampleDesk, qtbot: QtBot, key: str = "") -> ReviewPage:
    page: ReviewPage = on_screen(qtbot, make(desk.context, key))
    page.first_focus()  # as the shell does
    return page


def queued(desk: SampleDesk) -> list[str]:
    with desk.store.reading() as reader:
        return [row.action for row in outbox(reader, desk.account, now=NOW)]


def test_the_one_that_waits_longest_stands_first(desk: SampleDesk, qtbot: QtBot) -> None:
    model = open_page(desk, qtbot).model
    assert [row.days for row in model.rows] == sorted((row.days for row in model.rows), reverse=True)
    assert model.sheet is not None
    assert model.sheet.id == SECOND
    assert [row.id for row in model.listed(AGAIN)] == [THIRD]


def test_a_click_while_the_list_is_being_read_is_not_lost(desk: SampleDesk, qtbot: QtBot) -> None:
    page = open_page(desk, qtbot)
    page.model.sleep()
    with desk.store.reading() as reader:
        found = page.model.look(reader)  # news of another application came just now
    page.list.set_current(page.rows.place_of(FIRST))
    page.model.take(found)
    page.model.changed.emit()  # as after every look
    page.model.awake()
    settle(qtbot, page)
    assert page.model.sheet is not None
    assert page.model.sheet.id == FIRST


def test_what_the_machine_found_is_told_with_its_clause(desk: SampleDesk) -> None:
    with desk.store.reading() as reader:
        pack = desk.context.pack
        sheet = review_sheet(reader, desk.account, pack, FIRST, today=desk.context.today(), now=NOW)
    assert sheet is not None
    first = sheet.parts[0]
    assert first.title == "陈喆"
    assert not first.findings
    assert "2.5.1(4)" in {held.clause for held in first.held}
    assert {look.path for look in first.looks} >= {f"initial-education[r0].{PAPERS[1]}"}
    assert [one.verb for one in sheet.actions] == ["approve", "return"]


def test_a_rule_that_fails_is_a_doubt_and_no_rule_that_holds(desk: SampleDesk, qtbot: QtBot) -> None:
    mirror(desk, an_education(f"{FIRST[:-1]}4", ("彭家豪",)), start=950)
    model = open_page(desk, qtbot, f"{FIRST[:-1]}4".partition("/")[2]).model
    assert model.part is not None
    bad = [one for one in model.part.findings if one.severity is Severity.BLOCK]
    assert bad
    assert model.doubts()
    assert not {one.clause for one in bad if one.rule == "GD-2.5-05"} & {
        held.clause for held in model.part.held if "年龄" in held.label
    }


def test_a_approves_and_goes_on_and_nothing_leaves_before_it_is_sent(desk: SampleDesk, qtbot: QtBot) -> None:
    page = open_page(desk, qtbot)
    QTest.keyClick(page, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: page.model.decided == 1)
    settle(qtbot, page)
    assert page.model.sheet is not None
    assert page.model.sheet.id != SECOND
    assert queued(desk) == []
    QTest.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: queued(desk) == ["pass"])
    qtbot.waitUntil(lambda: SECOND not in [row.id for row in page.model.rows])


def test_another_application_is_read_from_its_first_line(desk: SampleDesk, qtbot: QtBot) -> None:
    page = open_page(desk, qtbot)
    page.resize(1180, 480)
    bar = page.sheet_area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    QTest.keyClick(page, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: page.model.decided == 1)
    settle(qtbot, page)
    assert page.model.sheet is not None
    assert page.model.sheet.id != SECOND
    assert bar.maximum() > 0
    assert bar.value() == 0


def test_a_return_is_bound_to_the_place_that_was_clicked(desk: SampleDesk, qtbot: QtBot) -> None:
    page = open_page(desk, qtbot, FIRST.partition("/")[2])
    QTest.keyClick(page, Qt.Key.Key_R)
    assert page.editor.isVisible()
    assert not page.approve.isVisible()
    page.model.choose_place(f"initial-education[r0].{PAPERS[1]}", "社保证明")
    QTest.keyClicks(page.editor.words, "not new")
    page.editor._go.click()
    qtbot.waitUntil(lambda: page.model.decided == 1)
    decision = next(row.decision for row in page.model.rows if row.decision is not None)
    assert decision.verb == "return"
    assert [(note.path, note.text) for note in decision.notes] == [(f"initial-education[r0].{PAPERS[1]}", "not new")]
    assert "not new" in decision.reason
    page.model.send()
    qtbot.waitUntil(lambda: queued(desk) == ["return"])
    with desk.store.reading() as reader:
        kept = reader.operations.outbox(desk.account)[0]
    assert b'"marks":[{"path":"initial-education[r0].social-insurance-proof"' in kept.content


def test_a_return_without_a_word_is_not_decided(desk: SampleDesk, qtbot: QtBot) -> None:
    page = open_page(desk, qtbot)
    QTest.keyClick(page, Qt.Key.Key_R)
    with qtbot.waitSignal(page.model.said) as said:
        page.editor._go.click()
    assert said.args is not None
    assert "原因" in str(said.args[0])
    assert page.model.decided == 0


def test_a_decision_can_be_changed_and_taken_back_until_it_is_sent(desk: SampleDesk, qtbot: QtBot) -> None:
    page = open_page(desk, qtbot)
    page.model.approve()
    qtbot.waitUntil(lambda: len(page.model.listed(DECIDED)) == 1)
    page.model.open(SECOND)
    qtbot.waitUntil(lambda: page.model.sheet is not None and page.model.sheet.id == SECOND)
    assert page.model.decision is not None
    assert page.model.decision.approves
    page.model.undo()
    qtbot.waitUntil(lambda: page.model.decided == 0)
    page.model.send()
    settle(qtbot, page)
    assert queued(desk) == []


def test_decisions_outlive_the_page(desk: SampleDesk, qtbot: QtBot) -> None:
    page = open_page(desk, qtbot)
    page.model.approve()
    qtbot.waitUntil(lambda: page.model.decided == 1)
    assert open_page(desk, qtbot).model.decided == 1


def test_what_moved_on_since_it_was_looked_at_is_not_sent(desk: SampleDesk, qtbot: QtBot) -> None:
    page = open_page(desk, qtbot)
    page.model.approve()
    qtbot.waitUntil(lambda: page.model.decided == 1)
    moved = an_education(SECOND, ("王海涛",), days=5)
    from sync.store.port import SyncStore
    from tests.sync.store.building import a_page

    page_ = a_page((SECOND, 990, 2, moved), more=True)
    SyncStore(desk.store).apply_page(desk.account, "office", page_, now=NOW)
    with qtbot.waitSignal(page.model.sent) as sent:
        page.model.send()
    assert sent.args is not None
    assert sent.args[0].stale == (SECOND,)
    assert queued(desk) == []


def test_one_that_leaves_the_desk_while_it_is_looked_at_is_told(desk: SampleDesk, qtbot: QtBot) -> None:
    page, told = open_page(desk, qtbot), list[str]()
    page.model.said.connect(lambda words, _role: told.append(words))
    qtbot.waitUntil(lambda: page.model.sheet is not None and page.model.sheet.id == SECOND)
    from sync.store.port import SyncStore
    from tests.sync.store.building import a_page

    ended = an_education(SECOND, ("王海涛",), days=5, state="abandoned")
    SyncStore(desk.store).apply_page(desk.account, "office", a_page((SECOND, 990, 2, ended), more=True), now=NOW)
    qtbot.waitUntil(lambda: page.model.sheet is not None and page.model.sheet.id != SECOND)
    assert len(told) == 1
    assert "已不在您手上" in told[0]
    assert "没写完的意见不会送出" in told[0]


@pytest.mark.parametrize(
    ("role", "key", "words"), [("agency", FIRST, "这份单的人"), ("association_finance", PAYMENT, "缴费明细")]
)
def test_the_parts_are_called_after_what_the_form_is_for(
    tmp_path: Path, qtbot: QtBot, role: str, key: str, words: str
) -> None:
    with office(tmp_path, role) as made:
        mirror(made, an_education(), an_education(SECOND), a_payment(PAYMENT, [FIRST, SECOND]))
        page = open_page(made, qtbot, key.partition("/")[2])
        assert page.model.sheet is not None
        assert page.model.sheet.id == key
        assert page.parts.people_title.isVisible()
        assert page.parts.people_title.text() == words


def test_what_is_quoted_of_the_round_before_was_said_of_the_form_and_not_of_its_payment(
    tmp_path: Path, qtbot: QtBot
) -> None:
    told = history("社保证明不是最近一个月", "凭证金额不对")
    paid = an_education(state="association_final_review", actor="association", round=2, history=told)
    with office(tmp_path, "association_review") as made:
        mirror(made, paid | {"reason": "凭证金额不对"})
        page = open_page(made, qtbot, FIRST.partition("/")[2])
        band = page.findChild(Band, "review.before")
        assert band is not None
        assert band.isVisible()
        assert band.accessibleName() == "第 2 轮。上一轮退回：社保证明不是最近一个月"


def test_the_round_before_is_told_field_by_field_and_paper_by_paper(desk: SampleDesk, qtbot: QtBot) -> None:
    model = open_page(desk, qtbot, THIRD.partition("/")[2]).model
    assert model.part is not None
    assert model.part.changed
    assert [(fact.label, fact.before) for fact in model.part.facts if fact.before] == [("社保月份", "2026-01")]
    assert [sheet.paper.material for sheet in model.part.sheets if sheet.before] == [PAPERS[1]]


def test_arrows_walk_through_papers_then_people(desk: SampleDesk, qtbot: QtBot) -> None:
    page = open_page(desk, qtbot, FIRST.partition("/")[2])
    assert len(page.model.papers) == 4
    for _ in range(4):
        QTest.keyClick(page, Qt.Key.Key_Right)
    assert page.model.part is not None
    assert page.model.part.title == "李𬱖"
    QTest.keyClick(page, Qt.Key.Key_Left)
    assert page.model.part.title == "陈喆"


def test_a_paper_on_this_machine_is_shown_and_one_that_is_not_says_why(desk: SampleDesk, qtbot: QtBot) -> None:
    sha256 = keep_paper(desk, "毕业证书", ["赵一"])
    mirror(desk, an_education(f"{FIRST[:-1]}5", ("陈喆",), papers_of={(PAPERS[0], "陈喆"): sha256}), start=960)
    page = open_page(desk, qtbot, f"{FIRST[:-1]}5".partition("/")[2])
    assert page.pane._stack.currentWidget() is page.pane.image
    with qtbot.waitSignal(page.model.carrier.failed) as failed:
        page.model.turn_paper(1)
    assert failed.args is not None
    assert failed.args[1] == "登录已过期。"


def test_a_paper_that_serves_from_the_profile_is_judged_like_one_that_was_attached(
    desk: SampleDesk, qtbot: QtBot
) -> None:
    asked = an_education(f"{FIRST[:-1]}6", ("陈喆",))
    asked["form"]["attachments"] = [one for one in asked["form"]["attachments"] if one["material"] != PAPERS[0]]
    sha256 = keep_paper(desk, "档案里的毕业证书", ["陈喆"])
    person = next(one for one in entities(NOW) if one["id"] == asked["people"][0])
    stored = [{**one, "blob": sha256} for one in person["materials"] if one["material"] == PAPERS[0]]
    mirror(desk, {**person, "materials": stored}, asked, start=970)
    page = open_page(desk, qtbot, f"{FIRST[:-1]}6".partition("/")[2])
    sheet = next(one for one in page.model.papers if one.paper.material == PAPERS[0])
    assert sheet.profile
    assert sheet.paper.blob == sha256
    assert sheet.path == f"initial-education[r0].{PAPERS[0]}"
    assert page.model.part is not None
    assert sheet.path in {look.path for look in page.model.part.looks}, "what to look at is told for it too"
    page.model.choose_paper(sheet.key)
    settle(qtbot, page)
    assert page.pane._stack.currentWidget() is page.pane.image
    assert "取自个人档案" in page.pane._about.text()
    attached = [one for one in page.model.papers if one.paper.material == PAPERS[1]]
    assert [one.profile for one in attached] == [False], "what was attached stands before what lies in the profile"


@pytest.mark.parametrize("place", ["list", "people", "line"])
def test_every_key_works_wherever_the_focus_is_but_not_while_one_writes(
    desk: SampleDesk, qtbot: QtBot, place: str
) -> None:
    page = open_page(desk, qtbot, FIRST.partition("/")[2])
    line = next(one for one in page.parts.findChildren(PlaceLine) if one.key and one.isVisibleTo(page))
    where = {"list": page.list, "people": page.parts.people, "line": line}[place]
    where.setFocus(Qt.FocusReason.OtherFocusReason)
    qtbot.waitUntil(lambda: page.focusWidget() is where)
    key, papers = page.model.paper_key, [sheet.key for sheet in page.model.papers]
    QTest.keyClick(where, Qt.Key.Key_Right)
    assert page.model.paper_key == papers[papers.index(key) + 1]
    QTest.keyClick(page.focusWidget(), Qt.Key.Key_Left)
    assert page.model.paper_key == key
    QTest.keyClick(page.focusWidget(), Qt.Key.Key_R)
    assert page.editor.isVisible()
    for letter in (Qt.Key.Key_A, Qt.Key.Key_R, Qt.Key.Key_N):
        QTest.keyClick(page.editor.words.focusProxy() or page.focusWidget(), letter)
    assert page.model.decided == 0
    assert page.model.sheet is not None
    assert page.model.sheet.id == FIRST, "letters are written, nothing is decided"
    QTest.keyClick(page.focusWidget(), Qt.Key.Key_Escape)
    assert not page.editor.isVisible()
    QTest.keyClick(page.focusWidget(), Qt.Key.Key_N)
    settle(qtbot, page)
    assert page.model.sheet.id != FIRST
    QTest.keyClick(page.focusWidget(), Qt.Key.Key_A)
    qtbot.waitUntil(lambda: page.model.decided == 1)


def test_nothing_waits_is_said_kindly(tmp_path: Path, qtbot: QtBot) -> None:
    with office(tmp_path, "secretariat") as desk:
        page = open_page(desk, qtbot)
        assert page.model.sheet is None
        assert page.model.listed(WAITING) == []
        assert not page.approve.isEnabled()


def test_a_carrier_gives_only_what_was_asked_last(desk: SampleDesk, qtbot: QtBot) -> None:
    from sync.views import Paper

    papers = [
        Paper("m", None, keep_paper(desk, f"纸 {number}", []), "a.jpg", "jpg", 1, 1, True, {}) for number in range(3)
    ]
    carrier, came = Carrier(desk.context), []
    carrier.came.connect(lambda paper, data: came.append(paper.blob))
    for paper in papers:
        carrier.ask(paper)
    qtbot.waitUntil(lambda: carrier.is_settled)
    assert came == [papers[-1].blob]
    carrier.close()


def test_everything_a_person_presses_has_a_name(desk: SampleDesk, qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QAbstractButton

    page = open_page(desk, qtbot)
    for button in page.findChildren(QAbstractButton):
        if button.isVisibleTo(page):
            assert button.accessibleName(), button


def test_on_a_narrow_window_list_and_data_share_one_place(desk: SampleDesk, qtbot: QtBot) -> None:
    page = open_page(desk, qtbot)
    assert page.list.isVisible()
    assert not page.names.isVisible()
    page.resize(860, 430)
    qtbot.waitUntil(page.names.isVisible)
    assert page.names.text() == f"名单 {len(page.model.listed(WAITING))}"
    assert not page.list.isVisible()
    assert page.parts.isVisible()
    assert page.send.isVisible(), "what was decided can be sent beside the data"
    page.names.click()
    assert page.list.isVisible()
    assert not page.parts.isVisible()
    assert page.send.isVisible()
    page.list.set_current(1)
    QTest.keyClick(page.list, Qt.Key.Key_Return)
    assert page.parts.isVisible()
    page.resize(1400, 700)
    qtbot.waitUntil(lambda: page.list.isVisible() and page.parts.isVisible())
