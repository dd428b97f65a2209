"""退回: applications that came back, with who, when and why."""

from __future__ import annotations

from desktop import words
from desktop.context import Context
from desktop.page import Page
from desktop.pages.lists import ListPage
from desktop.rows_model import Act, Column
from desktop.starting import amend
from desktop.watching import Watching
from desktop.widgets.notes import EmptyState
from sync.store.local import Reader
from sync.store.text import key_of
from sync.views import CaseRow, applications


def make(context: Context, key: str) -> Page:
    return ReturnedPage(context)


class ReturnedModel(Watching[tuple[CaseRow, ...]]):
    """What waits for this desk to be mended."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.rows: tuple[CaseRow, ...] = ()

    def look(self, reader: Reader) -> tuple[CaseRow, ...]:
        rows = applications(reader, self.context.account, self.context.pack, open_only=True)
        return tuple(row for row in rows if row.category == "returned")

    def take(self, rows: tuple[CaseRow, ...]) -> None:
        self.rows = rows


class ReturnedPage(ListPage):
    """Layout and wiring."""

    def __init__(self, context: Context) -> None:
        self.returned = ReturnedModel(context)
        now = context.now
        super().__init__(
            context,
            "退回",
            [
                Column("状态", lambda r: r.pending or "退回待改", icon=lambda r: "clock" if r.pending else "return",
                       role=lambda r: "wait" if r.pending else "warn", width=124),
                Column("事项", lambda r: about(r.label, r.summary), sub=why, weight=500),
                Column("单号", lambda r: r.number or r.code, sub=lambda r: f"第 {r.round} 轮" if r.round > 1 else "",
                       width=200),
                Column("时间", lambda r: words.moment(r.since, now()), sub=lambda r: "退回", weight=500, align="right",
                       width=144),
                Column("下一步", acts=steps, align="right", width=176),
            ],
            name="returned",
            empty=EmptyState("没有退回的申请", "被退回的申请会列在这里，带着审核人写的原因。", icon="check"),
            model=self.returned,
            help_topic="returned",
        )  # fmt: skip
        self.returned.setParent(self)

    def refresh(self) -> None:
        rows = self.returned.rows
        self.rows.show(rows)
        self.set_head("退回", f"{len(rows)} 件等您修改" if rows else "")

    def open_row(self, one: object) -> None:
        if isinstance(one, CaseRow):
            if one.pending:
                self.context.go(f"case/{key_of(one.id)}")
            else:
                amend(self.context, one.id)

    def follow(self, one: object, key: str) -> None:
        if isinstance(one, CaseRow) and key == "case":
            self.context.go(f"case/{key_of(one.id)}")
        else:
            self.open_row(one)


def steps(row: CaseRow) -> tuple[Act, ...]:
    """What can be done with it here."""
    return (Act("case", "经过"),) if row.pending else (Act("case", "经过"), Act("amend", "去修改", "secondary"))


def why(row: CaseRow) -> str:
    """The reviewer's words."""
    marks = f"，共 {row.marks} 处要改" if row.marks else ""
    return (row.reason.rstrip("。") or "请看逐处说明") + marks


def about(label: str, summary: str) -> str:
    """学习报名申请·初始教育 4 人; a summary that repeats the name of the business stands alone."""
    return summary if summary.startswith(label) else f"{label}·{summary}" if summary else label
