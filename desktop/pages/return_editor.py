"""Writing a return: the place that was clicked, phrases used lately, the words, and what is noted already.

editor.open(place, phrases, notes, words)   .noted(text)   .decided(text)   .forgotten(int)   .closed
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.pages.decisions import Note
from desktop.theme import theme
from desktop.widgets.base import Box, Icon, Label, ScrollArea, clear_layout, column, row, show_if
from desktop.widgets.buttons import Button
from desktop.widgets.fields import InputFrame
from desktop.widgets.flow import FlowRow
from desktop.widgets.inputs import NotesInput

PHRASES = (
    "看不清，请重新扫描上传",
    "与所填内容不一致，请核对",
    "不是最近的，请换最新的",
    "没有盖章，请盖章后上传",
    "传错了文件，请重新上传",
)


LONG = 20  # characters from which a phrase is shortened


class ReturnEditor(Box):
    """Stands above the buttons while a return is written; Esc closes it, what is noted stays."""

    noted = Signal(str)
    decided = Signal(str)
    forgotten = Signal(int)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, fill="surface", sides="t")
        self._place = Label("", "panel_body", weight=500, elide="right")
        self._hint = Label("点一下资料、证明或检查项，意见就记在那里", "secondary", "text2")
        self._phrases = FlowRow(spacing=16, leading=0)
        self.words = NotesInput(placeholder="写给单位看：哪里不对，要怎么改", name="退回意见", lines=2)
        self.words.setObjectName("review.reason")
        self._add = Button("记下，再指一处")
        self._add.setObjectName("review.note")
        self._add.clicked.connect(self._note)
        self._go = Button("退回整份", "primary")
        self._go.setObjectName("review.return.confirm")
        self._go.clicked.connect(self._decide)
        cancel = Button("取消", "quiet")
        cancel.setObjectName("review.return.cancel")
        cancel.clicked.connect(self.closed)
        self._notes = QVBoxLayout()
        self._notes.setSpacing(2)
        self._listed = QWidget()
        self._listed.setLayout(self._notes)
        self._scroll = ScrollArea(self._listed)
        self._scroll.setMaximumHeight(96)
        self._offers = scroll = ScrollArea(self._phrases)
        self.set_low(False)
        self.setLayout(
            column(
                row(Icon("return", "warn", 16), self._place, None, self._hint, spacing=8),
                6,
                self._scroll,
                scroll,
                4,
                InputFrame(self.words),
                8,
                row(cancel, None, self._add, self._go, spacing=8),
                margins=(16, 12, 16, 12),
            )
        )
        theme().changed.connect(self.update)
        self.hide()

    def set_low(self, low: bool) -> None:
        """On a low window one line of phrases and of notes; the rest is scrolled to."""
        self._offers.setFixedHeight(30 if low else 66)
        self._scroll.setMaximumHeight(36 if low else 96)

    def show_return(self, label: str, place: str, phrases: Sequence[str], notes: Sequence[Note]) -> None:
        """`label`: what the pack calls this decision; `place`: where the words go, empty: the whole application."""
        self._place.setText(f"{label}：{place or '整份申请'}")
        show_if(self._hint, not place)
        self._go.set_text(f"{label}整份（{len(notes)} 处）" if notes else f"{label}整份")
        self._offer(phrases)
        clear_layout(self._notes)
        for at, note in enumerate(notes):
            forget = Button("", "icon", icon="close", name=f"不要这一处：{note.text}")
            forget.setFixedSize(24, 24)
            forget.clicked.connect(lambda _on=False, place=at: self.forgotten.emit(place))
            text = f"{note.place}：{note.text}" if note.place else note.text
            self._notes.addLayout(
                row(Icon("warn", "warn", 14), Label(text, "panel_body", wrap=True), forget, spacing=8)
            )
        show_if(self._scroll, bool(notes))

    def _offer(self, phrases: Sequence[str]) -> None:
        """Phrases used lately, then the usual ones; a long one begins as it does and is told whole by its tooltip."""
        for old in self._phrases.findChildren(Button):
            old.hide()
            old.deleteLater()
        made = []
        for words in list(dict.fromkeys([*phrases, *PHRASES]))[:6]:
            short = words if len(words) <= LONG else f"{words[: LONG - 1]}…"
            button = Button(short, "link", name=words, hint="" if short == words else words, font="panel_body")
            button.setObjectName("review.phrase")
            button.setFixedHeight(28)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _on=False, said=words: self._take(said))
            made.append(button)
        self._phrases.set_parts(made)

    def _take(self, words: str) -> None:
        self.words.set_value(words)
        self.words.setFocus(Qt.FocusReason.OtherFocusReason)

    def _note(self) -> None:
        if self.words.value.strip():
            self.noted.emit(self.words.value)
            self.words.set_value("")
        self.words.setFocus(Qt.FocusReason.OtherFocusReason)

    def _decide(self) -> None:
        if self.words.value.strip():
            self.noted.emit(self.words.value)
            self.words.set_value("")
        self.decided.emit("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
