"""What the pages of agencies and of accounts share: lists, the panel beside them, and a line on what happened."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from desktop.pages.office_lists import Entry, Kind, OfficeLists
from desktop.pages.office_panel import OfficePanel
from desktop.rows_model import Column
from desktop.watching_page import WatchingPage
from desktop.widgets.gap import Gap
from desktop.widgets.notes import Notice


class OfficePage(WatchingPage):
    """Lists of entries; one is open in the panel."""

    model: OfficeLists

    def __init__(
        self,
        model: OfficeLists,
        title: str,
        *,
        sub: str = "",
        actions: Sequence[QWidget] = (),
        topic: str,
        scroll: bool = False,
    ) -> None:
        super().__init__(title, sub=sub, actions=actions, help_topic=topic, scroll=scroll)
        self.model = model
        model.setParent(self)
        self._notice = Notice()
        self._notice.acted.connect(self._notice.clear)
        self.add(self._notice)
        self.add(Gap(self._notice))
        model.changed.connect(self.refresh)
        model.said.connect(self._say)
        self.shortcut("Esc", self.close_panel)

    def refresh(self) -> None:
        """What the model has now."""
        raise NotImplementedError

    def open_entry(self, kind: Kind, entry: Entry | None) -> None:
        """Write it in the panel."""
        panel = OfficePanel(self.model, kind, entry)
        panel.finished.connect(self.close_panel)
        self.set_panel(panel)
        panel.first_focus()

    def open_row(self, chosen: object, _key: str = "") -> None:
        if isinstance(chosen, Entry):
            self.open_entry(chosen.kind, chosen)

    def close_panel(self) -> None:
        if self.panel is not None:
            self.set_panel(None)
            self.head.set_line(False)

    def _say(self, words: str, role: str) -> None:
        self._notice.show_words(words, role=role, action="知道了")


def state_column() -> Column[Entry]:
    """在用, 停用, 待发送."""
    return Column(
        "状态",
        lambda one: one.state[0],
        icon=lambda one: one.state[1] if one.state[1] != "text2" else "",
        role=lambda one: one.state[1],
        width=104,
    )
