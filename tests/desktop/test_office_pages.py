"""Finance, settings, agencies and accounts: what is shown, what is asked for, what is refused before it is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.pages import accounts as accounts_page
from desktop.pages import agencies, finance, receipts, settings
from desktop.pages.settings_editors import editor_for
from desktop.pages.settings_model import CHANGED, FUTURE, UNSET
from domain.packs.parameters import read_parameter
from sync.views import entity, outbox
from tests.desktop.offices import AGENCY, FIRST, a_payment, accounts, an_education, mirror, office
from tests.desktop.on_screen import on_screen
from tests.desktop.sample_desk import NOW, UNIT, SampleDesk, the_pack

pytestmark = pytest.mark.windows
PAYMENT = f"{FIRST[:-1]}9"
BILL = {
    "id": "bill/b1",
    "number": "JF2026000001",
    "kind": "assist_fee",
    "unit": UNIT,
    "application": FIRST,
    "status": "under_review",
    "payment": PAYMENT,
    "total": "720.00",
    "made_on": "2026-03-01",
    "lines": [{"rule": "x", "type": "upgrade", "label": "员升师辅助费", "amount": "720.00", "receipt": "e_invoice"}],
}


def opened(make: Callable[..., Any], desk: SampleDesk, qtbot: QtBot) -> Any:
    return on_screen(qtbot, make(desk.context, ""))


def queued(desk: SampleDesk) -> list[str]:
    with desk.store.reading() as reader:
        return [row.kind for row in outbox(reader, desk.account, now=NOW)]


def finance_desk(desk: SampleDesk, amount: str) -> None:
    mirror(
        desk,
        an_education(state="finance_review", actor="finance", bills=["bill/b1"]),
        a_payment(PAYMENT, [FIRST], amount, bills=["bill/b1"]),
        BILL,
    )


@pytest.mark.parametrize(
    ("amount", "words", "role"),
    [("720.00", "与账单一致", "ok"), ("700.00", "少缴 20.00 元", "bad"), ("721.50", "多缴 1.50 元", "warn")],
)
def test_what_was_paid_is_reckoned_against_the_bill(
    tmp_path: Path, qtbot: QtBot, amount: str, words: str, role: str
) -> None:
    with office(tmp_path, "association_finance") as desk:
        finance_desk(desk, amount)
        page = opened(finance.make, desk, qtbot)
        assert [row.id for row in page.model.rows] == [PAYMENT]  # the form it covers is not decided by itself
        assert page.model.reckoning.verdict == (words, role)


def test_finance_puts_down_a_difference_with_amount_and_reason(tmp_path: Path, qtbot: QtBot) -> None:
    with office(tmp_path, "association_finance") as desk:
        finance_desk(desk, "700.00")
        page = opened(finance.make, desk, qtbot)
        page._open_note("difference")
        page.notes._save()
        assert queued(desk) == []
        page.notes.amount.set_value("-20")
        page.notes.reason.set_value("银行扣了手续费")
        page.notes._save()
        qtbot.waitUntil(lambda: queued(desk) == ["note-bill"])
        assert not page.notes.isVisible()


def test_unset_parameters_stand_on_top_with_what_stops(tmp_path: Path, qtbot: QtBot) -> None:
    with office(tmp_path, "admin", configured=False) as desk:
        page = opened(settings.make, desk, qtbot)
        unset = {one.key: one.consequence for one in page.model.listed(UNSET)}
        assert unset["fees.member_ordinary"] == "不能缴纳普通会员个人会费"
        assert "age.mode" not in unset


def test_a_value_is_asked_for_with_its_first_day_and_why(tmp_path: Path, qtbot: QtBot) -> None:
    with office(tmp_path, "admin", configured=False) as desk:
        page = opened(settings.make, desk, qtbot)
        page.model.open("fees.member_ordinary")
        panel = page.panel_
        panel._editor.set_value("24x")
        panel._save()
        assert queued(desk) == []
        panel._editor.set_value("240")
        panel.why.set_value("会费标准通知")
        panel.since.set_value("2026-09-01")
        panel._save()
        qtbot.waitUntil(lambda: queued(desk) == ["set-config"])
        qtbot.waitUntil(lambda: bool(page.model.listed(FUTURE)))
        (one,) = page.model.listed(FUTURE)
        assert (one.future[0].words, one.future[0].since, one.pending) == ("240.00 元", "2026-09-01", True)
        page.model.set_day(page.model.today.replace(month=10))
        qtbot.waitUntil(lambda: bool(page.model.listed(CHANGED)))
        assert page.model.find("fees.member_ordinary").words == "240.00 元"


def test_a_parameter_is_opened_set_and_left_by_the_keyboard(tmp_path: Path, qtbot: QtBot) -> None:
    with office(tmp_path, "admin", configured=False) as desk:
        page = opened(settings.make, desk, qtbot)
        _heading, view, rows = page._sections[UNSET]
        view.setFocus()
        place = rows.place_of("fees.member_ordinary")
        view.set_current(place)
        QTest.keyClick(view, Qt.Key.Key_Return)
        assert page.panel is page.panel_
        editor = QApplication.focusWidget()
        assert isinstance(editor, QLineEdit)
        assert editor.objectName() == "settings.value"
        qtbot.waitUntil(page.panel_.save_button.isVisible)  # a form that was just made is laid out first
        editor.selectAll()
        QTest.keyClicks(editor, "240")
        for name in ("settings.why", "settings.try", "settings.save"):
            for _step in range(12):
                here = QApplication.focusWidget()
                assert here is not None
                if here.objectName() == name:
                    break
                QTest.keyClick(here, Qt.Key.Key_Tab)
            here = QApplication.focusWidget()
            assert here is not None
            assert here.objectName() == name
            if name == "settings.why":
                QTest.keyClicks(here, "notice 7")
        QTest.keyClick(page.panel_.save_button, Qt.Key.Key_Space)  # where the cursor is now
        qtbot.waitUntil(lambda: page.panel is None)
        assert queued(desk) == ["set-config"]
        view.setFocus()
        view.set_current(0)
        QTest.keyClick(view, Qt.Key.Key_Return)
        assert page.panel is page.panel_
        QTest.keyClick(page, Qt.Key.Key_Escape)
        assert page.panel is None


def test_a_value_is_tried_before_it_is_sent(tmp_path: Path, qtbot: QtBot) -> None:
    with office(tmp_path, "admin") as desk:
        page = opened(settings.make, desk, qtbot)
        page.model.open("ce.window_months")
        panel = page.panel_
        panel._editor.set_value(24)
        with qtbot.waitSignal(page.model.tried) as tried:
            panel.trial.button.click()
        assert tried.args is not None
        found = tried.args[0]
        assert found.of_people > 30
        assert {one.about for one in found.people} == {"继续教育"}
        assert sum(one.gains for one in found.people) > 0
        assert f"{sum(one.gains for one in found.people)} 人次从不可办变为可办" in panel.trial.accessibleDescription()
        assert queued(desk) == []
        panel._editor.set_value("x")
        panel.trial.button.click()  # what cannot be a value is told, not tried
        assert not panel.trial.progress.isVisible()


def test_who_may_not_set_only_reads(tmp_path: Path, qtbot: QtBot) -> None:
    with office(tmp_path, "association_review") as desk:
        page = opened(settings.make, desk, qtbot)
        page.model.open("fees.member_ordinary")
        assert not page.model.may_set
        assert page.panel_._editor is None


def test_every_parameter_of_the_pack_goes_through_its_editor_unchanged(qtbot: QtBot, tmp_path: Path) -> None:
    with office(tmp_path, "admin") as desk:
        model = opened(settings.make, desk, qtbot).model
        for one in model.parameters:
            if one.value in (None, {}, []):
                continue
            editor = editor_for(the_pack(), one.spec)
            qtbot.addWidget(editor)
            editor.set_value(one.value)
            assert read_parameter(one.key, one.spec, editor.value) == read_parameter(one.key, one.spec, one.value)


def test_a_table_is_written_row_by_row(qtbot: QtBot) -> None:
    spec = the_pack().parameters["specialty.change_table"]
    editor: Any = editor_for(the_pack(), spec)
    qtbot.addWidget(editor)
    editor._add()
    row = editor._rows[0]
    row.first.set_value("公路工程")
    row._cells["hours"][2].set_value("24")
    row._cells["fee"][2].set_value("180")
    assert editor.value == {"公路工程": {"hours": 24, "fee": "180.00"}}


def test_an_account_needs_a_login_of_its_own_a_role_and_a_place(tmp_path: Path, qtbot: QtBot) -> None:
    with office(tmp_path, "admin", *accounts()) as desk:
        page = opened(accounts_page.make, desk, qtbot)
        page._new()
        fields = page.panel.fields
        for key, value in (("name", "新人"), ("login", "admin"), ("mobile", "13800000000")):
            fields[key].set_value(value)
        fields["role"].set_value("agency")
        assert set(page.model.wrong("account", page.panel.body, None)) == {"login", "agency"}
        fields["login"].set_value("gz-2")
        fields["agency"].set_value(page.model.places_of("agency")[0][0])
        page.panel.save()
        qtbot.waitUntil(lambda: queued(desk) == ["save-account"])
        qtbot.waitUntil(lambda: any(one.name == "新人" and one.pending for one in page.model.entries))


def test_who_stops_an_agency_is_told_what_still_waits_for_it(tmp_path: Path, qtbot: QtBot) -> None:
    with office(
        tmp_path,
        "secretariat",
        an_education(),
        an_education(f"{FIRST[:-1]}5", state="association_review", actor="association"),
    ) as desk:
        page = opened(agencies.make, desk, qtbot)
        held = {one.id: one.held for one in page.model.listed("agency")}
        assert held.pop(AGENCY) == 1
        assert set(held.values()) == {0}
        page.open_entry("agency", next(one for one in page.model.listed("agency") if one.id == AGENCY))
        assert page.panel.held.isHidden()
        page.panel.active.click()
        assert not page.panel.held.isHidden()
        assert "还有 1 件在办" in page.panel.held.text()
        idle = next(one for one in page.model.listed("agency") if not one.held)
        page.open_entry("agency", idle)
        page.panel.active.click()
        assert page.panel.held.isHidden()


def test_an_agency_is_changed_under_its_id(tmp_path: Path, qtbot: QtBot) -> None:
    with office(tmp_path, "secretariat") as desk:
        page = opened(agencies.make, desk, qtbot)
        first = page.model.listed("agency")[0]
        page.open_entry("agency", first)
        page.panel.fields["phone"].set_value("020-12345678")
        page.panel.save()
        qtbot.waitUntil(lambda: queued(desk) == ["save-agency"])
        with desk.store.reading() as reader:
            shown = entity(reader, desk.account, first.id)
        assert shown is not None
        assert shown.body["phone"] == "020-12345678"
        assert shown.body["name"] == first.name


def test_a_desk_gets_another_telephone(tmp_path: Path, qtbot: QtBot) -> None:
    with office(tmp_path, "secretariat") as desk:
        page = opened(agencies.make, desk, qtbot)
        one = page.model.listed("desk")[0]
        page.open_entry("desk", one)
        page.panel.fields["phone"].set_value("020-1")
        page.panel.save()
        qtbot.waitUntil(lambda: queued(desk) == ["save-desk"])


def test_receipts_are_narrowed_by_period(tmp_path: Path, qtbot: QtBot) -> None:
    old = {**BILL, "id": "bill/b2", "status": "paid", "paid_on": "2025-12-30", "total": "60.00"}
    new = {**BILL, "status": "paid", "paid_on": "2026-03-10"}
    with office(tmp_path, "association_finance", old, new) as desk:
        page = opened(receipts.make, desk, qtbot)
        assert {"bill/b1", "bill/b2"} <= {row.id for row in page.rows.visible}
        page.chips.choose("this-month")
        assert [row.id for row in page.rows.visible] == ["bill/b1"]
        assert page.rows.visible[0].document == "电子发票"
        page.since.set_value("2025-12-01")
        page._typed("")
        assert "bill/b2" in {row.id for row in page.rows.visible}


def test_the_line_after_an_action_keeps_off_what_stands_below_it(tmp_path: Path, qtbot: QtBot) -> None:
    with office(tmp_path, "association_finance") as desk:
        page = opened(receipts.make, desk, qtbot)
        page.notice.show_words("已登记票据。", role="ok", action="知道了")
        qtbot.waitUntil(lambda: page.chips.mapTo(page, QPoint()).y() >= _bottom(page.notice, page) + 12)
    with office(tmp_path / "admin", "admin", *accounts()) as desk:
        page = opened(accounts_page.make, desk, qtbot)
        page._say("已放入待发送。", "ok")
        qtbot.waitUntil(lambda: page.chips.mapTo(page, QPoint()).y() >= _bottom(page._notice, page) + 12)


def _bottom(part: QWidget, page: QWidget) -> int:
    return part.mapTo(page, QPoint()).y() + part.height()
