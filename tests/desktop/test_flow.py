"""Parts beside each other take another line where there is no room, and give it back."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.widgets.base import column
from desktop.widgets.buttons import Button, Chip, ChipRow
from desktop.widgets.fields import SearchBox
from desktop.widgets.flow import FlowRow
from tests.support.windows import shown

pytestmark = pytest.mark.windows
CHIPS = [Chip(str(at), f"第 {at} 种情况", at) for at in range(6)]


def in_window(qtbot: QtBot, part: QWidget, width: int) -> QWidget:
    holder = QWidget()
    holder.setLayout(column(part, None))
    qtbot.addWidget(holder)
    holder.resize(width, 300)
    return shown(holder)


def tops(parts: Sequence[QWidget]) -> list[int]:
    return [part.geometry().center().y() for part in parts]


def test_chips_that_do_not_fit_stand_on_a_second_line_whole(qtbot: QtBot) -> None:
    chips = ChipRow(CHIPS)
    holder = in_window(qtbot, chips, 800)
    made = list(chips._buttons.values())
    assert len(set(tops(made))) == 1
    one_line = chips.height()
    holder.resize(300, 300)
    qtbot.waitUntil(lambda: chips.height() > one_line)
    assert len(set(tops(made))) > 1
    assert all(one.width() == one.sizeHint().width() for one in made)
    assert all(chips.rect().contains(one.geometry()) for one in made)
    holder.resize(800, 300)
    qtbot.waitUntil(lambda: chips.height() == one_line)


def test_a_search_box_gives_way_before_a_line_is_broken_and_then_goes_down_flush_right(qtbot: QtBot) -> None:
    left, search = Button("选人"), SearchBox("姓名、首字母", width=300)
    flow = FlowRow(left, None, search, spacing=8)
    holder = in_window(qtbot, flow, 500)
    assert search.width() == 300
    assert search.geometry().right() == flow.rect().right()
    holder.resize(left.sizeHint().width() + 8 + 200, 300)
    qtbot.waitUntil(lambda: search.width() == 200)
    assert len(set(tops([left, search]))) == 1
    holder.resize(search.minimumSizeHint().width() + 20, 300)
    qtbot.waitUntil(lambda: len(set(tops([left, search]))) == 2)
    assert search.geometry().right() == flow.rect().right()
    assert search.width() >= search.minimumSizeHint().width()


def test_what_is_hidden_takes_no_room_and_comes_back(qtbot: QtBot) -> None:
    first, second, third = Button("一"), Button("二"), Button("三")
    second.hide()
    flow = FlowRow(first, second, third)
    holder = in_window(qtbot, flow, 400)
    assert holder.isVisible()
    assert third.x() == first.width() + 8
    second.show()
    qtbot.waitUntil(lambda: third.x() == first.width() + second.width() + 16)
    second.hide()
    qtbot.waitUntil(lambda: third.x() == first.width() + 8)


def test_lines_may_stand_closer_than_what_is_beside_each_other(qtbot: QtBot) -> None:
    flow = FlowRow(Button("第一步"), Button("第二步"), spacing=16, leading=0)
    holder = in_window(qtbot, flow, 100)
    qtbot.waitUntil(lambda: flow.height() == 2 * 32)  # two buttons
    assert holder.isVisible()
