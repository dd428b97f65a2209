"""What is carried by hand where there is no line: a file of signed Operations, and the file of answers that goes back.

The first is a zip, sealed to the association (`sync.protocol.sealing`): `operations.json` (a `CarriedFile`), and each
attachment under its SHA-256. The second is the JSON of an `AnswerFile`. Whoever carries them can change nothing, and
can not read the first: the desk signed the Operations, the server the Outcomes.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Annotated, Literal

from pydantic import Field, ValidationError

from sync.protocol.messages import Message, SignedOperation, WireOutcome

OPERATIONS = "operations.json"
ANSWER_SUFFIX = ".answer"  # the answers to FILE are FILE.answer
CARRY_TYPE = "application/vnd.huiban.sealed"
MAX_CARRIED_BYTES = 4 << 30  # of a file
MAX_CARRIED_JSON = 64 << 20  # of the Operations in it
FOREIGN = "这不是会办导出的文件，或由更新的版本导出。"
_ADDRESS = re.compile(r"[0-9a-f]{64}")


class CarriedFile(Message):
    """Operations in the order they were made, by one or more accounts of one association."""

    format: Literal["huiban-carry-1"] = "huiban-carry-1"
    association: str
    made_at: str
    operations: Annotated[list[SignedOperation], Field(min_length=1, max_length=5_000)]


class AnswerFile(Message):
    """One Outcome for each Operation, in the same order; the final ones carry their receipts."""

    format: Literal["huiban-answer-1"] = "huiban-answer-1"
    association: str
    epoch: str
    begun_at: str = ""  # what was received before it had come some other way already
    taken_in_at: str
    outcomes: list[WireOutcome]


class NotCarried(ValueError):
    """A file that is not what it should be: one sentence for whoever holds it."""


@dataclass(frozen=True, slots=True)
class Carried:
    """An open file of Operations."""

    told: CarriedFile
    _archive: zipfile.ZipFile
    _sizes: dict[str, int]

    def size(self, sha256: str) -> int | None:
        """Plain bytes of an attachment, as the file says; None: it is not in it."""
        return self._sizes.get(sha256)

    def open(self, sha256: str) -> IO[bytes]:
        """Its bytes: at most so many, and not yet proven."""
        return self._archive.open(sha256)


@contextmanager
def carried(source: IO[bytes]) -> Iterator[Carried]:
    """Opens a file of Operations; raises NotCarried when it is none, or comes to a damaged place."""
    with sound(), zipfile.ZipFile(source) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
        if sizes.get(OPERATIONS, MAX_CARRIED_JSON + 1) > MAX_CARRIED_JSON:
            raise NotCarried(FOREIGN)
        with archive.open(OPERATIONS) as file:
            told = _told(file.read(MAX_CARRIED_JSON))
        yield Carried(told, archive, {name: size for name, size in sizes.items() if _ADDRESS.fullmatch(name)})


@contextmanager
def sound() -> Iterator[None]:
    """A zip whose bytes are not what its own sums say is a damaged file, and no bug."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise NotCarried("文件不完整或已损坏，请让单位重新导出。") from error


def _told(text: bytes) -> CarriedFile:
    try:
        return CarriedFile.model_validate_json(text)
    except ValidationError as error:
        raise NotCarried(FOREIGN) from error
