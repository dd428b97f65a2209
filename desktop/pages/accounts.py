"""账号: who may work where; first passwords go out by notification, nobody sees them here."""

from __future__ import annotations

from desktop.context import Context
from desktop.pages.office_lists import Entry, OfficeLists
from desktop.pages.office_page import OfficePage, state_column
from desktop.rows_model import Act, Column, RowsModel
from desktop.rows_view import RowsView
from desktop.widgets.buttons import Button, Chip, ChipRow
from desktop.widgets.fields import SearchBox
from desktop.widgets.flow import FlowRow
from desktop.widgets.notes import EmptyState
from sync.views import mask_mobile

ALL = "all"
DESKS = {"unit": "单位", "agency": "机构", "association": "协会"}


class AccountsPage(OfficePage):
    """One list, narrowed by the desk that an account sits at."""

    def __init__(self, model: OfficeLists) -> None:
        self.new = Button("新增账号", icon="plus")
        self.new.setObjectName("accounts.new")
        super().__init__(model, "账号", sub="首次密码发到本人手机", actions=[self.new], topic="accounts")
        self.new.clicked.connect(self._new)
        self.chips = ChipRow([Chip(ALL, "全部", 0)], name="筛选")
        self.chips.chosen.connect(self.refresh)
        self.search = SearchBox("姓名、首字母、登录名", width=216)
        self.search.input.setObjectName("accounts.search")
        self.add(FlowRow(self.chips, None, self.search, spacing=16))
        self.add(8)
        columns = [
            Column[Entry](
                "姓名",
                lambda one: one.name,
                sub=lambda one: mask_mobile(str(one.body.get("mobile") or "")),
                weight=500,
                width=128,
            ),
            Column[Entry]("登录名", lambda one: str(one.body.get("login") or "")),
            Column[Entry]("角色", lambda one: one.role_label, sub=lambda one: one.place, width=232),
            state_column(),
            Column[Entry]("", acts=lambda one: (Act("open", "修改"),), align="right", width=64),
        ]
        self.accounts: RowsModel[Entry] = RowsModel(columns, key=lambda one: one.id, search=lambda one: one.search)
        self.search.searched.connect(self.accounts.set_search)
        empty = EmptyState("还没有账号", "新增以后，首次密码会发到本人手机。", action="新增账号", icon="user")
        empty.acted.connect(self._new)
        self.list = RowsView(self.accounts, name="账号", empty=empty, row_height=48, hang=True)
        self.list.setObjectName("accounts.list")
        self.list.opened.connect(self.open_row)
        self.list.followed.connect(self.open_row)
        self.search.left_down.connect(self.list.setFocus)
        self.add(self.list, stretch=1)

    def refresh(self, _chip: str = "") -> None:
        entries = self.model.listed("account")
        chips = [Chip(ALL, "全部", len(entries))]
        chips += [
            Chip(desk, words, count)
            for desk, words in DESKS.items()
            if (count := sum(self.model.desk_of(one) == desk for one in entries))
        ]
        self.chips.set_chips(chips)
        chosen = self.chips.current
        self.accounts.show([one for one in entries if chosen in (ALL, self.model.desk_of(one))])
        self.new.set_reason("" if self.model.may_change("account") else "只有管理员可以新增账号")

    def _new(self) -> None:
        self.open_entry("account", None)


def make(context: Context, key: str) -> AccountsPage:
    return AccountsPage(OfficeLists(context, ("account", "agency")))
