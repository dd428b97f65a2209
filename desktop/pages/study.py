"""学习中: who is in which course, how often they sat the exam, and how it ended."""

from __future__ import annotations

from desktop.context import Context
from desktop.pages.office_tables import StudyModel, StudyRow
from desktop.rows_model import Column, RowsModel
from desktop.rows_view import RowsView
from desktop.watching_page import WatchingPage
from desktop.widgets.buttons import Chip, ChipRow
from desktop.widgets.fields import SearchBox
from desktop.widgets.flow import FlowRow
from desktop.widgets.notes import EmptyState

ALL = "all"


class StudyPage(WatchingPage):
    """One list."""

    model: StudyModel

    def __init__(self, model: StudyModel) -> None:
        super().__init__("学习中", scroll=False, help_topic="study")
        self.model = model
        model.setParent(self)
        self.chips = ChipRow([Chip(ALL, "全部", 0)], name="筛选")
        self.chips.chosen.connect(self._filter)
        self.search = SearchBox("姓名、首字母、课程", width=216)
        self.search.input.setObjectName("study.search")
        self.add(FlowRow(self.chips, None, self.search, spacing=16))
        self.add(8)
        self.rows: RowsModel[StudyRow] = RowsModel(
            [
                Column("姓名", lambda one: one.name, weight=500, width=112),
                Column("课程", lambda one: one.service),
                Column("证书", lambda one: one.kind, width=150),
                Column("已考次数", lambda one: one.attempts, align="right", width=96, sort=lambda one: one.used),
                Column("开通", lambda one: one.opened_on, align="right", width=112),
                Column("结束", lambda one: one.finished_on or "—", align="right", width=112),
                Column(
                    "状态",
                    lambda one: one.word,
                    icon=lambda one: one.role if one.role != "text2" else "",
                    role=lambda one: one.role,
                    width=112,
                ),
            ],
            key=lambda one: one.id,
            search=lambda one: one.search,
        )
        self.search.searched.connect(self.rows.set_search)
        self._empty = EmptyState("现在没有人在学习", "报名审核通过、缴费核实以后，课程会出现在这里。", icon="book")
        self.list = RowsView(self.rows, name="学习中", empty=self._empty, row_height=36, hang=True)
        self.list.setObjectName("study.table")
        self.list.opened.connect(self._open)
        self.add(self.list, stretch=1)
        model.changed.connect(self._refresh)

    def _refresh(self) -> None:
        rows = self.model.rows
        words = list(dict.fromkeys(one.word for one in rows))
        chips = [Chip(word, word, sum(one.word == word for one in rows)) for word in words]
        self.chips.set_chips([Chip(ALL, "全部", len(rows)), *chips])
        if self.model.closed_to_us:
            self._empty.set_words("协会没有向本单位开放学习进度", "单位会员可以看；如有疑问请联系协会。")
        self.rows.show(rows)
        self.set_head("学习中", f"{len(rows)} 人次" if rows else "")
        self._filter(self.chips.current)

    def _filter(self, chip: str) -> None:
        self.rows.set_filter(None if chip == ALL else lambda one: one.word == chip)

    def _open(self, chosen: object) -> None:
        if isinstance(chosen, StudyRow) and chosen.person:
            self.go.emit(f"person/{chosen.person.replace('/', ':')}")


def make(context: Context, key: str) -> StudyPage:
    return StudyPage(StudyModel(context))
