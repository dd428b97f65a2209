"""The kit: what each widget does when keys, the mouse or a page touch it."""

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.widgets.base import Label, Rule, column, scrolled
from desktop.widgets.buttons import Button, CheckBox, Chip, ChipRow, TabItem, Tabs
from desktop.widgets.dropzone import DropZone, png_bytes
from desktop.widgets.fields import Field, SearchBox
from desktop.widgets.inputs import ChoiceInput, DateInput, NotesInput, TextInput, read_date
from desktop.widgets.notes import (
    Band,
    EmptyState,
    Finding,
    FindingLine,
    KeyValues,
    Link,
    Notice,
    ProgressLine,
    StatusLine,
)
from desktop.widgets.panel import Fold, Panel, Section, SectionTitle
from desktop.widgets.previews import ImageView, PdfPreview, thumbnail
from desktop.widgets.timeline import Moment, Timeline
from tests.support.windows import shown

pytestmark = pytest.mark.windows
LEFT = Qt.MouseButton.LeftButton
NO_KEY = Qt.KeyboardModifier.NoModifier


def on_screen(qtbot: QtBot, widget: QWidget, width: int = 400, height: int = 200) -> None:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    shown(widget)


def test_a_button_is_pressed_by_keys_and_says_why_it_cannot_be(qtbot: QtBot) -> None:
    button = Button("检查并提交", "primary")
    on_screen(qtbot, button)
    button.setFocus()
    with qtbot.waitSignal(button.clicked):
        QTest.keyClick(button, Qt.Key.Key_Space)
    button.set_reason("还有 1 人不可办")
    assert not button.isEnabled()
    assert button.toolTip() == button.accessibleDescription() == "还有 1 人不可办"
    button.set_reason("")
    assert button.isEnabled()


def test_an_ampersand_in_a_name_is_no_shortcut(qtbot: QtBot) -> None:
    button = Button("甲&乙监理")
    qtbot.addWidget(button)
    assert button.shortcut().isEmpty()
    assert button.accessibleName() == "甲&乙监理"


def test_chips_hold_one_choice_while_counts_change(qtbot: QtBot) -> None:
    chips = ChipRow([Chip("all", "全部", 45), Chip("bad", "不可选", 8)])
    on_screen(qtbot, chips)
    buttons = chips.findChildren(QPushButton)
    with qtbot.waitSignal(chips.chosen) as chosen:
        QTest.mouseClick(buttons[1], LEFT)
    assert chosen.args == ["bad"]
    chips.set_chips([Chip("all", "全部", 44), Chip("bad", "不可选", 7)])
    assert chips.current == "bad"
    assert [button.isChecked() for button in buttons] == [False, True]
    assert buttons[1].accessibleName() == "不可选 7"


def test_a_check_box_is_ticked_by_its_words(qtbot: QtBot) -> None:
    box = CheckBox("我已核对")
    on_screen(qtbot, box, 120, 32)
    QTest.mouseClick(box, LEFT, NO_KEY, QPoint(70, 16))
    assert box.isChecked()


def test_tabs_move_by_arrows_and_stay_when_counts_change(qtbot: QtBot) -> None:
    tabs = Tabs([TabItem("a", "初始教育", 5, "bad"), TabItem("b", "继续教育", 3, "ok")])
    on_screen(qtbot, tabs)
    tabs.setFocus()
    with qtbot.waitSignal(tabs.chosen) as chosen:
        QTest.keyClick(tabs, Qt.Key.Key_Right)
    assert chosen.args == ["b"]
    with qtbot.assertNotEmitted(tabs.chosen):
        tabs.set_items([TabItem("a", "初始教育", 6, "ok"), TabItem("b", "继续教育", 2, "warn")])
    assert tabs.current == "b"
    assert tabs.accessibleTabName(1) == "继续教育 2 有待补"
    with qtbot.assertNotEmitted(tabs.chosen):
        tabs.set_items([TabItem("b", "继续教育", 2)])
    assert tabs.current == "b"


@pytest.mark.parametrize(
    "text", ["2025-10-06", "2025/10/6", "2025.10.06", "20251006", "2025年10月6日", "２０２５－１０－０６"]
)
def test_a_day_is_read_in_every_way_people_write_it(text: str) -> None:
    assert read_date(text) == date(2025, 10, 6)


@pytest.mark.parametrize("text", ["", "2025-13-01", "2025-02-30", "明天", "2025-10"])
def test_what_is_no_day_stays_as_it_was_typed(qtbot: QtBot, text: str) -> None:
    assert read_date(text) is None
    editor = DateInput(name="社保月份")
    qtbot.addWidget(editor)
    editor.set_value(text)
    assert editor.value == text


