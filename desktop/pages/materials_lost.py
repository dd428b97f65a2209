"""The files of a folder that found no place: each with its folder and the reason, and the way to put it somewhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.pages.materials_model import Lost
from desktop.rows_model import Act, Column, RowsModel
from desktop.rows_view import RowsView
from desktop.widgets.base import column, show_if
from desktop.widgets.panel import SectionTitle

ROW, MOST = 28, 5  # px; rows in sight: the papers below are to stay there too
HERE = Act("here", "附到光标这一处")


class LostFiles(QWidget):
    """Hidden while there is nothing to list."""

    placed = Signal(str)  # this file belongs where the cursor stands

    def __init__(self) -> None:
        super().__init__()
        self._files: tuple[Lost, ...] = ()
        self.title = SectionTitle("没有对上的文件", action="收起", line=False)
        self.title.action.setObjectName("materials.lost.close")
        self.rows: RowsModel[Lost] = RowsModel(
            [
                Column("文件", lambda one: one.path.name, weight=500, width=220),
                Column("文件夹", lambda one: one.path.parent.name, role="text2", width=160),
                Column("为什么", lambda one: one.reason, role="text2"),
                Column("下一步", acts=lambda _one: (HERE,), align="right", width=128),
            ],
            self,
            key=lambda one: str(one.path),
            search=lambda one: f"{one.path.name} {one.path.parent.name}",
        )
        self.view = RowsView(self.rows, name="没有对上的文件", row_height=ROW)
        self.view.setObjectName("materials.lost")
        self.setLayout(column(self.title, self.view, 12))
        self.title.acted.connect(self.clear)
        self.view.followed.connect(self._follow)
        self.view.opened.connect(self._follow)
        show_if(self, False)

    def show_files(self, files: Sequence[Lost]) -> None:
        """Instead of those of before."""
        self._files = tuple(files)
        self.rows.show(self._files)
        self.title.set_count(len(self._files))
        head = self.view.horizontalHeader().sizeHint().height()
        self.view.setFixedHeight(head + ROW * min(MOST, len(self._files)) + 4)
        show_if(self, bool(self._files))

    def take_away(self, paths: Collection[Path]) -> None:
        """These found a place after all."""
        self.show_files([one for one in self._files if one.path not in paths])

    def clear(self) -> None:
        """Nothing is listed any more."""
        self.show_files(())

    def _follow(self, one: Lost, _key: str = "") -> None:
        self.placed.emit(str(one.path))
