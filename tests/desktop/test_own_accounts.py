"""A real server: everybody changes the own password at the desk; a sub-account is made, used, reset and stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop.frame import PASSWORD, FrameWatch
from desktop.pages.sub_accounts import make
from desktop.registry import pages
from desktop.shell_model import ShellModel
from sync.failures import FailureKind, SyncFailure
from sync.login import Session, change_password, connect, read_invitation, save_session, sign_in
from sync.runner import sync_once
from sync.store.local import LocalStore
from sync.store.port import SyncStore
from tests.desktop.association import UNIT, Association
from tests.desktop.offices import ROLES, office
from tests.desktop.on_screen import on_screen
from tests.desktop.sample_desk import SampleDesk, no_session
from tests.support.windows import shown

pytestmark = [pytest.mark.windows, pytest.mark.processes]
MOBILE = "13800000001"
FRESH = "a-quiet-river-9"


def menu_of(desk: SampleDesk, qtbot: QtBot) -> list[str]:
    model = ShellModel(desk.context)
    watch = FrameWatch(desk.context, model, no_session(desk.account))
    qtbot.waitUntil(lambda: watch.is_settled)
    return [choice.key for choice in model.account.menu]


@pytest.mark.parametrize("role", ROLES)
def test_every_office_has_the_page_in_its_menu(tmp_path: Path, qtbot: QtBot, role: str) -> None:
    with office(tmp_path, role) as desk:
        assert PASSWORD in menu_of(desk, qtbot)
        page = pages(desk.context)("password")
        assert page is not None
        qtbot.addWidget(page)
        assert page.title == "修改密码"


def test_a_unit_has_it_too(desk: SampleDesk, qtbot: QtBot) -> None:
    assert PASSWORD in menu_of(desk, qtbot)


@contextmanager
def logged_in(
    association: Association, folder: Path, login: str, password: str
) -> Iterator[tuple[LocalStore, Session]]:
    """On another computer."""
    with LocalStore.create(folder, bytes(range(32))) as store:
        invitation = read_invitation(association.server.invitation().read_bytes())
        invitation = invitation.model_copy(update={"address": association.server.url})
        yield store, sign_in(store, association.server.url, connect(invitation), login, password)


def first_secret(association: Association, qtbot: QtBot, login: str, but: str = "") -> str:
    """The password told to this login, once it was; `but` is one that was told before."""

    def told() -> list[str]:
        notes = [str(note["password"]) for note in association.server.spooled() if note.get("login") == login]
        return [one for one in notes if one != but]

    qtbot.waitUntil(lambda: bool(told()))
    return told()[0]


@pytest.mark.parametrize("login", [UNIT, "gz-agency", "finance-1"])
def test_the_own_password_is_changed_at_the_desk(
    association: Association, qtbot: QtBot, tmp_path: Path, login: str
) -> None:
    seat = association.seat(login)
    page: Any = pages(seat.context())("password")
    qtbot.addWidget(page)
    shown(page)
    for key, text in (("old", f"{association.first[login]}-Own9"), ("new", FRESH), ("again", FRESH)):
        editor = page.findChild(QLineEdit, f"password.{key}")
        assert editor is not None
        editor.setText(text)
    with qtbot.waitSignal(page.form.done):
        button = page.findChild(QPushButton, "password.submit")
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    with logged_in(association, tmp_path / "other", login, FRESH) as (_, session):
        assert not session.must_change_password
    seat.sync()  # its own session goes on


def test_a_sub_account_is_made_used_reset_and_stopped(association: Association, qtbot: QtBot, tmp_path: Path) -> None:
    main = association.seat(UNIT)
    page = on_screen(qtbot, make(main.context(), ""))
    with qtbot.waitSignal(page.model.said):
        page.model.save(None, "陈喆", MOBILE)
    main.sync()
    told = first_secret(association, qtbot, MOBILE)
    with logged_in(association, tmp_path / "sub", MOBILE, told) as (store, session):
        assert session.must_change_password
        session = change_password(session, told, FRESH)
        save_session(SyncStore(store), session)
        assert sync_once(SyncStore(store), session).failure is None
        with store.reading() as reader:
            assert reader.people.count(session.account) > 0, "it sees what the main account sees"
        qtbot.waitUntil(lambda: [one.state[0] for one in page.model.found.rows if one.login == MOBILE] == ["在用"])
        (row,) = [one for one in page.model.found.rows if one.login == MOBILE]
        with qtbot.waitSignal(page.model.said):
            page.model.reset(row)
        main.sync()
        another = first_secret(association, qtbot, MOBILE, but=told)
        ended = sync_once(SyncStore(store), session).failure
        assert ended is not None
        assert ended.kind is FailureKind.LOGIN_NEEDED, "its sessions ended with the password"
        with pytest.raises(SyncFailure), logged_in(association, tmp_path / "old", MOBILE, FRESH):
            pass
        with qtbot.waitSignal(page.model.said):
            page.model.set_active(row, False)
        main.sync()
        with pytest.raises(SyncFailure) as refused, logged_in(association, tmp_path / "new", MOBILE, another):
            pass
        assert refused.value.failure.kind is FailureKind.REVOKED