def test_a_typed_day_is_tidied_on_leaving(qtbot: QtBot) -> None:
    editor, other = DateInput(name="社保月份"), TextInput(name="其他")
    holder = QWidget()
    holder.setLayout(column(editor, other))
    on_screen(qtbot, holder)
    editor.setFocus()
    QTest.keyClicks(editor, "2025/9/1")
    with qtbot.waitSignal(editor.edited) as edited:
        QTest.keyClick(editor, Qt.Key.Key_Tab)
    assert edited.args == ["2025-09-01"]


def test_putting_a_value_in_is_not_an_edit(qtbot: QtBot) -> None:
    for editor in (TextInput(), ChoiceInput([("a", "甲")]), DateInput(), NotesInput()):
        qtbot.addWidget(editor)
        with qtbot.assertNotEmitted(editor.edited):
            editor.set_value("a")
        assert editor.value == "a"


def test_a_choice_is_made_by_keys_and_never_by_scrolling_past(qtbot: QtBot) -> None:
    choice = ChoiceInput([("a", "甲机构"), ("b", "乙机构")], name="初审机构")
    on_screen(qtbot, choice, 200, 32)
    choice.set_value("a")
    choice.setFocus()
    wheel = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        NO_KEY,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QGuiApplication.sendEvent(choice, wheel)
    assert choice.value == "a"
    with qtbot.waitSignal(choice.edited) as edited:
        QTest.keyClick(choice, Qt.Key.Key_Down)
    assert edited.args == ["b"]


def test_a_choice_keeps_a_value_that_is_no_longer_offered(qtbot: QtBot) -> None:
    choice = ChoiceInput([("a", "甲机构")])
    qtbot.addWidget(choice)
    choice.set_value("old")
    assert (choice.value, choice.currentText()) == ("old", "old")


def test_a_field_says_its_finding_in_words_on_screen_and_aloud(qtbot: QtBot) -> None:
    field = Field("身份证号码", TextInput(), required=True, help="18 位")
    on_screen(qtbot, field)
    assert field.editor.accessibleName() == "身份证号码，必填"
    field.set_finding("身份证号最后一位校验不对，请核对第 18 位。")
    assert field.editor.accessibleDescription() == "身份证号最后一位校验不对，请核对第 18 位。"
    assert "身份证号最后一位校验不对，请核对第 18 位。" in [
        label.text() for label in field.findChildren(Label) if label.isVisible()
    ]
    field.set_finding("")
    assert field.editor.accessibleDescription() == "18 位"


def test_a_locked_field_shows_words_instead_of_an_editor(qtbot: QtBot) -> None:
    field = Field("初审机构", ChoiceInput([("a", "甲机构")]))
    on_screen(qtbot, field)
    field.set_value("a")
    field.set_locked(True)
    assert not field.editor.isVisible()
    assert "甲机构" in [label.text() for label in field.findChildren(Label) if label.isVisible()]


def test_the_search_box_searches_while_typing_and_escape_empties_it(qtbot: QtBot) -> None:
    box = SearchBox("姓名、首字母")
    on_screen(qtbot, box)
    with qtbot.waitSignal(box.searched) as searched:
        QTest.keyClicks(box.input, "w")
    assert searched.args == ["w"]
    with qtbot.waitSignal(box.searched) as searched:
        QTest.keyClick(box.input, Qt.Key.Key_Escape)
    assert searched.args == [""]
    with qtbot.waitSignal(box.left_down):
        QTest.keyClick(box.input, Qt.Key.Key_Down)


def test_tab_leaves_a_text_of_several_lines(qtbot: QtBot) -> None:
    holder, notes, after = QWidget(), NotesInput(name="备注"), TextInput(name="电话")
    holder.setLayout(column(notes, after))
    on_screen(qtbot, holder)
    notes.setFocus()
    QTest.keyClick(notes, Qt.Key.Key_Tab)
    assert after.hasFocus()


def test_a_finding_jumps_to_its_place_and_offers_its_steps(qtbot: QtBot) -> None:
    finding = Finding("bad", "1 人不可办", "李建国", "会籍已到期。", "2.5.1", (Link("pay", "去缴费"),), key="row-1")
    line = FindingLine(finding)
    on_screen(qtbot, line)
    jump, pay = line.findChildren(Button)
    with qtbot.waitSignal(line.followed) as followed:
        QTest.mouseClick(jump, LEFT)
    assert followed.args == ["row-1"]
    with qtbot.waitSignal(line.followed) as followed:
        QTest.mouseClick(pay, LEFT)
    assert followed.args == ["pay"]
    assert line.accessibleName() == "1 人不可办，李建国，会籍已到期。"


