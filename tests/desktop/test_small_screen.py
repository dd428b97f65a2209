"""A small screen at a large scale: what opens over a page stays on it, can be read, and hands the cursor back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QGuiApplication, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QCalendarWidget, QHBoxLayout, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from desktop.pages.form_fields import ChoicesInput
from desktop.pages.paper_look import Sought
from desktop.pages.preview import PaperWindow
from desktop.theme import RATIOS, Theme
from desktop.widgets.base import column
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field
from desktop.widgets.inputs import ChoiceInput, DateInput
from desktop.widgets.menu import dressed
from desktop.widgets.popup import GAP, beside
from desktop.window_place import TITLE, fit
from tests.desktop.sample_desk import SampleDesk
from tests.support.windows import shown

pytestmark = pytest.mark.windows
opens = pytest.mark.qt_log_ignore("This plugin does not support")  # said by the screen of tests of every popup
SCREEN = QRect(0, 0, 911, 512)  # 1366 × 768 at 150 %
MANY = [(str(at), f"广东省示例建设监理协会第 {at} 分会") for at in range(30)]
FIELD = QSize(180, 32)


@pytest.mark.parametrize("size", [QSize(200, 100), QSize(320, 400), QSize(2000, 2000)])
@pytest.mark.parametrize("x", [0, 400, 731, 880])
@pytest.mark.parametrize("y", [0, 240, 300, 480])
def test_what_opens_beside_a_field_is_on_the_screen_and_covers_no_field(x: int, y: int, size: QSize) -> None:
    field = QRect(QPoint(x, y), FIELD)
    placed = beside(field, size, SCREEN)
    assert SCREEN.contains(placed)
    assert not placed.intersects(field)
    assert placed.top() == field.bottom() + 1 + GAP or placed.bottom() == field.top() - 1 - GAP
    assert placed.width() == min(size.width(), SCREEN.width())


def test_it_opens_below_where_there_is_room_and_is_never_lower_than_it_must_be() -> None:
    field = QRect(QPoint(100, 200), FIELD)
    assert beside(field, QSize(200, 100), SCREEN) == QRect(100, 232 + GAP, 200, 100)
    assert beside(field, QSize(200, 400), SCREEN).height() == SCREEN.bottom() + 1 - 232 - GAP
    assert beside(QRect(QPoint(100, 450), FIELD), QSize(200, 100), SCREEN).bottom() == 449 - GAP


def in_the_corner(qtbot: QtBot, editor: Any, corner: str) -> QWidget:
    """A form's field in a corner of the screen."""
    window = QWidget(None, Qt.WindowType.FramelessWindowHint)
    qtbot.addWidget(window)
    window.setLayout(column(Field("初审机构", editor), None, margins=(4, 4, 4, 4)))
    room = QGuiApplication.primaryScreen().availableGeometry()
    window.resize(200, 64)
    place = window.rect()
    getattr(place, f"move{corner}")(getattr(room, corner[0].lower() + corner[1:])())
    window.move(place.topLeft())
    shown(window)
    editor.setFocus()
    return window


def choose(editor: ChoiceInput) -> None:
    editor.showPopup()


def pick_day(editor: DateInput) -> None:
    QTest.keyClick(editor, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)


def tick(editor: ChoicesInput) -> None:
    QTest.keyClick(editor, Qt.Key.Key_Space)


OPENS: list[tuple[Callable[[], QWidget], Callable[[Any], None]]] = [
    (lambda: ChoiceInput(MANY, name="初审机构"), choose),
    (lambda: DateInput(name="缴费日期"), pick_day),
    (lambda: ChoicesInput(MANY, name="证书"), tick),
]


@opens
@pytest.mark.parametrize("corner", ["TopLeft", "TopRight", "BottomLeft", "BottomRight"])
@pytest.mark.parametrize(("make", "open_it"), OPENS, ids=["choice", "date", "choices"])
def test_a_drop_down_stays_on_the_screen_and_escape_gives_the_cursor_back(
    qtbot: QtBot, corner: str, make: Callable[[], QWidget], open_it: Callable[[Any], None]
) -> None:
    editor: Any = make()
    window = in_the_corner(qtbot, editor, corner)
    open_it(editor)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    popup = QApplication.activePopupWidget()
    assert popup is not None
    assert QGuiApplication.primaryScreen().availableGeometry().contains(popup.geometry())
    frame = editor.parentWidget()
    assert not popup.geometry().intersects(QRect(frame.mapToGlobal(QPoint()), frame.size()))
    QTest.keyClick(QApplication.focusWidget() or popup, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)
    qtbot.waitUntil(editor.hasFocus)
    assert window.isActiveWindow()


