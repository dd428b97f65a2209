"""What a page shows, read beside the screen and read again after every change that concerns it.

class DraftsModel(Watching[tuple[DraftRow, ...]]):
    def look(self, reader): return views.drafts(reader, self.context.account, self.context.pack)    on the lane
    def take(self, rows): self.rows = rows                                                          on the screen
model.changed   Signal()   after `take`
model.settled   Signal()   nothing is being read any more; `model.is_settled`
"""

from __future__ import annotations

from typing import Generic, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Signal

from desktop.context import Context
from sync.store.local import Reader

T = TypeVar("T")


class Watching(QObject, Generic[T]):
    """A view-model: no widget, one read at a time; changes that come meanwhile are one more read."""

    changed = Signal()
    settled = Signal()
    topics: frozenset[str] | None = None  # None: every change

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self._reading, self._again, self._asleep = False, False, False
        self.loaded = False
        context.changed.connect(self._heard)
        context.pack_changed.connect(self.refresh)

    def look(self, reader: Reader) -> T:
        """One moment of the store, on the lane; touches no widget."""
        raise NotImplementedError

    def take(self, found: T) -> None:
        """What was read, on the screen's thread."""
        raise NotImplementedError

    @property
    def is_settled(self) -> bool:
        """Whether what is shown is what there is."""
        return self.loaded and not self._reading

    def refresh(self) -> None:
        """Read again."""
        if self._reading or self._asleep:
            self._again = True
            return
        self._reading, self._again = True, False
        self.context.read(self.look, self._took)

    def sleep(self) -> None:
        """Its page is not on screen: changes are only remembered."""
        self._asleep = True

    def awake(self) -> None:
        """Its page is on screen."""
        self._asleep = False
        if self._again or not (self.loaded or self._reading):
            self.refresh()

    def _heard(self, topics: frozenset[str]) -> None:
        if self.topics is None or topics & self.topics or any(":" in topic for topic in topics):
            self.refresh()

    def _took(self, found: T) -> None:
        if not shiboken6.isValid(self):
            return  # its page was put away meanwhile
        self._reading, self.loaded = False, True
        self.take(found)
        self.changed.emit()
        if self._again:
            self.refresh()
        else:
            self.settled.emit()