def test_words_from_outside_never_become_markup(qtbot: QtBot) -> None:
    label = Label("<b>甲</b> <img src=x>")
    on_screen(qtbot, label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.sizeHint().width() > Label("甲").sizeHint().width() * 3


def test_a_wrapped_label_is_as_high_as_its_lines(qtbot: QtBot) -> None:
    label = Label("按 10 月 16 日 10:52 刚更新的资料逐条查过 128 条，没有不可办的。", wrap=True)
    holder = QWidget()
    holder.setLayout(column(label, None))
    on_screen(qtbot, holder, 600, 300)
    one = label.height()
    holder.resize(160, 300)
    qtbot.waitUntil(lambda: label.height() >= 3 * one)
    holder.resize(600, 300)
    qtbot.waitUntil(lambda: label.height() == one)


def test_a_long_name_is_cut_in_its_middle_with_the_whole_on_hover(qtbot: QtBot) -> None:
    label = Label("广东粤港澳大湾区示例建设工程项目管理与监理咨询有限公司", elide="middle")
    on_screen(qtbot, label, 120, 24)
    assert label.toolTip() == label.text()
    label.resize(900, 24)
    assert label.toolTip() == ""


def test_band_notice_and_empty_state_act(qtbot: QtBot) -> None:
    band, notice = Band("ok", "9 人都可以提交", action="看每一条"), Notice("已放入待发送", action="撤回")
    empty = EmptyState("还没有草稿", action="新办业务")
    for part in (band, notice, empty):
        on_screen(qtbot, part)
        with qtbot.waitSignal(part.acted):
            QTest.mouseClick(part.findChildren(Button)[0], LEFT)
    band.set_verdict("bad", "1 人不可办", "李建国")
    assert band.accessibleName() == "1 人不可办。李建国"
    notice.clear()
    assert notice.isHidden()


def test_progress_says_what_and_how_many_and_can_be_stopped_once(qtbot: QtBot) -> None:
    line = ProgressLine()
    qtbot.addWidget(line)
    assert line.isHidden()
    line.show_progress(118, 326, "正在读取")
    assert line.accessibleName() == "正在读取 118 / 326"
    cancel = line.findChildren(Button)[0]
    with qtbot.waitSignal(line.cancelled):
        QTest.mouseClick(cancel, LEFT)
    assert not cancel.isEnabled()
    line.finish()
    line.show_progress(1, 2, "又一次")
    assert cancel.isEnabled()


def test_offline_is_said_in_words_and_never_in_red(qtbot: QtBot) -> None:
    line = StatusLine()
    on_screen(qtbot, line, 300, 32)
    line.set_state(False, "上次联系 10:42")
    assert line.accessibleName() == "离线 上次联系 10:42"
    red = [
        colour
        for colour in {line.grab().toImage().pixelColor(x, y).name() for x in range(60) for y in range(32)}
        if colour == "#b3261e"
    ]
    assert red == []


def test_a_panel_scrolls_its_sections_and_keeps_its_foot(qtbot: QtBot) -> None:
    panel = Panel("提交前检查")
    on_screen(qtbot, panel, 328, 300)
    panel.set_sections([FindingLine(Finding("bad", f"第 {n} 处", words="要改")) for n in range(20)])
    panel.set_foot("依据 10 月 13 日的资料", action="更新资料")
    foot = panel.findChildren(Button)[-1]
    with qtbot.waitSignal(panel.foot_acted):
        button = next(one for one in panel.findChildren(Button) if one.accessibleName() == "更新资料")
        QTest.mouseClick(button, LEFT)
    assert button.mapTo(panel, QPoint()).y() < panel.height()
    panel.set_sections([Section("费用预计", amount="740.00 元")])
    qtbot.waitUntil(lambda: len(panel.findChildren(FindingLine)) == 0)
    assert foot is not None


def test_a_fold_opens_by_key(qtbot: QtBot) -> None:
    inside = Label("苏婉玲")
    fold = Fold("其余 4 人没有问题", content=inside)
    on_screen(qtbot, fold)
    assert not inside.isVisible()
    fold.head.setFocus()
    QTest.keyClick(fold.head, Qt.Key.Key_Space)
    assert inside.isVisible()


def test_a_timelines_step_says_which(qtbot: QtBot) -> None:
    line = Timeline([Moment("赵敏 退回", said="电话打不通", action="看是哪 5 处", key="marks")])
    on_screen(qtbot, line)
    with qtbot.waitSignal(line.acted) as acted:
        QTest.mouseClick(line.findChildren(Button)[0], LEFT)
    assert acted.args == ["marks"]


def dropped(zone: DropZone, paths: list[Path]) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, LEFT, NO_KEY)
    zone.dropEvent(event)