@opens
def test_a_long_choice_is_read_whole_though_its_field_is_narrow(qtbot: QtBot) -> None:
    editor = ChoiceInput(MANY, name="初审机构")
    in_the_corner(qtbot, editor, "TopLeft")
    editor.setMaximumWidth(80)
    editor.showPopup()
    widest = max(editor.fontMetrics().horizontalAdvance(words) for _key, words in MANY)
    assert editor.view().viewport().width() >= widest + 20  # 12 px before the words, 8 after
    editor.hidePopup()


@opens
def test_a_day_is_taken_with_the_keyboard(qtbot: QtBot) -> None:
    editor = DateInput(name="缴费日期")
    in_the_corner(qtbot, editor, "TopLeft")
    editor.set_value("2026-03-16")
    pick_day(editor)
    calendar = editor.findChild(QCalendarWidget)
    assert calendar is not None
    buttons = [one for one in calendar.findChildren(QAbstractButton) if one.icon().name() or not one.icon().isNull()]
    assert {one.accessibleName() for one in buttons} >= {"上个月", "下个月"}
    inside = QApplication.focusWidget()
    assert inside is not None
    QTest.keyClick(inside, Qt.Key.Key_Right)
    QTest.keyClick(inside, Qt.Key.Key_Return)
    assert editor.value == "2026-03-17"
    qtbot.waitUntil(editor.hasFocus)


def test_entries_of_a_menu_are_high_enough_to_be_hit_and_show_their_words(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    menu = dressed(QMenu(window))
    plain, ticked = menu.addAction("单位会员信息变更"), menu.addAction("广州示例工程监理有限公司")
    ticked.setCheckable(True)
    order = dressed(menu.addMenu("排序"))
    order.addAction("姓名")
    menu.addSeparator()
    for entry in (plain, ticked, order.menuAction()):
        room = menu.actionGeometry(entry)
        assert room.height() >= 32
        assert room.width() >= menu.fontMetrics().horizontalAdvance(entry.text()) + 32
    assert menu.sizeHint().height() <= 3 * 32 + 9 + 8 + 2


@opens
def test_a_menu_of_a_button_is_opened_walked_and_left_by_keys(qtbot: QtBot) -> None:
    window, button, taken = QWidget(), Button("新办业务"), []
    qtbot.addWidget(window)
    layout = QHBoxLayout(window)
    layout.addWidget(button)
    menu = QMenu(button)
    for words in ("学习报名", "缴费"):
        action: QAction = menu.addAction(words)
        action.triggered.connect(lambda _on=False, said=words: taken.append(said))
    button.set_menu(menu)
    shown(window)
    button.setFocus()

    def press(*keys: Qt.Key) -> None:
        QTest.keyClick(button, Qt.Key.Key_Return)
        qtbot.waitUntil(menu.isVisible)
        for key in keys:
            QTest.keyClick(menu, key)
        qtbot.waitUntil(lambda: not menu.isVisible())

    press(Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert taken == ["缴费"]
    assert button.hasFocus()
    press(Qt.Key.Key_Escape)
    assert taken == ["缴费"]
    assert button.hasFocus()


def test_a_window_of_its_own_is_no_larger_than_the_screen_under_a_title_bar(qtbot: QtBot, desk: SampleDesk) -> None:
    room = QGuiApplication.primaryScreen().availableGeometry()
    window = PaperWindow(desk.context, "毕业证书", Sought("", ""))
    qtbot.addWidget(window)
    assert window.width() <= room.width()
    assert window.height() <= room.height() - TITLE
    least = window.minimumSizeHint()
    assert (least.width() <= SCREEN.width(), least.height() <= SCREEN.height() - TITLE) == (True, True)
    fit(window, 5000, 5000)
    assert window.size() == QSize(room.width(), room.height() - TITLE)


@pytest.mark.parametrize("ratio", RATIOS)
def test_an_icon_is_drawn_for_each_scale_and_never_from_a_smaller_or_larger_one(look: Theme, ratio: float) -> None:
    for name in ("calendar", "chevron-left", "logo"):
        made = look.icon(name, "text2").pixmap(QSize(16, 16), ratio)
        assert made.devicePixelRatio() == ratio
        assert made.size() == QSize(round(16 * ratio), round(16 * ratio))
        fresh = QPixmap(made.size())
        fresh.setDevicePixelRatio(ratio)
        fresh.fill(Qt.GlobalColor.transparent)
        painter = QPainter(fresh)
        look.draw_icon(painter, name, QRectF(0, 0, 16, 16), "text2")
        painter.end()
        assert made.toImage() == fresh.toImage()


@opens
def test_the_calendar_of_a_field_is_named_for_the_ear(qtbot: QtBot) -> None:
    editor = DateInput(name="缴费日期")
    in_the_corner(qtbot, editor, "TopLeft")
    assert isinstance(editor, QLineEdit)
    editor.open_calendar()
    calendar = editor.findChild(QCalendarWidget)
    assert calendar is not None
    assert calendar.accessibleName() == "日历"
    popup = QApplication.activePopupWidget()
    assert popup is not None
    popup.close()
