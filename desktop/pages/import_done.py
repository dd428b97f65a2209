"""The last step of an import: what went in, what is left to be mended, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop import words
from desktop.widgets.base import Icon, Label, clear_layout, column, row, show_if
from desktop.widgets.buttons import Button, Kind
from sync.actions_roster import Import


class ImportDone(QWidget):
    """Said in a sentence, then what can be done next."""

    people_asked = Signal()
    mend_asked = Signal()
    export_asked = Signal()
    undo_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("import.result")
        self.head = Label("导入好了", "section")
        self.words = Label("", "body", "text2", wrap=True)
        self.words.setObjectName("import.result.words")
        self.left = Label("", "body", "warn", wrap=True)
        self.left.setObjectName("import.result.left")
        self.people = self._button("看名单", "import.people", self.people_asked, "primary")
        self.mend = self._button("在这里改", "import.mend", self.mend_asked, "secondary")
        self.export = self._button("导出要改的行", "import.result.export", self.export_asked, "secondary")
        self.undo = self._button("撤销这次导入", "import.undo", self.undo_asked, "quiet")
        top = row(Icon("ok", "ok", 24), self.head, None, spacing=8)
        acts = row(self.people, self.mend, self.export, self.undo, None, spacing=8)
        self.setLayout(
            column(24, top, 8, self.words, 4, self.left, 16, acts, None, margins=(24, 8, 24, 8)),
        )

    @staticmethod
    def _button(text: str, name: str, act: SignalInstance, kind: Kind) -> Button:
        made = Button(text, kind)
        made.setObjectName(name)
        made.clicked.connect(act)
        return made

    def show_result(self, said: str, bad: int) -> None:
        """`bad`: rows that did not go in."""
        self.words.setText(said)
        self.left.setText(f"还有 {bad} 行没有导入，原因逐格写明：可以在这里改，也可以导出成 Excel 改好再导入。")
        for part in (self.left, self.mend, self.export):
            show_if(part, bad > 0)
        self.setAccessibleName(f"导入好了。{said}")


class RecentImports(QWidget):
    """What was imported lately, each with the way back."""

    undo_asked = Signal(str)

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.setObjectName("import.recent")
        self._now = now
        self._places = QVBoxLayout()
        self._places.setSpacing(0)
        self.setLayout(column(Label("最近的导入", "body", weight=500), 4, self._places))
        self.hide()

    def show_imports(self, listed: Sequence[Import]) -> None:
        clear_layout(self._places)
        for one in listed:
            parts = [f"新增 {one.added} 人"] if one.added else []
            parts += [f"更新 {one.changed} 人"] if one.changed else []
            undo = Button("撤销这次导入", "link", name=f"撤销这次导入 {one.file}")
            undo.setObjectName(f"import.undo.{one.id}")
            undo.clicked.connect(lambda _on=False, key=one.id: self.undo_asked.emit(key))
            said = f"{words.moment(one.at, self._now())}　{one.file or '人员名单'}　{'，'.join(parts)}"
            line = QWidget()
            line.setLayout(row(Label(said, "panel_body", "text2", elide="middle"), undo, None, spacing=12))
            self._places.addWidget(line)
        show_if(self, bool(listed))
