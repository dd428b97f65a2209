"""A paper that is not on this machine: what is missing, since when, what to do; it comes as soon as it can."""

from __future__ import annotations

import hashlib
import threading

import pytest
import shiboken6
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.demo import papers
from desktop.pages.paper_look import PaperLook, Sought
from tests.desktop.offices import keep_paper
from tests.desktop.sample_desk import NOW, SampleDesk
from tests.support.waiting import PATIENCE
from tests.support.windows import shown

pytestmark = pytest.mark.windows
LINES = ["陈喆", "岭南示例大学"]
PAPER = Sought(hashlib.sha256(papers.picture("毕业证书", LINES)).hexdigest(), "陈喆-毕业证书.jpg", "jpg", 90_000)


def a_look(desk: SampleDesk, qtbot: QtBot) -> PaperLook:
    look = PaperLook(desk.context)
    qtbot.addWidget(look)
    look.resize(280, 220)
    return shown(look)


def settled(look: PaperLook, part: QWidget, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: look.settled and part.isVisible())


def test_offline_it_says_where_the_paper_is_since_when_and_that_it_counts(desk: SampleDesk, qtbot: QtBot) -> None:
    with desk.store.transaction() as writer:
        writer.accounts.set(desk.account, last_contact=NOW.isoformat())
    look = a_look(desk, qtbot)
    look.show_paper(PAPER, profile=True)
    settled(look, look.words, qtbot)
    assert look.words.text() == "“陈喆-毕业证书.jpg”还没有取到本机。"
    for said in ("依据今天 10:30 的资料", "本机现在离线", "不用再附", "联网后会自动取来"):
        assert said in look.remedy.text()
    qtbot.waitUntil(lambda: look.remedy.height() >= look.remedy.minimumSizeHint().height())  # all of it can be read


def test_it_comes_by_itself_once_the_line_is_there(desk: SampleDesk, qtbot: QtBot) -> None:
    look = a_look(desk, qtbot)
    look.show_paper(PAPER)
    settled(look, look.words, qtbot)
    assert "不用再附" not in look.remedy.text(), "nobody said that it counts"
    assert keep_paper(desk, "毕业证书", LINES) == PAPER.blob
    desk.context.set_line(online=True, paused=False)
    settled(look, look.image, qtbot)


def test_online_what_hinders_is_said_with_a_way_to_try_again(desk: SampleDesk, qtbot: QtBot) -> None:
    desk.context.set_line(online=True, paused=False)
    look = a_look(desk, qtbot)
    look.show_paper(PAPER)
    settled(look, look.words, qtbot)
    assert look.words.text() == "登录已过期。"
    assert look.again.isVisible()
    keep_paper(desk, "毕业证书", LINES)
    look.again.click()
    settled(look, look.image, qtbot)


def test_what_is_looked_up_for_it_when_it_was_put_away_is_nobodys(desk: SampleDesk, qtbot: QtBot) -> None:
    look, gate, after = PaperLook(desk.context), threading.Event(), list[int]()  # closed by nobody: it is gone before
    desk.context.read(lambda _reader: gate.wait(PATIENCE), print)
    look._failed(PAPER, "没有取到。", "")
    desk.context.read(lambda _reader: 1, after.append)
    shiboken6.delete(look)
    gate.set()
    qtbot.waitUntil(lambda: after == [1])
