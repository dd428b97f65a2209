"""Taking in an attachment: tus's rules on bytes, the pack's on size and type, and what makes a blob whole."""

from __future__ import annotations

import base64
import binascii
import contextlib
import errno
import hashlib
import os
import secrets
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import puremagic

from server.blobs import BlobStore, sha256_of
from server.problems import Refused
from sync.files import remove, replace
from sync.protocol import Problem

ALIASES = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "tiff": "tif", "m4v": "mp4", "htm": "html"}
HEAD_BYTES = 4096  # enough to tell what a file really is
PLAIN = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}  # told by their first bytes alone


@dataclass(frozen=True, slots=True)
class Limits:
    """What the pack in force lets anybody attach, whatever the material."""

    types: frozenset[str]  # extensions, lower case
    max_bytes: int


def type_by_content(head: bytes) -> str:
    """The extension that the bytes themselves tell; empty when they tell nothing."""
    for first, kind in PLAIN.items():
        if head.startswith(first):
            return kind
    try:
        found = puremagic.from_string(head).lstrip(".").lower()
    except puremagic.PureError:
        return ""
    return ALIASES.get(found, found)


def metadata(header: str) -> dict[str, str]:
    """`Upload-Metadata`: keys with values in base64."""
    told: dict[str, str] = {}
    for part in filter(None, header.split(",")):
        key, _, value = part.strip().partition(" ")
        try:
            told[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise Refused(Problem.MALFORMED, f"Upload-Metadata: {key}") from None
    return told


@dataclass(slots=True)
class Checksum:
    """`Upload-Checksum`: what the bytes of one PATCH must come to."""

    expected: bytes
    digest: hashlib._Hash

    @classmethod
    def read(cls, header: str | None) -> Checksum | None:
        """From the header; raises on an algorithm we do not have."""
        if not header:
            return None
        name, _, value = header.partition(" ")
        if name not in ("sha1", "sha256"):
            raise Refused(Problem.MALFORMED, "Upload-Checksum: sha1, sha256")
        try:
            return cls(base64.b64decode(value, validate=True), hashlib.new(name, usedforsecurity=False))
        except binascii.Error:
            raise Refused(Problem.MALFORMED, "Upload-Checksum") from None

    @property
    def right(self) -> bool:
        """Whether the bytes came as they were sent."""
        return self.digest.digest() == self.expected


class Writers:
    """Who writes which upload in this process. A newcomer (the desk on a new line) takes over from the old one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._current: dict[Path, Writer] = {}

    def open(self, path: Path, offset: int) -> Writer:
        """The one writer of this upload from now on."""
        with self._lock:
            before = self._current.get(path)
            writer = self._current[path] = Writer(path, offset, self)
        if before is not None:
            before.let_go()  # its line may be dead and not know it; on Windows an open file cannot be moved
        return writer

    def close(self, writer: Writer) -> None:
        """It writes no more."""
        with self._lock:
            if self._current.get(writer.path) is writer:
                del self._current[writer.path]


@dataclass(slots=True)
class Writer:
    """Writes one PATCH at its place. Every byte that came is kept, also when the line dies in the middle."""

    path: Path
    offset: int
    writers: Writers
    start: int = 0
    _file: int = -1
    _sum: hashlib._Hash | None = field(default=None)
    _first: bytes = b""  # what it begins with, if this PATCH brought the beginning
    _turn: threading.Lock = field(default_factory=threading.Lock)  # nobody lets go of a file in use

    def __post_init__(self) -> None:
        self.start = self.offset
        self._file = os.open(self.path, os.O_RDWR | getattr(os, "O_BINARY", 0))
        try:
            _share(self._file)
            self._check_place()
        except BaseException:
            os.close(self._file)
            raise
        os.lseek(self._file, self.offset, os.SEEK_SET)
        if self.start == 0:
            self._sum = hashlib.sha256()

    def write(self, data: bytes) -> None:
        """The next bytes; raises when another request took over this upload."""
        if self._sum is not None and len(self._first) < HEAD_BYTES:
            self._first += data[: HEAD_BYTES - len(self._first)]
        view = memoryview(data)
        with self._held() as file:
            while view:
                written = os.write(file, view)
                self.offset += written  # also of a piece that the disk took half of
                view = view[written:]
        if self._sum is not None:
            self._sum.update(data)

    def cut_back(self) -> None:
        """Forget what this PATCH wrote: its checksum was wrong."""
        with self._held() as file:
            os.ftruncate(file, self.start)
        self.offset, self._sum = self.start, None

    def durable(self) -> None:
        """On disk before it is promised."""
        with self._held() as file:
            os.fsync(file)

    def sha256(self) -> str:
        """Of the whole file."""
        return self._sum.hexdigest() if self._sum is not None else sha256_of(self.path)

    def head(self) -> bytes:
        """The first bytes of the file."""
        if self._sum is not None:
            return self._first
        with self.path.open("rb") as file:
            return file.read(HEAD_BYTES)

    def finish(self, store: BlobStore, sha256: str) -> None:
        """Bytes proven: to their place. Should another request still have the file open, the place gets a copy."""
        with self._held():
            self._check_place()
            if not _alone(self._file):
                copy = copy_proven(self.path, sha256)
                os.close(self._file)
                self._file = copy
            file, self._file = self._file, -1
        store.finish(self.path, file, sha256)

    def _check_place(self) -> None:
        """Raises when the file became whole, or was forgotten, under whoever else had it open."""
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(self._file), self.path.stat()):
                return
        raise Refused(Problem.BLOB_OFFSET)

    def close(self) -> None:
        """Give the file back."""
        self.writers.close(self)
        self.let_go()

    def let_go(self) -> None:
        """It writes no more: another line took over, or it has ended."""
        with self._turn:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    @contextlib.contextmanager
    def _held(self) -> Iterator[int]:
        """The file, as long as nobody took over; raises when somebody did."""
        with self._turn:
            if self._file < 0:
                raise Refused(Problem.BLOB_OFFSET, "另一个连接正在续传这个附件。")
            yield self._file


def copy_proven(path: Path, sha256: str) -> int:
    """Put a copy in the file's place, open here and locked against all others; raises when it is not the named one."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}.copy")
    digest = hashlib.sha256()
    handle = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        _alone(handle)
        with path.open("rb") as source, open(handle, "wb", closefd=False) as target:
            while piece := source.read(1 << 20):
                digest.update(piece)
                target.write(piece)
        if digest.hexdigest() != sha256:
            raise Refused(Problem.BLOB_CHECKSUM)
        replace(fresh, path)
    except BaseException:
        os.close(handle)
        remove(fresh)
        raise
    return handle


@contextlib.contextmanager
def disk() -> Iterator[None]:
    """A full disk is an answer, not a bug: the desk tries again later."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Refused(Problem.BUSY, "协会服务器的磁盘满了，会办会自动再试；请通知协会。", retry_after=60) from error
        raise


if sys.platform == "win32":  # pragma: no cover  (one process serves there)

    def _share(handle: int) -> None:
        """Files are not shared between servers on Windows."""

    def _alone(handle: int) -> bool:
        return True

else:
    import fcntl

    def _share(handle: int) -> None:
        """Say that this process writes the file; waits for whoever is just putting it in its place."""
        fcntl.flock(handle, fcntl.LOCK_SH)

    def _alone(handle: int) -> bool:
        """Whether no other writer has the file open."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
