"""The window: going places and back, finding, keys, names for the ear, and what is remembered."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import yaml
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QTabBar, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.page import Page
from desktop.rows_model import Column, RowsModel
from desktop.rows_view import RowsView
from desktop.shell import KEPT, Shell
from desktop.shell_bars import shorten
from desktop.shell_model import FIXED, Count, LineState, NavItem, Place, ShellModel
from desktop.shell_nav import in_lines
from desktop.widgets.base import Label, scrolled
from desktop.widgets.buttons import Button, Chip, ChipRow
from desktop.widgets.fields import Field
from desktop.widgets.inputs import TextInput
from desktop.widgets.notes import Notice
from tests.desktop import kit_pages
from tests.desktop.kit_pictures import SAMPLE, fill
from tests.support.windows import shown

pytestmark = pytest.mark.windows
ROUTES = ("home", "drafts", "outbox", "form", "people/archive")
Open = Callable[..., Shell]


class NotePage(Page):
    """A page that notes what the shell tells it."""

    def __init__(self, route: str) -> None:
        super().__init__(f"第 {route} 页", back=True, help_topic=route)
        self.notes: list[str] = []
        self.willing = True
        self.field = Field("姓名", TextInput())
        self.press = Button("保存")
        self.add(self.field)
        self.add(self.press)
        self.add_stretch()

    def shown(self) -> None:
        self.notes.append("shown")

    def hidden(self) -> None:
        self.notes.append("hidden")

    def close_request(self) -> bool:
        return self.willing


@pytest.fixture
def model() -> ShellModel:
    made = ShellModel()
    fill(made, yaml.safe_load(SAMPLE.read_text("utf-8")), online=True)
    return made


@pytest.fixture
def open_shell(qtbot: QtBot, model: ShellModel) -> Open:
    def opened(pages: Callable[[str], Page | None] | None = None, settings: QSettings | None = None) -> Shell:
        shell = Shell(model, pages or (lambda route: None if route == "nowhere" else NotePage(route)), settings)
        qtbot.addWidget(shell)
        if settings is None:
            shell.resize(1366, 768)  # the offscreen screen is smaller, and takes the cursor away when a window grows
        return shown(shell)

    return opened


def note(shell: Shell) -> NotePage:
    assert isinstance(shell.page, NotePage)
    return shell.page


def key(shell: Shell, code: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key as the window system brings it: to the window, which finds who has the cursor."""
    handle = shell.windowHandle()
    assert handle is not None
    QTest.keyClick(handle, code, modifier)


def test_pages_are_told_when_they_come_and_go_and_are_kept(open_shell: Open) -> None:
    shell = open_shell()
    shell.go("home")
    home = note(shell)
    shell.go("drafts")
    shell.go("home")
    assert note(shell) is home
    assert home.notes == ["shown", "hidden", "shown"]
    assert shell.windowTitle() == "第 home 页 - 会办"


