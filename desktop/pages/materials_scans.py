"""What a scanner has brought, offered above the papers of a draft: for one place, by name, or not at all.

strip = ScanStrip(context.scans); strip.show_place("王海涛的毕业证")     and again on `offered`
strip.here, strip.by_name   Signal(list)    paths; nothing goes anywhere before somebody says so
"""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot

from desktop.scanning import ScannerFolder, words_of
from desktop.widgets.base import Box, Icon, Label, row, show_if
from desktop.widgets.buttons import Button


class ScanStrip(Box):
    """One line; hidden while nothing is new."""

    here = Signal(list)
    by_name = Signal(list)

    def __init__(self, scans: ScannerFolder) -> None:
        super().__init__(fill="wait_soft", radius=4)
        self.setObjectName("materials.scans")
        self._scans = scans
        self._words = Label("", "panel_body", wrap=True)
        self._here = Button("附到光标这一处", "link", font="panel_body")
        self._match = Button("按文件名对到人", "link", font="panel_body")
        self._not = Button("不用这些", "link", font="panel_body")
        for button, name, told in (
            (self._here, "here", self._take),
            (self._match, "match", self._by_name),
            (self._not, "dismiss", self._refuse),
        ):
            button.setObjectName(f"materials.scans.{name}")
            button.clicked.connect(told)
        line = row(Icon("inbox", "text2", 16), spacing=8, margins=(16, 4, 16, 4))
        line.addWidget(self._words, 1)
        for button in (self._here, self._match, self._not):
            line.addWidget(button)
        self.setLayout(line)
        show_if(self, False)

    def show_place(self, place: str, *, named: bool = True) -> None:
        """What is new; `place` is where it may go, `named`: or to whom the names of the files say."""
        files = self._scans.fresh
        self._words.setText(words_of(files))
        self._here.set_text(f"附到{place}" if place else "附到光标这一处")
        show_if(self._here, bool(place))
        show_if(self._match, named)
        self.setAccessibleName(self._words.text())
        show_if(self, bool(files))

    @Slot()
    def _take(self) -> None:
        files = self._scans.fresh
        self.here.emit([str(path) for path in files])
        self._scans.done(files)

    @Slot()
    def _by_name(self) -> None:
        self.by_name.emit([str(path) for path in self._scans.fresh])

    @Slot()
    def _refuse(self) -> None:
        self._scans.done(self._scans.fresh)
