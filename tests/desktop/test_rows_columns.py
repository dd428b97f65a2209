"""Columns on a narrow window: they shrink to what stands in them, then the least important go, then words are cut."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QMenu, QStyleOptionViewItem, QToolTip
from pytestqt.qtbot import QtBot

from desktop.rows_columns import LEAST, Want, shares
from desktop.rows_menu import menu_of
from desktop.rows_model import Column, RowsModel
from desktop.rows_view import RowsView
from tests.support.windows import shown

pytestmark = pytest.mark.windows


@dataclass(frozen=True)
class Line:
    """A row of these tests."""

    name: str = "欧阳明轩"
    number: str = "440104199003120811"
    certificate: str = "专业监理工程师、安全监理员"
    until: str = "2027-03-22"


def a_view(qtbot: QtBot, width: int) -> RowsView:
    model: RowsModel[Line] = RowsModel(
        [
            Column("姓名", lambda one: one.name, width=120),
            Column("证件号码", lambda one: one.number, width=180, whole=True, spare=2),
            Column("持有证书", lambda one: one.certificate),
            Column("有效期至", lambda one: one.until, width=120, align="right"),
        ],
        key=lambda one: one.number,
    )
    view = RowsView(model, name="人员")
    qtbot.addWidget(view)
    view.resize(width, 300)
    shown(view)
    model.show([Line()])
    return view


def widths(view: RowsView) -> list[int]:
    return [view.columnWidth(at) for at in range(view.rows.columnCount())]


def test_with_room_every_column_is_as_declared() -> None:
    assert shares([Want(120, 80), Want(0, 400), Want(90, 60)], 800) == [120, 260, 90]


def test_without_room_columns_shrink_to_what_stands_in_them_before_one_goes() -> None:
    assert shares([Want(120, 80), Want(0, 200, spare=1), Want(90, 60)], 400) == [80, 200, 60]


def test_then_the_most_spare_column_goes_first() -> None:
    wants = [Want(120, 100), Want(100, 100, spare=1), Want(100, 100, spare=2), Want(100, 100)]
    assert shares(wants, 300) == [100, 100, 0, 100]
    assert shares(wants, 200) == [100, 0, 0, 100]


def test_at_last_words_are_cut_but_numbers_dates_and_states_are_not() -> None:
    cut, number, short = shares([Want(200, 200), Want(150, 150, firm=True), Want(90, 90)], 320)
    assert number == 150
    assert LEAST <= cut < 200
    assert LEAST <= short < 90
    assert cut + number + short <= 320


def test_a_window_made_narrow_loses_the_spare_column_and_one_made_wide_has_it_again(qtbot: QtBot) -> None:
    view = a_view(qtbot, 900)
    assert widths(view)[:2] == [120, 180]
    view.resize(420, 300)
    assert view.isColumnHidden(1)
    assert widths(view)[0] < 120
    assert widths(view)[3] >= view.fontMetrics().horizontalAdvance("2027-03-22")
    assert not view.horizontalScrollBar().isVisible()
    view.resize(900, 300)
    assert not view.isColumnHidden(1)
    assert widths(view)[:2] == [120, 180]


@pytest.mark.qt_log_ignore("raise")  # the offscreen platform cannot raise a tooltip
def test_what_has_no_column_is_in_the_tooltip_and_the_menu_of_its_row(qtbot: QtBot) -> None:
    view = a_view(qtbot, 420)
    view.set_current(0)
    index = view.rows.index(0, 0)
    event = QHelpEvent(QEvent.Type.ToolTip, QPoint(4, 4), view.mapToGlobal(QPoint(4, 4)))
    view.itemDelegate().helpEvent(event, view, QStyleOptionViewItem(), index)
    assert QToolTip.text() == "证件号码：440104199003120811"
    QToolTip.hideText()
    menu = menu_of(view)
    (more,) = (one for one in menu.findChildren(QMenu) if one.title() == "没有显示的列")
    assert [one.text() for one in more.actions()] == ["证件号码：440104199003120811"]
    menu.close()


def test_a_width_that_a_person_gave_is_not_taken_by_a_narrow_window_for_good(qtbot: QtBot) -> None:
    view = a_view(qtbot, 900)
    view.horizontalHeader().resizeSection(0, 150)
    view.resize(420, 300)
    assert widths(view)[0] < 150
    view.resize(900, 300)
    assert widths(view)[0] == 150


def test_a_table_that_has_to_be_scrolled_all_the_same_cuts_nothing() -> None:
    assert shares([Want(100, 140)] * 8, 400) == [140] * 8
