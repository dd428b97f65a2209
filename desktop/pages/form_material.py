"""A paper of the whole form: what it is, what is attached, the place to drop it, and the letter to print for it.

box = MaterialBox(check, label="单位承诺书"); box.show(check, papers)
box.dropped (paths), box.pasted (bytes), box.viewed (paper), box.removed (paper), box.printed ()
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from desktop.pages.form_papers import limit_words, paper_words, patterns_of
from desktop.widgets.base import Icon, Label, clear_layout, column, row, show_if
from desktop.widgets.buttons import Button
from desktop.widgets.dropzone import DropZone
from domain.checking import MaterialCheck

Paper = Mapping[str, Any]
_STATES = {
    "": ("warn", "缺"),
    "upload": ("ok", "已附"),
    "profile": ("ok", "档案已有"),
    "other": ("ok", "已有其他资料代替"),
}


class MaterialBox(QWidget):
    """One paper that concerns the form as a whole."""

    dropped = Signal(list)
    pasted = Signal(bytes)
    viewed = Signal(object)
    removed = Signal(object)
    printed = Signal()

    def __init__(
        self, check: MaterialCheck, *, letter: str = "", narrow: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._narrow = narrow
        self._told: object = None
        self._locked = False
        self._state_icon, self._state = Icon("warn", "warn", 14), Label("", "state", "warn")
        star = Label("*", "secondary", "bad")
        show_if(star, check.needed)
        name = Label(check.label, "section", elide="right")
        state = (self._state_icon, self._state)
        head = row(name, star, None) if narrow else row(name, star, 4, *state, None, spacing=5)
        below = row(*state, None, spacing=5) if narrow else row()
        self._letter = Button(f"打印{letter}", "link", icon="printer", font="panel_body")
        self._letter.setObjectName("paper.print")
        self._letter.setFixedHeight(24)
        self._letter.clicked.connect(self.printed)
        show_if(self._letter, bool(letter))
        head.addWidget(self._letter)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self._zone = DropZone(limits=limit_words(check), patterns=patterns_of(check), name=check.label)
        self._zone.target.setObjectName(f"form.drop.{check.id}")
        self._zone.files_dropped.connect(self.dropped)
        self._zone.image_pasted.connect(self.pasted)
        self.setLayout(column(head, below, 4, self._list, 4, self._zone))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setAccessibleName(check.label)

    @property
    def zone(self) -> DropZone:
        return self._zone

    def show_papers(self, check: MaterialCheck, papers: Sequence[Paper], *, outdated: str = "") -> None:
        """What is attached here; `outdated` says why it has to be printed again."""
        told = (check, tuple((paper["blob"], paper.get("name")) for paper in papers), outdated, self._locked)
        if told == self._told:
            return
        self._told = told
        role, words = _STATES[check.served_by]
        if check.invalid:
            role, words = "bad", check.invalid[0]
        elif not check.needed and not check.served_by:
            role, words = "wait", "可以不附"
        elif check.served_by == "upload":
            words = f"已附 {len(papers)} 个"
        if outdated and papers:
            role, words = "warn", outdated
        self._state_icon.set_icon("dot" if role == "wait" else role, role)
        self._state.setText(words)
        self._state.set_role(role)
        clear_layout(self._list)
        for paper in papers:
            self._list.addWidget(self._line(paper))

    def lock(self, locked: bool) -> None:
        """Nothing is taken in or off; the next `show_papers` leaves the buttons for it away."""
        self._locked = locked
        show_if(self._zone, not locked)

    def _line(self, paper: Paper) -> QWidget:
        name = str(paper.get("name") or "附件")
        look = Button("看一眼", "link", name=f"看一眼：{name}", font="panel_body")
        look.setObjectName("paper.look")
        gone = Button("移除", "link", name=f"移除：{name}", font="panel_body")
        gone.setObjectName("paper.remove")
        look.clicked.connect(lambda: self.viewed.emit(paper))
        gone.clicked.connect(lambda: self.removed.emit(paper))
        show_if(gone, not self._locked)
        line = QWidget()
        about = Label(paper_words(paper), "secondary", "text2")
        line.setLayout(
            row(Icon("file"), Label(name, "panel_body", elide="middle"), about, None, look, gone, spacing=10)
        )
        return line

    def say(self, words: str, role: str) -> None:
        """What was wrong with the last file."""
        self._zone.set_words(words, role)
