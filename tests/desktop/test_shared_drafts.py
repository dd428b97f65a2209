"""One draft on two desks: what the other made of it is told in words; a form that the other sent is sent no more."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.news import News, OutcomeNews
from desktop.pages import amend, form, submit
from desktop.pages.drafts import state_of, what
from desktop.pages.submit_model import to_send
from domain.operations import Outcome, Status
from sync import actions
from sync.store.port import SyncStore
from sync.views import drafts
from tests.desktop.form_builders import EDUCATION, INITIAL, RETURNED, a_form, beginners, returned, said
from tests.desktop.on_screen import on_screen, settle
from tests.desktop.sample_desk import NOW, UNIT, SampleDesk, the_pack
from tests.support.windows import press
from tests.sync.store.building import a_page, pull

pytestmark = pytest.mark.windows
KEY = "0195bbbb-0000-7000-8000-0000000000d1"
DRAFT, APPLICATION = f"draft/{KEY}", f"application/{KEY}"
SCOPE = f"unit:{UNIT}"


def shared(whole: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """As a colleague shared it."""
    told = {"edited_by": "施小梅", "edited_at": "2026-03-16T01:00:00Z", **more}
    return {"id": DRAFT, "application": APPLICATION, "service": EDUCATION, "title": "", "form": whole, **told}


def comes(desk: SampleDesk, entity: str, version: int, body: Mapping[str, Any], seq: int = 950) -> None:
    """This version arrives from the association."""
    SyncStore(desk.store).apply_page(desk.account, SCOPE, a_page((entity, seq, version, body), more=True), now=NOW)


def sent(whole: Mapping[str, Any], entity: str = APPLICATION) -> dict[str, Any]:
    """As the association has it once another desk sent it."""
    return {"id": entity, "service": EDUCATION, "unit": UNIT, "state": "agency_review", "form": whole, "round": 1}


@pytest.fixture
def whole(desk: SampleDesk) -> dict[str, Any]:
    """Two people; a colleague's shared draft of them is taken up here."""
    made = a_form({INITIAL: beginners(desk)})
    pull(desk.store, desk.account, shared(made), scope=SCOPE, start=900)
    actions.open_draft(desk.store, desk.account, DRAFT, now=NOW)
    return made


def theirs(whole: Mapping[str, Any]) -> dict[str, Any]:
    """The colleague took the second out, changed the first, and wrote another handler."""
    made: dict[str, Any] = copy.deepcopy(dict(whole))
    first, _second = made["cards"][INITIAL]
    first["values"]["certificate_type"] = "safety_supervision_assistant"
    made["cards"][INITIAL] = [first]
    made["values"]["contact_name"] = "李华"
    return made


def test_what_a_colleague_changed_is_listed_in_words_until_it_is_known(
    qtbot: QtBot, desk: SampleDesk, whole: dict[str, Any]
) -> None:
    page = on_screen(qtbot, form.make(desk.context, KEY))
    assert page.asks.isHidden()
    comes(desk, DRAFT, 2, shared(theirs(whole)))
    qtbot.waitUntil(lambda: not page.asks.isHidden())
    settle(qtbot, page)
    words = said(page.asks)
    assert "3 处已并入这里" in words
    assert "经办人：原来“王芳”，施小梅改成“李华”" in words
    assert "陈喆 报名类别：原来“监理员”，施小梅改成“安全监理员”" in words
    assert "初始教育 李𬱖：施小梅移出了" in words
    press(page, "form.asks.known")
    qtbot.waitUntil(lambda: page.asks.isHidden())
    again = on_screen(qtbot, form.make(desk.context, KEY))
    assert again.asks.isHidden()


def test_a_row_that_one_changed_and_the_other_took_out_is_asked_about_by_name(
    qtbot: QtBot, desk: SampleDesk, whole: dict[str, Any]
) -> None:
    page = on_screen(qtbot, form.make(desk.context, KEY))
    second = whole["cards"][INITIAL][1]
    page.form.edit_row(second["row"], "certificate_type", "safety_supervision_assistant")
    page.form.flush()
    settle(qtbot, page)
    comes(desk, DRAFT, 2, shared(theirs(whole)))
    qtbot.waitUntil(lambda: "请选定用哪一个" in said(page.asks))
    settle(qtbot, page)
    assert "初始教育 李𬱖：您改过，施小梅移出了" in said(page.asks)
    press(page, f"form.ask.theirs.{INITIAL}[{second['row']}]")
    qtbot.waitUntil(lambda: "请选定用哪一个" not in said(page.asks))
    settle(qtbot, page)
    assert [row["row"] for row in desk.form_of(KEY)["cards"][INITIAL]] == [whole["cards"][INITIAL][0]["row"]]


