"""The queue as rows: what has not arrived and why, what has arrived and its receipt."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject

from desktop import words
from desktop.context import Context
from desktop.rows_model import Act
from desktop.starting import route_of
from desktop.watching import Watching
from domain.operations import Kind
from sync import actions
from sync.store.drafts import Draft
from sync.store.local import LocalStore, Reader
from sync.store.text import key_of
from sync.views import OutboxRow, delivered, outbox

LOOKS = {
    "sending": ("send", "accent"), "refused": ("bad", "bad"), "conflict": ("warn", "warn"), "applied": ("ok", "ok"),
    "waiting": ("clip", "wait"), "exported": ("save", "wait"),
}  # fmt: skip
ANSWERED = 50


@dataclass(frozen=True)
class Queue:
    """Both lists, and the association's name."""

    waiting: tuple[OutboxRow, ...]
    delivered: tuple[OutboxRow, ...]
    association: str


class OutboxModel(Watching[Queue]):
    """What can be done with each: take back, send now, mend, see the receipt."""

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(context, parent)
        self.queue = Queue((), (), "")
        context.line_changed.connect(self.changed)

    def look(self, reader: Reader) -> Queue:
        account, now = self.context.account, self.context.now()
        waiting = outbox(reader, account, now=now)
        open_ones = {row.op_id for row in waiting}
        done = tuple(row for row in delivered(reader, account, limit=ANSWERED) if row.op_id not in open_ones)
        return Queue(waiting, done, reader.accounts.need(account).association_name)

    def take(self, found: Queue) -> None:
        self.queue = found

    @property
    def sub(self) -> str:
        """How many, and that nothing is lost."""
        bad = sum(row.can_edit for row in self.queue.waiting)
        going = len(self.queue.waiting) - bad
        if not going and not bad:
            return "没有等着送的"
        parts = [f"{going} 件在路上"] if going else []
        parts += [f"{bad} 件要您改"] if bad else []
        return "，".join(parts) + "；都存在本机，关机也不会丢"

    def act(self, row: OutboxRow, key: str) -> None:
        """One of the row's steps."""
        if key == "cancel":
            self.cancel(row)
        elif key == "now":
            self.context.send_asked.emit()
            self.context.tell("正在再送一次。", "wait")
        elif key == "edit":
            self.edit(row)
        elif key == "dismiss":
            account, op_id = self.context.account, row.op_id
            self.context.write(lambda store: actions.dismiss(store, account, op_id))
        elif key == "receipt":
            self.context.go(f"receipt/{row.op_id}")
        elif row.kind == Kind.ACT:
            self.context.go(f"case/{key_of(row.entity)}")

    def cancel(self, row: OutboxRow) -> None:
        """撤回: what it was is a draft again."""
        account, now = self.context.account, self.context.now()

        def take_back(store: LocalStore) -> Draft | None:
            draft_id = actions.cancel(store, account, row.op_id, now=now)
            with store.reading() as reader:
                return reader.drafts.get(account, draft_id)

        def done(draft: Draft | None) -> None:
            if draft is not None and draft.kind == Kind.ACT:
                self.context.tell("已撤回，内容回到草稿。", link="看草稿", route=route_of(draft))
            else:
                self.context.tell("已撤回，没有送出。")

        self.context.write(take_back, done)

    def edit(self, row: OutboxRow) -> None:
        """The draft it became, with the reasons."""
        account = self.context.account
        self.context.write(
            lambda store: actions.edit_refused(store, account, row.op_id),
            lambda draft: self.context.go(route_of(draft)),
        )


def steps(row: OutboxRow) -> tuple[Act, ...]:
    """What can be done with it now."""
    if row.can_edit:
        mend = Act("edit", "去修改", "secondary")
        return (mend,) if row.kind == Kind.ACT and row.draft else (Act("dismiss", "知道了", "secondary"),)
    made = (Act("cancel", "撤回"),) if row.can_cancel else ()
    return (*made, Act("now", "现在送")) if row.state in ("later", "unknown") else made


def about(row: OutboxRow) -> str:
    return f"{row.title}·{row.people}" if row.people and row.people != row.title else row.title


def below(row: OutboxRow, when: str) -> str:
    """Number, when it was asked, its papers."""
    papers = f"　附件 {row.papers} 个 {words.size(row.size)}" if row.papers else ""
    return f"{row.number or row.code}　{when} 提交{papers}"


def progress(row: OutboxRow) -> float | None:
    """Of the attachments, while they are under way."""
    moving = row.papers and row.state in ("sending", "waiting") and row.size
    return row.sent_bytes / row.size if moving else None
