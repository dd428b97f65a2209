"""The plain lists of work: drafts, returned applications, cases of one service. One page class, three view-models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from desktop.context import Context
from desktop.rows_model import Column, RowsModel
from desktop.rows_view import RowsView
from desktop.watching import Watching
from desktop.watching_page import WatchingPage
from desktop.widgets.base import row
from desktop.widgets.buttons import ChipRow
from desktop.widgets.fields import SearchBox
from desktop.widgets.gap import Gap
from desktop.widgets.notes import EmptyState, Notice

PAUSE = 150  # ms of typing before a list is searched


class ListPage(WatchingPage):
    """A search box, chips where there are any, a list that fills the page."""

    def __init__(
        self,
        context: Context,
        title: str,
        columns: Sequence[Column[Any]],
        *,
        name: str,
        empty: EmptyState,
        model: Watching[Any],
        actions: Sequence[QWidget] = (),
        chips: bool = False,
        help_topic: str = "",
    ) -> None:
        super().__init__(title, scroll=False, help_topic=help_topic)
        self.setObjectName(name)
        self.context, self.model = context, model
        self.search = SearchBox("姓名、首字母、单号、业务", width=240)
        self.search.editor.setObjectName(f"{name}.search")
        self.set_actions([self.search, *actions])
        self.chips = ChipRow([], name="筛选")
        self.chips.setObjectName(f"{name}.chips")
        self.rows: RowsModel[Any] = RowsModel(columns, key=lambda one: one.id)
        self.list = RowsView(
            self.rows, name=title, row_height=56, header=False, hang=True, empty=empty, remember=f"lists/{name}"
        )
        self.list.setObjectName(f"{name}.list")
        self.notice = Notice()
        self.notice.setObjectName(f"{name}.notice")
        self.add(self.notice)
        self.add(Gap(self.notice))
        if chips:
            self.add(row(self.chips, None))
            self.add(8)
        else:
            self.chips.setParent(self)
            self.chips.hide()
        self.add(self.list, stretch=1)
        self._wanted = ""
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self._look_for)
        self.search.searched.connect(self._typed)
        self.search.left_down.connect(self.list.setFocus)
        self.list.opened.connect(self.open_row)
        self.list.followed.connect(self.follow)
        model.changed.connect(self.refresh)
        self.shortcut("Ctrl+F", self.search.setFocus)

    def refresh(self) -> None:
        """Show what the model has."""
        raise NotImplementedError

    def open_row(self, one: object) -> None:
        """Enter or a double click."""
        raise NotImplementedError

    def follow(self, one: object, key: str) -> None:
        """A link in a row; the first one does what Enter does."""
        self.open_row(one)

    def look_for(self, text: str) -> None:
        """The words in the search box are others."""
        self.rows.set_search(text)

    def _typed(self, text: str) -> None:
        self._wanted = text
        self._pause.start()

    def _look_for(self) -> None:
        self.look_for(self._wanted)
