"""One process at a time: a lock file that the operating system lets go of when its holder dies."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from sync.store.errors import StoreInUse

NAME = "store.lock"
LOCKED_BYTE = 1 << 20  # far behind the number written in the file, which Windows would keep others from reading


class Lock:
    """Held from making to `release`; the file names the holder's process."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._file)
        except OSError as error:
            os.close(self._file)
            raise StoreInUse(holder(folder)) from error
        os.truncate(self._file, 0)
        os.pwrite(self._file, str(os.getpid()).encode(), 0) if hasattr(os, "pwrite") else _write(self._file)

    def release(self) -> None:
        """Let the next one in. The file stays: taking it away would let two hold one name."""
        with contextlib.suppress(OSError):
            os.close(self._file)


def holder(folder: Path) -> int | None:
    """Who wrote its number there last."""
    try:
        return int((folder / NAME).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _write(file: int) -> None:
    os.lseek(file, 0, os.SEEK_SET)
    os.write(file, str(os.getpid()).encode())


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        os.lseek(file, LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
