"""The association's menu: every entry is there under its own label and leads to a page that does, or honestly says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.frame import FrameWatch
from desktop.pages import elsewhere, help, template, unit
from desktop.registry import pages
from desktop.shell_model import NavItem, ShellModel
from desktop.shell_nav import Nav
from domain.packs.schema import MenuSpec
from sync.login import Session
from tests.desktop.on_screen import on_screen
from tests.desktop.sample_desk import SampleDesk, the_pack

pytestmark = pytest.mark.windows


def opened(module: Any, desk: SampleDesk, qtbot: QtBot, key: str = "") -> Any:
    return on_screen(qtbot, module.make(desk.context, key))


def a_model(desk: SampleDesk, qtbot: QtBot) -> ShellModel:
    model = ShellModel(desk.context)
    where, house = "http://127.0.0.1:1", "广东省示例建设监理协会"
    session = Session(where, desk.account, "account/wen", "wen", {}, "t", "", (), "gdjlxh", house, "K")
    watch = FrameWatch(desk.context, model, session)
    qtbot.waitUntil(lambda: watch.is_settled)
    return model


def labels(entries: tuple[MenuSpec, ...]) -> list[str]:
    return [label for one in entries for label in (one.label, *labels(one.items))]


def items(entries: tuple[NavItem, ...]) -> list[NavItem]:
    return [item for one in entries for item in (one, *items(one.children))]


def test_every_entry_of_the_menu_is_there_under_its_own_label_and_has_a_page(desk: SampleDesk, qtbot: QtBot) -> None:
    model = a_model(desk, qtbot)
    wanted = [label for label in labels(the_pack().menu) if label != "首页"]
    listed = items(model.menu)
    assert [label for label in wanted if label not in {one.label for one in listed}] == []
    page = pages(desk.context)
    for one in listed:
        if not one.children:
            made = page(one.route)
            assert made is not None, one.route
            qtbot.addWidget(made)
            assert made.title


def test_a_group_within_a_group_opens_and_closes(desk: SampleDesk, qtbot: QtBot) -> None:
    model = a_model(desk, qtbot)
    nav = Nav(model)
    qtbot.addWidget(nav)
    nav.resize(220, 900)
    nav.show()
    leaf = next(one for one in nav.buttons if one.item.label == "承诺书")
    groups = {one.item.label: one for one in nav.buttons}
    assert leaf.level == 2
    assert not leaf.isVisible()
    for label in ("会员服务", "学习天地"):
        QTest.mouseClick(groups[label], Qt.MouseButton.LeftButton)
    assert leaf.isVisible()
    QTest.mouseClick(groups["会员服务"], Qt.MouseButton.LeftButton)
    assert not leaf.isVisible()
    nav.set_route(leaf.item.route)
    assert leaf.isVisible()
    assert leaf.here
    late = Nav(ShellModel(desk.context))
    qtbot.addWidget(late)
    late.set_route(leaf.item.route)
    late._model.set_nav(model.fixed, model.menu)
    assert next(one for one in late.buttons if one.item.label == "学习天地").opened


def test_what_is_not_done_here_says_what_for_what_is_needed_and_whom_to_call(desk: SampleDesk, qtbot: QtBot) -> None:
    page = opened(elsewhere, desk, qtbot, "member-enrollment")
    assert page.title == "个人会员注册预审"
    said = page.facts.accessibleName()
    assert "预审" in said
    assert "要准备的资料" in said
    assert the_pack().spec.links["platform"] in page.band.accessibleName()
    phones = [call for _name, call in page.model.desks]
    assert any(any(sign.isdigit() for sign in call) for call in phones)


def test_the_unit_sees_what_the_association_knows_of_it(desk: SampleDesk, qtbot: QtBot) -> None:
    page = opened(unit, desk, qtbot)
    facts = dict(page.model.found.facts)
    assert facts["统一社会信用代码"] == "91440101MA5XHL001N"
    assert dict(page.model.found.mobiles)["法人"] == "199****1001"
    assert ("纳税人识别号", "91440101MA5XHL001N") in page.model.found.invoice
    page.change.click()
    qtbot.waitUntil(lambda: bool(desk.went))
    assert desk.went[0].startswith("form/")


def test_the_empty_letter_is_seen_and_saved(
    desk: SampleDesk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(template, desk, qtbot, "commitment-letter")
    assert page.title == "单位承诺书"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(tmp_path / "a.pdf"), ""))
    page.save.click()
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    gone = opened(template, desk, qtbot, "nothing")
    assert "没有这份文件" in gone.notice.accessibleName()


def test_the_manual_tells_of_every_business_and_is_searched(desk: SampleDesk, qtbot: QtBot) -> None:
    page = opened(help, desk, qtbot)
    assert page.title == "平台帮助手册"
    guides = {one.question: one.answer for one in help.guides_of(the_pack())}
    assert "初始教育" in guides["学习报名申请"]
    assert "步骤" in guides["个人会费缴纳"]
    page._look_for("证书注销")
    shown = [page._answers.itemAt(at).widget() for at in range(page._answers.count())]
    names = [one.objectName() for one in shown if one is not None]
    assert "help.guide.certificate-cancellation" in names
    assert "help.guide.unit-fee-payment" not in names
