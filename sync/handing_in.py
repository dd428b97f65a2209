"""An office hands in a unit's file of Operations over its own line. Blocking; run it on a lane."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from domain.operations import Outcome, Status
from sync.core_reading import read_problem_body
from sync.failures import Failure, FailureKind, SyncFailure
from sync.files import write_whole
from sync.http import HELD_SECONDS
from sync.login import Session
from sync.protocol import ANSWER_SUFFIX, CARRY_TYPE, AnswerFile, is_sealed, read_outcome, undecided
from sync.store.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What came of a file, and where the answers lie that go back to the unit."""

    answer: Path
    association_name: str
    applied: int = 0
    returned: int = 0  # refused, or somebody else was first
    known: int = 0  # received before, some other way
    waiting: int = 0  # for an attachment, or for an Operation before it
    unknown: int = 0  # of nobody who may, or not readable

    @property
    def words(self) -> str:
        """For whoever handed it in."""
        told = (
            (self.applied, "件新收下"),
            (self.known, "件以前已收到"),
            (self.returned, "件未接收"),
            (self.waiting, "件还缺附件或前一件"),
            (self.unknown, "件认不出是谁的"),
        )
        counts = "，".join(f"{count} {what}" for count, what in told if count)
        back = f"请把 {self.answer.name} 带回单位，用会办读入。"
        return f"已交给{self.association_name}：{counts or '里面没有内容'}。{back}"


def hand_in(session: Session, file: Path) -> HandedIn:
    """Leaves the answers beside the file. Raises SyncFailure, NotAllowed, OSError; again is harmless."""
    with file.open("rb") as opened:
        known = is_sealed(opened)
    if not known:
        raise NotAllowed("这不是单位从会办导出的文件，或文件已损坏。", "请让单位重新存一份。")
    data = _sent(session, file)
    try:
        told = AnswerFile.model_validate_json(data)
        counts = Counter(_came_to(read_outcome(one), told.begun_at) for one in told.outcomes)
    except ValueError as error:
        raise SyncFailure(Failure(FailureKind.GARBAGE, "take-in")) from error
    target = file.with_name(file.name + ANSWER_SUFFIX)
    write_whole(target, data)
    return HandedIn(target, session.association_name, **counts)


def _came_to(outcome: Outcome, begun_at: str) -> str:
    """Which count of HandedIn it belongs to."""
    if undecided(outcome) is not None:
        return "unknown"
    if not outcome.final:
        return "waiting"
    if outcome.receipt is not None and outcome.receipt.received_at < begun_at:
        return "known"
    return "applied" if outcome.status is Status.APPLIED else "returned"


def _sent(session: Session, file: Path) -> bytes:
    line = session.http()
    try:
        with file.open("rb") as opened:
            answer = line.raw("POST", "/take-in", _Whole(opened), {"Content-Type": CARRY_TYPE}, silence=HELD_SECONDS)
    finally:
        line.close()
    if answer.status != 200:
        raise SyncFailure(read_problem_body(answer.status, answer.body, answer.retry_after))
    return answer.body


class _Whole:
    """A file that knows its length, so that it is streamed and not held in memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._length = file.seek(0, 2)
        file.seek(0)

    def __len__(self) -> int:
        return self._length

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)
