"""A case opened: its papers made and fetched, who has it and whom to call in every state, taking back, copying."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.pages import case
from desktop.pages.case_words import FORM, LETTER, next_step
from sync import actions
from tests.desktop.offices import FIRST, PAPERS, an_education, keep_paper, office
from tests.desktop.on_screen import on_screen, settle
from tests.desktop.sample_desk import NOW, SampleDesk, sample_desk, the_pack
from tests.desktop.test_bills import text_of
from tests.sync.store.building import pull

pytestmark = pytest.mark.windows
KEY = FIRST.partition("/")[2]
IN_SCOPE = ("education-registration", "member-fee-payment", "education-assist-fee-payment", "unit-fee-payment")
OPEN = [
    (service, name)
    for service in IN_SCOPE
    for name, state in the_pack().services[service].states.items()
    if state.outcome == "open" and state.category != "draft"
]


def opened(desk: SampleDesk, qtbot: QtBot, key: str = KEY, make: Callable[..., Any] = case.make) -> Any:
    return on_screen(qtbot, make(desk.context, key))


def line_of(page: Any, start: str) -> Any:
    return next(one for one in page.model.opened.papers if one.id.startswith(start))


def words_in(page: Any) -> str:
    """Everything a person reads on it."""
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page))


@pytest.mark.parametrize("role", ["unit", "agency"])
def test_the_form_and_the_letter_are_papers_of_what_was_sent(tmp_path: Path, qtbot: QtBot, role: str) -> None:
    with sample_desk(tmp_path) if role == "unit" else office(tmp_path, role) as desk:
        pull(desk.store, desk.account, an_education(), scope="x")
        page = opened(desk, qtbot)
        page.tabs.choose("papers")
        page._choose("papers")
        for start, said in ((FORM, ("温晓岚", "陈喆", "毕业证")), (LETTER, ("承诺", "陈喆", "李𬱖", "示例工程"))):
            page.model.open_paper(line_of(page, start))
            settle(qtbot, page)
            assert page.papers.pdf.isVisible()
            text = text_of(page.papers.printable)
            assert [one for one in said if one not in text] == []
            assert page.papers.print.isVisible()


def test_an_attachment_that_is_not_here_is_fetched_and_what_hinders_is_said(tmp_path: Path, qtbot: QtBot) -> None:
    with sample_desk(tmp_path) as desk:
        here = keep_paper(desk, "毕业证书", ["陈喆"])
        pull(desk.store, desk.account, an_education(papers_of={(PAPERS[0], "陈喆"): here}), scope="x")
        page = opened(desk, qtbot)
        page._choose("papers")
        page.model.open_paper(next(one for one in page.model.opened.papers if one.here and one.paper))
        settle(qtbot, page)
        assert page.papers.image.isVisible()
        assert not page.papers.print.isVisible()
        away = next(one for one in page.model.opened.papers if not one.here)
        page._open_paper(away)
        assert page.papers.wait.isVisible()
        settle(qtbot, page)
        assert page.papers.trouble.isVisible()
        assert "登录已过期。" in words_in(page)


@pytest.mark.parametrize(("service", "state"), OPEN)
def test_every_state_says_who_has_it_what_comes_next_and_whom_to_call(
    tmp_path: Path, qtbot: QtBot, service: str, state: str
) -> None:
    spec = the_pack().services[service].states[state]
    body = an_education(state=state, actor=str(spec.actor))
    body |= {"service": service, "agency": body["agency"] if service == IN_SCOPE[0] else None}
    body["holder"] |= {"name": "", "phone": ""}  # as a server tells it that knows no more
    with sample_desk(tmp_path) as desk:
        pull(desk.store, desk.account, body, scope="x")
        page = opened(desk, qtbot)
        qtbot.waitUntil(lambda: "已 1 天" in words_in(page.panel))  # since when
        told = words_in(page.panel)
        assert "020-800000" in told, "a telephone"
        assert ("在您手上" in told) is (spec.actor == "unit")
        ahead = next_step(desk.context.pack, page.model.opened.case)
        assert ahead is not None, "what comes next"
        assert ahead.head
        assert page.copy.isVisible()


def test_what_has_not_left_is_taken_back_from_its_page(tmp_path: Path, qtbot: QtBot) -> None:
    with sample_desk(tmp_path) as desk:
        key = desk.draft("education-registration", {"values": {"contact_name": "温晓岚"}, "cards": {}})
        actions.submit(desk.store, desk.account, f"draft/{key}", pack=desk.context.pack, now=NOW)
        page = opened(desk, qtbot, key)
        assert page.take_back.isVisible()
        QTest.mouseClick(page.take_back, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: page.refused.isVisible())
        with desk.store.reading() as reader:
            assert reader.operations.outbox(desk.account) == ()


def test_a_closed_case_names_the_desk_that_closed_it(tmp_path: Path, qtbot: QtBot) -> None:
    body = an_education(state="completed", actor="", completed_on="2026-03-15")
    hop = {"at": "2026-03-15T02:00:00Z", "actor": "association", "name": "梁老师", "action": "pass"}
    body |= {"holder": None, "history": [*body["history"], {**hop, "target": "completed"}]}
    with sample_desk(tmp_path) as desk:
        pull(desk.store, desk.account, body, scope="x")
        page = opened(desk, qtbot)
        qtbot.waitUntil(lambda: "020-80000001" in words_in(page.panel))
        assert not page.take_back.isVisible()


def test_a_bill_of_the_case_is_opened_from_it(tmp_path: Path, qtbot: QtBot) -> None:
    bill = {"id": "bill/b1", "number": "JF1", "kind": "assist_fee", "application": FIRST, "status": "unpaid"}
    line = {"rule": "x", "label": "教育辅助费", "amount": None}
    with sample_desk(tmp_path) as desk:
        pull(desk.store, desk.account, an_education(bills=["bill/b1"]), bill | {"lines": [line]}, scope="x")
        page = opened(desk, qtbot)
        qtbot.waitUntil(lambda: "有金额未设定" in words_in(page.panel))
        page.model.open_paper(line_of(page, "bill/b1"))
        assert desk.went == ["bill/b1"]
