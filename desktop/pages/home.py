"""首页: a work list. Groups with nothing in them are not shown; zero work is said kindly."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from desktop.context import Context
from desktop.page import Page
from desktop.pages.home_model import Group, HomeModel, WorkRow
from desktop.rows_model import Column, RowsModel
from desktop.rows_view import RowsView
from desktop.starting import begin, startable
from desktop.watching_page import WatchingPage
from desktop.widgets.base import clear_layout, show_if
from desktop.widgets.buttons import Button
from desktop.widgets.notes import EmptyState
from desktop.widgets.panel import SectionTitle


def make(context: Context, key: str) -> Page:
    return HomePage(context)


class GroupView(QWidget):
    """A heading and its list."""

    def __init__(self, group: Group, act: Callable[[WorkRow, str], None], go: Callable[[str], None]) -> None:
        super().__init__()
        self._act, self._go, self.group = act, go, group
        self.title = SectionTitle(group.title)
        self.title.acted.connect(self._more)
        self.rows: RowsModel[WorkRow] = RowsModel(
            [
                Column("状态", lambda r: r.state, icon=lambda r: r.icon, role=lambda r: r.role, width=124),
                Column("事项", lambda r: r.what, sub=lambda r: r.why, weight=500),
                Column("单号", lambda r: r.where, sub=lambda r: r.where_sub, width=240),
                Column("时间", lambda r: r.when, sub=lambda r: r.when_sub, weight=500, align="right", width=144),
                Column("下一步", acts=lambda r: (r.also, r.act) if r.also else (r.act,), align="right", width=176),
            ],
            key=lambda r: r.key,
        )
        self.list = RowsView(self.rows, name=group.title, row_height=56, header=False, fit=True, hang=True)
        self.list.setObjectName(f"home.{group.key}")
        self.list.opened.connect(self._open)
        self.list.followed.connect(self._follow)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 9)
        inside.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 8, 0)
        head.addWidget(self.title)
        inside.addLayout(head)
        inside.addWidget(self.list)
        self.show_group(group)

    hang = True

    def show_group(self, group: Group) -> None:
        self.group = group
        self.title.set_count(group.count)
        self.title.set_note("" if group.route else group.note)
        self.title.set_action(group.note if group.route else "")
        self.rows.show(group.rows)

    def _more(self) -> None:
        self._go(self.group.route)

    def _open(self, row: object) -> None:
        if isinstance(row, WorkRow):
            self._act(row, "do")

    def _follow(self, row: object, key: str) -> None:
        if isinstance(row, WorkRow):
            self._act(row, key)


class HomePage(WatchingPage):
    """Layout and wiring."""

    model: HomeModel

    def __init__(self, context: Context) -> None:
        super().__init__("首页")
        self.setObjectName("home")
        self.context, self.model = context, HomeModel(context, self)
        self._import = Button("导入人员名单", icon="table")
        self._import.setObjectName("home.import")
        self._import.clicked.connect(self._to_import)
        self._new = Button("新办业务", icon="plus")
        self._new.setObjectName("home.new")
        self._menu = QMenu(self)
        self._new.set_menu(self._menu)
        self.set_actions([self._import, self._new])
        self._places = QVBoxLayout()
        self._places.setSpacing(0)
        self._views: dict[str, GroupView] = {}
        self.empty = EmptyState("今天没有等您办的事", "新办业务、退回、缴费和快到期的证书都会列在这里。", icon="check")
        self.empty.setObjectName("home.empty")
        self.empty.hide()
        self.add(self._places, side=16)
        self.add(self.empty, stretch=1)
        self.add_stretch()
        self.model.changed.connect(self.refresh)
        context.pack_changed.connect(self._fill_menu)
        self._fill_menu()
        self.model.awake()

    def refresh(self) -> None:
        model = self.model
        self.set_head(model.title, model.sub)
        show_if(self._import, not model.offices)
        show_if(self._new, not model.offices)
        if [group.key for group in model.groups] != list(self._views):
            self._rebuild(model.groups)
        else:
            for group in model.groups:
                self._views[group.key].show_group(group)
        if model.offices:
            self.empty.set_words("现在没有轮到您的申请", "单位提交的申请到您手上时会列在这里。")
        self.empty.setVisible(not model.groups)

    def _rebuild(self, groups: tuple[Group, ...]) -> None:
        clear_layout(self._places)
        self._views = {group.key: GroupView(group, self.model.act, self.context.go) for group in groups}
        for view in self._views.values():
            self._places.addWidget(view)

    def _fill_menu(self) -> None:
        self._menu.clear()
        for service, label in startable(self.context.pack):
            action = self._menu.addAction(label.replace("&", "&&"))
            action.setObjectName(f"new.{service}")
            action.triggered.connect(lambda _=False, service=service: begin(self.context, service))

    def _to_import(self) -> None:
        self.go.emit("import")
