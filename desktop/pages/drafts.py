"""草稿: what is being filled in, by oneself and by colleagues. Deleting can be undone."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu

from desktop import words
from desktop.context import Context
from desktop.page import Page
from desktop.pages.lists import ListPage
from desktop.rows_model import Act, Column
from desktop.starting import begin, startable, take_up
from desktop.watching import Watching
from desktop.widgets.buttons import Button
from desktop.widgets.notes import EmptyState
from sync import actions
from sync.store.drafts import Draft
from sync.store.local import Reader
from sync.views import DraftRow, drafts

STEPS = (Act("delete", "删除"), Act("open", "接着填", "secondary"))
OVER = (Act("delete", "删除"), Act("open", "打开看", "secondary"))


def make(context: Context, key: str) -> Page:
    return DraftsPage(context)


class DraftsModel(Watching[tuple[DraftRow, ...]]):
    """Rows of drafts, and the one deletion that can be undone."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.rows: tuple[DraftRow, ...] = ()
        self.deleted: Draft | None = None

    def look(self, reader: Reader) -> tuple[DraftRow, ...]:
        return drafts(reader, self.context.account, self.context.pack)

    def take(self, rows: tuple[DraftRow, ...]) -> None:
        self.rows = rows

    def delete(self, row: DraftRow) -> None:
        """Gone, until it is undone."""
        account, now = self.context.account, self.context.now()
        self.context.write(lambda store: actions.delete_draft(store, account, row.id, now=now), self._deleted)

    def undo(self) -> None:
        """As it was before."""
        draft, self.deleted = self.deleted, None
        if draft is not None:
            account, kept = self.context.account, draft
            self.context.write(lambda store: actions.restore_draft(store, account, kept))
            self.changed.emit()

    def _deleted(self, draft: Draft) -> None:
        self.deleted = draft
        self.changed.emit()


def state_of(row: DraftRow) -> tuple[str, str, str]:
    """(icon, role, words)"""
    if row.over:
        return "warn", "warn", "已不能送"
    if row.conflict:
        return "warn", "warn", "有冲突"
    if row.refused:
        return "bad", "bad", "未接收"
    if row.asks:
        return "warn", "warn", f"{row.asks} 处要选"
    if row.returned:
        return "return", "warn", "退回待改"
    return ("users", "wait", "同事的") if not row.here else ("pencil", "wait", "草稿")


class DraftsPage(ListPage):
    """Layout and wiring."""

    def __init__(self, context: Context) -> None:
        self._new = Button("新办业务", icon="plus")
        self._new.setObjectName("drafts.new")
        menu = QMenu(self._new)
        for service, label in startable(context.pack):
            menu.addAction(label.replace("&", "&&")).triggered.connect(
                lambda _=False, service=service: begin(context, service)
            )
        self._new.set_menu(menu)
        self.drafts = DraftsModel(context)
        now = context.now
        super().__init__(
            context,
            "草稿",
            [
                Column("状态", lambda d: state_of(d)[2], icon=lambda d: state_of(d)[0], role=lambda d: state_of(d)[1],
                       width=124),
                Column("事项", lambda d: d.title, sub=what, weight=500),
                Column("谁", lambda d: d.edited_by, sub=lambda d: "单位里都看得到" if d.shared else "只在本机",
                       width=200),
                Column("时间", lambda d: words.moment(d.edited_at, now()), sub=lambda d: "最后改动", align="right",
                       weight=500, width=144),
                Column("下一步", acts=lambda d: OVER if d.over else STEPS, align="right", width=176),
            ],
            name="drafts",
            empty=EmptyState("还没有草稿", "填到一半的申请都在这里，关机也不会丢。", icon="pencil"),
            model=self.drafts,
            actions=[self._new],
        )  # fmt: skip
        self.notice.acted.connect(self.drafts.undo)
        self.drafts.setParent(self)
        self.shortcut("Delete", self._delete_current)
        self.shortcut("Ctrl+Z", self.drafts.undo)

    def refresh(self) -> None:
        rows = self.drafts.rows
        self.rows.show(rows)
        self.set_head("草稿", f"{len(rows)} 份，都存在本机" if rows else "")
        gone = self.drafts.deleted
        self.notice.show_words(
            f"已删除“{gone.title or '草稿'}”。" if gone is not None else "", role="ok", action="恢复"
        )

    def open_row(self, one: object) -> None:
        if isinstance(one, DraftRow):
            take_up(self.context, one.id)

    def follow(self, one: object, key: str) -> None:
        if isinstance(one, DraftRow) and key == "delete":
            self.drafts.delete(one)
        else:
            self.open_row(one)

    def hidden(self) -> None:
        super().hidden()
        self.drafts.deleted = None

    def _delete_current(self) -> None:
        one = self.list.current
        if isinstance(one, DraftRow):
            self.drafts.delete(one)


def what(draft: DraftRow) -> str:
    """What is in it, and what is wrong with it if it came back."""
    if draft.over:
        return f"这份申请现在是“{draft.over}”，这里填的没有送出"
    if draft.findings:
        return draft.findings[0].message
    return draft.summary if draft.summary != draft.title else "还没有选人"