def test_alt_left_goes_back_and_alt_right_forth(open_shell: Open) -> None:
    shell = open_shell()
    for route in ("home", "drafts", "outbox"):
        shell.go(route)
    key(shell, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    key(shell, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert shell.route == "home"
    key(shell, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert shell.route == "drafts"
    shell.go("form")
    key(shell, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert shell.route == "form", "what lay ahead is gone after going elsewhere"


def test_a_route_without_a_page_changes_nothing(open_shell: Open) -> None:
    shell = open_shell()
    shell.go("home")
    assert not shell.go("nowhere")
    assert shell.route == "home"
    assert note(shell).notes == ["shown"]


def test_a_page_whose_thing_is_gone_is_left_and_forgotten(open_shell: Open) -> None:
    shell = open_shell()
    for route in ("home", "draft/1"):
        shell.go(route)
    shell.forget("draft/1")
    assert shell.route == "home"
    shell.forth()
    assert shell.route == "home"


def test_only_the_last_dozen_pages_are_kept_and_never_an_unwilling_one(open_shell: Open) -> None:
    shell = open_shell()
    shell.go("keep")
    note(shell).willing = False
    for number in range(KEPT + 5):
        shell.go(f"case/{number}")
    assert len(shell._pages) <= KEPT + 1
    assert "keep" in shell._pages
    assert "case/0" not in shell._pages


def test_the_left_side_marks_where_one_is_and_opens_its_group(open_shell: Open) -> None:
    shell = open_shell()
    shell.go("people/archive")
    here = [button.item.route for button in shell.nav.buttons if button.here]
    seen = [button.item.route for button in shell.nav.buttons if button.isVisible()]
    assert here == ["people/archive"]
    assert "people/new" in seen
    assert "pay/dues" not in seen


def marked(shell: Shell) -> list[str]:
    return [button.item.route for button in shell.nav.buttons if button.here]


def opened_groups(shell: Shell) -> list[str]:
    return [button.item.route for button in shell.nav.buttons if button.opened]


def test_a_page_without_an_entry_is_marked_where_it_belongs(open_shell: Open) -> None:
    shell = open_shell()
    shell.go("drafts")
    shell.go("case/1")
    assert marked(shell) == ["drafts"], "where one came from"
    assert shell.page is not None
    shell.page.place = "people/archive"
    shell.page.set_head("张三")
    assert marked(shell) == ["people", "people/archive"], "its group shows it while it is folded"
    shell.page.place = "home/of-another-kind"
    shell.page.set_head("张三")
    assert marked(shell) == ["home"]


def test_a_group_opened_by_arriving_folds_on_leaving_and_one_opened_by_hand_stays(open_shell: Open) -> None:
    shell = open_shell()
    shell.go("people/archive")
    assert opened_groups(shell) == ["people"]
    shell.go("home")
    assert opened_groups(shell) == []
    shell.nav.toggle("people", True)
    shell.go("people/archive")
    shell.go("home")
    assert opened_groups(shell) == ["people"]


def test_a_long_entry_takes_two_lines_and_is_not_cut(open_shell: Open, model: ShellModel) -> None:
    shell = open_shell()
    model.set_nav(FIXED, [NavItem("x", "获取个人归属公司变更二维码"), NavItem("y", "证书注销")])
    long, short = shell.nav.buttons[-2:]
    assert long.height() == short.height() + 20


def test_tab_goes_as_one_reads_though_parts_were_made_later(open_shell: Open, qtbot: QtBot) -> None:
    shell = open_shell()
    shell.go("home")
    page = shell.page
    assert page is not None
    chips, search = ChipRow([Chip("all", "全部")]), TextInput(name="找")
    page.add(chips)
    page.add(search)
    chips.set_chips([Chip("all", "全部"), Chip("due", "到期")])  # made anew, after the box below
    first, second = chips.findChildren(QPushButton, options=Qt.FindChildOption.FindDirectChildrenOnly)[-2:]
    qtbot.waitUntil(lambda: second.isVisible() and search.isVisible())
    first.setFocus()
    key(shell, Qt.Key.Key_Tab)
    assert second.hasFocus()
    key(shell, Qt.Key.Key_Tab)
    assert search.hasFocus()
    key(shell, Qt.Key.Key_Backtab)
    assert second.hasFocus()


def test_a_narrow_window_keeps_the_icons_and_shows_the_words_while_one_chooses(open_shell: Open) -> None:
    shell = open_shell()
    wide = shell.nav.width()
    shell.resize(911, 512)  # 1366 × 768 at 150 %
    assert (shell.width(), shell.height()) == (911, 512)
    assert shell.nav.width() < wide / 4
    home, group = (next(one for one in shell.nav.buttons if one.item.route == route) for route in ("home", "people"))
    assert home.toolTip() == "首页"
    group.click()
    assert shell.nav.width() == wide
    next(one for one in shell.nav.buttons if one.item.route == "people/archive").click()
    assert shell.route == "people/archive"
    assert shell.nav.width() < wide / 4
    assert [one.item.route for one in shell.nav.buttons if one.here and one.isVisible()] == ["people"]
    shell.resize(1366, 768)
    assert shell.nav.width() == wide


def unfolded(shell: Shell) -> Shell:
    """A narrow window whose left side shows its words, the cursor at the group that was pressed."""
    shell.resize(911, 512)
    group = next(one for one in shell.nav.buttons if one.item.route == "people")
    group.setFocus()
    group.click()
    assert shell.nav.lies_over
    return shell


def test_the_unfolded_left_side_lies_over_a_page_that_keeps_its_width(open_shell: Open) -> None:
    shell = open_shell()
    shell.go("note")
    shell.resize(911, 512)
    QApplication.processEvents()
    before = note(shell).size()
    unfolded(shell)
    QApplication.processEvents()
    assert note(shell).size() == before
    covered = shell.nav.mapTo(shell, shell.nav.rect().topRight()).x() - note(shell).mapTo(shell, QPoint()).x()
    assert covered > 100
    assert shell.childAt(shell.nav.geometry().center()) in (shell.nav, *shell.nav.findChildren(QWidget))


def test_escape_or_a_press_beside_folds_the_left_side_and_does_nothing_else(open_shell: Open) -> None:
    shell = open_shell()
    shell.go("note")
    shell.go("other")
    unfolded(shell)
    inner = next(one for one in shell.nav.buttons if one.item.route == "people/archive")
    inner.setFocus()
    key(shell, Qt.Key.Key_Escape)
    assert not shell.nav.lies_over
    assert shell.route == "other"
    held = QApplication.focusWidget()
    assert held is not None
    assert held.objectName() == "nav.people"
    unfolded(shell)
    handle = shell.windowHandle()
    assert handle is not None
    pressed = []
    note(shell).press.clicked.connect(lambda: pressed.append(True))
    beside = note(shell).press.mapTo(shell, note(shell).press.rect().center())
    assert beside.x() < shell.width()
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton, pos=QPoint(max(beside.x(), shell.nav.width() + 40), beside.y()))
    assert not shell.nav.lies_over
    assert not pressed


def test_the_left_side_folds_when_the_cursor_goes_to_the_page(open_shell: Open) -> None:
    shell = open_shell()
    shell.go("note")
    unfolded(shell)
    note(shell).press.setFocus()
    assert not shell.nav.lies_over


def test_the_left_side_is_walked_by_arrows(open_shell: Open) -> None:
    shell = open_shell()
    shell.go("home")
    group = next(button for button in shell.nav.buttons if button.item.route == "people")
    group.setFocus()
    key(shell, Qt.Key.Key_Right)
    key(shell, Qt.Key.Key_Down)
    key(shell, Qt.Key.Key_Return)
    assert shell.route == "people/new"


def test_counts_and_line_follow_the_model(open_shell: Open, model: ShellModel, qtbot: QtBot) -> None:
    shell = open_shell()
    model.set_counts({"returned": Count(4, "warn"), "outbox": Count(0)})
    spoken = {button.item.route: button.accessibleName() for button in shell.nav.buttons}
    assert (spoken["returned"], spoken["outbox"], spoken["drafts"]) == ("退回 4", "待发送", "草稿")
    model.set_line(LineState(online=False, detail="上次联系 10:42", queue="待发送 2", action="现在送"))
    assert shell.status.line.accessibleName() == "离线 上次联系 10:42"
    with qtbot.waitSignal(model.line_acted):
        QTest.mouseClick(shell.status.action, Qt.MouseButton.LeftButton)


def test_ctrl_k_finds_screens_by_pinyin_and_people_as_the_app_answers(
    open_shell: Open, model: ShellModel, qtbot: QtBot
) -> None:
    shell = open_shell()
    shell.go("home")
    key(shell, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert shell.goto.isVisible()
    with qtbot.waitSignal(model.looked_for, check_params_cb=lambda text: text == "rydah"):
        QTest.keyClicks(shell.goto.input, "rydah")
    assert [place.route for place in shell.goto.rows.visible] == ["people/archive"] or shell.goto.rows.rowCount() == 0
    shell.goto.input.setText("ryda")
    assert [place.route for place in shell.goto.rows.visible] == ["people/archive"]
    model.set_found("other", (Place("person/9", "别人"),))
    model.set_found("ryda", (Place("person/1", "王芳", "人员", "user"),))
    assert [place.route for place in shell.goto.rows.visible] == ["people/archive", "person/1"]
    key(shell, Qt.Key.Key_Down)
    key(shell, Qt.Key.Key_Return)
    assert shell.route == "person/1"
    assert not shell.goto.isVisible()


def test_escape_puts_away_the_list_then_the_line_then_goes_back(open_shell: Open) -> None:
    shell = open_shell()
    shell.go("home")
    shell.go("form")
    shell.say("已放入待发送", action="撤回")
    shell.goto.open()
    key(shell, Qt.Key.Key_Escape)
    assert not shell.goto.isVisible()
    assert shell.notice.isVisible()
    note(shell).press.setFocus()
    key(shell, Qt.Key.Key_Escape)
    assert not shell.notice.isVisible()
    assert shell.route == "form"
    key(shell, Qt.Key.Key_Escape)
    assert shell.route == "home"


def test_f1_asks_for_help_at_this_place(open_shell: Open, qtbot: QtBot) -> None:
    shell = open_shell()
    shell.go("form")
    with qtbot.waitSignal(shell.help_asked) as asked:
        key(shell, Qt.Key.Key_F1)
    assert asked.args == ["form"]


def test_a_pages_keys_work_only_while_it_is_on_screen(open_shell: Open) -> None:
    shell = open_shell()
    pressed: list[str] = []
    for route in ("home", "form"):
        shell.go(route)
        note(shell).shortcut("Ctrl+S", partial(pressed.append, route))
        key(shell, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert pressed == ["home", "form"]


def test_the_ring_shows_for_keys_and_not_for_the_mouse(open_shell: Open) -> None:
    shell = open_shell()
    shell.go("form")
    page = note(shell)
    page.field.editor.setFocus()
    key(shell, Qt.Key.Key_Tab)
    assert page.press.hasFocus()
    assert shell.ring.isVisible()
    corner = page.press.mapTo(shell, QPoint())
    assert shell.ring.geometry().topLeft() == corner - QPoint(4, 4)
    assert shell.ring.geometry().size().width() == page.press.width() + 8
    handle = shell.windowHandle()
    assert handle is not None
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, corner + QPoint(5, 5))
    assert not shell.ring.isVisible()


def ring_is_at(shell: Shell, part: QWidget, rect: QRect) -> bool:
    """Whether the ring stands around this part of it, as far as it is seen."""
    return bool(shell.ring.isVisible() and shell.ring.geometry().top() == part.mapTo(shell, rect.topLeft()).y() - 4)


def test_the_ring_goes_with_the_row_of_a_list(open_shell: Open, qtbot: QtBot) -> None:
    shell = open_shell()
    shell.go("form")
    rows: RowsModel[str] = RowsModel([Column("姓名", lambda name: name)], key=lambda name: name)
    view = RowsView(rows, name="人员", row_height=36)
    rows.show([f"第 {at} 人" for at in range(40)])
    note(shell).add(view)
    QApplication.processEvents()
    view.setFocus()
    view.set_current(0)
    for _ in range(3):
        before = view.currentIndex().row()
        key(shell, Qt.Key.Key_Down)
        assert view.currentIndex().row() == before + 1
        qtbot.waitUntil(lambda: ring_is_at(shell, view, view.focus_rect()))
    bar = view.verticalScrollBar()
    assert bar.maximum() > 0
    bar.setValue(1)
    qtbot.waitUntil(lambda: ring_is_at(shell, view, view.focus_rect()))
    view.set_current(4)
    qtbot.waitUntil(lambda: ring_is_at(shell, view, view.focus_rect()))


def test_the_ring_goes_with_what_scrolls_under_it(open_shell: Open, qtbot: QtBot) -> None:
    shell = open_shell()
    shell.go("form")
    first, second, inside = Button("第一"), Button("第二"), QWidget()
    layout = QVBoxLayout(inside)
    for part in (first, second):
        layout.addWidget(part)
    layout.addSpacing(2000)
    area = scrolled(inside)
    note(shell).add(area, stretch=1)
    QApplication.processEvents()
    first.setFocus()
    key(shell, Qt.Key.Key_Tab)
    assert second.hasFocus()
    qtbot.waitUntil(lambda: ring_is_at(shell, second, second.rect()))
    area.verticalScrollBar().setValue(20)
    qtbot.waitUntil(lambda: ring_is_at(shell, second, second.rect()))
    area.verticalScrollBar().setValue(1000)
    qtbot.waitUntil(lambda: not shell.ring.isVisible())


def test_the_window_closes_only_when_every_page_agrees(open_shell: Open, qtbot: QtBot) -> None:
    shell = open_shell()
    shell.go("form")
    page = note(shell)
    page.willing = False
    assert not shell.close()
    page.willing = True
    with qtbot.waitSignal(shell.closed):
        assert shell.close()
    assert page.notes[-1] == "hidden"


def test_the_window_comes_back_where_it_was(open_shell: Open, tmp_path: Path) -> None:
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    first = open_shell(settings=settings)
    first.resize(1024, 700)
    first.close()
    settings.sync()
    again = open_shell(settings=QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat))
    assert again.height() == 700, "768 at first; the offscreen screen is too narrow to tell by the width"


def test_the_top_bar_cuts_long_names_in_their_middle_and_offers_the_others(
    open_shell: Open, model: ShellModel, qtbot: QtBot
) -> None:
    from desktop.shell_model import Choice

    long = "广东粤港澳大湾区示例建设工程项目管理与监理咨询有限公司"
    assert shorten("广州示例工程监理有限公司") == "广州示例工程监理有限公司"
    assert len(shorten(long)) < 18
    assert shorten(long).endswith("咨询有限公司")
    shell = open_shell()
    model.set_places("unit", [Choice("a", long), Choice("b", "乙公司")], "a")
    assert shell.top.unit.toolTip() == long
    assert shell.top.unit.accessibleName() == f"单位：{long}"
    with qtbot.waitSignal(model.picked) as picked:
        menu = shell.top.unit.menu()
        assert menu is not None
        menu.actions()[1].trigger()
    assert picked.args == ["unit", "b"]


def sample_page(route: str) -> Page | None:
    sample = yaml.safe_load(SAMPLE.read_text("utf-8"))
    kinds = {
        "home": kit_pages.WorkPage,
        "form": kit_pages.FormPage,
        "people/archive": kit_pages.CasePage,
        "kit": kit_pages.KitPage,
        "drafts": kit_pages.EmptyPage,
    }
    return kinds[route](sample) if route in kinds else None


class Windows(QObject):
    """Notes every window that shows up."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(f"{type(watched).__name__} {watched.accessibleName()}")
        return False


@pytest.mark.parametrize("route", ["home", "form", "people/archive", "kit", "drafts"])
def test_making_a_page_flashes_no_window(qapp: QApplication, qtbot: QtBot, route: str) -> None:
    windows = Windows()
    qapp.installEventFilter(windows)
    page = sample_page(route)
    assert page is not None
    qtbot.addWidget(page)
    notice = Notice("先说一句")
    qtbot.addWidget(notice)
    notice.show_words("再说一句")
    qapp.removeEventFilter(windows)
    assert windows.seen == []
    page.add(notice)
    with qtbot.waitExposed(page):
        page.show()
    assert notice.isVisible()


def focusable(widget: QWidget) -> bool:
    inner = isinstance(widget, QToolButton) and isinstance(widget.parentWidget(), QLineEdit | QTabBar)
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isVisible() and not inner


@pytest.mark.parametrize("route", ["home", "form", "people/archive", "kit", "drafts"])
def test_everything_the_keyboard_reaches_has_a_name(open_shell: Open, route: str) -> None:
    shell = open_shell(sample_page)
    shell.go(route)
    nameless = [
        f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}"
        for widget in shell.findChildren(QWidget)
        if focusable(widget) and not widget.accessibleName()
    ]
    assert nameless == []


@pytest.mark.parametrize("route", ["form", "kit"])
def test_tab_reaches_every_control_once_and_comes_round(open_shell: Open, route: str) -> None:
    shell = open_shell(sample_page)
    shell.go(route)
    wanted = {widget for widget in shell.findChildren(QWidget) if focusable(widget) and widget.isEnabled()}
    wanted = {widget for widget in wanted if widget.focusProxy() is None}
    reached: set[QWidget] = set()
    for _step in range(len(wanted) + 20):
        key(shell, Qt.Key.Key_Tab)
        here = QApplication.focusWidget()
        assert here is not None
        reached.add(here)
    missed = {f"{type(widget).__name__} {widget.accessibleName()}" for widget in wanted - reached}
    assert missed == set()


def test_a_page_reveals_the_place_a_finding_names(open_shell: Open) -> None:
    shell = open_shell()
    shell.go("form")
    page = note(shell)
    page.add(900)
    far = Field("很远", TextInput())
    page.add(far)
    page.reveal(far)
    assert far.editor.hasFocus()


def test_labels_of_a_page_are_plain_text(open_shell: Open) -> None:
    shell = open_shell(sample_page)
    shell.go("form")
    formats = {label.textFormat() for label in shell.findChildren(Label)}
    assert formats == {Qt.TextFormat.PlainText}


@pytest.mark.parametrize(
    ("label", "lines"),
    [
        ("获取个人归属公司变更二维码", ("获取个人归属", "公司变更二维码")),
        ("注册监理工程师继续教育（专业会员）", ("注册监理工程师继续教育", "（专业会员）")),
        ("首页", ("首页",)),
    ],
)
def test_a_long_entry_breaks_before_a_bracket_or_between_words(
    qapp: object, label: str, lines: tuple[str, ...]
) -> None:
    assert in_lines(label, 0, grouped=False) == lines