def test_dropped_files_come_in_and_folders_only_where_allowed(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "社保.pdf"
    file.write_bytes(b"%PDF-")
    zone, folders = DropZone(name="社保证明"), DropZone(name="一批", folders=True)
    for one in (zone, folders):
        qtbot.addWidget(one)
    with qtbot.waitSignal(zone.files_dropped) as got:
        dropped(zone, [file, tmp_path])
    assert got.args == [[str(file)]]
    with qtbot.waitSignal(folders.files_dropped) as got:
        dropped(folders, [tmp_path])
    assert got.args == [[str(tmp_path)]]


def test_a_picture_is_pasted_as_png_and_an_empty_clipboard_is_said(qtbot: QtBot) -> None:
    zone = DropZone(name="社保证明", limits="不超过 10 MB")
    on_screen(qtbot, zone)
    QGuiApplication.clipboard().clear()
    zone.target.setFocus()
    QTest.keyClick(zone.target, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert "剪贴板里没有文件或图片" in zone.target.accessibleDescription()
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(image)
    with qtbot.waitSignal(zone.image_pasted) as pasted:
        QTest.keyClick(zone.target, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert QImage.fromData(pasted.args[0]).pixelColor(1, 1).name() == "#ff0000"


def a_pdf() -> bytes:
    from io import BytesIO

    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out)
    for _page in range(2):
        canvas.drawString(72, 700, "page")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def test_a_paper_is_previewed_and_garbage_has_no_pages(qtbot: QtBot) -> None:
    view = PdfPreview()
    on_screen(qtbot, view)
    assert view.show_bytes(a_pdf()) == 2
    assert view.show_bytes(b"%PDF-garbage") == 0
    assert not thumbnail(a_pdf(), 38, 46).isNull()
    assert thumbnail(b"nothing", 38, 46).isNull()


@pytest.mark.parametrize("width", [300, 900])
def test_a_paper_that_fits_the_width_is_zoomed_from_what_is_seen(qtbot: QtBot, width: int) -> None:
    view = PdfPreview()
    on_screen(qtbot, view, width, 300)
    assert view.show_bytes(a_pdf()) == 2
    view.zoom(1.0)
    whole = view.verticalScrollBar().maximum() + view.viewport().height()
    view.setZoomMode(PdfPreview.ZoomMode.FitToWidth)
    fitted = view.verticalScrollBar().maximum() + view.viewport().height()
    assert abs(whole - fitted) <= 4
    QTest.keyClick(view, Qt.Key.Key_Minus)
    assert view.verticalScrollBar().maximum() + view.viewport().height() < fitted
    view.setZoomMode(PdfPreview.ZoomMode.FitToWidth)
    QTest.keyClick(view, Qt.Key.Key_Plus)
    assert view.verticalScrollBar().maximum() + view.viewport().height() > fitted


def test_a_picture_zooms_turns_and_fits_again(qtbot: QtBot) -> None:
    view = ImageView()
    on_screen(qtbot, view, 300, 300)
    image = QImage(100, 50, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.blue)
    assert view.show_bytes(png_bytes(image))
    fitted = view.percent
    QTest.keyClick(view, Qt.Key.Key_Plus)
    assert view.percent > fitted
    QTest.keyClick(view, Qt.Key.Key_BracketRight)
    assert view.turn == 90
    QTest.keyClick(view, Qt.Key.Key_0)
    assert view.percent == fitted
    assert not view.show_bytes(b"no picture")


def test_a_value_that_is_selectable_is_named_for_the_ear(qtbot: QtBot) -> None:
    values = KeyValues([("附件", "31 个，4.0 MB")])
    area = scrolled(values)
    on_screen(qtbot, area)
    assert "附件：31 个，4.0 MB" in [label.accessibleName() for label in values.findChildren(Label)]


@pytest.mark.parametrize("action", ["", "全部 9 件"])
def test_the_hairline_of_a_heading_stands_at_its_foot_with_a_link_and_without(qtbot: QtBot, action: str) -> None:
    title = SectionTitle("正在办理", 9, action=action)
    qtbot.addWidget(title)
    title.resize(600, 36)
    shown(title)
    rule = title.findChild(Rule)
    assert rule is not None
    assert rule.geometry().bottom() == title.rect().bottom()
