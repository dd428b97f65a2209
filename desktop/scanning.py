"""The folder a scanner writes into, remembered for this desk and watched as long as the program runs.

scans = context.scans; context.watch_scans()       begins, if a folder was chosen at this desk; again: does nothing
scans.fresh, scans.offered Signal()                files that are new, whole, and taken by nobody yet
scans.choose(folder), scans.forget(), scans.done(paths)
scans.kept Signal(object)                          what `remember` writes and `remembered` reads

A file is whole when two looks, STABLE apart, find the same size and time. The folder is read on a lane of its own: a
share on a network may keep one waiting for long. It is also looked at every AGAIN: no share tells of its changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from desktop.background import Lane
from sync.store.local import LocalStore, Reader

SETTING = "scanner"  # of the store itself: a scanner stands beside a desk, not beside an account
STABLE = 700  # ms between two looks
AGAIN = 15_000  # ms after which the folder is looked at though nothing told of a change
KINDS = frozenset({"pdf", "jpg", "jpeg", "png", "tif", "tiff", "bmp"})
SHOWN = 3  # files that are named
MOST = 2000  # files of a folder that are looked at
Stamp = tuple[int, int]  # size, time in ns
Listed = Callable[[Mapping[Path, Stamp] | None], None]


class ScannerFolder(QObject):
    """One folder, whichever page is on screen."""

    offered = Signal()  # `fresh` or `folder` is another
    failed = Signal(str)
    kept = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder: Path | None = None
        self.fresh: tuple[Path, ...] = ()
        self.busy = 0
        self._lane: Lane | None = None
        self._begun, self._gone = False, False  # watching; the folder cannot be seen just now
        self._seen: dict[str, Stamp] = {}  # by name: taken, refused, or there before it was watched
        self._last: dict[Path, Stamp] = {}
        self._watcher: QFileSystemWatcher | None = None  # most desks have no such folder
        self._pause = QTimer(self, singleShot=True, interval=STABLE)
        self._again = QTimer(self, interval=AGAIN)
        self._pause.timeout.connect(self._look)
        self._again.timeout.connect(self._look)

    # what is asked of it

    def open(self, kept: Mapping[str, Any]) -> None:
        """Go on from what was kept, unless it is watching already."""
        if self._begun:
            return
        self._begun = True
        self.folder = Path(kept["folder"]) if kept.get("folder") else None
        self._seen = {name: (stamp[0], stamp[1]) for name, stamp in (kept.get("seen") or {}).items()}
        if self.folder is not None:
            self._watch(self.folder)

    def close(self) -> None:
        """Nothing is watched any more."""
        self._stop()
        if self._lane is not None:
            self._lane.close()
            self._lane = None

    def choose(self, folder: Path) -> None:
        """Watch this folder from now on; what is in it already is old."""
        self._begun = True
        self._list(folder, partial(self._chosen, folder))

    def forget(self) -> None:
        """Watch nothing any more."""
        self._stop()
        self.folder, self.fresh, self._seen = None, (), {}
        self._keep()
        self.offered.emit()

    def done(self, paths: Iterable[Path]) -> None:
        """These were taken, or are not wanted."""
        gone = set(paths) & set(self.fresh)
        if not gone:
            return
        self._seen |= {path.name: self._last[path] for path in gone if path in self._last}
        self.fresh = tuple(path for path in self.fresh if path not in gone)
        self._keep()
        self.offered.emit()

    # watching

    def _stop(self) -> None:
        self._pause.stop()
        self._again.stop()
        if self._watcher is not None and (paths := self._watcher.directories()):
            self._watcher.removePaths(paths)

    def _list(self, folder: Path, done: Listed) -> None:
        if self._lane is None:
            self._lane = Lane("scanner")
        self.busy += 1
        self._lane.run(partial(_listing, folder), done=done)

    def _chosen(self, folder: Path, found: Mapping[Path, Stamp] | None) -> None:
        self.busy -= 1
        if found is None:
            self.failed.emit(f"打不开文件夹“{folder}”，请换一个。")
            return
        self._stop()
        self.folder, self.fresh = folder, ()
        self._seen, self._last = {path.name: stamp for path, stamp in found.items()}, {}
        self._keep()
        self._watch(folder)

    def _watch(self, folder: Path) -> None:
        self._hear_of(folder)
        self._again.start()
        self._look()
        self.offered.emit()

    def _hear_of(self, folder: Path) -> None:
        if self._watcher is None:
            self._watcher = QFileSystemWatcher(self)
            self._watcher.directoryChanged.connect(self._stirred)
        self._watcher.addPath(str(folder))

    def _stirred(self, _path: str) -> None:
        self._pause.start()

    def _look(self) -> None:
        if self.folder is not None:
            self._list(self.folder, partial(self._listed, self.folder))

    def _listed(self, folder: Path, found: Mapping[Path, Stamp] | None) -> None:
        self.busy -= 1
        if folder != self.folder:
            return
        if found is None:
            if not self._gone:
                self.failed.emit(f"扫描文件夹“{folder}”现在看不到，接好以后会自动接着看。")
            self._gone = True
            return
        if self._gone:
            self._gone = False
            self._hear_of(folder)
        new = {path: stamp for path, stamp in found.items() if self._seen.get(path.name) != stamp}
        whole = {path for path, stamp in new.items() if stamp[0] and self._last.get(path) == stamp}
        self._last = new
        if len(whole) < len(new):
            self._pause.start()  # some are still being written
        fresh = tuple(sorted(whole))
        if fresh != self.fresh:
            self.fresh = fresh
            self.offered.emit()

    def _keep(self) -> None:
        self.kept.emit({"folder": str(self.folder), "seen": dict(self._seen)} if self.folder is not None else None)


def words_of(files: Sequence[Path]) -> str:
    """扫描文件夹里有 2 个新文件：0001.jpg、0002.jpg"""
    names = "、".join(path.name for path in files[:SHOWN]) + (" 等" if len(files) > SHOWN else "")
    return f"扫描文件夹里有 {len(files)} 个新文件：{names}"


def remembered(reader: Reader) -> Mapping[str, Any]:
    """What was kept of the folder of this desk."""
    found = reader.settings.get("", SETTING)
    return found if isinstance(found, Mapping) else {}


def remember(store: LocalStore, kept: Mapping[str, Any] | None) -> None:
    """Keep it."""
    with store.transaction() as writer:
        writer.settings.put("", SETTING, kept)


def _listing(folder: Path) -> dict[Path, Stamp] | None:
    """Papers that lie in the folder, with size and time; None: it cannot be read."""
    made: dict[Path, Stamp] = {}
    try:
        for path in sorted(folder.iterdir())[:MOST]:
            kind = path.suffix.lower().removeprefix(".")
            if kind in KINDS and not path.name.startswith((".", "~")):
                made |= _stamp(path)
    except OSError:
        return None
    return made


def _stamp(path: Path) -> dict[Path, Stamp]:
    try:
        told = path.stat()
    except OSError:  # taken away between the two
        return {}
    return {path: (told.st_size, told.st_mtime_ns)}
