"""The accounts of a unit: its main account adds, stops and names those of its people, and has a password set anew."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.context import Context
from desktop.pages.sub_accounts_model import Row, SubAccountsModel
from desktop.rows_model import Act, Column, RowsModel
from desktop.rows_view import RowsView
from desktop.step_window import named
from desktop.watching_page import WatchingPage
from desktop.widgets.base import Label, column, row, show_if
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field
from desktop.widgets.inputs import TextInput
from desktop.widgets.notes import EmptyState, Notice
from desktop.widgets.panel import Panel, Section, SectionTitle
from domain.packs import Pack
from sync.views import mask_mobile

STOPPED = "停用后，{name}不能再登录和发送；他电脑上的草稿和没送出的内容会封存，可以移交给您。"
STARTED = "启用后，{name}可以用原来的密码登录。"
RESET = "{name}现在的密码作废，新的密码发到他的手机，首次登录须修改。任何人都看不到。"


class SubAccountsPage(WatchingPage):
    """One list; what is to be written or confirmed stands in the panel."""

    model: SubAccountsModel

    def __init__(self, context: Context) -> None:
        pack = context.pack
        self.new = named(Button("添加", icon="plus"), "sub-accounts.new")
        super().__init__(_title(pack), actions=[self.new], help_topic="unit", scroll=False)
        self.setObjectName("sub-accounts")
        self.context, self.model = context, SubAccountsModel(context)
        self.model.setParent(self)
        self.new.clicked.connect(lambda: self._write(None))
        self.notice = Notice()
        self.notice.setObjectName("sub-accounts.notice")
        self.reason = Notice(role="warn")
        self.reason.setObjectName("sub-accounts.reason")
        self.head_line = SectionTitle(pack.spec.accounts.listed, None, line=True)
        columns = [
            Column[Row]("姓名", lambda one: one.name, weight=500, width=140),
            Column[Row]("账号", lambda one: mask_mobile(one.login) if one.sub else one.login, sub=lambda one: one.role),
            Column[Row]("状态", lambda one: one.state[0], role=lambda one: one.state[1], width=112),
            Column[Row]("下一步", acts=self._steps, align="right", width=232),
        ]
        self.accounts: RowsModel[Row] = RowsModel(columns, key=lambda one: one.id)
        empty = EmptyState("还没有取到账号", "联网后会自动取来。", icon="user")
        self.list = RowsView(self.accounts, name=pack.spec.accounts.listed, empty=empty, row_height=48, hang=True)
        self.list.setObjectName("sub-accounts.list")
        self.list.opened.connect(self._open)
        self.list.followed.connect(self._follow)
        self.add(self.reason)
        self.add(self.notice)
        self.add(self.head_line)
        self.add(8)
        self.add(self.list, stretch=1)
        self.model.changed.connect(self._refresh)
        self.model.said.connect(lambda words, role: self.notice.show_words(words, role=role, action="知道了"))
        self.notice.acted.connect(self.notice.clear)
        self.shortcut("Esc", self._close)

    def _refresh(self) -> None:
        why = self.model.why_not_add
        self.new.set_reason(why)
        self.reason.show_words(why, role="warn")
        self.accounts.show(self.model.found.rows)

    def _steps(self, one: Row) -> tuple[Act, ...]:
        if not one.sub or self.model.why_not(one):
            return ()
        if not one.active:
            return (Act("start", "启用"), Act("edit", "修改"))
        return (Act("reset", "重置密码"), Act("stop", "停用"), Act("edit", "修改"))

    def _open(self, one: object) -> None:
        self._follow(one, "edit")

    def _follow(self, one: object, key: str) -> None:
        if not isinstance(one, Row) or all(step.key != key for step in self._steps(one)):
            return
        if key == "edit":
            self._write(one)
        elif key == "reset":
            self._ask("重置密码", RESET, one, lambda: self.model.reset(one))
        elif key == "stop":
            self._ask("停用", STOPPED, one, lambda: self.model.set_active(one, False))
        else:
            why = self.model.why_not(one, active=True)
            self._ask("启用", STARTED, one, lambda: self.model.set_active(one, True), why)

    def _write(self, one: Row | None) -> None:
        panel = WritePanel(self.model, one, self.context.pack.spec.accounts.save)
        panel.finished.connect(self._close)
        self.set_panel(panel)
        panel.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask(self, title: str, words: str, one: Row, act: Callable[[], None], why: str = "") -> None:
        panel = AskPanel(title, words.format(name=one.name or one.login), act, why)
        panel.finished.connect(self._close)
        self.set_panel(panel)
        panel.go_on.setFocus(Qt.FocusReason.OtherFocusReason)

    def _close(self) -> None:
        if self.panel is not None:
            self.set_panel(None)
            self.head.set_line(False)


class WritePanel(Panel):
    """Name and number of one, new or there."""

    finished = Signal()

    def __init__(self, model: SubAccountsModel, one: Row | None, save: str) -> None:
        super().__init__(one.name if one is not None else "添加")
        self._model, self._one = model, one
        self.name = Field("姓名", TextInput(), required=True)
        self.login = Field("账号", TextInput(), required=True, help="填手机号码，就是登录名；首次密码发到这里。")
        self.name.set_value(one.name if one is not None else "")
        self.login.set_value(one.login if one is not None else "")
        for field, key in ((self.name, "name"), (self.login, "login")):
            named(field.editor, f"sub-accounts.{key}")
        self.whole = Label("", "secondary", "bad", wrap=True)
        self.go_on = named(Button(save, "primary"), "sub-accounts.save")
        self.go_on.clicked.connect(self.save)
        inside = QWidget()
        inside.setLayout(column(self.name, 10, self.login, 10, self.whole, 4, row(self.go_on, None)))
        show_if(self.whole, False)
        self.set_sections([Section("", inside)])
        self.set_foot("Esc 收起", icon="close", action="收起")
        self.foot_acted.connect(self.finished)

    def save(self) -> None:
        """Into the outbox, unless the rules say no."""
        name, login = self.name.value.strip(), "".join(self.login.value.split())
        wrong = self._model.wrong(self._one, name, login)
        self.name.set_finding(wrong.get("name", ""))
        self.login.set_finding(wrong.get("login", ""))
        self.whole.setText(wrong.get("", ""))
        show_if(self.whole, "" in wrong)
        if not wrong:
            self._model.save(self._one, name, login)
            self.finished.emit()


class AskPanel(Panel):
    """What will happen, before it does."""

    finished = Signal()

    def __init__(self, title: str, words: str, act: Callable[[], None], why: str = "") -> None:
        super().__init__(title)
        self.go_on = named(Button(title, "primary"), "sub-accounts.confirm")
        self.go_on.set_reason(why)
        self.go_on.clicked.connect(act)
        self.go_on.clicked.connect(self.finished)
        inside = QWidget()
        inside.setLayout(column(Label(why or words, "panel_body", wrap=True), 12, row(self.go_on, None)))
        self.set_sections([Section("", inside)])
        self.set_foot("Esc 收起", icon="close", action="收起")
        self.foot_acted.connect(self.finished)


def _title(pack: Pack) -> str:
    """As the menu calls it."""
    service = pack.spec.accounts.service
    return next((one.label for one in pack.menu_entries() if service and one.service == service), "账号")


def make(context: Context, key: str) -> SubAccountsPage:
    return SubAccountsPage(context)
