"""What happened while one was doing something else: own cases that moved, Operations that were answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop.context import Context
from desktop.scanning import words_of
from desktop.watching import Watching
from domain.operations import Kind, Outcome, Status
from sync.store.local import Reader
from sync.views import CaseRow, OutboxRow, applications, in_turn, operation

TOGETHER = 800  # ms: what comes within it is told in one sentence


@dataclass(frozen=True)
class News:
    """One thing to tell: on the window, and beside the clock where the system has room for it."""

    words: str
    role: str
    link: str = ""
    route: str = ""


@dataclass(frozen=True)
class Known:
    """Cases by id, and which of them are ours to decide; reviewers are told what is new on their desk."""

    rows: Mapping[str, CaseRow]
    mine: tuple[CaseRow, ...]
    reviews: bool


class CaseNews(Watching[Known]):
    """Tells when a case that is known moved on, and when one comes to a reviewer."""

    came = Signal(object)

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(context, parent)
        self._known: Known | None = None
        self.refresh()

    def look(self, reader: Reader) -> Known:
        pack, account = self.context.pack, self.context.account
        role = reader.accounts.need(account).role
        rows = applications(reader, account, pack)
        mine = tuple(in_turn(rows, role, pack))
        return Known({row.id: row for row in rows}, mine, not pack.fills_in(role))

    def take(self, found: Known) -> None:
        known, self._known = self._known, found
        if known is None:
            return
        before = known.rows
        if found.reviews:
            told = [row for row in found.mine if row.id not in before or _moved(before[row.id], row)]
            if told:
                self.came.emit(News(f"有 {len(told)} 件新到您手上", "ok", "去看", "home"))
            return
        moved = [row for key, row in found.rows.items() if key in before and _moved(before[key], row)]
        if len(moved) == 1:
            self.came.emit(_case_news(moved[0]))
        elif moved:
            self.came.emit(News(f"{len(moved)} 件申请有了进展", "ok", "看首页", "home"))


class ScanNews(QObject):
    """Tells of files a scanner brought, each once."""

    came = Signal(object)

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._told: frozenset[Path] = frozenset()
        context.scans.offered.connect(self._look)

    @Slot()
    def _look(self) -> None:
        fresh = frozenset(self._context.scans.fresh)
        new, self._told = fresh - self._told, fresh
        if new:
            self.came.emit(News(f"{words_of(sorted(new))}。", "ok", "看可以附到哪里", "home"))


class OutcomeNews(QObject):
    """Tells answers, several at once in one sentence."""

    came = Signal(object)

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._outcomes: list[Outcome] = []
        self._pause = QTimer(self, singleShot=True, interval=TOGETHER)
        self._pause.timeout.connect(self._look)

    @Slot(object)
    def hear(self, outcome: Outcome) -> None:
        if outcome.status is not Status.WAITING:
            self._outcomes.append(outcome)
            self._pause.start()

    def _look(self) -> None:
        answered = {outcome.op_id: outcome.status for outcome in self._outcomes}
        self._outcomes.clear()
        now = self._context.now()

        def read(reader: Reader) -> tuple[OutboxRow, ...]:
            found = (operation(reader, op_id, now=now) for op_id in answered)
            return tuple(row for row in found if row is not None and not row.sharing)  # a draft tells itself

        self._context.read(read, self._tell)

    def _tell(self, rows: tuple[OutboxRow, ...]) -> None:
        bad = [row for row in rows if row.state in (Status.REFUSED.value, Status.CONFLICT.value)]
        good = [row for row in rows if row not in bad and row.kind == Kind.ACT]
        if bad:
            words = f"{_of(bad[0])}：{bad[0].word}。{bad[0].reason}" if len(bad) == 1 else f"{len(bad)} 件协会没有接收"
            self.came.emit(News(words, "bad", "去看", "outbox"))
        elif len(good) == 1:
            key = good[0].entity.partition("/")[2]
            self.came.emit(News(f"{_of(good[0])} 已送达，回执已存", "ok", "看进度", f"case/{key}"))
        elif good:
            self.came.emit(News(f"{len(good)} 件已送达，回执已存", "ok", "看回执", "outbox"))


def _moved(before: CaseRow, row: CaseRow) -> bool:
    return before.state != row.state and not row.pending and before.version != row.version and not before.pending


def _case_news(row: CaseRow) -> News:
    key = row.id.partition("/")[2]
    about = f"{row.label}　{row.summary}"
    if row.category == "returned":
        return News(f"{about} 被退回：{row.reason or '请看逐处说明'}", "warn", "去修改", f"case/{key}")
    if row.category == "pay":
        return News(f"{about} 已通过，等您缴费", "warn", "去看", f"case/{key}")
    return News(f"{about} 现在：{row.status}", "ok", "看进度", f"case/{key}")


def _of(row: OutboxRow) -> str:
    return f"{row.title}　{row.people}".strip()
