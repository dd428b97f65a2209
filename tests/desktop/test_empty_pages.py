"""Pages with nothing on them yet: each says what will stand there and offers the step that fits."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.pages import case, form, materials, picker
from desktop.widgets.notes import EmptyState
from tests.desktop.form_builders import EDUCATION, INITIAL
from tests.desktop.on_screen import on_screen
from tests.desktop.sample_desk import NOW, SampleDesk, a_desk, entities

pytestmark = pytest.mark.windows
FEES = "education-assist-fee-payment"


def told(page: QWidget) -> tuple[str, list[str]]:
    """The empty state on screen, and its steps."""
    (found,) = (one for one in page.findChildren(EmptyState) if one.isVisibleTo(page))
    return found.accessibleName(), [one.text() for one in found.findChildren(QPushButton) if one.isVisibleTo(found)]


@pytest.mark.parametrize(
    ("service", "words", "step"), [(EDUCATION, "还没有人", "选人"), (FEES, "还没有明细", "选表单")]
)
def test_an_empty_card_offers_what_it_is_filled_with(
    qtbot: QtBot, desk: SampleDesk, service: str, words: str, step: str
) -> None:
    page = on_screen(qtbot, form.make(desk.context, desk.draft(service)))
    said, steps = told(page)
    assert said.startswith(words)
    assert steps == [step]


def test_a_card_without_people_asks_for_them_before_it_says_that_no_papers_are_needed(
    qtbot: QtBot, desk: SampleDesk
) -> None:
    page = on_screen(qtbot, materials.make(desk.context, f"{desk.draft(EDUCATION)}:{INITIAL}"))
    assert told(page)[0].startswith("还没有选人")


def test_a_unit_without_people_is_led_from_the_picker_to_the_import(qtbot: QtBot, tmp_path: Path) -> None:
    account = {"id": "account/wen", "login": "wen", "role": "unit_main", "name": "温晓岚"}
    bodies = [one for one in entities(NOW) if not str(one["id"]).startswith("person/")]
    with a_desk(tmp_path, account, bodies, scope="unit:u", now=NOW) as desk:
        page = on_screen(qtbot, picker.make(desk.context, f"{desk.draft(EDUCATION)}:{INITIAL}"))
        assert told(page)[1] == ["导入人员名单"]
        button = next(one for one in page.findChildren(QPushButton) if one.text() == "导入人员名单")
        with qtbot.waitSignal(page.go) as asked:
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert asked.args == ["import"]


def test_a_case_that_is_not_here_says_so_in_the_middle_of_the_page(qtbot: QtBot, desk: SampleDesk) -> None:
    page = on_screen(qtbot, case.make(desk.context, "nothing"))
    assert told(page)[0].startswith("本机没有这份申请")
    assert not page.panel.isVisible(), "nobody has it"
    middle = page.missing.mapTo(page, page.missing.rect().center()).y()
    assert abs(middle - page.height() / 2) < page.height() / 6
