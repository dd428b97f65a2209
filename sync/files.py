"""Files put in their place whole or not at all, also where another program holds them for a moment.

On Windows a file that anybody has open can be neither replaced nor removed, and scanners and indexers open what has
just been written: there, what is refused for that reason is tried again for a second. Elsewhere nothing is refused for
that reason, and nothing is tried again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import TypeVar

T = TypeVar("T")

HELD = frozenset({5, 32, 33})  # Windows: access denied, sharing violation, lock violation
PAUSES = (0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.4)  # s


def replace(fresh: Path, target: Path) -> Path:
    """Give `fresh` the name of `target`, which it takes the place of; its new path."""
    patiently(lambda: os.replace(fresh, target))
    return target


def remove(path: Path) -> None:
    """It need not be there."""
    patiently(lambda: path.unlink(missing_ok=True))


def write_whole(target: Path, data: bytes) -> None:
    """Durable, for its owner alone, whole or not at all."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    replace(fresh, target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder durable; on Windows it is so by itself."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sqlite_address(file: PurePath, mode: str) -> str:
    """Of a database, for SQLite, whatever its folders are called; `file` is absolute."""
    address = file.as_uri()
    if not address.startswith("file:///"):  # of a share; SQLite knows no address with a server in it
        address = "file:////" + address.removeprefix("file://")
    return f"{address}?mode={mode}"


def patiently(act: Callable[[], T], pause: Callable[[float], object] = time.sleep) -> T:
    """What `act` answers; tried again, for a second in all, while another program holds the file."""
    for seconds in PAUSES:
        try:
            return act()
        except PermissionError as error:
            if getattr(error, "winerror", None) not in HELD:
                raise
        pause(seconds)
    return act()
