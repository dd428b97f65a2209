"""Attachments on disk: whole ones under their SHA-256, growing ones under a temporary name that keeps every byte."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sync.files import remove, replace, sync_folder

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Growing:
    """An upload on its way: all that is known of it is its file, so a crash leaves nothing to mend."""

    path: Path
    length: int  # as it was announced
    offset: int  # bytes that are here: the next one is counted from them


class BlobStore:
    """Folders `whole/ab/abcd…` and `growing/ab/….LENGTH.part`: whole only after size and hash agree and are durable."""

    def __init__(self, folder: Path) -> None:
        self._whole, self._growing = folder / "whole", folder / "growing"

    def path(self, sha256: str) -> Path:
        """Where the whole bytes lie, or would."""
        return self._whole / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Whether the bytes are here, whoever brought them."""
        return self.path(sha256).is_file()

    def growing(self, scope: str, sha256: str) -> Growing | None:
        """An upload that was announced, and how far it has come."""
        stem = _stem(scope, sha256)
        with contextlib.suppress(FileNotFoundError), os.scandir(self._growing / stem[:2]) as entries:
            for entry in entries:
                if entry.name.startswith(stem) and entry.name.endswith(".part"):
                    # Asked of the file: what Windows keeps in the folder is old while somebody writes.
                    size = os.stat(entry.path).st_size
                    return Growing(Path(entry.path), int(entry.name.split(".")[1]), size)
        return None

    def begin(self, scope: str, sha256: str, length: int) -> Growing:
        """Make room for an upload. What came of it before stays, unless it was of another length."""
        here = self.growing(scope, sha256)
        if here is not None and here.length == length:
            return here
        if here is not None:
            remove(here.path)
        stem = _stem(scope, sha256)
        path = self._growing / stem[:2] / f"{stem}.{length}.part"
        try:
            _make(path)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            _make(path)
        return Growing(path, length, 0)

    def finish(self, part: Path, file: int, sha256: str) -> None:
        """Move a whole, proven upload to its place: bytes and name are durable then. `file`, open on it, is closed."""
        target = self.path(sha256)
        with open(file, "rb+", buffering=0) as proven:
            if not target.parent.is_dir():
                target.parent.mkdir(parents=True, exist_ok=True)
                sync_folder(target.parent.parent)
            put_in_place(part, proven, target)

    def drop(self, scope: str, sha256: str) -> None:
        """Forget an upload that proved wrong."""
        if here := self.growing(scope, sha256):
            remove(here.path)

    def sweep(self, before: float) -> int:
        """Forget uploads that nobody went on with since then (seconds since 1970); how many."""
        old = [path for path in self._growing.glob("*/*") if path.stat().st_mtime < before]
        for path in old:
            remove(path)
        return len(old)

    def erase(self, sha256: str) -> None:
        """Forget a whole blob."""
        remove(self.path(sha256))

    def read(self, sha256: str, start: int, stop: int) -> Iterator[bytes]:
        """Bytes start..stop, in pieces."""
        with self.path(sha256).open("rb") as file:
            file.seek(start)
            while start < stop and (piece := file.read(min(CHUNK, stop - start))):
                start += len(piece)
                yield piece


def _stem(scope: str, sha256: str) -> str:
    """The name of an upload: what it is of whom, told to nobody who sees the folder."""
    return hashlib.sha256(f"{scope}:{sha256}".encode()).hexdigest()


def _make(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o666))


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file, in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if sys.platform == "win32":  # pragma: no cover  (one process serves there)

    def put_in_place(part: Path, file: IO[bytes], target: Path) -> None:
        """Bytes, then name, which is durable by itself. What is open cannot be moved, nor what is read replaced."""
        os.fsync(file.fileno())
        file.close()
        if target.exists():  # the same bytes: nothing else ever came to this name
            remove(part)
        else:
            replace(part, target)

else:
    import fcntl

    def put_in_place(part: Path, file: IO[bytes], target: Path) -> None:
        """Name, bytes, folder: the first sync then takes the new name along, which leaves the second next to nothing.

        Until both are done the name promises nothing, since no row speaks of it. Where the name is taken, somebody's
        row may: then the bytes are durable before they take its place. The lock keeps two of one address apart,
        whatever process they are in.
        """
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            if target.exists():
                os.fsync(file.fileno())
            replace(part, target)
            fcntl.flock(folder, fcntl.LOCK_UN)
            os.fsync(file.fileno())  # the bytes, and where a file system allows it the name
            os.fsync(folder)  # the name, where it takes more than that
        finally:
            os.close(folder)
