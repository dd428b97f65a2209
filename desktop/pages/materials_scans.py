"""What a scanner has brought, offered above the papers: for the place under the cursor, by name, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal

from desktop.widgets.base import Box, Icon, Label, row, show_if
from desktop.widgets.buttons import Button

SHOWN = 3


class ScanStrip(Box):
    """One line; hidden while nothing is new."""

    here = Signal()
    by_name = Signal()
    refused = Signal()

    def __init__(self) -> None:
        super().__init__(fill="wait_soft", radius=4)
        self.setObjectName("materials.scans")
        self._words = Label("", "panel_body", wrap=True)
        self._here = Button("附到光标这一处", "link", font="panel_body")
        self._match = Button("按文件名对到人", "link", font="panel_body")
        self._not = Button("不用这些", "link", font="panel_body")
        for button, name, told in (
            (self._here, "here", self.here),
            (self._match, "match", self.by_name),
            (self._not, "dismiss", self.refused),
        ):
            button.setObjectName(f"materials.scans.{name}")
            button.clicked.connect(told)
        line = row(Icon("inbox", "text2", 16), spacing=8, margins=(16, 4, 16, 4))
        line.addWidget(self._words, 1)
        for button in (self._here, self._match, self._not):
            line.addWidget(button)
        self.setLayout(line)
        show_if(self, False)

    def show_files(self, files: Sequence[Path], place: str) -> None:
        """These are new; `place` is where the cursor stands."""
        names = "、".join(path.name for path in files[:SHOWN]) + (" 等" if len(files) > SHOWN else "")
        self._words.setText(f"扫描文件夹里有 {len(files)} 个新文件：{names}")
        self._here.set_text(f"附到{place}" if place else "附到光标这一处")
        show_if(self._here, bool(place))
        self.setAccessibleName(self._words.text())
        show_if(self, bool(files))
