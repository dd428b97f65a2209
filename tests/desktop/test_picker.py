"""The picker, by real keys: everyone is there, who cannot be chosen says why, and a tick is never lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.pages import form, picker
from desktop.pages.picker_model import PAGE
from sync.views import reminders
from tests.benchmarks.crowd import crowd
from tests.desktop.form_builders import (
    ABLE,
    AGAIN,
    EDUCATION,
    INITIAL,
    said,
)
from tests.desktop.on_screen import on_screen, settle
from tests.desktop.sample_desk import NOW, UNIT, SampleDesk, a_desk, person_named
from tests.support.windows import shown

pytestmark = pytest.mark.windows


def test_everyone_is_listed_and_only_those_who_may_can_be_ticked(qtbot: QtBot, desk: SampleDesk) -> None:
    key = desk.draft(EDUCATION)
    page = on_screen(qtbot, picker.make(desk.context, f"{key}:{AGAIN}"))
    counts = page.model.counts()
    assert counts["all"] == len(page.model.people) == page.rows.rowCount()
    assert counts["ok"]
    assert counts["bad"]
    page.view.setFocus()
    QTest.keyClick(page.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(page.rows.ticked) == counts["ok"]
    assert all(page.model.verdict(one).eligible for one in page.rows.ticked)


def test_who_cannot_be_chosen_says_why_what_to_do_and_from_when(qtbot: QtBot, desk: SampleDesk) -> None:
    page = on_screen(qtbot, picker.make(desk.context, f"{desk.draft(EDUCATION)}:{AGAIN}"))
    one = next(each for each in page.model.people if each.name == "蔡子豪")
    page.view.set_current(page.rows.place_of(one.id))
    settle(qtbot, page)
    check = page.model.check_of(one.id)
    assert check is not None
    assert check.possible_from
    words = said(page.panel_box)
    assert "现在不可办继续教育" in words
    assert check.findings[0].message in words


def test_chosen_people_become_rows_once(qtbot: QtBot, desk: SampleDesk) -> None:
    key = desk.draft(EDUCATION)
    page = on_screen(qtbot, picker.make(desk.context, f"{key}:{INITIAL}"))
    for one in page.model.people:
        if one.name in ABLE:
            page.rows.tick([page.rows.place_of(one.id)], True)
    QTest.mouseClick(page.accept, Qt.MouseButton.LeftButton)
    settle(qtbot, page)
    assert {row["person"] for row in desk.form_of(key)["cards"][INITIAL]} == {person_named(name) for name in ABLE}
    page.shown()
    settle(qtbot, page)
    assert page.model.verdict(next(one for one in page.model.people if one.name == ABLE[0])).state == "in"


def test_people_chosen_the_moment_a_form_opens_stay_beside_the_values_that_fill_in_themselves(
    qtbot: QtBot, desk: SampleDesk
) -> None:
    key = desk.draft("member-fee-payment")
    page: Any = form.make(desk.context, key)
    qtbot.addWidget(page)
    page.show()
    page.shown()
    qtbot.waitUntil(lambda: page.form.draft is not None)
    page.cards.choose()
    assert desk.went[-1] == f"picker/{key}:people"
    chooser = on_screen(qtbot, picker.make(desk.context, f"{key}:people"))
    one = next(one for one in chooser.model.people if chooser.model.verdict(one).state == "ok")
    chooser.rows.tick([chooser.rows.place_of(one.id)], True)
    QTest.mouseClick(chooser.accept, Qt.MouseButton.LeftButton)
    settle(qtbot, chooser)
    page.hidden()  # what filled itself in is written now, from a copy without that person
    settle(qtbot, page)
    assert [row["person"] for row in desk.form_of(key)["cards"]["people"]] == [one.person]
    assert desk.form_of(key)["values"]["invoice_title"] == "广州示例工程监理有限公司"


def test_a_pasted_list_ticks_by_name_and_number_and_says_who_was_not_found(qtbot: QtBot, desk: SampleDesk) -> None:
    page = on_screen(qtbot, picker.make(desk.context, f"{desk.draft(EDUCATION)}:{INITIAL}"))
    number = next(one.document for one in page.model.people if one.name == "李𬱖")
    page._open_paste()
    page.pasted.set_value(f"陈喆\n{number.lower()}\n马文静\n赵不在")
    QTest.mouseClick(page.match, Qt.MouseButton.LeftButton)
    assert {one.name for one in page.rows.ticked} == set(ABLE)
    assert "没有找到：赵不在" in page.notice.accessibleName()
    assert "不可选：马文静" in page.notice.accessibleName()


def test_a_table_pasted_into_the_search_becomes_the_list(qtbot: QtBot, desk: SampleDesk) -> None:
    page = on_screen(qtbot, picker.make(desk.context, f"{desk.draft(EDUCATION)}:{INITIAL}"))
    QGuiApplication.clipboard().setText("姓名\t身份证号\r\n陈喆\t440104199003120811\r\n李𬱖\t\r\n")
    page.search.input.setFocus()
    QTest.keyClick(page.search.input, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not page.pasting.isHidden())
    assert page.rows.rowCount() > len(ABLE), "nobody is filtered out"
    QTest.mouseClick(page.match, Qt.MouseButton.LeftButton)
    assert {one.name for one in page.rows.ticked} == set(ABLE)
    assert "没有找到" not in page.notice.accessibleName()


def not_judged_yet(qtbot: QtBot, desk: SampleDesk, key: str) -> Any:
    """The picker with everybody listed, at the moment before the first verdict."""
    page: Any = picker.make(desk.context, f"{key}:{INITIAL}")
    qtbot.addWidget(page)
    shown(page)
    with qtbot.waitSignal(page.model.loaded):
        page.shown()
    assert not any(page.model.check_of(one.id) for one in page.model.people)
    return page


def tick(page: Any, name: str) -> None:
    page.view.set_current(next(at for at, one in enumerate(page.rows.visible) if one.name == name))
    QTest.keyClick(page.view, Qt.Key.Key_Space)


def test_a_tick_before_the_verdict_takes_effect_and_adding_waits_for_it(qtbot: QtBot, desk: SampleDesk) -> None:
    key = desk.draft(EDUCATION)
    page = not_judged_yet(qtbot, desk, key)
    for name in ABLE:
        tick(page, name)
    QTest.keyClick(page.view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert not desk.form_of(key)["cards"]
    settle(qtbot, page)
    assert {row["person"] for row in desk.form_of(key)["cards"][INITIAL]} == {person_named(name) for name in ABLE}


def test_a_tick_before_the_verdict_on_somebody_who_cannot_goes_with_the_reason(qtbot: QtBot, desk: SampleDesk) -> None:
    key = desk.draft(EDUCATION)
    page = not_judged_yet(qtbot, desk, key)
    tick(page, "马文静")
    tick(page, ABLE[0])
    QTest.keyClick(page.view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, page)
    assert [one.name for one in page.rows.ticked] == [ABLE[0]]
    assert "马文静" in page.notice.accessibleName()
    assert not desk.form_of(key)["cards"]  # a person looks first
    assert page.accept.isEnabled()


def test_who_can_be_chosen_later_is_remembered_until_that_day(qtbot: QtBot, desk: SampleDesk) -> None:
    page = on_screen(qtbot, picker.make(desk.context, f"{desk.draft(EDUCATION)}:{AGAIN}"))
    one = next(each for each in page.model.people if each.name == "蔡子豪")
    page.view.set_current(page.rows.place_of(one.id))
    settle(qtbot, page)
    QTest.mouseClick(page.findChild(QWidget, "picker.remind"), Qt.MouseButton.LeftButton)
    settle(qtbot, page)
    day = page.model.check_of(one.id).possible_from
    with desk.store.reading() as reader:
        assert [(each.person, each.day, each.card) for each in reminders(reader, desk.account)] == [
            (one.id, day, AGAIN)
        ]
    assert f"{day} 起在首页提醒您" in said(page.panel_box)
    QTest.mouseClick(page.findChild(QWidget, "picker.forget"), Qt.MouseButton.LeftButton)
    settle(qtbot, page)
    with desk.store.reading() as reader:
        assert not reminders(reader, desk.account)


def test_typing_initials_filters_the_list(qtbot: QtBot, desk: SampleDesk) -> None:
    page = on_screen(qtbot, picker.make(desk.context, f"{desk.draft(EDUCATION)}:{INITIAL}"))
    page.search.input.setText("wht")
    assert [one.name for one in page.rows.visible] == ["王海涛"]


@pytest.fixture
def crowded(tmp_path: Path, qtbot: QtBot) -> Iterator[SampleDesk]:
    """More people than are read at first."""
    told = {"id": "account/wen", "login": "wen", "role": "unit_main", "name": "温晓岚", "unit": UNIT}
    with a_desk(tmp_path, told, crowd(PAGE + 60, NOW), scope=f"unit:{UNIT}", now=NOW) as desk:
        yield desk


def test_the_first_people_are_shown_and_judged_before_all_the_others_are_read(
    qtbot: QtBot, crowded: SampleDesk
) -> None:
    page = picker.make(crowded.context, f"{crowded.draft(EDUCATION)}:{INITIAL}")
    assert isinstance(page, picker.PickerPage)
    listed: list[tuple[int, bool]] = []
    model = page.model
    model.loaded.connect(lambda: listed.append((model.total, model.settled)))
    on_screen(qtbot, page)
    assert listed == [(PAGE, False), (PAGE + 60, False)]
    assert model.settled
    assert all(model.state_of(one.id) for one in model.people)


class Painted(QObject):
    """Whether a widget was painted since people were listed."""

    def __init__(self, page: picker.PickerPage) -> None:
        super().__init__(page)
        self._model, self.yes = page.model, False
        page.view.viewport().installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._model.people:
            self.yes = True
        return False


def test_lanes_get_nothing_to_do_between_a_list_and_its_first_picture(
    qtbot: QtBot, crowded: SampleDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = picker.make(crowded.context, f"{crowded.draft(EDUCATION)}:{INITIAL}")
    assert isinstance(page, picker.PickerPage)
    painted, read = Painted(page), crowded.context.read
    early: list[bool] = []

    def watched(*told: Any) -> None:
        if page.model.people:
            early.append(not painted.yes)
        read(*told)

    monkeypatch.setattr(crowded.context, "read", watched)
    on_screen(qtbot, page)
    assert early, "somebody was studied and judged"
    assert not any(early)
