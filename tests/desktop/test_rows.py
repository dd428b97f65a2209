"""Lists: what they show, find, tick, copy and remember, by keys and by mouse."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from desktop.rows_chosen import ChosenBar
from desktop.rows_menu import menu_of
from desktop.rows_model import Act, Column, RowsModel
from desktop.rows_view import RowsView
from desktop.theme import theme
from desktop.widgets.base import column
from desktop.widgets.buttons import Button
from desktop.widgets.notes import EmptyState
from tests.support.windows import shown

pytestmark = pytest.mark.windows
LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@dataclass(frozen=True)
class Person:
    """A row of these tests."""

    id: str
    name: str
    initials: str
    state: str = "ok"
    amount: int | None = None


PEOPLE = (
    Person("1", "王芳", "wf", amount=30),
    Person("2", "陈静怡", "cjy", "bad", 10),
    Person("3", "李建国", "ljg", "warn"),
    Person("4", "赵敏", "zm", amount=20),
)


def columns() -> list[Column[Person]]:
    return [
        Column("姓名", lambda p: p.name, sub=lambda p: p.initials, weight=500, width=100),
        Column(
            "状态",
            lambda p: {"ok": "可办", "bad": "不可办"}.get(p.state, "缺资料"),
            icon=lambda p: p.state,
            role=lambda p: p.state,
        ),
        Column(
            "金额",
            lambda p: "" if p.amount is None else f"-{p.amount}.00",
            align="right",
            width=90,
            sort=lambda p: p.amount,
        ),
        Column("下一步", acts=lambda p: [Act("open", "看"), Act("mend", "去修改", "secondary")], width=160),
    ]


def a_model(*, ticks: bool = False) -> RowsModel[Person]:
    model: RowsModel[Person] = RowsModel(
        columns(),
        key=lambda p: p.id,
        ticks=ticks,
        tickable=lambda p: p.state != "bad",
        search=lambda p: f"{p.name} {p.initials}",
    )
    model.show(PEOPLE)
    return model


def a_view(qtbot: QtBot, model: RowsModel[Person], settings: QSettings | None = None) -> RowsView:
    view = RowsView(model, name="人员", empty=EmptyState("没有人", "先导入"), settings=settings, remember="people")
    qtbot.addWidget(view)
    view.resize(700, 300)
    shown(view)
    view.setFocus()
    view.set_current(0)
    return view


def names(model: RowsModel[Person]) -> list[str]:
    return [person.name for person in model.visible]


@pytest.mark.parametrize("ticks", [False, True])
def test_the_model_keeps_qts_rules(qtmodeltester: ModelTester, ticks: bool) -> None:
    model = a_model(ticks=ticks)
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]  # pytest-qt does not say
    model.sort(model.offset)
    model.set_search("w")
    model.show(PEOPLE[:2])
    model.show(())
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]  # pytest-qt does not say


def test_search_takes_every_word_and_filters_hold_beside_it() -> None:
    model = a_model()
    model.set_search("J")
    assert names(model) == ["陈静怡", "李建国"]
    model.set_filter(lambda p: p.state == "warn")
    assert names(model) == ["李建国"]
    model.set_search("")
    model.set_filter(None)
    assert len(names(model)) == 4


def test_words_sort_by_pinyin_and_unknown_amounts_stand_last_both_ways() -> None:
    model = a_model()
    model.sort(0)
    assert names(model) == ["陈静怡", "李建国", "王芳", "赵敏"]
    model.sort(2)
    assert names(model) == ["陈静怡", "赵敏", "王芳", "李建国"]
    model.sort(2, Qt.SortOrder.DescendingOrder)
    assert names(model) == ["王芳", "赵敏", "陈静怡", "李建国"]
    model.sort(-1)
    assert names(model) == ["王芳", "陈静怡", "李建国", "赵敏"]


def test_the_cursor_stays_on_its_row_through_sorting_and_news(qtbot: QtBot) -> None:
    model = a_model()
    view = a_view(qtbot, model)
    view.set_current(3)
    model.sort(0, Qt.SortOrder.DescendingOrder)
    assert view.current.name == "赵敏"
    model.show((replace(PEOPLE[3], state="warn"), *PEOPLE[:2]))
    assert view.current == replace(PEOPLE[3], state="warn")


def test_space_ticks_and_what_may_not_be_ticked_is_left(qtbot: QtBot) -> None:
    model = a_model(ticks=True)
    view = a_view(qtbot, model)
    QTest.keyClick(view, Qt.Key.Key_Space)
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert [p.name for p in view.chosen] == ["王芳"]
    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert [p.name for p in view.chosen] == ["王芳", "李建国", "赵敏"]
    assert model.tick_state() == Qt.CheckState.Checked


def test_shift_and_arrows_tick_a_range(qtbot: QtBot) -> None:
    model = a_model(ticks=True)
    view = a_view(qtbot, model)
    view.set_current(2)
    QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert [p.name for p in view.chosen] == ["李建国", "赵敏"]


def test_ticks_of_rows_that_are_gone_are_gone(qtbot: QtBot) -> None:
    model = a_model(ticks=True)
    model.set_ticked(["1", "4"])
    with qtbot.waitSignal(model.ticks_changed):
        model.show(PEOPLE[1:])
    assert [p.id for p in model.ticked] == ["4"]


def test_enter_opens_and_right_reaches_the_links_of_the_row(qtbot: QtBot) -> None:
    view = a_view(qtbot, a_model())
    with qtbot.waitSignal(view.opened) as opened:
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert opened.args == [PEOPLE[0]]
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Right)
    with qtbot.waitSignal(view.followed) as followed:
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert followed.args == [PEOPLE[0], "mend"]


def test_typing_initials_moves_to_the_next_such_row(qtbot: QtBot) -> None:
    view = a_view(qtbot, a_model())
    QTest.keyClicks(view, "lj")
    assert view.current.name == "李建国"


def test_a_click_on_a_link_follows_it_and_a_click_on_a_box_ticks(qtbot: QtBot) -> None:
    model = a_model(ticks=True)
    view = a_view(qtbot, model)
    act_cell = view.visualRect(model.index(2, 4))
    with qtbot.waitSignal(view.followed) as followed:
        QTest.mouseClick(view.viewport(), LEFT, NO_KEY, QPoint(act_cell.x() + 12, act_cell.center().y()))
    assert followed.args == [PEOPLE[2], "open"]
    box = view.visualRect(model.index(3, 0)).center()
    QTest.mouseClick(view.viewport(), LEFT, NO_KEY, box)
    assert [p.name for p in model.ticked] == ["赵敏"]


def test_a_click_on_the_head_sorts_and_its_box_ticks_all(qtbot: QtBot) -> None:
    model = a_model(ticks=True)
    view = a_view(qtbot, model)
    head = view.horizontalHeader()
    at = QPoint(head.sectionViewportPosition(1) + 20, head.height() // 2)
    QTest.mouseClick(head.viewport(), LEFT, NO_KEY, at)
    assert names(model)[0] == "陈静怡"
    QTest.mouseClick(head.viewport(), LEFT, NO_KEY, QPoint(12, head.height() // 2))
    assert len(model.ticked) == 3


def test_copy_gives_excel_titles_and_rows_and_no_formula(qtbot: QtBot) -> None:
    view = a_view(qtbot, a_model())
    view.rows.show((Person("9", "=1+1", "x", amount=5),))
    view.set_current(0)
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "姓名\t状态\t金额\n'=1+1 x\t可办\t-5.00\n"


def test_moved_columns_are_remembered(qtbot: QtBot, tmp_path: Path) -> None:
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    first = a_view(qtbot, a_model(ticks=True), settings)
    first.horizontalHeader().moveSection(3, 1)
    first.horizontalHeader().resizeSection(1, 140)
    qtbot.waitUntil(lambda: settings.contains("people"))
    again = a_view(qtbot, a_model(ticks=True), settings)
    assert again.horizontalHeader().visualIndex(3) == 1
    assert again.columnWidth(1) == 140
    again.columns.reset()
    assert (again.horizontalHeader().visualIndex(3), again.columnWidth(1)) == (3, 100)


def test_damaged_memory_of_columns_is_ignored(qtbot: QtBot, tmp_path: Path) -> None:
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    settings.setValue("people", "{no json")
    assert a_view(qtbot, a_model(), settings).columnWidth(0) == 100


def test_an_empty_list_says_what_will_stand_there_and_a_search_without_result_says_so(qtbot: QtBot) -> None:
    model = a_model()
    view = a_view(qtbot, model)
    empty = view.findChild(EmptyState)
    assert empty is not None
    assert not empty.isVisible()
    model.set_search("qqq")
    assert empty.isVisible()
    assert "没有符合条件的" in empty.accessibleName()
    model.set_search("")
    model.show(())
    assert empty.isVisible()
    assert "没有人" in empty.accessibleName()


def test_a_screen_reader_hears_the_title_the_word_and_the_second_line() -> None:
    model = a_model(ticks=True)
    spoken = [model.index(1, column).data(Qt.ItemDataRole.AccessibleTextRole) for column in (0, 1, 2)]
    assert spoken == ["不能勾选", "姓名：陈静怡，cjy", "状态：不可办"]


def test_the_menu_key_offers_what_the_mouse_can_do(qtbot: QtBot) -> None:
    view = a_view(qtbot, a_model())
    menu = menu_of(view)
    assert [action.text() for action in menu.actions() if action.text()] == [
        "打开",
        "看",
        "去修改",
        "复制到 Excel",
        "排序",
        "列恢复原样",
    ]
    with qtbot.waitSignal(view.followed) as followed:
        menu.actions()[2].trigger()
    assert followed.args == [PEOPLE[0], "mend"]


def test_the_bar_of_chosen_rows_shows_itself_and_acts(qtbot: QtBot) -> None:
    model = a_model(ticks=True)
    view = a_view(qtbot, model)
    bar = ChosenBar(view, [("out", "移出")], noun="人")
    holder = QWidget()
    qtbot.addWidget(holder)
    holder.resize(300, 60)
    holder.setLayout(column(bar))
    with qtbot.waitExposed(holder):
        holder.show()
    assert not bar.isVisible()
    model.set_ticked(["1", "3"])
    assert bar.isVisible()
    with qtbot.waitSignal(bar.acted) as acted:
        QTest.mouseClick(bar.findChildren(Button)[0], LEFT)
    assert acted.args == ["out"]


def test_an_error_in_a_columns_function_is_told_and_the_program_lives(qtbot: QtBot) -> None:
    model: RowsModel[Person] = RowsModel([Column("坏", lambda p: {"": ""}[p.id])])
    model.show(PEOPLE)
    view = RowsView(model, name="坏")
    qtbot.addWidget(view)
    view.resize(200, 200)
    with qtbot.captureExceptions() as told:
        view.grab()
    assert {kind for kind, _error, _trace in told} == {KeyError}


def test_ten_thousand_rows_are_read_once_and_only_what_is_seen_is_drawn(qtbot: QtBot) -> None:
    many = [Person(str(i), f"{'王陈李赵孙周吴郑'[i % 8]}{i}", f"w{i}", amount=i * 7919 % 10_000) for i in range(10_000)]
    asked: Counter[str] = Counter()

    def told(what: str, value: Callable[[Person], str | int | None]) -> Callable[[Person], Any]:
        def tell(person: Person) -> str | int | None:
            asked[what] += 1
            return value(person)

        return tell

    drawn = Column[Person]("姓名", told("drawn", lambda p: p.name))
    model: RowsModel[Person] = RowsModel(
        [drawn, Column("金额", lambda p: str(p.amount), sort=told("sorted", lambda p: p.amount))],
        key=lambda p: p.id,
        ticks=True,
        search=told("searched", lambda p: f"{p.name} {p.initials}"),
    )
    view = RowsView(model, name="人员")
    qtbot.addWidget(view)
    view.resize(900, 600)
    model.show(many)
    view.grab()
    for letters in ("w", "w9", "w99", "w9", ""):
        model.set_search(letters)
    model.sort(2)
    model.tick_all(True)
    view.grab()
    assert names(model)[0] == "王0"
    assert len(model.ticked) == 10_000
    assert asked["searched"] == 10_000
    assert asked["sorted"] <= 30_000  # a few times a row, not once a comparison
    assert 0 < asked["drawn"] < 1_000


def test_a_model_without_a_parent_belongs_to_its_view(qtbot: QtBot) -> None:
    """Python's collector, on whichever thread, may not take it from under a view that is shown."""
    model: RowsModel[Person] = RowsModel(columns())
    view = RowsView(model, name="人员")
    qtbot.addWidget(view)
    assert not shiboken6.ownedByPython(model)
    other = RowsView(model, name="同一份")
    qtbot.addWidget(other)
    assert model.parent() is view


