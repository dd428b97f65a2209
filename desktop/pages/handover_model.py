"""What may be handed over on this computer, and doing it. No widget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal

from desktop.context import Context
from desktop.troubles import words_of
from desktop.watching import Watching
from domain.operations import Kind
from sync.handover import Handed, Step, Taken, hand_over, take_over, work_of
from sync.store.local import LocalStore, Reader
from sync.views.queue import ASKED


def told(drafts: int, people: int, others: int) -> str:
    """草稿 2 份、没送出的人员 3 位、其他 1 件; what there is none of is not named, but the drafts are."""
    parts = [f"草稿 {drafts} 份"] if drafts or not (people or others) else []
    parts += [f"没送出的人员 {people} 位"] if people else []
    parts += [f"没送出的其他步骤 {others} 件"] if others else []
    return "、".join(parts)


@dataclass(frozen=True, slots=True)
class Holder:
    """An account of this computer, and how much of its work is nowhere else."""

    account: str
    name: str
    place: str
    revoked: bool
    drafts: int
    people: int
    others: int

    @property
    def is_empty(self) -> bool:
        """Nothing to hand over."""
        return not (self.drafts or self.people or self.others)

    @property
    def label(self) -> str:
        """In a list of accounts."""
        place = f"（{self.place}）" if self.place else ""
        return f"{self.name}{place}{'，已停用' if self.revoked else ''}"

    @property
    def words(self) -> str:
        """What it holds."""
        if self.is_empty:
            return "这个账号没有草稿，也没有没送出的内容。"
        return f"有{told(self.drafts, self.people, self.others)}要移交。"


class HandoverModel(Watching[tuple[Holder, ...]]):
    """Reads every account of this computer; one thing is done at a time."""

    handed = Signal(object, object)  # the file, sync.handover.Handed
    taken = Signal(object)  # sync.handover.Taken
    failed = Signal(str)
    topics = frozenset({"drafts", "outbox", "accounts"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.holders: tuple[Holder, ...] = ()
        self.busy = ""  # "give" or "take"

    def look(self, reader: Reader) -> tuple[Holder, ...]:
        found = []
        for one in reader.accounts.all():
            work = work_of(reader, one.id)
            body = reader.mirror.get(one.id, str(one.unit or one.agency or ""))
            place = str(body.body.get("name") or "") if body is not None else ""
            counts = len(work.drafts), len(work.rosters), len(work.steps)
            found.append(Holder(one.id, one.name, place, one.revoked, *counts))
        return tuple(sorted(found, key=lambda one: one.account != self.context.account))

    def take(self, found: tuple[Holder, ...]) -> None:
        self.holders = found

    def step_words(self, step: Step) -> str:
        """学习报名申请：撤回，填错了人。"""
        action = self.context.pack.spec.actions.get(step.action)
        what = ASKED.get(Kind(step.kind)) or step.title or "申请"
        name = action.label if action is not None else step.title if what != step.title else ""
        return "，".join(part for part in (f"{what}：{name}" if name else what, step.reason) if part)

    def hand_over(self, account: str, target: Path) -> None:
        """Into this file; here everything stays as it is."""
        now = self.context.now()
        self._do(
            "give",
            lambda store: hand_over(store, account, target, now=now),
            lambda made: self.handed.emit(target, made),
        )

    def take_over(self, source: Path, code: str) -> None:
        """What is in this file becomes ours."""
        account, now = self.context.account, self.context.now()
        self._do("take", lambda store: take_over(store, account, source, code, now=now), self.taken.emit)

    def _do(
        self, what: str, work: Callable[[LocalStore], Handed | Taken], done: Callable[[Handed | Taken], object]
    ) -> None:
        if self.busy:
            return
        self.busy = what
        self.changed.emit()
        self.context.ask_server(work, partial(self._done, done), self._broke)

    def _done(self, done: Callable[[Handed | Taken], object], came: Handed | Taken) -> None:
        self.busy = ""
        done(came)
        self.changed.emit()

    def _broke(self, error: BaseException) -> None:
        self.busy = ""
        self.changed.emit()
        known = words_of(error)
        if known is None:
            raise error
        self.failed.emit("".join(known))
