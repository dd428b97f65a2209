"""A part of a returned form that nobody objected to: folded and locked in its place, unlocked there by one click.

part = KeptPart(CardPart(form), name="rows"); part.show_kept("其余 4 人没有问题", "苏婉玲、…")
part.unlock_asked   Signal()    and then part.show_unlocked("全部名单 6 人")
part.show_plain()               nobody named a place: the part stands open without its line
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.widgets.base import Label, column, row, show_if
from desktop.widgets.buttons import Button
from desktop.widgets.panel import Fold

LOCKED = "点“解锁来改”以后可以改"


class KeptPart(QWidget):
    """Layout and one button; what is locked inside, its page says."""

    unlock_asked = Signal()

    def __init__(self, part: QWidget, *, name: str) -> None:
        super().__init__()
        self.hang = bool(getattr(part, "hang", False))
        margin = 8 if self.hang else 0
        self.unlock = Button("解锁来改", "link", icon="pencil", font="panel_body")
        self.unlock.setObjectName(f"amend.unlock.{name}")
        self.unlock.clicked.connect(self.unlock_asked)
        words = Label("没有人说要改，重新提交时原样保留。", "panel_body", "text2")
        self._strip, self._inside = QWidget(), QWidget()
        self._strip.setLayout(row(words, self.unlock, None, spacing=16, margins=(margin, 0, margin, 0)))
        self._inside.setLayout(column(self._strip, part, spacing=8))
        self.fold = Fold("", content=self._inside, locked=True, inset=margin)
        self.fold.head.setObjectName(f"amend.fold.{name}")
        self.setLayout(column(self.fold))

    def show_kept(self, title: str, words: str) -> None:
        """Folded, until somebody opens it to look or to change it."""
        self.fold.head.set_words(title, words, "不用改，原样保留", locked=True)
        self.unlock.setAccessibleName(f"解锁来改：{title}")
        self._show(head=True, strip=True, inside=self.fold.head.isChecked())

    def show_unlocked(self, title: str) -> None:
        """Open, and free to be changed."""
        self.fold.head.set_words(title, "", "已解锁，可以改", locked=False)
        self.fold.head.setChecked(True)
        self._show(head=True, strip=False, inside=True)

    def show_plain(self) -> None:
        """As a part of any form."""
        self._show(head=False, strip=False, inside=True)

    def _show(self, *, head: bool, strip: bool, inside: bool) -> None:
        for part, on in ((self.fold.head, head), (self._strip, strip), (self._inside, inside)):
            show_if(part, on)
