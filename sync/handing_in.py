"""An office hands in a unit's file of Operations over its own line. Blocking; run it on a lane."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from sync.core_reading import read_problem_body
from sync.failures import Failure, FailureKind, SyncFailure
from sync.http import HELD_SECONDS
from sync.login import Session
from sync.protocol import CARRY_TYPE, AnswerFile


def hand_in(session: Session, file: Path) -> bytes:
    """The association's answers, for the unit to read in. Raises SyncFailure, OSError; again is harmless."""
    line = session.http()
    try:
        with file.open("rb") as opened:
            answer = line.raw("POST", "/take-in", _Whole(opened), {"Content-Type": CARRY_TYPE}, silence=HELD_SECONDS)
    finally:
        line.close()
    if answer.status != 200:
        raise SyncFailure(read_problem_body(answer.status, answer.body, answer.retry_after))
    try:
        AnswerFile.model_validate_json(answer.body)
    except ValueError as error:
        raise SyncFailure(Failure(FailureKind.GARBAGE, "take-in")) from error
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
