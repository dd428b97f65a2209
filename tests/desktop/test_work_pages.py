"""The first page, drafts, returned, cases, one case, the outbox: over a real store, by real keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.context import Context
from desktop.page import Page
from desktop.pages import case, cases, drafts, help, home, outbox, receipt, renewal, returned
from desktop.pages import people as people_page
from desktop.pages.home_model import WorkRow
from desktop.pages.outbox_model import steps
from desktop.pages.renewal_model import What, standings
from desktop.rows_view import RowsView
from desktop.watching import Watching
from sync import actions
from sync.store.local import Reader
from sync.store.operations import CANCELLED
from sync.views import Expiring, expiring, people
from tests.desktop.on_screen import on_screen, settle
from tests.desktop.sample_desk import NOW, UNIT, SampleDesk, person_named
from tests.support.windows import shown
from tests.sync.store.building import pull

pytestmark = pytest.mark.windows
SCOPE = f"unit:{UNIT}"
HANDLER = {"contact_name": "温晓岚", "contact_mobile": "19900001003"}


def show(qtbot: QtBot, make: Callable[[Context, str], Page], desk: SampleDesk, key: str = "") -> Any:
    """The page on screen, with everything read."""
    return on_screen(qtbot, make(desk.context, key))


def submitted(desk: SampleDesk, *, names: int = 2) -> tuple[str, str]:
    """(key of the application, op_id) of a form that waits to be sent."""
    with desk.store.reading() as reader:
        some = people(reader, desk.account, today=desk.context.today())[:names]
    rows: list[dict[str, Any]] = [
        {"row": f"row-{at}", "person": one.person, "values": {}} for at, one in enumerate(some)
    ]
    key = desk.draft("education-registration", {"values": HANDLER, "cards": {"initial-education": rows}})
    op_id = actions.submit(desk.store, desk.account, f"draft/{key}", pack=desk.context.pack, now=NOW)
    return key, op_id


def an_application(desk: SampleDesk, state: str, **more: Any) -> str:
    """One that the association knows, in this state; its key."""
    key = str(more.pop("key", "0190aaaa-0000-7000-8000-00000000abcd"))
    hops: list[dict[str, Any]] = [
        {"at": "2026-03-10T01:00:00Z", "actor": "unit", "name": "温晓岚", "action": "submit", "source": "none",
         "target": "agency_review"},
        {"at": "2026-03-12T02:00:00Z", "actor": "agency", "name": "卢老师", "action": "return",
         "source": "agency_review", "target": "returned", "reason": "社保证明不是最近一个月",
         "marks": [{"path": "contact_mobile", "text": "打不通"}]},
    ]  # fmt: skip
    body = {
        "id": f"application/{key}", "service": "education-registration", "state": state, "number": "2026000188",
        "unit": UNIT, "round": 1, "submitted_on": "2026-03-10", "history": hops[: 2 if state == "returned" else 1],
        "summary": "初始教育 2 人", "form": {"values": HANDLER, "cards": {}, "attachments": []},
        "holder": {"actor": "unit" if state == "returned" else "agency", "name": "广州市示例建设监理行业协会",
                   "phone": "020-80000011", "since": "2026-03-12T02:00:00Z"}, **more,
    }  # fmt: skip
    if state == "returned":
        body |= {"reason": hops[1]["reason"], "marks": hops[1]["marks"]}
    pull(desk.store, desk.account, body, scope=SCOPE)
    return key


def words(view: RowsView) -> list[str]:
    """Every row as it would be copied."""
    return view.rows.as_text(range(view.rows.rowCount())).splitlines()[1:]


# ---- the first page ----


def test_the_first_page_says_what_must_be_done_and_who_has_the_rest(desk: SampleDesk, qtbot: QtBot) -> None:
    an_application(desk, "returned")
    page = show(qtbot, home.make, desk)
    groups = {group.key: group for group in page.model.groups}
    states = [row.state for row in groups["needs"].rows]
    assert states[0] == "退回待改"
    assert "待缴费" in states
    assert "60 天内到期" in states
    assert "社保证明不是最近一个月，共 1 处要改" in groups["needs"].rows[0].why
    assert page.title == f"温晓岚，今天有 {len(states)} 件事等您办"
    assert groups["progress"].rows[0].when_sub == "在对方手上"


def test_what_waits_for_our_payment_is_in_our_hands(desk: SampleDesk, qtbot: QtBot) -> None:
    key = an_application(desk, "awaiting_payment")
    page = show(qtbot, home.make, desk)
    rows = next(group for group in page.model.groups if group.key == "progress").rows
    (row,) = [row for row in rows if row.key.endswith(key)]
    assert row.when_sub == "在您手上"


def test_only_what_waited_first_has_the_filled_button(desk: SampleDesk, qtbot: QtBot) -> None:
    page = show(qtbot, home.make, desk)
    kinds = [row.act.kind for group in page.model.groups for row in group.rows]
    assert kinds.count("primary") == 1
    assert kinds[0] == "primary"


def test_of_a_long_queue_the_first_page_shows_the_beginning_and_leads_to_the_rest(
    desk: SampleDesk, qtbot: QtBot
) -> None:
    rows = [{"name": f"张{number}", "document_number": ""} for number in range(60)]
    actions.import_roster(desk.store, desk.account, rows, now=NOW)
    page = show(qtbot, home.make, desk)
    queue = next(group for group in page.model.groups if group.key == "queue")
    assert (len(queue.rows), queue.count) == (50, 60)
    page._views["queue"].title.acted.emit()
    assert desk.went[-1] == "outbox"


def test_the_link_to_all_that_is_in_hand_counts_anew(desk: SampleDesk, qtbot: QtBot) -> None:
    desk.context.set_line(online=True, paused=False)
    page = show(qtbot, home.make, desk)
    view = page._views["progress"]
    before = len(view.group.rows)
    assert view.title.action.text() == f"全部 {before} 件"
    an_application(desk, "agency_review")
    desk.context.changed.emit(frozenset({SCOPE}))
    qtbot.waitUntil(lambda: len(view.group.rows) == before + 1)
    assert view.title.action.text() == f"全部 {before + 1} 件"
    qtbot.waitUntil(lambda: view.title.action.width() >= view.title.action.sizeHint().width() > 0)
    desk.context.set_line(online=False, paused=False)
    assert not view.title.action.isVisible()
    desk.context.set_line(online=True, paused=False)
    qtbot.waitUntil(lambda: view.title.action.isVisible() and view.title.action.width() > 0)


def test_offline_the_queue_stands_above_what_others_have(desk: SampleDesk, qtbot: QtBot) -> None:
    submitted(desk)
    desk.context.set_line(online=True, paused=False)
    page = show(qtbot, home.make, desk)
    assert [group.key for group in page.model.groups] == ["needs", "progress", "queue"]
    desk.context.set_line(online=False, paused=False)
    assert [group.key for group in page.model.groups] == ["needs", "queue", "progress"]
    assert page.model.groups[1].note == "都已存好，不会丢"


def test_enter_on_a_returned_application_opens_it_for_mending(desk: SampleDesk, qtbot: QtBot) -> None:
    key = an_application(desk, "returned")
    page = show(qtbot, home.make, desk)
    view = page.findChild(RowsView, "home.needs")
    view.set_current(0)
    QTest.keyClick(view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.went == [f"amend/{key}"])


def test_a_new_form_is_begun_from_the_menu(desk: SampleDesk, qtbot: QtBot) -> None:
    page = show(qtbot, home.make, desk)
    action = next(one for one in page._menu.actions() if one.objectName() == "new.education-registration")
    assert action.text() == "学习报名申请"
    action.trigger()
    qtbot.waitUntil(lambda: len(desk.went) == 1)
    assert desk.went[0].startswith("form/")


# ---- lists ----


def test_a_deleted_draft_comes_back(desk: SampleDesk, qtbot: QtBot) -> None:
    key = desk.draft("education-registration", {"values": HANDLER})
    page = show(qtbot, drafts.make, desk)
    page.list.set_current(0)
    QTest.keyClick(page.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: page.rows.rowCount() == 0 and page.model.deleted is not None)
    assert not page.notice.isHidden()
    QTest.keyClick(page.list, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.rows.rowCount() == 1)
    assert desk.form_of(key)["values"] == HANDLER


def test_enter_takes_a_draft_up_where_it_was_left(desk: SampleDesk, qtbot: QtBot) -> None:
    key = desk.draft("education-registration")
    page = show(qtbot, drafts.make, desk)
    page.list.set_current(0)
    QTest.keyClick(page.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.went == [f"form/{key}"])


def test_returned_ones_carry_the_reviewers_reason(desk: SampleDesk, qtbot: QtBot) -> None:
    an_application(desk, "returned")
    page = show(qtbot, returned.make, desk)
    assert page.rows.rowCount() == 1
    assert "社保证明不是最近一个月" in words(page.list)[0]


def test_cases_of_one_business_are_narrowed_by_state_and_found_by_number(desk: SampleDesk, qtbot: QtBot) -> None:
    an_application(desk, "returned")
    an_application(desk, "agency_review", key="0190aaaa-0000-7000-8000-00000000ef01", number="2026000200")
    page = show(qtbot, cases.make, desk, "education-registration")
    assert [(chip.key, chip.count) for chip in page.model.chips] == [("all", 2), ("机构审核", 1), ("退回", 1)]
    page.model.choose("退回")
    assert len(words(page.list)) == 1
    page.model.choose("all")
    page.model.search("000200")
    settle(qtbot, page)
    assert [row.number for row in page.model.rows] == ["2026000200"]


# ---- one case ----


def test_a_case_tells_its_story_newest_first_and_whom_to_call(desk: SampleDesk, qtbot: QtBot) -> None:
    key = an_application(desk, "agency_review")
    page = show(qtbot, case.make, desk, key)
    heads = [moment.head for moment in page.model.opened.moments]
    assert heads[0] == "协会初审"
    assert heads[1].startswith("机构审核")
    assert heads[2] == "温晓岚 提交"
    assert page.model.opened.case.row.phone == "020-80000011"


def test_a_returned_case_quotes_the_reason_and_offers_mending(desk: SampleDesk, qtbot: QtBot) -> None:
    key = an_application(desk, "returned")
    page = show(qtbot, case.make, desk, key)
    back = next(moment for moment in page.model.opened.moments if moment.said)
    assert back.said.startswith("“社保证明不是最近一个月”")
    assert page.amend.isVisible()
    QTest.mouseClick(page.amend, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.went == [f"amend/{key}"])


def test_ending_an_application_asks_first_and_then_waits_in_the_outbox(desk: SampleDesk, qtbot: QtBot) -> None:
    key = an_application(desk, "returned")
    page = show(qtbot, case.make, desk, key)
    QTest.mouseClick(page.end, Qt.MouseButton.LeftButton)
    assert page.confirm.isVisible()
    assert queue_of(desk) == []
    QTest.mouseClick(page.confirm.yes, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: queue_of(desk) == ["abandon"])
    settle(qtbot, page)
    qtbot.waitUntil(lambda: page.model.opened.case.row.pending == "排队")


def test_what_was_sent_and_not_answered_says_so(desk: SampleDesk, qtbot: QtBot) -> None:
    key, _ = submitted(desk)
    page = show(qtbot, case.make, desk, key)
    assert page.model.opened.case.row.pending == "排队"
    assert [moment.head for moment in page.model.opened.moments] == ["机构审核", "温晓岚 提交"]
    assert len(page.model.opened.people) == 2


def test_two_rounds_are_compared_place_by_place(desk: SampleDesk, qtbot: QtBot) -> None:
    rows = [{"row": "r1", "person": "person/x", "values": {"insurance_month": "2026-02"}}]
    more = [{"row": "r1", "person": "person/x", "values": {"insurance_month": "2026-03"}}]
    key = an_application(
        desk, "agency_review", round=2,
        form={"values": {**HANDLER, "contact_mobile": "19900001004"}, "cards": {"initial-education": more},
              "attachments": []},
        previous={"values": HANDLER, "cards": {"initial-education": rows}, "attachments": []},
    )  # fmt: skip
    page = show(qtbot, case.make, desk, key)
    found = {(one.before, one.after) for one in page.model.opened.changes}
    assert found == {("19900001003", "19900001004"), ("2026-02", "2026-03")}


def test_a_case_that_is_not_here_says_so(desk: SampleDesk, qtbot: QtBot) -> None:
    page = show(qtbot, case.make, desk, "0190aaaa-0000-7000-8000-000000000000")
    assert page.missing.isVisible()
    assert not page.copy.isVisible()


# ---- the outbox ----


def queue_of(desk: SampleDesk) -> list[str]:
    with desk.store.reading() as reader:
        return [kept.action for kept in reader.operations.outbox(desk.account)]


def test_what_never_left_is_taken_back_and_is_a_draft_again(desk: SampleDesk, qtbot: QtBot) -> None:
    key, op_id = submitted(desk)
    page = show(qtbot, outbox.make, desk)
    told: list[tuple[str, str]] = []
    desk.context.told.connect(lambda said, role, link, route: told.append((said, route)))
    page.list.set_current(0)
    QTest.keyClick(page.list, Qt.Key.Key_Right)
    QTest.keyClick(page.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: told == [("已撤回，内容回到草稿。", f"form/{key}")])
    with desk.store.reading() as reader:
        kept = reader.operations.get(op_id)
    assert kept is not None
    assert (kept.place, kept.state) == ("taken-back", CANCELLED)


def test_what_was_tried_cannot_be_taken_back_but_sent_now(desk: SampleDesk, qtbot: QtBot) -> None:
    _, op_id = submitted(desk)
    with desk.store.transaction() as writer:
        writer.operations.sending(desk.account, [op_id], "2026-03-16T02:29:00Z")
        later = (NOW + timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
        writer.operations.set_state(desk.account, [op_id], "unknown", next_try=later, last_error="cut")
        writer.touch("outbox")
    page = show(qtbot, outbox.make, desk)
    row = page.model.queue.waiting[0]
    assert [act.key for act in steps(row)] == ["now"]
    assert outbox.attempts(row) == "已试 1 次"
    with qtbot.waitSignal(desk.context.send_asked):
        page.model.act(row, "now")


def test_pausing_is_asked_of_the_line(desk: SampleDesk, qtbot: QtBot) -> None:
    page = show(qtbot, outbox.make, desk)
    with qtbot.waitSignal(desk.context.pause_asked):
        QTest.mouseClick(page.pause, Qt.MouseButton.LeftButton)
    desk.context.set_line(online=False, paused=True)
    assert page.pause.text() == "继续发送"


def test_there_is_no_receipt_before_the_answer(desk: SampleDesk, qtbot: QtBot) -> None:
    _, op_id = submitted(desk)
    page = show(qtbot, receipt.make, desk, op_id)
    assert page.model.proof is None
    assert page.band.accessibleName().startswith("还没有回执")


# ---- what the page shows is what there is ----


def test_a_page_that_is_away_reads_once_when_it_comes_back(desk: SampleDesk, qtbot: QtBot) -> None:
    page = show(qtbot, drafts.make, desk)
    page.hidden()
    desk.draft("education-registration")
    desk.draft("certificate-cancellation")
    assert page.rows.rowCount() == 0
    page.shown()
    qtbot.waitUntil(lambda: page.rows.rowCount() == 2)


def test_a_read_that_ends_after_its_page_is_harmless(desk: SampleDesk, qtbot: QtBot) -> None:
    class Slow(Watching[int]):
        def look(self, reader: Reader) -> int:
            return 1

        def take(self, found: int) -> None:
            raise AssertionError("its page is gone")

    model = Slow(desk.context)
    model.refresh()
    shiboken6.delete(model)
    other = show(qtbot, drafts.make, desk)
    assert other.rows.rowCount() == 0


def test_the_first_page_reads_once_when_it_is_made_and_shown(desk: SampleDesk, qtbot: QtBot) -> None:
    class Counted(Watching[int]):
        def __init__(self) -> None:
            super().__init__(desk.context)
            self.times = 0
            desk.context.scans.offered.connect(self.refresh)

        def look(self, reader: Reader) -> int:
            return 1

        def take(self, found: int) -> None:
            self.times += found

    model = Counted()
    with qtbot.waitSignal(model.settled):
        model.awake()  # made
        model.awake()  # shown, while that is on its way
    asked: list[bool] = []
    desk.context.watch_scans()  # this desk has no such folder
    desk.context.read(lambda reader: True, asked.append)
    qtbot.waitUntil(lambda: bool(asked) and model.is_settled)
    assert model.times == 1
    model.sleep()
    model.refresh()
    with qtbot.waitSignal(model.settled):
        model.awake()
    assert model.times == 2


def test_help_opens_at_the_topic_and_finds_by_words(desk: SampleDesk, qtbot: QtBot) -> None:
    page = show(qtbot, help.make, desk, "expired")
    first = page._answers.itemAt(0).widget()
    assert first.objectName() == "help.expired"
    assert first.head.isChecked()
    page._look_for("电子财政收据")
    assert [page._answers.itemAt(at).widget().objectName() for at in range(page._answers.count())] == ["help.receipts"]


def test_what_runs_out_soon_is_one_click_from_the_first_page(desk: SampleDesk, qtbot: QtBot) -> None:
    page = people_page.make(desk.context, "soon")
    qtbot.addWidget(page)
    page.resize(1150, 690)
    shown(page)
    page.shown()
    qtbot.waitUntil(lambda: page.chips.current == "soon" and 0 < page.rows.rowCount() < page.rows.total)


# ---- what runs out, and reminders ----


def in_drafts(desk: SampleDesk, service: str) -> list[set[str]]:
    with desk.store.reading() as reader:
        found = [one for one in reader.drafts.all(desk.account) if one.service == service]
    return [{str(row["person"]) for rows in one.form["cards"].values() for row in rows} for one in found]


def runs_out(page: home.HomePage, what: str) -> WorkRow:
    return next(row for group in page.model.groups for row in group.rows if row.renewal == what)


@pytest.mark.parametrize(
    ("what", "service"), [("certificate", "education-registration"), ("membership", "member-fee-payment")]
)
def test_one_step_prepares_a_draft_for_all_whose_time_runs_out(
    desk: SampleDesk, qtbot: QtBot, what: What, service: str
) -> None:
    page = show(qtbot, home.make, desk)
    with desk.store.reading() as reader:
        found = standings(reader, desk.account, desk.context.pack, what, desk.context.today())
    able, others = {one.person for one in found if one.can}, [one for one in found if not one.can]
    assert able
    assert all(one.why for one in others)
    page.model.act(runs_out(page, what))
    qtbot.waitUntil(lambda: bool(desk.went))
    assert desk.went[0].startswith("form/")
    assert in_drafts(desk, service) == [able]
    page.model.act(runs_out(page, what))  # a second time the same draft is opened, no other made
    qtbot.waitUntil(lambda: len(desk.went) == 2)
    assert desk.went[1] == desk.went[0]
    assert in_drafts(desk, service) == [able]


def test_who_cannot_be_renewed_is_listed_with_the_reason(desk: SampleDesk, qtbot: QtBot) -> None:
    person = next(one.person for one in _expiring(desk) if one.what != "membership")
    bill = {"id": "bill/open", "unit": UNIT, "status": "unpaid", "kind": "assist_fee", "number": "JF1", "total": "1.00",
            "lines": [{"person": person, "amount": "1.00"}]}  # fmt: skip
    pull(desk.store, desk.account, bill, scope=SCOPE, start=900)
    page = show(qtbot, renewal.make, desk, "certificate")
    row = next(row for row in page.model.rows if row.person == person)
    assert not row.can
    assert "JF1" in row.why
    assert any("现在不可办" in line and row.name in line for line in words(page.list))


def _expiring(desk: SampleDesk) -> tuple[Expiring, ...]:
    with desk.store.reading() as reader:
        return expiring(reader, desk.account, today=desk.context.today())


def test_a_reminder_comes_on_the_first_page_and_begins_the_work(desk: SampleDesk, qtbot: QtBot) -> None:
    chosen = person_named("陈喆")
    actions.remind(
        desk.store, desk.account, person=chosen, name="陈喆", service="education-registration",
        card="initial-education", day=NOW.date(), now=NOW,
    )  # fmt: skip
    page = show(qtbot, home.make, desk)
    row = next(row for group in page.model.groups for row in group.rows if row.reminder)
    assert (row.state, row.what) == ("可以办了", "初始教育·陈喆")
    page.model.act(row)
    qtbot.waitUntil(lambda: bool(desk.went))
    assert in_drafts(desk, "education-registration") == [{chosen}]
    qtbot.waitUntil(lambda: not any(row.reminder for group in page.model.groups for row in group.rows))