def test_a_list_says_that_it_reads_until_it_knows_that_there_is_nothing(qtbot: QtBot) -> None:
    empty = EmptyState("还没有人", "先添加一个。", action="添加")
    model: RowsModel[str] = RowsModel([Column("姓名", lambda one: one)], key=lambda one: one)
    view = RowsView(model, name="名单", empty=empty)
    qtbot.addWidget(view)
    assert empty.accessibleName().startswith("正在读取")
    model.show(())
    assert empty.accessibleName().startswith("还没有人")


def test_a_list_as_high_as_its_rows_keeps_its_last_row_free_of_the_scroll_bar(qtbot: QtBot) -> None:
    wide: list[Column[Person]] = [
        Column("姓名", lambda p: p.name * 40, width=400, whole=True),
        Column("状态", lambda p: p.state, width=400),
    ]
    model: RowsModel[Person] = RowsModel(wide, key=lambda p: p.id)
    view = RowsView(model, name="人员", fit=True, row_height=36)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    model.show(PEOPLE[:1])
    holder = QWidget()
    holder.setLayout(column(view, None))
    holder.resize(300, 300)
    qtbot.addWidget(holder)
    shown(holder)
    qtbot.waitUntil(lambda: view.horizontalScrollBar().isVisible())
    assert view.viewport().height() >= 36
    holder.resize(1000, 300)
    qtbot.waitUntil(lambda: not view.horizontalScrollBar().isVisible())
    assert view.viewport().height() == 36


