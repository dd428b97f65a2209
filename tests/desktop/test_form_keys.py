"""The whole way by keyboard alone: form, picker, papers, the last look; each page is reached and left by its keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.pages.form import FormPage
from desktop.pages.materials import MaterialsPage
from desktop.pages.picker import PickerPage
from desktop.pages.submit import SubmitPage
from desktop.registry import pages
from desktop.shell import Shell
from desktop.shell_model import ShellModel
from desktop.widgets.inputs import ChoiceInput
from sync.store.operations import OUTBOX
from tests.desktop.form_builders import ABLE, EDUCATION, FILLED, INITIAL, LETTER, a_form, beginners, paper
from tests.desktop.on_screen import settle
from tests.desktop.sample_desk import SampleDesk
from tests.support.windows import shown

pytestmark = pytest.mark.windows
CONTROL = Qt.KeyboardModifier.ControlModifier
MOST = 80  # Tab presses within which anything on a page is reached


@pytest.fixture
def shell(tmp_path: Path, qtbot: QtBot, desk: SampleDesk) -> Shell:
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    made = Shell(ShellModel(), pages(desk.context), settings)
    qtbot.addWidget(made)
    desk.context.went.connect(made.go)
    made.resize(1366, 768)
    shown(made)
    return made


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Where the cursor stands; a list that is open has it."""
    popup = QApplication.activePopupWidget()
    at = popup.findChild(QAbstractItemView) if popup is not None else QApplication.focusWidget()
    assert at is not None
    QTest.keyClick(at, key, modifier)


def write(text: str) -> None:
    at = QApplication.focusWidget()
    assert at is not None
    QTest.keyClicks(at, text)


def tab_to(name: str) -> QWidget:
    """Tab until the cursor stands there."""
    for _ in range(MOST):
        at = QApplication.focusWidget()
        if at is not None and at.objectName() == name:
            return at
        press(Qt.Key.Key_Tab)
    raise AssertionError(f"Tab does not lead to {name}")


def stands(qtbot: QtBot, shell: Shell, kind: type[Any]) -> Any:
    """The page of this kind is on screen, with everything read and the cursor in it."""
    qtbot.waitUntil(lambda: isinstance(shell.page, kind))
    page: Any = shell.page
    settle(qtbot, page)
    qtbot.waitUntil(lambda: page.isAncestorOf(QApplication.focusWidget()))
    return page


@pytest.mark.qt_log_ignore("This plugin does not support")  # said by the screen of tests of every popup
def test_a_registration_is_filled_in_and_sent_without_the_mouse(qtbot: QtBot, desk: SampleDesk, shell: Shell) -> None:
    form = {"values": {**FILLED, "contact_name": ""}, "attachments": [paper(LETTER, None)]}
    key = desk.draft(EDUCATION, form)
    shell.go(f"form/{key}")
    stands(qtbot, shell, FormPage)
    tab_to("form.field.contact_name")
    write("Wen Xiaolan")
    tab_to("form.pick")
    press(Qt.Key.Key_Space)

    picker = stands(qtbot, shell, PickerPage)
    for number in [one.document for one in picker.model.people if one.name in ABLE]:
        press(Qt.Key.Key_F, CONTROL)
        press(Qt.Key.Key_A, CONTROL)
        write(number)
        press(Qt.Key.Key_Down)
        press(Qt.Key.Key_Space)
    assert {one.name for one in picker.rows.ticked} == set(ABLE)
    press(Qt.Key.Key_Return, CONTROL)

    page = stands(qtbot, shell, FormPage)
    qtbot.waitUntil(lambda: len(page.cards.table.view.rows.visible) == 2)
    settle(qtbot, page)
    tab_to("form.table")
    for at in range(len(ABLE)):
        page.cards.table.view.set_current(at)
        press(Qt.Key.Key_F2)  # the first field of the row: a list of choices
        listed = page.findChildren(ChoiceInput, "form.cell.certificate_type")[-1]
        press(Qt.Key.Key_Home)
        for _ in range(listed.findData("supervision_assistant")):
            press(Qt.Key.Key_Down)
        press(Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)
        shell.activateWindow()  # a window manager would: this screen has none
        qtbot.waitUntil(lambda: QApplication.focusWidget() is page.cards.table.view)
    settle(qtbot, page)
    kinds = {row["values"]["certificate_type"] for row in desk.form_of(key)["cards"][INITIAL]}
    assert kinds == {"supervision_assistant"}
    tab_to("form.materials")
    press(Qt.Key.Key_Space)

    papers = stands(qtbot, shell, MaterialsPage)
    assert not [line for line in papers._lines if line.missing]  # they serve from the people's own files
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return, CONTROL)

    last = stands(qtbot, shell, SubmitPage)
    pledge = QApplication.focusWidget()
    assert pledge is not None
    assert pledge.objectName() == "submit.confirm.pledge"
    press(Qt.Key.Key_Space)
    assert last.send.isEnabled(), last.send.toolTip()
    press(Qt.Key.Key_Return, CONTROL)
    settle(qtbot, last)
    with desk.store.reading() as reader:
        assert [one.place for one in reader.operations.outbox(desk.account) if one.kind == "act"] == [OUTBOX]


def test_ctrl_s_keeps_ctrl_p_prints_f1_helps_and_escape_leads_back(
    qtbot: QtBot, desk: SampleDesk, shell: Shell
) -> None:
    helped: list[str] = []
    shell.help_asked.connect(helped.append)
    key = desk.draft(EDUCATION, {"values": {**FILLED}})
    shell.go("drafts")
    shell.go(f"form/{key}")
    page = stands(qtbot, shell, FormPage)
    press(Qt.Key.Key_S, CONTROL)
    settle(qtbot, page)
    with desk.store.reading() as reader:
        draft = reader.drafts.get(desk.account, f"draft/{key}")
    assert draft is not None
    assert draft.share
    press(Qt.Key.Key_F1)
    assert helped == [page.help_topic]
    assert page.help_topic
    press(Qt.Key.Key_P, CONTROL)
    qtbot.waitUntil(lambda: desk.went[-1] == f"letter/{key}:commitment-letter")
    settle(qtbot, shell.page)
    press(Qt.Key.Key_Escape)
    stands(qtbot, shell, FormPage)
    tab_to("form.pick")
    press(Qt.Key.Key_Return)
    stands(qtbot, shell, PickerPage)
    press(Qt.Key.Key_F1)
    assert helped == [page.help_topic] * 2
    press(Qt.Key.Key_Escape)
    stands(qtbot, shell, FormPage)
    press(Qt.Key.Key_Return, CONTROL)
    stands(qtbot, shell, SubmitPage)
    press(Qt.Key.Key_P, CONTROL)
    qtbot.waitUntil(lambda: desk.went[-1] == f"sheet/{key}")


def test_a_paper_is_pasted_by_its_key_on_the_line_of_the_cursor(qtbot: QtBot, desk: SampleDesk, shell: Shell) -> None:
    listed = beginners(desk, ["王海涛"])
    key = desk.draft(EDUCATION, {**a_form({INITIAL: listed}), "attachments": []})
    shell.go(f"materials/{key}:{INITIAL}")
    page = stands(qtbot, shell, MaterialsPage)
    image = QImage(600, 800, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    QGuiApplication.clipboard().setImage(image)
    line = page.view.current
    assert line.missing
    with qtbot.waitSignal(page.intake.finished):
        press(Qt.Key.Key_V, CONTROL)
    settle(qtbot, page)
    (attached,) = desk.form_of(key)["attachments"]
    assert (attached["material"], attached["row"]) == (line.check.id, line.row)