def test_what_is_asked_of_a_returned_form_is_asked_on_its_page(qtbot: QtBot, desk: SampleDesk) -> None:
    before = a_form({INITIAL: beginners(desk)})
    key = returned(desk, before, ())
    actions.save_draft_locally(
        desk.store, desk.account, f"draft/{key}", {**before, "values": {**before["values"], "contact_name": "甲"}},
        by="温晓岚", now=NOW,
    )  # fmt: skip
    page = on_screen(qtbot, amend.make(desk.context, key))
    told = shared({**before, "values": {**before["values"], "contact_name": "乙"}}, returned=True)
    comes(desk, f"draft/{key}", 1, {**told, "id": f"draft/{key}", "application": RETURNED})
    qtbot.waitUntil(lambda: "经办人：您填“甲”，施小梅填“乙”" in said(page.asks))


def test_a_form_that_another_desk_sent_is_locked_and_what_was_written_here_becomes_a_new_one(
    qtbot: QtBot, desk: SampleDesk, whole: dict[str, Any]
) -> None:
    page = on_screen(qtbot, form.make(desk.context, KEY))
    page.form.edit("remark", "只在这里写的")
    page.form.flush()
    settle(qtbot, page)
    comes(desk, APPLICATION, 1, sent(whole))
    qtbot.waitUntil(lambda: "已在别处提交，现在是“机构审核”" in page.notice.accessibleName())
    settle(qtbot, page)
    assert not page.send.isEnabled()
    assert "已在别处提交" in page.send.toolTip()
    page.save()
    assert "已暂存" not in page.notice.accessibleName()
    with desk.store.reading() as reader:
        (row,) = [one for one in drafts(reader, desk.account, the_pack()) if one.id == DRAFT]
    assert (state_of(row)[2], row.over) == ("已不能送", "机构审核")
    assert what(row) == "这份申请现在是“机构审核”，这里填的没有送出"
    page.notice.acted.emit()
    qtbot.waitUntil(lambda: len(remarks(desk)) == 2)
    assert set(remarks(desk)) == {"只在这里写的"}
    last = on_screen(qtbot, submit.make(desk.context, KEY))
    assert not last.send.isEnabled()
    assert "已在别处提交" in last.send.toolTip()


def remarks(desk: SampleDesk) -> list[str]:
    """What the drafts here say."""
    with desk.store.reading() as reader:
        return [str((one.form or {}).get("values", {}).get("remark")) for one in reader.drafts.all(desk.account)]


def test_a_copy_nobody_wrote_in_goes_when_another_desk_sends_it_and_an_open_page_says_so(
    qtbot: QtBot, desk: SampleDesk, whole: dict[str, Any]
) -> None:
    page = on_screen(qtbot, form.make(desk.context, KEY))
    comes(desk, APPLICATION, 1, sent(whole))
    qtbot.waitUntil(lambda: "已在别处提交，现在是“机构审核”" in page.notice.accessibleName())
    settle(qtbot, page)
    assert not page.send.isEnabled()
    assert not remarks(desk)


def test_a_draft_that_met_a_colleagues_is_no_bad_news(qtbot: QtBot, desk: SampleDesk, whole: dict[str, Any]) -> None:
    told: list[News] = []
    news = OutcomeNews(desk.context, desk.context)
    news.came.connect(told.append)
    port = SyncStore(desk.store)
    actions.share_draft(desk.store, desk.account, DRAFT)
    (item,) = port.next_batch(desk.account, 1, NOW)
    port.mark_sending(desk.account, [item.op_id], NOW)
    outcome = Outcome(item.op_id, Status.CONFLICT, current={"form": theirs(whole), "version": 3, "edited_by": "施小梅"})
    port.record_outcomes(desk.account, [outcome], NOW)
    seen: list[object] = []
    news.hear(outcome)
    news._look()
    desk.context.read(lambda _reader: True, seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert not told


def test_papers_of_somebody_who_was_taken_out_are_not_counted_as_to_be_sent(desk: SampleDesk) -> None:
    made = a_form({INITIAL: beginners(desk)})
    gone = {**made, "cards": {INITIAL: made["cards"][INITIAL][:1]}}
    both = [{**each, "blob": f"{at:064x}"} for at, each in enumerate(made["attachments"])]
    assert to_send({**made, "attachments": both}, ())[0] == 7
    assert to_send({**gone, "attachments": both}, ())[0] == 4
