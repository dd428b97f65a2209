"""Bills as papers, and the invoices issued for them: what finance puts down, what the unit sees."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.pages import bill, home, receipts, submit
from desktop.pages.bill_paper import bill_paper
from desktop.widgets.previews import open_pdf
from sync.views import outbox
from tests.desktop.offices import FIRST, an_education, office
from tests.desktop.on_screen import on_screen
from tests.desktop.sample_desk import NOW, UNIT, SampleDesk, sample_desk
from tests.support.windows import shown
from tests.sync.store.building import pull

pytestmark = pytest.mark.windows
BILL = {
    "id": "bill/b1",
    "number": "JF2026000001",
    "kind": "assist_fee",
    "unit": UNIT,
    "application": FIRST,
    "status": "unpaid",
    "total": "720.00",
    "made_on": "2026-03-01",
    "lines": [{"rule": "x", "type": "upgrade", "label": "员升师辅助费", "amount": "720.00", "receipt": "e_invoice"}],
}


def opened(make: Callable[..., Any], desk: SampleDesk, qtbot: QtBot, key: str = "") -> Any:
    return on_screen(qtbot, make(desk.context, key))


def queued(desk: SampleDesk) -> list[str]:
    with desk.store.reading() as reader:
        return [row.kind for row in outbox(reader, desk.account, now=NOW)]


def text_of(pdf: bytes) -> str:
    """Its words, without the breaks of lines."""
    document = open_pdf(pdf)
    found = "".join(document.getAllText(page).text() for page in range(document.pageCount()))
    document.close()
    return "".join(found.split())


def test_the_bill_is_one_step_from_what_is_to_be_paid(tmp_path: Path, qtbot: QtBot) -> None:
    with sample_desk(tmp_path) as desk:
        pull(desk.store, desk.account, BILL, scope="u")
        page = opened(home.make, desk, qtbot)
        rows = [row for group in page.model.groups for row in group.rows if row.key == "bill/b1"]
        assert rows[0].also is not None
        page.model.act(rows[0], rows[0].also.key)
        assert desk.went == ["bill/b1"]


def test_finance_marks_an_invoice_as_issued_for_bills_of_one_unit(tmp_path: Path, qtbot: QtBot) -> None:
    paid = {**BILL, "status": "paid", "paid_on": "2026-03-10"}
    other = {**paid, "id": "bill/b3", "unit": "unit/other"}
    with office(tmp_path, "association_finance", paid, {**paid, "id": "bill/b2", "number": "JF9"}, other) as desk:
        page = opened(receipts.make, desk, qtbot)
        page.list.selectAll()
        assert page.model.why_not(page.list.chosen).startswith("选中的不是同一个单位")
        assert not page.issue_button.isEnabled()
        page.rows.set_search("JF9")
        page.list.selectAll()
        assert page.issue_button.isEnabled()
        QTest.mouseClick(page.issue_button, Qt.MouseButton.LeftButton)
        assert page.editor.isVisible()
        editor = page.editor
        assert editor.document.value == "e_invoice"
        assert editor.day.value == "2026-03-16"
        QTest.keyClick(editor.number, Qt.Key.Key_Return)
        assert queued(desk) == [], "without a number nothing is asked"
        QTest.keyClicks(editor.number, "25440001")
        editor.day.set_value("2026-04-01")
        QTest.keyClick(editor.number, Qt.Key.Key_Return)
        assert queued(desk) == [], "a day to come is no day of issue"
        editor.day.set_value("2026-03-15")
        QTest.keyClick(editor.number, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: queued(desk) == ["note-bill"])
        qtbot.waitUntil(lambda: page.rows.visible[0].state == "已开")
        assert page.rows.visible[0].issued == "25440001 2026-03-15"
        assert not page.issue_button.isEnabled(), "it is not issued twice"


def test_a_unit_sees_the_invoice_and_cannot_mark_one(tmp_path: Path, qtbot: QtBot) -> None:
    note = {"note": "invoice", "document": "e_invoice", "number": "25440001", "issued_on": "2026-03-15"}
    with sample_desk(tmp_path) as desk:
        pull(desk.store, desk.account, {**BILL, "status": "paid", "paid_on": "2026-03-10", "notes": [note]}, scope="u")
        page = opened(receipts.make, desk, qtbot)
        page.rows.set_search("25440001")
        assert [(row.state, row.issued) for row in page.rows.visible] == [("已开", "25440001 2026-03-15")]
        assert not page.issue_button.isVisible()
        with desk.store.reading() as reader:
            sheet = bill_paper(reader, desk.account, desk.context.pack, "bill/b1")
        assert sheet is not None
        assert "25440001" in text_of(sheet.pdf)


def test_a_bill_is_a_paper_and_an_amount_that_is_not_set_is_named(tmp_path: Path, qtbot: QtBot) -> None:
    line = {"rule": "F-9", "label": "教育辅助费", "amount": None, "receipt": "e_invoice"}
    with sample_desk(tmp_path) as desk:
        unset = {**BILL, "id": "bill/b2", "lines": [line], "total": None}
        pull(desk.store, desk.account, BILL, unset, scope="u")
        page = opened(bill.make, desk, qtbot, "b1")
        assert page.preview.isVisible()
        assert page.model.sheet.pdf.startswith(b"%PDF")
        assert page.pay.isVisible()
        bare = opened(bill.make, desk, qtbot, "b2")
        assert "教育辅助费" in text_of(bare.model.sheet.pdf)
        assert "不等于零" in text_of(bare.model.sheet.pdf)
        assert not bare.pay.isVisible()
        gone = opened(bill.make, desk, qtbot, "nothing")
        assert gone.missing.isVisible()


def test_before_a_payment_is_sent_the_page_names_what_it_covers(tmp_path: Path, qtbot: QtBot) -> None:
    with sample_desk(tmp_path) as desk:
        pull(desk.store, desk.account, an_education(state="awaiting_payment", actor="unit"), BILL, scope="x")
        rows = [{"row": "r1", "application": FIRST, "values": {}}]
        key = desk.draft("education-assist-fee-payment", {"values": {}, "cards": {"forms": rows}})
        page: Any = submit.make(desk.context, key)
        qtbot.addWidget(page)
        page.resize(1150, 700)
        shown(page)
        page.shown()
        qtbot.waitUntil(lambda: page.settled and page.cards.rowCount() == 1)
        (line,) = page.cards.visible
        assert (line.count, line.names) == ("1 项", "学习报名申请 2026000001")
        assert page.who_title.accessibleName() == "办理的项目 1"
