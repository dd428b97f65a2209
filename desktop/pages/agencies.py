"""会员服务机构 and the telephones of the association's own desks: what units see when they have to call somebody."""

from __future__ import annotations

from desktop.context import Context
from desktop.pages.office_lists import Entry, OfficeLists
from desktop.pages.office_page import OfficePage, state_column
from desktop.rows_model import Act, Column, RowsModel
from desktop.rows_view import RowsView
from desktop.widgets.buttons import Button
from desktop.widgets.notes import EmptyState
from desktop.widgets.panel import SectionTitle


class AgenciesPage(OfficePage):
    """Two lists under each other."""

    def __init__(self, model: OfficeLists) -> None:
        self.new = Button("新增机构", icon="plus")
        self.new.setObjectName("agencies.new")
        words = "单位报名时从这里选初审机构"
        super().__init__(model, "会员服务机构", sub=words, actions=[self.new], topic="agencies", scroll=True)
        self.new.clicked.connect(self._new)
        columns = [
            Column[Entry]("名称", lambda one: one.name, weight=500),
            Column[Entry]("城市", lambda one: str(one.body.get("city") or ""), width=96),
            Column[Entry]("联系人", lambda one: str(one.body.get("contact") or ""), width=112),
            Column[Entry]("电话", lambda one: str(one.body.get("phone") or ""), width=150),
            Column[Entry]("在办", lambda one: f"{one.held} 件" if one.held else "", width=72, align="right"),
            state_column(),
            Column[Entry]("", acts=lambda one: (Act("open", "修改"),), align="right", width=64),
        ]
        self.agencies: RowsModel[Entry] = RowsModel(columns, key=lambda one: one.id, search=lambda one: one.search)
        empty = EmptyState(
            "还没有会员服务机构", "添加以后，单位报名时就能选它初审。", action="新增机构", icon="building"
        )
        empty.acted.connect(self._new)
        self.list = RowsView(self.agencies, name="会员服务机构", empty=empty, row_height=40, hang=True, fit=True)
        self.list.setObjectName("agencies.list")
        self.list.opened.connect(self.open_row)
        self.list.followed.connect(self.open_row)
        self.add(self.list)
        self.add(16)
        self._title = SectionTitle("协会联系方式", 0, note="单位在办件页上看到，用来打电话问", line=False)
        self.add(self._title)
        desks = [columns[0], columns[2], columns[3], state_column(), columns[6]]
        self.desks: RowsModel[Entry] = RowsModel(desks, key=lambda one: one.id, search=lambda one: one.search)
        none = EmptyState("还没有联系方式", "协会的部门由规则包定下，第一次启动时写入。", icon="phone")
        self.desk_list = RowsView(self.desks, name="协会联系方式", empty=none, row_height=40, hang=True, fit=True)
        self.desk_list.setObjectName("agencies.desks")
        self.desk_list.opened.connect(self.open_row)
        self.desk_list.followed.connect(self.open_row)
        self.add(self.desk_list)
        self.add_stretch()

    def refresh(self) -> None:
        self.agencies.show(self.model.listed("agency"))
        self.desks.show(self.model.listed("desk"))
        self._title.set_count(len(self.model.listed("desk")))
        self.new.set_reason("" if self.model.may_change("agency") else "只有秘书处和管理员可以新增")

    def _new(self) -> None:
        self.open_entry("agency", None)


def make(context: Context, key: str) -> AgenciesPage:
    return AgenciesPage(OfficeLists(context, ("agency", "desk")))
