"""What helps where a rule says no: the bill in the way is paid, the form in the way is looked at, the rest is begun."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.pages import elsewhere, form, picker
from desktop.pages.form_lines import Lines
from desktop.pages.next_steps import follow_step, next_steps, place_for
from domain.operations import Finding
from tests.desktop.form_builders import AGAIN, EDUCATION, INITIAL, a_form, rows, said
from tests.desktop.on_screen import on_screen, settle
from tests.desktop.sample_desk import UNIT, SampleDesk, person_named, the_pack
from tests.sync.store.building import pull

pytestmark = pytest.mark.windows
OWED = "许国栋"  # has an unpaid bill
UPGRADE = "assistant-to-engineer-upgrade"


def words_and_keys(desk: SampleDesk, page: Any) -> dict[str, str]:
    """Every next step of the panel: its words and its key."""
    service, look = page.form.service, page.form.look
    groups = Lines(service, page.form.form, look.check, look.around.people, asked=True).groups()
    return {step.words: step.key for group in groups for entry in group.entries for step in entry.steps}


def page_with(qtbot: QtBot, desk: SampleDesk, names: Sequence[str], card: str = INITIAL) -> Any:
    listed = rows(desk, card, names, certificate_type="supervision_assistant")
    return on_screen(qtbot, form.make(desk.context, desk.draft(EDUCATION, a_form({card: listed}))))


def went(desk: SampleDesk, qtbot: QtBot, head: str) -> str:
    qtbot.waitUntil(lambda: any(route.startswith(head) for route in desk.went))
    return next(route for route in reversed(desk.went) if route.startswith(head)).partition("/")[2]


def test_an_unpaid_bill_in_the_way_leads_to_a_payment_with_that_bill_in_it(qtbot: QtBot, desk: SampleDesk) -> None:
    page = page_with(qtbot, desk, [OWED])
    page.check.followed.emit(words_and_keys(desk, page)["去缴费"])
    begun = desk.form_of(went(desk, qtbot, "form/"))
    (row,) = begun["cards"]["people"]
    assert row["person"] == person_named(OWED)
    assert row["bill"].startswith("bill/")


def test_paying_twice_takes_the_same_draft_up_again(qtbot: QtBot, desk: SampleDesk) -> None:
    page = page_with(qtbot, desk, [OWED])
    step = words_and_keys(desk, page)["去缴费"]
    page.check.followed.emit(step)
    first = went(desk, qtbot, "form/")
    desk.went.clear()
    page.check.followed.emit(step)
    assert went(desk, qtbot, "form/") == first


def test_a_business_begun_for_somebody_with_an_unpaid_bill_names_that_bill(qtbot: QtBot, desk: SampleDesk) -> None:
    follow_step(desk.context, "next:member-fee-payment", person_named(OWED))
    (row,) = desk.form_of(went(desk, qtbot, "form/"))["cards"]["people"]
    assert row["bill"].startswith("bill/")


def test_a_bill_that_finance_looks_at_already_is_shown_and_not_paid_again(qtbot: QtBot, desk: SampleDesk) -> None:
    with desk.store.reading() as reader:
        (bill,) = (
            one for one in reader.mirror.of_kind(desk.account, "bill").values() if one.body["status"] == "unpaid"
        )
    pull(
        desk.store,
        desk.account,
        {**bill.body, "id": bill.id, "status": "under_review"},
        scope=f"unit:{UNIT}",
        start=900,
    )
    page = page_with(qtbot, desk, [OWED])
    page.check.followed.emit(words_and_keys(desk, page)["去缴费"])
    assert went(desk, qtbot, "bill/") == bill.id.partition("/")[2]
    assert not any(route.startswith("form/") for route in desk.went)


def test_a_form_in_the_way_is_led_to(qtbot: QtBot, desk: SampleDesk) -> None:
    page = page_with(qtbot, desk, ["邓美玲"])
    page.check.followed.emit(words_and_keys(desk, page)["看进度"])
    case = went(desk, qtbot, "case/")
    with desk.store.reading() as reader:
        found = reader.mirror.get(desk.account, f"application/{case}")
    assert found is not None
    assert found.body["service"] == "member-info-change"


def test_a_course_in_the_way_is_led_to(qtbot: QtBot, desk: SampleDesk) -> None:
    page = page_with(qtbot, desk, ["韩雪"])
    page.check.followed.emit(words_and_keys(desk, page)["看学习进度"])
    assert desk.went[-1] == "study"


def test_the_picker_offers_the_same_steps(qtbot: QtBot, desk: SampleDesk) -> None:
    page = on_screen(qtbot, picker.make(desk.context, f"{desk.draft(EDUCATION)}:{AGAIN}"))
    page.view.set_current(page.rows.place_of(person_named(OWED)))
    settle(qtbot, page)
    assert "去缴费" in said(page.panel_box)
    key = next(step.key for one in check_of(page).findings for step in next_steps(the_pack(), one) if one.about)
    page.panel_box.began.emit(key, page.view.current)
    assert desk.form_of(went(desk, qtbot, "form/"))["cards"]["people"][0]["person"] == person_named(OWED)


def test_a_business_that_is_a_part_of_a_larger_form_is_begun_in_that_form(qtbot: QtBot, desk: SampleDesk) -> None:
    assert place_for(the_pack(), UPGRADE) == (EDUCATION, UPGRADE)
    follow_step(desk.context, f"next:{UPGRADE}", person_named(OWED))
    begun = desk.form_of(went(desk, qtbot, "form/"))
    assert [row["person"] for row in begun["cards"][UPGRADE]] == [person_named(OWED)]


def test_what_is_not_done_here_leads_to_a_page_that_says_how(qtbot: QtBot, desk: SampleDesk) -> None:
    (step,) = next_steps(the_pack(), Finding("GD-2.5-04a", "不在档案", next_service="ownership-change"))
    follow_step(desk.context, step.key, "")
    assert desk.went[-1] == "elsewhere/ownership-change"
    pack = the_pack()
    after = {rule.spec.next_service for service in pack.services.values() for rule in service.rules.values()} - {None}
    for key in sorted(str(each) for each in after if place_for(pack, str(each)) is None):
        page = elsewhere.make(desk.context, key)
        qtbot.addWidget(page)
        assert page.title != "不在会办里办", key


def check_of(page: Any) -> Any:
    return page.model.check_of(page.view.current.id)
