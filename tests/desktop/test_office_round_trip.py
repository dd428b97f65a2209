"""A real server: what a unit sent is judged at the agency, its papers fetched, then returned by the association."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from desktop.pages import review, settings
from desktop.pages.review import ReviewPage
from sync import actions
from sync.views import case, entity, outbox
from tests.desktop.association import AGENCY, UNIT, Association, Seat, now
from tests.desktop.on_screen import on_screen

pytestmark = [pytest.mark.windows, pytest.mark.processes]


def the_desk(seat: Seat, qtbot: QtBot, key: str) -> ReviewPage:
    page: ReviewPage = on_screen(qtbot, review.make(seat.context(), key))
    return page


def test_from_the_agency_to_the_association_and_back_to_the_unit(association: Association, qtbot: QtBot) -> None:
    application = association.apply()
    key = application.partition("/")[2]
    agency = association.seat(AGENCY)
    page = the_desk(agency, qtbot, key)
    assert page.model.sheet is not None
    assert page.model.doubts() == ()
    assert page.pane._stack.currentWidget() is page.pane.image  # the paper came from the server
    page.model.approve()
    qtbot.waitUntil(lambda: page.model.decided == 1)
    with qtbot.waitSignal(page.model.sent):
        page.model.send()
    assert association.state(AGENCY, application) == "association_first_review"

    office = association.seat("review-1")
    page = the_desk(office, qtbot, key)
    path = page.model.papers[1].path
    page.model.choose_place(path, "社保证明")
    page.model.note("不是最近一个月的")
    choice = page.model.returning()
    assert choice is not None
    page.model.decide(choice)
    qtbot.waitUntil(lambda: page.model.decided == 1)
    with qtbot.waitSignal(page.model.sent):
        page.model.send()
    assert association.state("review-1", application) == "returned"
    unit = association.seat(UNIT)
    with unit.store.reading() as reader:
        found = case(reader, unit.account, unit.pack, application, now=now())
    assert found is not None
    assert found.body["marks"] == [{"path": path, "text": "不是最近一个月的"}]


def test_a_fee_that_is_set_reaches_the_units(association: Association, qtbot: QtBot) -> None:
    admin = association.seat("admin")
    page = settings.make(admin.context(), "")
    qtbot.addWidget(page)
    page.shown()
    qtbot.waitUntil(lambda: page.settled)
    with qtbot.waitSignal(page.model.saved):
        page.model.save("fees.member_unit_discount", "20.00", page.model.today.isoformat(), "示例通知")
    association.seat("admin")
    unit = association.seat(UNIT)
    with unit.store.reading() as reader:
        shown = entity(reader, unit.account, "config/fees.member_unit_discount")
    assert shown is not None
    assert [one["value"] for one in shown.body["values"]] == ["20.00"]


def test_an_import_that_reached_the_association_is_undone_there_too(association: Association) -> None:
    unit = association.seat(UNIT)
    first = [{"name": "易小川", "document_number": "440104199210015029", "mobile": "13800000001"}]
    actions.import_roster(unit.store, unit.account, first, now=now())
    association.seat(UNIT)
    other = {"name": "古月", "document_number": "11010519491231002X"}
    second = [{**first[0], "mobile": "13800000002", "remark": "新"}, other]
    made = actions.import_roster(unit.store, unit.account, second, now=now())
    association.seat(UNIT)
    undone = actions.undo_import(unit.store, unit.account, made.id, now=now())
    assert (undone.removed, undone.restored, undone.left) == (1, 1, ())
    unit = association.seat(UNIT)
    with unit.store.reading() as reader:
        assert outbox(reader, unit.account, now=now()) == ()
        entries = {one.body["name"]: one.body for one in reader.mirror.of_kind(unit.account, "roster").values()}
    assert "古月" not in entries
    assert (entries["易小川"]["mobile"], entries["易小川"]["remark"]) == ("13800000001", "")
