"""Attachments on disk: whole ones under their SHA-256, growing ones under a temporary name that keeps every byte."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

CHUNK = 1 << 20


class BlobStore:
    """Folders `whole/ab/abcd…` and `growing/<name>.part`: whole only after size and hash agree and are durable."""

    def __init__(self, folder: Path) -> None:
        self._whole, self._growing = folder / "whole", folder / "growing"

    def path(self, sha256: str) -> Path:
        """Where the whole bytes lie, or would."""
        return self._whole / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Whether the bytes are here, whoever brought them."""
        return self.path(sha256).is_file()

    def growing(self, scope: str, sha256: str) -> Path:
        """Where the bytes of an upload gather."""
        return self._growing / f"{hashlib.sha256(f'{scope}:{sha256}'.encode()).hexdigest()}.part"

    def offset(self, scope: str, sha256: str) -> int:
        """How many bytes of an upload are here: exactly what the next one is counted from."""
        try:
            return self.growing(scope, sha256).stat().st_size
        except FileNotFoundError:
            return 0

    def begin(self, scope: str, sha256: str) -> None:
        """Make room for an upload; what was there before stays."""
        self._growing.mkdir(parents=True, exist_ok=True)
        self.growing(scope, sha256).touch()

    def finish(self, scope: str, sha256: str) -> None:
        """Move a whole, proven upload to its place, durably: bytes, then name."""
        part, target = self.growing(scope, sha256), self.path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(part, target)
        sync_folder(target.parent)

    def drop(self, scope: str, sha256: str) -> None:
        """Forget an upload that proved wrong."""
        self.growing(scope, sha256).unlink(missing_ok=True)

    def erase(self, sha256: str) -> None:
        """Forget a whole blob."""
        self.path(sha256).unlink(missing_ok=True)

    def read(self, sha256: str, start: int, stop: int) -> Iterator[bytes]:
        """Bytes start..stop, in pieces."""
        with self.path(sha256).open("rb") as file:
            file.seek(start)
            while start < stop and (piece := file.read(min(CHUNK, stop - start))):
                start += len(piece)
                yield piece


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file, in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder durable; Windows does so by itself."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
