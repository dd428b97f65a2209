"""The demo's hands wait for what they touch, really touch it, and say in one sentence what did not come."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import shiboken6
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFrame,
    QLineEdit,
    QPushButton,
    QTabBar,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.demo import eyes, hand_files, hand_rows, hands, papers
from desktop.rows_model import Act, Column, RowsModel
from desktop.rows_view import RowsView
from desktop.widgets.dropzone import DropZone

SOON = 80  # ms


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    QVBoxLayout(made)
    made.resize(600, 400)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def put(window: QWidget, widget: QWidget, name: str) -> QWidget:
    widget.setObjectName(name)
    layout = window.layout()
    assert layout is not None
    layout.addWidget(widget)
    return widget


def later(act: Callable[[], object]) -> None:
    QTimer.singleShot(SOON, lambda: act())


def a_list(window: QWidget, rows: list[tuple[str, str]]) -> RowsModel[tuple[str, str]]:
    model: RowsModel[tuple[str, str]] = RowsModel(
        [
            Column("姓名", lambda one: one[0]),
            Column("资料", lambda one: one[1]),
            Column("", acts=lambda one: (Act("choose", "选文件"),), width=120),
        ],
        window,
        key=lambda one: one,
        ticks=True,
    )
    model.show(rows)
    put(window, RowsView(model, name="资料"), "list")
    return model


def test_a_button_that_comes_and_can_be_clicked_only_later_is_waited_for(window: QWidget) -> None:
    clicks: list[bool] = []
    button = QPushButton("送出")
    button.clicked.connect(lambda: clicks.append(True))
    button.setEnabled(False)
    later(lambda: put(window, button, "send"))
    QTimer.singleShot(2 * SOON, lambda: button.setEnabled(True))
    hands.press(window, "send")
    assert len(clicks) == 1


def test_what_does_not_come_is_named_in_one_sentence(window: QWidget) -> None:
    with pytest.raises(hands.Stuck, match="没有等到：“send”可以点"):
        hands.press(window, "send", seconds=0.1)


def test_an_entry_that_arrives_after_the_list_opened_is_waited_for(window: QWidget) -> None:
    box = QComboBox()
    box.addItem("请选择")
    put(window, box, "agency")
    later(lambda: box.addItems(["佛山", "广州"]))
    hands.choose(window, "agency", "广州")
    assert box.currentText() == "广州"


def test_a_list_filled_anew_while_the_keys_go_down_is_gone_through_again(window: QWidget) -> None:
    box = QComboBox()
    box.addItems([str(at) for at in range(40)])
    put(window, box, "day")

    filled: list[bool] = []

    def anew(at: int) -> None:
        if at == 3 and not filled:
            filled.append(True)
            box.clear()
            box.addItems([str(one) for one in range(60)])

    box.currentIndexChanged.connect(anew, Qt.ConnectionType.QueuedConnection)
    hands.choose(window, "day", "39")
    assert (box.currentText(), filled) == ("39", [True])


def test_an_entry_that_never_comes_is_named(window: QWidget) -> None:
    put(window, QComboBox(), "agency")
    with pytest.raises(hands.Stuck, match="列表“agency”里的“广州”这一项"):
        hands.choose(window, "agency", "广州", seconds=0.1)


def test_words_are_typed_by_keys_and_by_an_input_method_in_place_of_what_was_there(window: QWidget) -> None:
    line = QLineEdit("旧的")
    put(window, line, "name")
    hands.write(window, "name", "李𬱖 B-7")
    assert line.text() == "李𬱖 B-7"


def test_a_field_that_the_page_overwrites_is_filled_again(window: QWidget) -> None:
    line = QLineEdit()
    put(window, line, "name")
    overwritten: list[bool] = []

    def once(text: str) -> None:
        if text == "温晓岚" and not overwritten:
            overwritten.append(True)
            QTimer.singleShot(0, lambda: line.setText("默认"))

    line.textEdited.connect(once)
    hands.write(window, "name", "温晓岚")
    assert (line.text(), overwritten) == ("温晓岚", [True])


def test_a_row_is_found_by_the_words_of_several_cells(window: QWidget) -> None:
    model = a_list(window, [("王海涛", "毕业证"), ("王海涛", "社保"), ("单文博", "社保")])
    hand_rows.tick_row(window, "list", ("王海涛", "社保"))
    assert model.ticked == (("王海涛", "社保"),)
    hand_rows.tick_row(window, "list", ("王海涛", "社保"))
    assert model.ticked == (("王海涛", "社保"),), "what is ticked stays ticked"


def test_a_row_that_comes_later_is_waited_for_and_its_link_followed(window: QWidget, qtbot: QtBot) -> None:
    model = a_list(window, [])
    view = hands.find(window, "list", RowsView)
    later(lambda: model.show([("陈喆", "证书"), ("陈喆", "社保")]))
    with qtbot.waitSignal(view.followed) as followed:
        hand_rows.act_row(window, "list", ("陈喆", "社保"), "choose")
    assert followed.args == [("陈喆", "社保"), "choose"]


def test_a_row_that_never_comes_is_named(window: QWidget) -> None:
    a_list(window, [("陈喆", "证书")])
    with pytest.raises(hands.Stuck, match="列表“list”里的“陈喆 社保”"):
        hand_rows.row(window, "list", ("陈喆", "社保"), 0.1)


def test_a_tab_is_turned_to_by_what_it_says(window: QWidget) -> None:
    bar = QTabBar()
    for label in ("初始教育", "继续教育"):
        bar.addTab(label)
    put(window, bar, "tabs")
    hands.turn_to(window, "tabs", "继续")
    assert bar.currentIndex() == 1


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_tick_that_is_asked_for_is_made_in_the_list_that_opened(window: QWidget) -> None:
    popup = QFrame(window, Qt.WindowType.Popup)
    boxes = [QCheckBox(words) for words in ("房屋", "公路")]
    column = QVBoxLayout(popup)
    for box in boxes:
        column.addWidget(box)
    later(popup.show)
    hands.tick_choices(["公路"])
    assert [box.isChecked() for box in boxes] == [False, True]
    assert popup.isHidden()


def a_zone(window: QWidget) -> DropZone:
    zone = DropZone(name="扫描件")
    put(window, zone, "zone")
    zone.target.setObjectName("target")
    return zone


def test_a_place_that_is_laid_out_anew_while_the_page_is_at_work_is_dropped_on_where_it_stands_then(
    window: QWidget, qtbot: QtBot, tmp_path: Path
) -> None:
    file, made, dropped = tmp_path / "扫描.pdf", [a_zone(window)], list[list[str]]()
    file.write_bytes(b"%PDF")
    page = SimpleNamespace(settled=False)
    vars(window)["page"] = page

    def anew() -> None:
        shiboken6.delete(made.pop())
        made.append(a_zone(window))
        made[0].files_dropped.connect(dropped.append)
        page.settled = True

    later(anew)
    hand_files.drop(window, "target", [file])
    assert dropped == [[str(file)]]


def test_files_are_dropped_on_the_place_that_takes_them_wherever_in_it_the_hand_is(
    window: QWidget, qtbot: QtBot, tmp_path: Path
) -> None:
    zone = a_zone(window)
    file = tmp_path / "扫描.pdf"
    file.write_bytes(b"%PDF")
    with qtbot.waitSignal(zone.files_dropped) as dropped:
        hand_files.drop(window, "target", [file])
    assert dropped.args == [[str(file)]]


def test_a_picture_is_pasted(window: QWidget, qtbot: QtBot) -> None:
    zone = a_zone(window)
    with qtbot.waitSignal(zone.image_pasted) as pasted:
        hand_files.paste_picture(window, "target", papers.picture("证明", ["王"]))
    assert pasted.args is not None
    assert pasted.args[0].startswith(b"\x89PNG")


def test_the_dialog_is_answered_with_the_files_that_are_wanted(window: QWidget, tmp_path: Path) -> None:
    for name in ("一.txt", "二.txt", "三.txt"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    chosen: list[str] = []

    def ask() -> None:
        dialog = QFileDialog(window, "选择")
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(chosen.extend)
        dialog.open()

    hand_files.choose_files(ask, [tmp_path / "一.txt", tmp_path / "三.txt"])
    assert [Path(one).name for one in chosen] == ["一.txt", "三.txt"]


def test_what_is_saved_twice_under_one_name_overwrites_nothing(window: QWidget, tmp_path: Path) -> None:
    def ask() -> None:
        dialog = QFileDialog(window, "另存为")
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile("承诺书.pdf")
        if dialog.exec():
            Path(dialog.selectedFiles()[0]).write_bytes(b"%PDF")

    first = hand_files.save_as(tmp_path, ask)
    second = hand_files.save_as(tmp_path, ask)
    assert (first.name, second.name, first == second) == ("承诺书.pdf", "承诺书.pdf", False)


def test_every_word_on_the_window_can_be_read(window: QWidget) -> None:
    a_list(window, [("陈喆", "证书")])
    put(window, QPushButton("送出"), "send")
    hand_rows.row(window, "list", "陈喆")
    said = eyes.everything(window)
    assert all(words in said for words in ("陈喆", "证书", "送出"))
    with pytest.raises(hands.Stuck, match="窗口上的“退回”"):
        eyes.says(window, "退回", 0.1)
