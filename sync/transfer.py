"""One attachment to the server over tus 1.0: ask where it stands, stream the rest at full speed, resume at any byte."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote

from sync.core_reading import read_problem_body
from sync.failures import Failure, FailureKind, SyncFailure
from sync.ports import BlobReader, Upload
from sync.protocol import TUS_TYPE, TUS_VERSION, Problem
from sync.store.errors import StoreFailure

if TYPE_CHECKING:
    from sync.http import Answer, Http

TELL_EVERY = 0.2  # seconds between two words of progress: what is there sooner tells of its end alone
WHOLE = 1 << 20  # bytes; so small a one goes with its announcement
SMALLEST, LARGEST = 64 << 10, 256 << 10  # bytes of a piece: a slow line must take one before it counts as dead
AT_ONCE = 0.02  # seconds in which a piece leaves on a line that takes larger ones
TRIES = 5  # in one go, when the server stands elsewhere than we were told


class Interrupted(SyncFailure):
    """It broke off; `offset` is what the server is known to keep."""

    def __init__(self, cause: SyncFailure, offset: int | None) -> None:
        super().__init__(cause.failure, moved=cause.moved, unsent=cause.unsent)
        self.offset = offset


def upload(http: Http, asked: Upload, told: Callable[[int], None]) -> None:
    """Returns when the server has it whole and its SHA-256 agreed; raises Interrupted."""
    blob, known = asked.blob, None
    path = f"/blobs/{quote(f'{asked.scope}:{blob.sha256}')}"
    try:
        begun = blob.attempted or blob.offset > 0
        if not begun and blob.size <= WHOLE:
            if (known := _send(http, asked, told)) >= blob.size:
                return
        else:
            known = _stands(http, path) if begun else None
        known = _create(http, asked) if known is None else known
        for _ in range(TRIES):
            told(known)
            # Also when all bytes are said to be there: a server that died before it had proved them does it now.
            known = _stream(http, asked, path, known, told)
            if known >= blob.size:
                return
    except SyncFailure as failure:
        raise Interrupted(failure, known) from failure
    raise Interrupted(SyncFailure(Failure(FailureKind.GARBAGE, "the upload does not advance")), known)


def _stands(http: Http, path: str) -> int | None:
    answer = http.raw("HEAD", path, None, {"Tus-Resumable": TUS_VERSION})
    if answer.status in (404, 410):
        return None
    return _offset(answer)


def _create(http: Http, asked: Upload) -> int:
    return _offset(http.raw("POST", "/blobs", b"", _announcement(asked)), absent=0)


def _send(http: Http, asked: Upload, told: Callable[[int], None]) -> int:
    """Announced and brought in one; a server that takes no bytes with it says that it stands at 0."""
    with closing(_opened(asked)) as reader:
        headers = _announcement(asked) | {"Content-Type": TUS_TYPE}
        return _offset(http.raw("POST", "/blobs", Rest(reader, 0, asked.blob.size, told), headers), absent=0)


def _announcement(asked: Upload) -> dict[str, str]:
    blob = asked.blob
    told = {"sha256": blob.sha256, "scope": asked.scope, "name": blob.name}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items())
    return {"Tus-Resumable": TUS_VERSION, "Upload-Length": str(blob.size), "Upload-Metadata": metadata}


def _opened(asked: Upload) -> BlobReader:
    try:
        return asked.open()
    except (OSError, StoreFailure) as error:
        raise SyncFailure(Failure(FailureKind.BLOB_DAMAGED, type(error).__name__)) from error


def _stream(http: Http, asked: Upload, path: str, offset: int, told: Callable[[int], None]) -> int:
    """The rest of it from `offset`; where the server stands afterwards."""
    with closing(_opened(asked)) as reader:
        rest = Rest(reader, offset, asked.blob.size, told)
        headers = {"Tus-Resumable": TUS_VERSION, "Upload-Offset": str(offset), "Content-Type": TUS_TYPE}
        answer = http.raw("PATCH", path, rest, headers)
    if answer.status == 409:
        stands = _stands(http, path)
        return _create(http, asked) if stands is None else stands
    return _offset(answer)


def _offset(answer: Answer, absent: int | None = None) -> int:
    """Where the server stands, by its answer; raises SyncFailure for a refusal."""
    if answer.status in (200, 201, 204):
        text = answer.headers.get("upload-offset", "" if absent is None else str(absent))
        if text.isdigit():
            return int(text)
        raise SyncFailure(Failure(FailureKind.GARBAGE, f"{answer.status} without an offset"))
    failure = read_problem_body(answer.status, answer.body, answer.retry_after)
    if answer.status in (413, 415) or failure.detail.endswith(Problem.BLOB_KIND):
        failure = Failure(FailureKind.BLOB_REFUSED, failure.detail)
    raise SyncFailure(failure, moved=answer.status == 460)


class Rest:
    """What requests streams: the bytes from `offset` on, telling as it goes, in larger pieces the faster they leave."""

    def __init__(self, reader: BlobReader, offset: int, size: int, told: Callable[[int], None]) -> None:
        reader.seek(offset)
        self._reader, self._at, self._size, self._told = reader, offset, size, told

    def __len__(self) -> int:
        return self._size - self._at

    def __iter__(self) -> Iterator[bytes]:
        """Piece by piece; an attachment that ends early or cannot be read is damaged, and is said so."""
        piece, began = SMALLEST, time.monotonic()
        said = began
        while left := self._size - self._at:
            yield self._read(min(piece, left))
            now = time.monotonic()
            if now - said >= TELL_EVERY:
                self._told(self._at)
                said = now
            piece = min(piece * 2, LARGEST) if now - began < AT_ONCE else SMALLEST
            began = now

    def _read(self, size: int) -> bytes:
        try:
            piece = self._reader.read(size)
        except (OSError, StoreFailure) as error:
            raise SyncFailure(Failure(FailureKind.BLOB_DAMAGED, type(error).__name__)) from error
        if not piece:
            raise SyncFailure(Failure(FailureKind.BLOB_DAMAGED, "shorter than it should be"))
        self._at += len(piece)
        return piece
