"""A real server: finance returns a payment, confirms it when it comes again, and marks its receipt as issued."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.pages import case, finance, receipts
from sync import actions
from sync.store.text import new_id
from sync.views import bills, entity, people
from tests.desktop.association import TODAY, UNIT, Association, Seat, now
from tests.desktop.on_screen import on_screen

pytestmark = [pytest.mark.windows, pytest.mark.processes]
FINANCE, PAYER = "finance-1", "许国栋"


def opened(module: Any, seat: Seat, qtbot: QtBot, key: str = "") -> Any:
    return on_screen(qtbot, module.make(seat.context(), key))


def pays(association: Association) -> tuple[str, str, str]:
    """(payment, bill, person): the unit's payment of a bill of dues, delivered."""
    unit = association.seat(UNIT)
    with unit.store.reading() as reader:
        person = next(str(row.person) for row in people(reader, unit.account, today=TODAY) if row.name == PAYER)
        bill = next(row for row in bills(reader, unit.account, unpaid_only=True) if person in row.people)
    row = {"row": new_id(), "person": person, "bill": bill.id, "values": {"member_type": "ordinary"}}
    values = {
        "payer_name": "广州示例工程监理有限公司", "amount": bill.total, "paid_on": TODAY.isoformat(),
        "invoice_title": "广州示例工程监理有限公司", "mobile": "19900001003",
    }  # fmt: skip
    form = {"values": values, "cards": {"people": [row]}}
    draft = actions.new_draft(unit.store, unit.account, "member-fee-payment", now=now(), form=form)
    association._paper(unit, draft.id, "member-fee-voucher", None, "缴费凭证", [str(bill.total)])
    return association.submit(unit, draft.id), bill.id, person


def until(seat: Seat, person: str) -> str:
    """To which day this person is a member, as that desk knows."""
    with seat.store.reading() as reader:
        found = entity(reader, seat.account, f"membership/{person.partition('/')[2]}")
    return str(found.body["valid_until"]) if found is not None else ""


def decide(page: Any, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.model.decided == 1)
    with qtbot.waitSignal(page.model.sent):
        QTest.mouseClick(page.send, Qt.MouseButton.LeftButton)


def test_a_payment_is_returned_comes_again_is_confirmed_and_its_receipt_is_issued(
    association: Association, qtbot: QtBot
) -> None:
    payment, bill, person = pays(association)
    key = payment.partition("/")[2]
    desk = association.seat(FINANCE)

    page = opened(case, desk, qtbot, key)  # the voucher is not on this desk: it is fetched
    voucher = next(line for line in page.model.opened.papers if line.paper is not None)
    assert not voucher.here
    with qtbot.waitSignal(page.model.paper_opened):
        page._open_paper(voucher)
    assert page.papers.image.isVisibleTo(page.papers)

    page = opened(finance, desk, qtbot, key)
    assert page.model.reckoning.verdict == ("与账单一致", "ok")
    QTest.mouseClick(page.back_button, Qt.MouseButton.LeftButton)
    page.editor.words.set_value("凭证看不清付款人，请换一张")
    QTest.mouseClick(page.editor._go, Qt.MouseButton.LeftButton)
    decide(page, qtbot)
    assert association.state(FINANCE, payment) == "returned"

    unit = association.seat(UNIT)
    with unit.store.reading() as reader:
        found = entity(reader, unit.account, payment)
    assert found is not None
    assert "凭证看不清付款人" in str(found.body["reason"])
    before = until(unit, person)
    draft = actions.open_returned(unit.store, unit.account, payment, pack=association.pack, now=now())
    association.submit(unit, draft.id)

    desk = association.seat(FINANCE)
    page = opened(finance, desk, qtbot, key)
    QTest.mouseClick(page.approve, Qt.MouseButton.LeftButton)
    decide(page, qtbot)
    assert association.state(FINANCE, payment) == "completed"
    assert until(association.seat(UNIT), person) > before, "the membership runs on"

    desk = association.seat(FINANCE)
    page = opened(receipts, desk, qtbot)
    place = next(at for at, row in enumerate(page.rows.visible) if row.id == bill)
    page.list.selectRow(place)
    QTest.mouseClick(page.issue_button, Qt.MouseButton.LeftButton)
    QTest.keyClicks(page.editor.number, "YC00012345")
    with qtbot.waitSignal(page.model.said):
        QTest.keyClick(page.editor.number, Qt.Key.Key_Return)
    desk.sync()

    page = opened(receipts, association.seat(UNIT), qtbot)
    row = next(row for row in page.rows.visible if row.id == bill)
    assert (row.state, row.issued) == ("已开", f"YC00012345 {TODAY.isoformat()}")
