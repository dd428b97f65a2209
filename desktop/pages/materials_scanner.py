"""The folder a scanner writes into, remembered for this desk: files that are new in it and whole are offered.

scans = ScannerFolder(context); scans.open()        begins to watch, if a folder was chosen
scans.fresh, scans.offered Signal()                  paths that nobody has taken yet
scans.choose(folder), scans.forget(), scans.done(paths)
A file is whole when two looks, STABLE apart, find the same size and time; the folder is read on the reading lane.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from desktop.context import Context
from documents.files import SAME
from sync.store.errors import StoreFailure
from sync.store.local import LocalStore, Reader

SETTING = "scanner"  # of the store itself: a scanner stands beside a desk, not beside an account
STABLE = 700  # ms between two looks
KINDS = frozenset({"pdf", "jpg", "png", "tif", "bmp"})
MOST = 2000  # files of a folder that are looked at
Stamp = tuple[int, int]  # size, time in ns


class ScannerFolder(QObject):
    """One folder, watched while its page is on screen."""

    offered = Signal()  # `fresh` or `folder` is another
    failed = Signal(str)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.folder: Path | None = None
        self.fresh: tuple[Path, ...] = ()
        self.busy = 0
        self._seen: dict[str, Stamp] = {}  # by name: taken, refused, or there before it was watched
        self._last: dict[Path, Stamp] = {}
        self._watcher = QFileSystemWatcher(self)
        self._pause = QTimer(self, singleShot=True, interval=STABLE)
        self._watcher.directoryChanged.connect(self._stirred)
        self._pause.timeout.connect(self._look)

    # what the page asks

    def open(self) -> None:
        """The page is on screen: read which folder it is, and watch it."""
        self.busy += 1
        self._context.read(_kept, self._opened, self._broke)

    def close(self) -> None:
        """The page is gone: nothing is watched."""
        self._pause.stop()
        if paths := self._watcher.directories():
            self._watcher.removePaths(paths)

    def choose(self, folder: Path) -> None:
        """Watch this folder from now on; what is in it already is old."""
        self.busy += 1
        self._context.read(lambda _reader: _listing(folder), partial(self._chosen, folder), self._broke)

    def forget(self) -> None:
        """Watch nothing any more."""
        self.close()
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

    def _opened(self, kept: Mapping[str, Any]) -> None:
        self.busy -= 1
        self.folder = Path(kept["folder"]) if kept.get("folder") else None
        self._seen = {name: (stamp[0], stamp[1]) for name, stamp in (kept.get("seen") or {}).items()}
        self._watch()

    def _chosen(self, folder: Path, found: Mapping[Path, Stamp] | None) -> None:
        self.busy -= 1
        if found is None:
            self.failed.emit(f"打不开文件夹“{folder}”，请换一个。")
            return
        self.close()
        self.folder, self.fresh = folder, ()
        self._seen, self._last = {path.name: stamp for path, stamp in found.items()}, {}
        self._keep()
        self._watch()

    def _watch(self) -> None:
        if self.folder is not None:
            self._watcher.addPath(str(self.folder))
            self._look()
        self.offered.emit()

    def _stirred(self, _path: str) -> None:
        self._pause.start()

    def _look(self) -> None:
        folder = self.folder
        if folder is not None:
            self.busy += 1
            self._context.read(lambda _reader: _listing(folder), partial(self._listed, folder), self._broke)

    def _listed(self, folder: Path, found: Mapping[Path, Stamp] | None) -> None:
        self.busy -= 1
        if folder != self.folder:
            return
        if found is None:
            self.failed.emit(f"扫描文件夹“{folder}”现在看不到，接好后再打开这一页。")
            return
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
        told = {"folder": str(self.folder), "seen": dict(self._seen)} if self.folder is not None else None

        def work(store: LocalStore) -> None:
            with store.transaction() as writer:
                writer.settings.put("", SETTING, told)

        self.busy += 1
        self._context.write(work, self._kept, self._broke)

    def _kept(self, _none: None) -> None:
        self.busy -= 1

    def _broke(self, error: BaseException) -> None:
        self.busy -= 1
        if not isinstance(error, StoreFailure):
            raise error
        self.failed.emit(f"{error.sentence}{error.remedy}")


def _kept(reader: Reader) -> Mapping[str, Any]:
    found = reader.settings.get("", SETTING)
    return found if isinstance(found, Mapping) else {}


def _listing(folder: Path) -> dict[Path, Stamp] | None:
    """Papers that lie in the folder, with size and time; None: it cannot be read."""
    made: dict[Path, Stamp] = {}
    try:
        for path in sorted(folder.iterdir())[:MOST]:
            kind = path.suffix.lower().removeprefix(".")
            if SAME.get(kind, kind) in KINDS and not path.name.startswith((".", "~")):
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
