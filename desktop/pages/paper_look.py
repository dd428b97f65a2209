"""One paper wherever it is: from this machine, else from the association; else what is missing and what to do.

look = PaperLook(context)
look.show_paper(Sought(blob, "陈喆-毕业证书.jpg", "jpg", 90_000), profile=True)
look.settled                                                    nothing is on its way
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QStackedLayout, QWidget

from desktop.carrying import Carried, Carrier
from desktop.context import Context
from desktop.pages.form_age import age_words
from desktop.pages.words import size_words
from desktop.widgets.base import Box, Label, column, row
from desktop.widgets.buttons import Button
from desktop.widgets.notes import ProgressBar
from desktop.widgets.previews import ImageDesk, ImageView, PdfPreview
from sync.store.local import Reader


@dataclass(frozen=True, slots=True)
class Sought:
    """What is known of a paper before its bytes are there."""

    blob: str
    name: str
    type: str = ""
    bytes: int = 0


def sought(paper: Mapping[str, Any]) -> Sought:
    """Of an attachment as a form or a profile names it."""
    size = int(paper.get("bytes") or 0)
    return Sought(str(paper["blob"]), str(paper.get("name") or "附件"), str(paper.get("type") or ""), size)


class PaperLook(QWidget):
    """Picture or PDF, or words in their place; with a `bar` the picture has one to zoom and turn it."""

    def __init__(self, context: Context, parent: QWidget | None = None, *, bar: bool = False) -> None:
        super().__init__(parent)
        self._context, self._paper, self._profile = context, Sought("", ""), False
        self._carrier = Carrier(context, self)
        self._pdf = PdfPreview(name="附件")
        self._desk = ImageDesk() if bar else None
        self.image = self._desk.view if self._desk is not None else ImageView()
        self._meter = ProgressBar(width=160)
        self._waiting = Label("", "secondary", "text2")
        wait = Box(fill="desk")
        wait.setLayout(column(None, row(None, self._waiting, None), 8, row(None, self._meter, None), None))
        self.words = Label("", "panel_body", weight=500, wrap=True)
        self.remedy = Label("", "secondary", "text2", wrap=True)
        self.again = Button("再取一次", "link", font="panel_body")
        self.again.setObjectName("paper.again")
        self.again.clicked.connect(self._ask)
        trouble = Box(fill="desk")
        trouble.setLayout(
            column(None, self.words, 4, self.remedy, row(self.again, None), None, margins=(16, 12, 16, 12))
        )
        self._stack = QStackedLayout(self)
        self._picture = self._desk or self.image
        for part in (self._picture, self._pdf, wait, trouble):
            self._stack.addWidget(part)
        self._carrier.came.connect(self._came)
        self._carrier.moved.connect(self._moves)
        self._carrier.failed.connect(self._failed)
        context.line_changed.connect(self._line)

    @property
    def settled(self) -> bool:
        return self._carrier.is_settled

    def show_paper(self, paper: Sought, *, profile: bool = False) -> None:
        """This one; `profile`: it lies with the association and counts already."""
        self._paper, self._profile = paper, profile
        self.image.setAccessibleName(paper.name)
        self._ask()

    def _ask(self) -> None:
        self._moves(self._paper, 0)
        self._carrier.ask(self._paper)

    def _line(self) -> None:
        """The line is there again: what could not be had is asked for once more."""
        if self._context.online and self._stack.currentIndex() == 3:
            self._ask()

    def _came(self, _paper: Carried, data: bytes) -> None:
        if data.startswith(b"%PDF"):
            self._pdf.show_bytes(data)
            self._stack.setCurrentWidget(self._pdf)
        elif self._desk.show_bytes(data, self._paper.name) if self._desk else self.image.show_bytes(data):
            self._stack.setCurrentWidget(self._picture)
        else:
            self._say("这个附件在这里显示不了。", "文件可能已损坏，或不是图片和 PDF。请换一份。")

    def _moves(self, paper: Carried, count: int) -> None:
        whole = f" / {size_words(paper.bytes)}" if paper.bytes else ""
        self._waiting.setText(f"正在取附件 {size_words(count)}{whole}" if count else "正在打开")
        self._meter.set_part(count / paper.bytes if paper.bytes else 0)
        self._stack.setCurrentIndex(2)

    def _failed(self, _paper: Carried, words: str, remedy: str) -> None:
        if self._context.online:
            self._say(words, remedy)
        else:
            self._context.read(self._contact, self._away)

    def _away(self, as_of: str | None) -> None:
        """It lies with the association, and there is no line; known of the association as of then."""
        counts = "这一项已经算数，不用再附。" if self._profile else ""
        since = f"{age_words(as_of, self._context)}，" if as_of else ""
        self._say(f"“{self._paper.name}”还没有取到本机。",
                  f"它存在协会那边（{since}本机现在离线）。{counts}联网后会自动取来显示在这里。")  # fmt: skip

    def _contact(self, reader: Reader) -> str | None:
        return reader.accounts.need(self._context.account).last_contact

    def _say(self, words: str, remedy: str) -> None:
        self.words.setText(words)
        self.remedy.setText(remedy)
        self._stack.setCurrentIndex(3)
