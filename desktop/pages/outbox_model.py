"""The queue as rows: what has not arrived and why, what has arrived and its receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop import words
from desktop.alive import while_there
from desktop.context import Context
from desktop.rows_model import Act
from desktop.starting import route_of
from desktop.watching import Watching
from domain.operations import Kind
from sync import actions
from sync.actions_carrying import Answers
from sync.failures import Failure, FailureKind, SyncFailure
from sync.fetching import words_of
from sync.handing_in import HandedIn, hand_in
from sync.login import load_session
from sync.store.drafts import Draft
from sync.store.local import LocalStore, Reader
from sync.store.port import SyncStore
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
    sharing: tuple[OutboxRow, ...]  # drafts on their way to colleagues: nobody has to do anything about them
    delivered: tuple[OutboxRow, ...]
    association: str
    office: bool = False  # not a unit's desk: it may hand in what units bring


class OutboxModel(Watching[Queue]):
    """What can be done with each: take back, send now, mend, see the receipt."""

    said = Signal(str, str)  # words and role for the page

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(context, parent)
        self.queue = Queue((), (), (), "")
        self.handing_in = False
        context.line_changed.connect(self.changed)
        context.shrinking_changed.connect(self.changed)

    def look(self, reader: Reader) -> Queue:
        account, now = self.context.account, self.context.now()
        rows = outbox(reader, account, now=now)
        waiting = tuple(row for row in rows if not row.sharing)
        open_ones = {row.op_id for row in waiting}
        done = tuple(row for row in delivered(reader, account, limit=ANSWERED) if row.op_id not in open_ones)
        sharing = tuple(row for row in rows if row.sharing)
        me = reader.accounts.need(account)
        office = not self.context.pack.fills_in(me.role)
        return Queue(waiting, sharing, done, me.association_name, office)

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

    @property
    def shrinking(self) -> str:
        """What the server would take away from this machine, as a sentence; empty: nothing."""
        told = self.context.shrinking.values()
        gone, rows = sum(rows - left for rows, left in told), sum(rows for rows, _ in told)
        if not gone:
            return ""
        return f"协会服务器要求删除本机 {rows:,} 条资料中的 {gone:,} 条，已暂停接收。请先致电协会核实。"

    @property
    def sharing(self) -> str:
        """The drafts that go to colleagues by themselves, as a sentence."""
        count = len(self.queue.sharing)
        return f"另有 {count} 份草稿正在共享给本单位的同事，联网后自动送到" if count else ""

    def export(self, rows: Sequence[OutboxRow], path: Path) -> None:
        """Into a file that is carried to the association; from then on they wait for its answer."""
        account, now, chosen = self.context.account, self.context.now(), [row.op_id for row in rows]
        self.context.write(
            lambda store: actions.export_operations(store, account, chosen, path, now=now),
            while_there(
                self,
                lambda count: self.said.emit(
                    f"已把 {count} 件存成“{path.name}”。请带到协会，再把协会给的答复文件读入。", "ok"
                ),
            ),
            self._failed,
        )

    def read_answers(self, path: Path) -> None:
        """What the association answered to such a file."""
        account, now = self.context.account, self.context.now()
        self.context.write(
            lambda store: actions.read_answers(store, account, path.read_bytes(), now=now), self._answered, self._failed
        )

    def _answered(self, told: Answers) -> None:
        parts = [f"{told.applied} 件已送达"] if told.applied else []
        parts += [f"{told.returned} 件要您改"] if told.returned else []
        parts += [f"{told.waiting} 件还在等"] if told.waiting else []
        parts += [f"{told.others} 件不是本机的"] if told.others else []
        self.said.emit(f"答复已读入：{'，'.join(parts) or '没有新的'}。", "warn" if told.returned else "ok")

    def hand_in(self, path: Path) -> None:
        """代收: what a unit brought goes to the association over this desk's line; the answers lie beside the file."""
        account = self.context.account
        self.handing_in = True
        self.said.emit(f"正在把“{path.name}”交给协会。", "wait")
        self.context.ask_server(lambda store: _hand_in(store, account, path), self._handed_in, self._not_handed_in)

    def _handed_in(self, told: HandedIn) -> None:
        self.handing_in = False
        self.said.emit(told.words, "warn" if told.returned or told.unknown else "ok")
        self.changed.emit()

    def _not_handed_in(self, error: BaseException) -> None:
        self.handing_in = False
        self.changed.emit()
        self._failed(error)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, OSError):
            self.said.emit(f"文件读写不了：{error.strerror}。请换一个位置。", "bad")
        elif (words := words_of(error)) is not None:
            self.said.emit("".join(words), "bad")
        else:
            raise error

    def act(self, row: OutboxRow, key: str) -> None:
        """One of the row's steps."""
        if key == "cancel":
            self.cancel(row)
        elif key == "now":
            self.context.send_asked.emit()
            self.context.tell("正在再送一次。", "wait")
        elif key == "resume":
            account, op_id = self.context.account, row.op_id
            self.context.write(lambda store: actions.resume_exported(store, account, [op_id]))
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


def _hand_in(store: LocalStore, account: str, path: Path) -> HandedIn:
    session = load_session(SyncStore(store), account)
    if session is None:
        raise SyncFailure(Failure(FailureKind.LOGIN_NEEDED))
    return hand_in(session, path)


def steps(row: OutboxRow) -> tuple[Act, ...]:
    """What can be done with it now."""
    if row.can_edit:
        mend = Act("edit", "去修改", "secondary")
        if row.kind == Kind.ACT and row.draft:
            return (mend,)
        known = Act("dismiss", "知道了", "secondary")
        return (Act("open", "看申请"), known) if row.kind == Kind.ACT else (known,)
    made = (Act("cancel", "撤回"),) if row.can_cancel else ()
    made = (*made, Act("now", "现在送")) if row.state in ("later", "unknown") else made
    made = (*made, Act("resume", "改用网络送")) if row.state == "exported" else made
    return made or ((Act("open", "看申请"),) if row.kind == Kind.ACT else ())


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
