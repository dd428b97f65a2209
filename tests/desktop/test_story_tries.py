"""A real server: what changes between the check at the desk and the receipt, and how a cycle of the sync ends then."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.pages import form
from sync import actions
from sync.views import entity
from tests.desktop.association import AGENCY_ID, TODAY, UNIT, Association, Seat, now
from tests.desktop.form_builders import said
from tests.desktop.on_screen import on_screen, settle

pytestmark = [pytest.mark.windows, pytest.mark.processes]


def last_answer(seat: Seat) -> Any:
    with seat.store.reading() as reader:
        (kept,) = reader.operations.answered(seat.account, limit=1)
    return kept


def sent(association: Association, draft: str) -> Any:
    """What the server said of it."""
    unit = association.seat(UNIT)
    actions.submit(unit.store, unit.account, draft, pack=association.pack, now=now())
    unit.sync()
    return last_answer(unit)


def test_a_form_refused_for_what_changed_since_comes_back_as_a_draft_with_the_reason_at_the_row(
    association: Association,
) -> None:
    draft = association.draft(["王海涛"])
    admin = association.seat("admin")
    key, limit = "age.initial.supervision_assistant", association.pack.parameters["age.initial.supervision_assistant"]
    actions.set_config(admin.store, admin.account, key, 20, since=TODAY.isoformat(), why="示例", now=now())
    admin.sync()
    kept = sent(association, draft)  # and the cycle ends, though its papers went and nothing was applied
    (finding,) = kept.outcome.findings
    assert (finding.rule, "20周岁" in finding.message) == ("GD-2.5-05", True)
    unit = association.seat(UNIT)
    with unit.store.reading() as reader:
        back = reader.drafts.get(unit.account, draft)
    assert back is not None
    assert (back.sent, back.findings) == (None, (finding,))
    since = TODAY.isoformat()
    actions.set_config(admin.store, admin.account, key, limit.default, since=since, why="示例", now=now())
    admin.sync()


def test_an_agency_that_stopped_is_told_on_the_form_and_by_the_server(association: Association, qtbot: QtBot) -> None:
    draft = association.draft(["王海涛"])
    admin = association.seat("admin")
    with admin.store.reading() as reader:
        agency = entity(reader, admin.account, AGENCY_ID)
    assert agency is not None
    closed = {**agency.body, "active": False}
    actions.save_agency(admin.store, admin.account, closed, now=now(), agency=AGENCY_ID)
    admin.sync()
    kept = sent(association, draft)
    assert [one.message for one in kept.outcome.findings] == ["初审机构：没有这家机构，或已停止服务，请改选一家"]
    page = on_screen(qtbot, form.make(association.seat(UNIT).context(), draft.partition("/")[2]))
    settle(qtbot, page)
    assert "初审机构选的那一家已停止服务，请改选一家" in said(page.check)
    assert not page.form.look.check.ok
    actions.save_agency(admin.store, admin.account, dict(agency.body), now=now(), agency=AGENCY_ID)
    admin.sync()
    association.seat(UNIT)
    settle(qtbot, page)
    qtbot.waitUntil(lambda: page.form.look.check.ok)
