"""管理员维护: the main account keeps accounts by the association's rules; others see why they may not."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.frame import FrameWatch
from desktop.pages.sub_accounts import AskPanel, SubAccountsPage, WritePanel, make
from desktop.pages.sub_accounts_model import Row
from desktop.shell_model import NavItem, ShellModel
from desktop.widgets.panel import Panel
from tests.desktop.on_screen import opened
from tests.desktop.sample_desk import NOW, UNIT, SampleDesk, a_desk, entities, no_session
from tests.support.windows import press
from tests.sync.store.building import pull

pytestmark = pytest.mark.windows
shown = partial(opened, make, SubAccountsPage)
MAIN = {"id": "account/wen", "login": "广州示例工程监理有限公司", "role": "unit_main", "name": "温晓岚", "unit": UNIT}


def a_sub(key: str, login: str, **more: Any) -> dict[str, Any]:
    told = {"login": login, "role": "unit_sub", "name": f"经办{key}", "unit": UNIT, "mobile": login, "active": True}
    return {"id": f"account/{key}", **told, **more}


SUBS = [a_sub("lin", "13800000001"), a_sub("ma", "13800000002", active=False)]


@pytest.fixture
def sub_desk(tmp_path: Path, qtbot: QtBot) -> Iterator[SampleDesk]:
    """Somebody who works for the unit under a sub-account."""
    with a_desk(tmp_path, SUBS[0], [*entities(NOW), MAIN, *SUBS], scope=f"unit:{UNIT}", now=NOW) as desk:
        yield desk


@pytest.fixture
def main_desk(desk: SampleDesk) -> SampleDesk:
    pull(desk.store, desk.account, MAIN, *SUBS, scope=f"unit:{UNIT}", start=5_000)
    return desk


def panel_of(page: SubAccountsPage) -> Panel:
    """The one that is open: those before it may not be gone yet."""
    assert page.panel is not None
    return page.panel


def write(page: SubAccountsPage, name: str, login: str) -> WritePanel:
    """In the panel, and pressed."""
    panel = page.panel
    assert isinstance(panel, WritePanel)
    for key, text in (("name", name), ("login", login)):
        editor = panel.findChild(QLineEdit, f"sub-accounts.{key}")
        assert editor is not None
        editor.setText(text)
    press(panel_of(page), "sub-accounts.save")
    return panel


def asked(desk: SampleDesk) -> list[tuple[str, dict[str, Any]]]:
    with desk.store.reading() as reader:
        return [(kept.entity, kept.payload) for kept in reader.operations.outbox(desk.account)]


def row_of(page: SubAccountsPage, key: str) -> Row:
    return next(one for one in page.model.found.rows if one.id == f"account/{key}")


def test_the_menu_leads_there_in_the_words_of_the_association(qtbot: QtBot, main_desk: SampleDesk) -> None:
    model = ShellModel(main_desk.context)
    watch = FrameWatch(main_desk.context, model, no_session(main_desk.account))
    qtbot.waitUntil(lambda: watch.is_settled)

    def leaves(items: tuple[NavItem, ...]) -> list[NavItem]:
        return [leaf for item in items for leaf in (leaves(item.children) if item.children else [item])]

    assert ("sub-accounts", "管理员维护编辑") in [(one.route, one.label) for one in leaves(model.menu)]
    page = shown(qtbot, main_desk)
    assert page.title == "管理员维护编辑"
    assert page.list.accessibleName().startswith("管理员明细")


def test_a_new_one_is_asked_for_with_name_and_number(qtbot: QtBot, main_desk: SampleDesk) -> None:
    page = shown(qtbot, main_desk)
    press(page, "sub-accounts.new")
    with qtbot.waitSignal(page.model.said) as said:
        write(page, "陈喆", "139 0000 0003")
    assert "首次密码会发到这个手机号码" in said.args[0]
    ((entity, payload),) = asked(main_desk)
    assert payload == {
        "name": "陈喆",
        "login": "13900000003",
        "mobile": "13900000003",
        "role": "unit_sub",
        "unit": UNIT,
    }
    qtbot.waitUntil(lambda: any(one.id == entity and one.pending for one in page.model.found.rows))
    assert page.panel is None


@pytest.mark.parametrize(
    ("name", "login", "where", "words"),
    [
        ("", "13900000003", "name", "请填写姓名"),
        ("陈喆", "12900000003", "login", "子账号须为未使用过的手机号码"),
        ("陈喆", "", "login", "子账号须为未使用过的手机号码"),
        ("陈喆", "13800000001", "login", "子账号须为未使用过的手机号码"),
    ],
)
def test_what_is_wrong_is_said_before_sending(
    qtbot: QtBot, main_desk: SampleDesk, name: str, login: str, where: str, words: str
) -> None:
    page = shown(qtbot, main_desk)
    press(page, "sub-accounts.new")
    panel = write(page, name, login)
    assert page.panel is panel, "it stays open"
    assert words in (panel.name if where == "name" else panel.login).editor.accessibleDescription()
    assert asked(main_desk) == []


def test_one_is_stopped_started_and_gets_another_password_after_it_was_said_what_that_means(
    qtbot: QtBot, main_desk: SampleDesk
) -> None:
    page = shown(qtbot, main_desk)
    for key, step, payload in (
        ("lin", "reset", {"reset_password": True}),
        ("lin", "stop", {"active": False}),
        ("ma", "start", {"active": True}),
    ):
        qtbot.waitUntil(lambda: page.settled)
        page._follow(row_of(page, key), step)
        assert isinstance(page.panel, AskPanel)
        before = len(asked(main_desk))
        with qtbot.waitSignal(page.model.said):
            press(panel_of(page), "sub-accounts.confirm")
        assert asked(main_desk)[before:] == [(f"account/{key}", payload)]


def test_at_the_limit_no_further_one_can_be_added_or_started(qtbot: QtBot, main_desk: SampleDesk) -> None:
    more = [a_sub(key, f"1370000000{at}") for at, key in enumerate(("gu", "he"))]
    pull(main_desk.store, main_desk.account, *more, scope=f"unit:{UNIT}", start=6_000)
    page = shown(qtbot, main_desk)
    assert "最多可设3个子账号" in page.model.why_not_add
    assert not page.new.isEnabled() or page.new.accessibleDescription()
    page._follow(row_of(page, "ma"), "start")
    assert isinstance(page.panel, AskPanel)
    press(panel_of(page), "sub-accounts.confirm")
    page._follow(row_of(page, "lin"), "stop")
    with qtbot.waitSignal(page.model.said):
        press(panel_of(page), "sub-accounts.confirm")
    assert [entity for entity, _ in asked(main_desk)] == ["account/lin"]
    qtbot.waitUntil(lambda: page.settled and page.model.why_not_add == "")


def test_a_sub_account_sees_who_there_is_and_why_it_may_not(qtbot: QtBot, sub_desk: SampleDesk) -> None:
    page = shown(qtbot, sub_desk)
    assert [one.name for one in page.model.found.rows] == ["温晓岚", "经办lin", "经办ma"]
    assert page.reason.isVisible()
    assert "仅主账号可以操作，请用单位主账号登录" in page.model.why_not_add
    press(page, "sub-accounts.new")
    assert page.panel is None
    for key in ("lin", "ma"):
        assert page._steps(row_of(page, key)) == ()
        page._follow(row_of(page, key), "edit")
        assert page.panel is None
    assert asked(sub_desk) == []
