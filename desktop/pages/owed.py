"""选缴费项目: every unpaid bill or form that waits for money; what cannot be paid now says why."""

from __future__ import annotations

from PySide6.QtCore import Qt

from desktop.context import Context
from desktop.page import Page
from desktop.pages.form_values import Form, with_rows
from desktop.pages.owed_model import Owed, owed, row_of, total_of
from desktop.rows_model import Column, RowsModel
from desktop.rows_view import RowsView
from desktop.widgets.base import Label, row
from desktop.widgets.buttons import Button
from desktop.widgets.fields import SearchBox
from desktop.widgets.gap import Gap
from desktop.widgets.notes import EmptyState, Notice
from sync import actions
from sync.store.drafts import Draft
from sync.store.errors import StoreFailure


class OwedPage(Page):
    """A list with amounts, and the sum of what is chosen."""

    def __init__(self, context: Context, key: str) -> None:
        super().__init__("选缴费项目", back=True, scroll=False)
        self.context = context
        self.key, _, self.card = key.partition(":")
        self._draft: Draft | None = None
        self._waiting = 0
        self.notice = Notice()
        self.rows: RowsModel[Owed] = RowsModel(
            [
                Column("项目", lambda one: one.title, weight=500, width=184),
                Column("编号", lambda one: one.number or "—", role="text2", width=120),
                Column("涉及", lambda one: one.people or "—", role="text2"),
                Column("日期", lambda one: one.since, role="text2", width=104),
                Column("金额（元）", lambda one: one.amount or "—", align="right", width=104),
                Column(
                    "能否缴",
                    lambda one: one.reason or "可缴",
                    icon=lambda one: "bad" if one.reason else "ok",
                    role=lambda one: "bad" if one.reason else "ok",
                    width=176,
                ),
            ],
            self,
            key=lambda one: one.id,
            ticks=True,
            tickable=lambda one: not one.reason,
            search=lambda one: one.search,
        )
        empty = EmptyState("现在没有要缴的", "协会审核通过、出了账单以后，会列在这里。", icon="money")
        self.view = RowsView(self.rows, name="缴费项目", empty=empty, row_height=36)
        self.view.setObjectName("owed.table")
        self.search = SearchBox("编号、姓名、首字母")
        self.search.input.setObjectName("owed.search")
        for part in (self.notice, Gap(self.notice)):
            self.add(part)
        self.add(row(None, self.search, margins=(0, 0, 0, 8)))
        self.add(self.view, stretch=1)
        self.sum = Label("已选 0 项", "body", weight=500)
        self.cancel = Button("取消", "secondary")
        self.cancel.setObjectName("owed.cancel")
        self.accept = Button("加入 0 项", "primary", hint="Ctrl+Enter")
        self.accept.setObjectName("owed.add")
        hint = Label("空格 选中   Ctrl+A 全选可缴的", "secondary", "text2")
        self.set_foot([hint, None, self.sum, 8, self.cancel, self.accept])
        self.search.searched.connect(self.rows.set_search)
        self.view.chosen_changed.connect(self._chosen)
        self.view.opened.connect(self._toggle)
        self.cancel.clicked.connect(self.back)
        self.accept.clicked.connect(self.add_chosen)
        self.shortcut("Ctrl+Return", self.add_chosen)
        context.changed.connect(self._touched)
        self._chosen()

    # what the shell calls

    def shown(self) -> None:
        self._waiting += 1
        account, draft_id, now = self.context.account, f"draft/{self.key}", self.context.now()
        self.context.write(
            lambda store: actions.open_draft(store, account, draft_id, now=now), self._opened, self._broke
        )

    def first_focus(self) -> None:
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def settled(self) -> bool:
        """Nothing is being read or written."""
        return self._waiting == 0

    def _touched(self, topics: frozenset[str]) -> None:
        if self.isVisible() and any(":" in topic or topic in ("outbox", "drafts") for topic in topics):
            self.shown()

    def _opened(self, draft: Draft) -> None:
        self._draft = draft
        pack, account, card = self.context.pack, self.context.account, self.card
        service = pack.services[draft.service]
        label = service.cards[card].label
        self.place = f"cases/{service.id}"
        self.set_head("选缴费项目", f"{service.label}·{label}")
        self.context.read(lambda reader: owed(reader, account, pack, service, card, draft.form or {}), self._listed)

    def _listed(self, found: tuple[Owed, ...]) -> None:
        self._waiting -= 1
        self.rows.show(found)
        if self.view.current is None and found:
            self.view.set_current(0)

    def _toggle(self, one: Owed) -> None:
        place = self.rows.place_of(one.id)
        self.rows.tick([place], not self.rows.is_ticked(place))

    def _chosen(self) -> None:
        chosen = self.rows.ticked
        self.sum.setText(f"已选 {len(chosen)} 项，合计 {total_of(chosen)} 元" if chosen else "已选 0 项")
        self.accept.set_text(f"加入 {len(chosen)} 项")
        self.accept.set_reason("" if chosen else "请先勾选要缴的")

    def add_chosen(self) -> None:
        """Rows for these, and back to the form."""
        chosen, draft = self.rows.ticked, self._draft
        if not chosen or draft is None:
            return
        service, card = self.context.pack.services[draft.service], self.card
        account, draft_id, now = self.context.account, draft.id, self.context.now()
        rows = [row_of(service, card, one) for one in chosen]

        def change(form: Form) -> Form:
            return with_rows(form, card, rows)

        self._waiting += 1
        self.context.write(
            lambda store: actions.change_draft(store, account, draft_id, change, now=now), self._added, self._broke
        )

    def _added(self, _none: None) -> None:
        self._waiting -= 1
        self.rows.set_ticked(())
        self.back.emit()

    def _broke(self, error: BaseException) -> None:
        self._waiting -= 1
        if not isinstance(error, StoreFailure):
            raise error
        self.notice.show_words(f"{error.sentence}{error.remedy}", role="bad")


def make(context: Context, key: str) -> Page:
    """owed/<draft key>:<card>: what a payment may cover."""
    return OwedPage(context, key)
