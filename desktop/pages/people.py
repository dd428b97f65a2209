"""单位人员档案: members and the unit's own list as one, what runs out, and what can be begun for whom is ticked."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from desktop.context import Context
from desktop.pages.people_model import CHIPS, PeopleModel, ServiceCard, held, next_end, state_of
from desktop.pages.person_panel import PersonPanel
from desktop.printing import save_file
from desktop.rows_chosen import ChosenBar
from desktop.rows_model import Column, RowsModel
from desktop.rows_view import RowsView
from desktop.watching_page import WatchingPage
from desktop.widgets.base import show_if
from desktop.widgets.buttons import Button, ChipRow
from desktop.widgets.buttons import Chip as ChipItem
from desktop.widgets.fields import SearchBox
from desktop.widgets.flow import FlowRow
from desktop.widgets.gap import Gap
from desktop.widgets.menu import dressed
from desktop.widgets.notes import EmptyState, Notice
from desktop.widgets.popup import below
from sync.views import Chip, PersonRow

EXCEL = "Excel (*.xlsx)"


class PeoplePage(WatchingPage):
    """The list and its chips; one person opens on a page of their own."""

    model: PeopleModel

    def __init__(self, model: PeopleModel) -> None:
        self.add_button = Button("添加人员", icon="plus")
        self.add_button.setObjectName("people.add")
        self.import_button = Button("导入人员名单", icon="table")
        self.import_button.setObjectName("people.import")
        self.export_button = Button("导出", "quiet", icon="download")
        self.export_button.setObjectName("people.export")
        actions = [self.export_button, self.add_button, self.import_button]
        super().__init__("单位人员档案", actions=actions, scroll=False, help_topic="people")
        self.model = model
        model.setParent(self)
        self.add_button.clicked.connect(self._new)
        self.import_button.clicked.connect(self._import)
        self.export_button.clicked.connect(self._export)
        self.notice = Notice()
        self.notice.acted.connect(self.notice.clear)
        self.add(self.notice)
        self.add(Gap(self.notice))
        self.chips = ChipRow([ChipItem(chip.value, label, 0) for chip, label in CHIPS[:1]], name="筛选")
        self.chips.setObjectName("people.chips")
        self.chips.chosen.connect(self._filter)
        self.search = SearchBox("姓名、首字母、证件号", width=216)
        self.search.input.setObjectName("people.search")
        self.add(FlowRow(self.chips, None, self.search, spacing=16))
        self.add(8)
        self.rows: RowsModel[PersonRow] = RowsModel(
            self._columns(), key=lambda one: one.subject, ticks=True, search=model.search_text
        )
        self.search.searched.connect(self.rows.set_search)
        empty = EmptyState(
            "名单还是空的",
            "导入一份 Excel 名单，或一个一个添加。协会里已有的人会自动对上。",
            action="导入人员名单",
            icon="users",
        )
        empty.acted.connect(self._import)
        self.list = RowsView(self.rows, name="单位人员", empty=empty, row_height=36, hang=True, remember="lists/people")
        self.list.setObjectName("people.table")
        self.list.opened.connect(self._open)
        self.search.left_down.connect(self.list.setFocus)
        acts = [("begin", "办业务…"), ("export", "导出所选")]
        self.bar = ChosenBar(self.list, acts, noun="人")
        self.bar.acted.connect(self._act)
        self.add(self.bar)
        self.add(self.list, stretch=1)
        model.changed.connect(self._refresh)
        model.began.connect(self._began)
        model.exported.connect(self._save_export)
        model.said.connect(self._say)
        self.shortcut("Esc", self._close_panel)

    def _columns(self) -> list[Column[PersonRow]]:
        model = self.model
        return [
            Column("姓名", lambda one: one.name, weight=500, width=92),
            Column("证件号码", lambda one: one.masked, width=152, whole=True, spare=2),
            Column("会员类型", model.membership_words, width=88),
            Column(
                "会籍至",
                lambda one: one.membership_until or "—",
                align="right",
                width=104,
                sort=lambda one: one.membership_until,
            ),
            Column(
                "证书",
                lambda one: model.certificates_words(one) or "—",
                tooltip=lambda one: "\n".join(str(each.get("number") or "") for each in held(one)),
            ),
            Column("学习", lambda one: model.study_words(one) or "—", width=192, spare=3),
            Column(
                "有效期至",
                lambda one: next_end(one) or "—",
                align="right",
                width=104,
                sort=lambda one: next_end(one) or None,
            ),
            Column(
                "状态",
                lambda one: state_of(one, model.today)[0],
                icon=lambda one: state_of(one, model.today)[1],
                role=lambda one: state_of(one, model.today)[1],
                width=128,
            ),
        ]

    # what the shell calls

    def first_focus(self) -> None:
        self.search.input.setFocus()

    # what the model says

    def _refresh(self) -> None:
        model = self.model
        chips = [
            ChipItem(chip.value, label, model.counts.get(chip, 0))
            for chip, label in model.chips
            if chip in (Chip.ALL, Chip.E_FILE) or model.counts.get(chip, 0) or chip.value == self.chips.current
        ]
        self.chips.set_chips(chips)
        self.rows.show(model.rows)
        self._filter(self.chips.current)
        self.set_head("单位人员档案", f"{len(model.rows)} 人" if model.rows else "")
        self.export_button.set_reason("" if model.rows else "名单是空的，没有可导出的")

    def _filter(self, chip: str) -> None:
        keep = None if chip == Chip.ALL.value else lambda one: self.model.fits(one, chip)
        self.rows.set_filter(keep)

    def _open(self, chosen: object) -> None:
        if isinstance(chosen, PersonRow):
            self.go.emit(f"person/{chosen.subject.replace('/', ':')}")

    def _new(self) -> None:
        panel = PersonPanel(self.model, None)
        panel.finished.connect(self._close_panel)
        self.set_panel(panel)
        panel.first_focus()

    def _close_panel(self) -> None:
        if self.panel is not None:
            self.set_panel(None)
            self.head.set_line(False)

    def _import(self) -> None:
        self.go.emit("import")

    def _act(self, key: str) -> None:
        if key == "export":
            self.model.export(self.rows.ticked)
            return
        menu = dressed(QMenu(self))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setObjectName("people.services")
        for one in self.model.services():
            menu.addAction(one.label).triggered.connect(lambda _on=False, chosen=one: self.begin(chosen))
        menu.popup(below(self.bar.button(key)))

    def begin(self, chosen: ServiceCard) -> None:
        """A draft for those who are ticked."""
        self.model.begin(chosen, self.rows.ticked)

    def _began(self, draft: str) -> None:
        self.go.emit(f"form/{draft}")

    def _export(self) -> None:
        self.model.export(self.rows.visible)

    def _save_export(self, data: object) -> None:
        assert isinstance(data, bytes)
        try:
            saved = save_file(data, f"单位人员档案{self.model.today:%Y%m%d}.xlsx", self, kinds=EXCEL)
        except OSError:
            self._say("文件写不进去：可能正在 Excel 里开着，或没有权限。请换个名字再导出。", "bad")
            return
        if saved is not None:
            self._say(f"已导出到 {saved.name}。", "ok")

    def _say(self, words: str, role: str) -> None:
        self.notice.show_words(words, role=role, action="知道了")
        show_if(self.notice, bool(words))


def make(context: Context, key: str) -> PeoplePage:
    page = PeoplePage(PeopleModel(context))
    if key in {chip.value for chip, _label in CHIPS}:
        page.chips.current = key  # people/soon: the list is narrowed from the start
    return page