def test_an_icon_stands_before_its_word_at_the_right_and_keeps_its_meaning_beside_plain_words(qtbot: QtBot) -> None:
    state = Column[str]("状态", lambda one: one, icon="ok", role="ok", align="right", width=160)
    plain = Column[str]("参数", lambda one: one, icon="warn", width=160)
    model: RowsModel[str] = RowsModel([plain, state], key=lambda one: one)
    view = RowsView(model, name="名单", header=False)
    qtbot.addWidget(view)
    view.resize(320, 80)
    model.show(["可办"])
    shown(view)
    image = view.viewport().grab().toImage()
    inked = {
        (x, image.pixelColor(x, y).name())
        for x in range(image.width())
        for y in range(view.rowHeight(0) - 2)
    }  # fmt: skip
    ok, warn = (theme().colour(role).name() for role in ("ok", "warn"))
    assert min(x for x, colour in inked if colour == ok) > 240
    assert max(x for x, colour in inked if colour == warn) < 40


def test_a_list_as_high_as_its_rows_grows_with_the_words_that_stand_for_none(qtbot: QtBot) -> None:
    model: RowsModel[Person] = RowsModel(columns(), key=lambda p: p.id)
    empty = EmptyState("没有人")
    view = RowsView(model, name="人员", fit=True, row_height=36, empty=empty)
    model.show(())
    holder = QWidget()
    holder.setLayout(column(view, None))
    holder.resize(260, 400)
    qtbot.addWidget(holder)
    shown(holder)
    before = view.height()
    empty.set_words("还没有人", "按“选人”从全体人员里选：不可办的也列在那里，写明原因。", action="选人")
    qtbot.waitUntil(lambda: view.height() > before and empty.height() >= empty.sizeHint().height())
