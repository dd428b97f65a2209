"""The bottom line of the window: how it stands with the association, and what is being sent.

Offline is normal: it is said in grey-blue, with the time of the last contact, and that work goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject, Slot

from desktop.context import SHANGHAI, Context
from desktop.shell_model import LineState, ShellModel
from sync.failures import WORDS, Failure, FailureKind
from sync.notices import BlobProgress, Line, LineMeasured, Notice, StatusChanged, Warned
from sync.runner import SyncRunner
from sync.store.local import Reader
from sync.store.operations import OUTBOX
from sync.views.queue import SHARING

OFFLINE = frozenset({FailureKind.OFFLINE, FailureKind.CUT, FailureKind.STALLED, FailureKind.BUSY})
# what only a person can end: the words, and the link to where it is done
LOGIN_AGAIN = {FailureKind.LOGIN_NEEDED: ("登录已过期，未发送的都保留着。", "重新登录"),
               FailureKind.PASSWORD_CHANGE: ("首次登录须先修改密码。", "修改密码")}  # fmt: skip


@dataclass(frozen=True)
class Queue:
    """What the store says of the line."""

    waiting: int
    last_contact: str | None


class LineWatch(QObject):
    """Keeps the model's line true; its link pauses and resumes, or leads to logging in again."""

    def __init__(self, context: Context, model: ShellModel, runner: SyncRunner) -> None:
        super().__init__(model)
        self._context, self._model, self._runner = context, model, runner
        self._status = StatusChanged(Line.IDLE)
        self._queue = Queue(0, None)
        self._moving: BlobProgress | None = None
        self._paused = False
        context.changed.connect(self._changed)
        model.line_acted.connect(self._acted)
        context.pause_asked.connect(self._act)
        context.send_asked.connect(self._tell_login)
        context.shrink_accepted.connect(self._accept)
        self._ask()

    def watch(self, runner: SyncRunner) -> None:
        """Another runner does the sending from now on."""
        self._runner, self._paused = runner, False

    def hear(self, notice: Notice) -> None:
        """What the sync tells; on the screen's thread."""
        if isinstance(notice, StatusChanged):
            self._status = notice
        elif isinstance(notice, BlobProgress):
            self._moving = notice if notice.sent < notice.size else None
        elif isinstance(notice, LineMeasured):
            self._context.set_line_rate(notice.rate)
        elif isinstance(notice, Warned) and notice.failure.kind is FailureKind.MIRROR_SHRINKS:
            self._context.set_shrinking(notice.scope, notice.rows, notice.left)
            self._context.tell(sentence(notice.failure), "warn", link="去看", route="outbox")
        elif isinstance(notice, Warned):
            self._context.tell(sentence(notice.failure), "warn")
        else:
            self._ask()
        self._show()

    @Slot(object)
    def _changed(self, topics: frozenset[str]) -> None:
        if topics & {"outbox", "contact"}:
            self._ask()

    def _ask(self) -> None:
        account = self._context.account

        def look(reader: Reader) -> Queue:
            known = reader.accounts.get(account)
            waiting = reader.operations.count(account, OUTBOX, but=SHARING)
            return Queue(waiting, known.last_contact if known else None)

        self._context.read(look, self._looked)

    def _looked(self, queue: Queue) -> None:
        self._queue = queue
        self._show()

    @Slot()
    def _acted(self) -> None:
        """The link at the right: back to work where only a log-in is missing, else pause and go on."""
        if not self._paused and login_link(self._status):
            self._context.go("login")
        else:
            self._act()

    @Slot()
    def _tell_login(self) -> None:
        """Somebody wants something sent: what it waits for is said again, with the way there."""
        kind = self._status.failure.kind if self._status.failure is not None else None
        if login_link(self._status) and kind in LOGIN_AGAIN:
            words, link = LOGIN_AGAIN[kind]
            self._context.tell(words, "warn", link=link, route="login")

    @Slot()
    def _act(self) -> None:
        self._paused = not self._paused
        if self._paused:
            self._runner.pause()
        else:
            self._runner.resume()
        self._show()

    @Slot(str)
    def _accept(self, scope: str) -> None:
        self._runner.accept_shrink(scope)

    def _show(self) -> None:
        self._context.set_line(online=self._status.line is Line.ONLINE and not self._paused, paused=self._paused)
        self._model.set_line(
            line_state(self._status, self._queue, self._moving, paused=self._paused, now=self._context.now())
        )


def login_link(status: StatusChanged) -> str:
    """What leads to logging in again, where sending has stopped for the lack of it; empty where it has not."""
    if status.line is not Line.STOPPED or status.failure is None:
        return ""
    return LOGIN_AGAIN.get(status.failure.kind, ("", ""))[1]


def line_state(
    status: StatusChanged, queue: Queue, moving: BlobProgress | None, *, paused: bool, now: datetime
) -> LineState:
    """What the line says; pure."""
    online = status.line is Line.ONLINE and not paused
    seen = f"上次与协会联系 {contact_words(queue.last_contact, now)}"
    failure = status.failure
    word = ""
    if paused:
        word, detail = "已暂停", f"{seen}·您可以继续办理，点“继续”后发送"
    elif online:
        detail = seen
    elif failure is not None and failure.kind not in OFFLINE:
        words = WORDS[failure.kind]
        word, detail = words.sentence.rstrip("。"), words.remedy
    elif status.line is Line.IDLE:
        word, detail = "正在连接", seen
    else:
        detail = f"{seen}·您可以继续办理，联网后自动发送"
    if moving is not None and queue.waiting:
        queued = f"待发送 {queue.waiting}·正在送附件 {moving.sent / 1e6:.1f} / {moving.size / 1e6:.1f} MB"
    else:
        queued = f"待发送 {queue.waiting}" if queue.waiting else "没有等着送的，都已送达"
    return LineState(
        online=online,
        detail=detail,
        word=word,
        queue=queued,
        queue_icon="" if queue.waiting else "ok",
        progress=moving.sent / moving.size if moving is not None and moving.size and queue.waiting else None,
        action="继续" if paused else login_link(status) or ("暂停" if queue.waiting else ""),
    )


def contact_words(instant: str | None, now: datetime) -> str:
    """The time, with the day when it was not today; in words when there was none yet."""
    if instant is None:
        return "还没有过"
    then = datetime.fromisoformat(instant).astimezone(SHANGHAI)
    same_day = then.date() == now.astimezone(SHANGHAI).date()
    return f"{then:%H:%M}" if same_day else f"{then:%m-%d %H:%M}"


def sentence(failure: Failure) -> str:
    """What happened and what to do, as one line."""
    words = WORDS[failure.kind]
    return words.sentence + words.remedy
