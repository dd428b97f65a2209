"""The one place where failures nobody else understood end: a sentence on the window, and a log without personal data.

bugs = Bugs(folder); bugs.install()      exceptions of the screen's thread, of other threads and of lanes
bugs.handle(error)                        known failures are told with their remedy, all else is a bug
bugs.told  Signal(str, str)               words and role
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot

from desktop.background import Cancelled
from desktop.troubles import BUG, words_of

log = logging.getLogger("huiban")
Trouble = tuple[type[BaseException] | None, BaseException | None, TracebackType | None] | tuple[None, None, None]


class Discreet(logging.Formatter):
    """Where and what kind, never the words of an error: they may hold a name or a number."""

    def format(self, record: logging.LogRecord) -> str:
        own = logging.makeLogRecord(record.__dict__)
        own.exc_text = None  # another handler may have kept the words there
        return super().format(own)

    def formatException(self, ei: Any) -> str:
        kind, _error, trace = ei
        frames = traceback.extract_tb(trace)
        lines = [f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        return "\n".join([f"{kind.__module__}.{kind.__name__}" if kind else "?", *lines])


class Bugs(QObject):
    """One a program, handed to every lane."""

    told = Signal(str, str)
    _came = Signal(object)

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__(QCoreApplication.instance())
        self.last: BaseException | None = None  # for tests and for whoever asks what it was
        self._came.connect(self._show)
        self._file: RotatingFileHandler | None = None
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = RotatingFileHandler(
                folder / "huiban.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8", delay=True
            )
            self._file.setFormatter(Discreet("%(asctime)s %(levelname)s %(name)s %(message)s"))
            logging.getLogger().addHandler(self._file)

    def install(self) -> None:
        """For the whole process: only the program itself does this."""
        sys.excepthook = self._hook
        threading.excepthook = lambda trouble: self.handle(trouble.exc_value or RuntimeError())

    def handle(self, error: BaseException) -> None:
        """From any thread."""
        self._came.emit(error)

    def close(self) -> None:
        """Let go of the log."""
        if self._file is not None:
            logging.getLogger().removeHandler(self._file)
            self._file.close()

    def _hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            self.handle(error)

    @Slot(object)
    def _show(self, error: BaseException) -> None:
        if isinstance(error, Cancelled):
            return
        self.last = error
        known = words_of(error)
        if known is not None:
            log.info("known failure: %s", type(error).__name__)
            self.told.emit("".join(known), "warn")
            return
        log.error("a bug", exc_info=(type(error), error, error.__traceback__))
        self.told.emit(BUG, "bad")
