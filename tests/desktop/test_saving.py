"""Names of files that are proposed to people: taken by every file system, whatever stands in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from desktop.saving import DEVICES, ask_where, file_name

REFUSED = set('<>:"/\\|?*')


@pytest.mark.parametrize(
    ("wanted", "proposed"),
    [
        ("单位承诺书.pdf", "单位承诺书.pdf"),
        ("A/B: 名单.pdf", "A／B： 名单.pdf"),
        ("..\\..\\启动\\x.exe", "＼..＼启动＼x.exe"),
        ("张三-职称证书. .png", "张三-职称证书.png"),
        ("con.pdf", "con_.pdf"),
        ("LPT1.名单.xlsx", "LPT1.名单_.xlsx"),
        ("console.pdf", "console.pdf"),
        ("名单\u202efdp.exe", "名单 fdp.exe"),
        ("第一行\n第二行.pdf", "第一行 第二行.pdf"),
        ("说明. ", "说明"),
        (" . ", "文件"),
        ("证" * 300 + ".pdf", "证" * 70 + ".pdf"),
    ],
)
def test_what_a_file_system_refuses_is_written_another_way(wanted: str, proposed: str) -> None:
    assert file_name(wanted) == proposed


@given(st.text())
def test_whatever_stands_in_a_name_every_file_system_takes_it(wanted: str) -> None:
    name = file_name(wanted)
    assert name
    assert not REFUSED & set(name)
    assert not any(char < " " for char in name)
    assert name == name.strip(" ")
    assert not name.endswith(".")
    assert not DEVICES.fullmatch(name)
    assert len(name.encode("utf-8", "surrogatepass")) <= 255
    assert file_name(name) == name


@pytest.mark.windows
def test_a_name_typed_without_ending_gets_the_proposed_one(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    proposed: list[str] = []
    typed = ""

    def asked(_parent: QWidget, _title: str, start: str, _kinds: str) -> tuple[str, str]:
        proposed.append(Path(start).name)
        return typed and str(tmp_path / typed), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", asked)
    assert ask_where(parent, "另存为", "甲/乙.pdf", "PDF (*.pdf)") is None
    typed = "承诺书"
    assert ask_where(parent, "另存为", "甲/乙.pdf", "PDF (*.pdf)") == tmp_path / "承诺书.pdf"
    typed = "承诺书.PDF"
    assert ask_where(parent, "另存为", "甲/乙.pdf", "PDF (*.pdf)") == tmp_path / "承诺书.PDF"
    (tmp_path / "旧.pdf").touch()
    typed = "旧"  # to replace another file was not agreed to
    assert ask_where(parent, "另存为", "甲/乙.pdf", "PDF (*.pdf)") == tmp_path / "旧"
    assert proposed == ["甲／乙.pdf"] * 4
