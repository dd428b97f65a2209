"""One place of a returned form: whose, what, the reviewer's words, what was done, and the way to mend it there."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QSizePolicy, QWidget

from desktop.pages.amend_model import Place
from desktop.pages.form_papers import patterns_of
from desktop.widgets.base import Box, Icon, Label, column, row, show_if
from desktop.widgets.buttons import Button
from desktop.widgets.dropzone import png_bytes
from desktop.widgets.fields import InputFrame
from domain.checking import MaterialCheck


class PlaceLine(Box):
    """One place that the reviewer named."""

    acted = Signal(str)
    typed = Signal(str)
    dropped = Signal(list)
    pasted = Signal(bytes)

    def __init__(self, place: Place, editor: Any = None, material: MaterialCheck | None = None) -> None:
        super().__init__(fill="" if place.done else "warn_soft", sides="b", bar="ok" if place.done else "warn")
        self.place, self.editor = place, editor
        self.setObjectName(f"amend.place.{place.path}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._title = Label(place.title, "row_title", weight=500, elide="right")
        who = QWidget()
        who.setLayout(column(self._title, Label(place.label, "secondary", "text2", elide="right"), spacing=2))
        who.setFixedWidth(176)
        who.setMinimumHeight(44)
        self._words = Label(place.words, "panel_body", "text2" if place.done else "warn", wrap=True)
        self._note = Label(place.note, "secondary", "text2", wrap=True)
        show_if(self._note, bool(place.note))
        middle = column(None, self._words, self._note, spacing=2)
        if editor is not None:
            frame = InputFrame(editor)
            frame.setMaximumWidth(320)
            editor.edited.connect(self.typed)
            middle.addSpacing(6)
            middle.addWidget(frame)
        middle.addStretch(1)
        self._icon = Icon("ok" if place.done else "warn", "ok" if place.done else "warn", 16)
        self._state = Label("已改" if place.done else "待改", "state", "ok" if place.done else "warn")
        state = QWidget()
        state.setLayout(row(self._icon, self._state, None, spacing=6))
        state.setFixedWidth(72)
        line = row(
            Icon("clip" if place.kind == "paper" else "pencil", "text2", 18), who, spacing=16, margins=(16, 10, 12, 10)
        )
        line.addLayout(middle, 1)
        line.addWidget(state)
        acts = self._acts(place)
        for key, words in acts:
            button = Button(words, "link", name=f"{words}：{place.title} {place.label}", font="panel_body")
            button.setObjectName(f"place.{key}")
            button.clicked.connect(partial(self._act, key))
            line.addWidget(button)
        self.change = Button(
            "换文件" if place.blob else "选文件", "secondary", name=f"换文件：{place.title} {place.label}"
        )
        self.change.setObjectName(f"amend.change.{place.path}")
        self.change.clicked.connect(self._choose)
        line.addWidget(self.change)
        show_if(self.change, material is not None)
        self._material = material
        self.setAcceptDrops(material is not None)
        self.setLayout(line)
        done = "已改" if place.done else "待改"
        self.setAccessibleName(f"{place.title} {place.label}，{place.words}，{done}，{place.note}")

    def lock(self, reason: str) -> None:
        """Nothing may be changed here now, and why; empty: it may."""
        self.change.set_reason(reason)
        if self.editor is not None:
            self.editor.setEnabled(not reason)
            self.editor.setToolTip(reason)
        self.setAcceptDrops(self._material is not None and not reason)

    def _act(self, key: str) -> None:
        self.acted.emit(key)

    def _choose(self) -> None:
        assert self._material is not None
        dialog = QFileDialog(self, f"选择{self.place.label or self.place.title}")
        dialog.setNameFilter(f"{self._material.label} ({' '.join(patterns_of(self._material))})")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self.dropped)
        dialog.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.dropped.emit([url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste) and self.acceptDrops():
            data = QGuiApplication.clipboard().mimeData()
            if data is not None and data.hasUrls():
                self.dropped.emit([url.toLocalFile() for url in data.urls() if url.isLocalFile()])
            elif data is not None and data.hasImage():
                self.pasted.emit(png_bytes(QGuiApplication.clipboard().image()))
        else:
            super().keyPressEvent(event)

    @staticmethod
    def _acts(place: Place) -> list[tuple[str, str]]:
        made: list[tuple[str, str]] = []
        if place.kind == "paper" and place.blob:
            made.append(("look", "看一眼"))
        if place.kind in ("row", "whole") and "移出" not in place.note:
            made.append(("open", "去改"))
        if place.row and "移出" not in place.note:
            made.append(("out", "移出"))
        return made

    def show_place(self, place: Place) -> None:
        """What was done here, without making the editor anew."""
        self.place = place
        self._note.setText(place.note)
        show_if(self._note, bool(place.note))
        role = "ok" if place.done else "warn"
        self._icon.set_icon(role, role)
        self._state.setText("已改" if place.done else "待改")
        self._state.set_role(role)
        self._words.set_role("text2" if place.done else "warn")
        self.set_look(fill="" if place.done else "warn_soft", bar=role)
