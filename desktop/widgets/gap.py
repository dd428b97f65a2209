"""Room below something that comes and goes: there only while it is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from desktop.widgets.base import show_if


class Gap(QWidget):
    """`Gap(notice, 12)` stands below the notice in the same layout."""

    def __init__(self, of: QWidget, height: int = 12) -> None:
        super().__init__()
        self._of = of
        self.setFixedHeight(height)
        of.installEventFilter(self)
        show_if(self, not of.isHidden())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HideToParent, QEvent.Type.ShowToParent):
            show_if(self, not self._of.isHidden())
        return False
