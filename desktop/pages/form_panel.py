"""The panel beside a form: who may be sent, who not and what to do, what is missing, what it costs.

panel = CheckPanel(); panel.show_groups(groups, cost); panel.followed Signal(str)    the key of a step
Nothing is rebuilt while nothing it says has changed.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from desktop.pages.form_lines import Cost, Entry, Group
from desktop.widgets.base import Icon, Label, column, row
from desktop.widgets.buttons import Button
from desktop.widgets.notes import Link, LinkRow
from desktop.widgets.panel import AmountLine, Panel, Section


class GroupBlock(QWidget):
    """One state: its icon and head, and below, indented, each person with the reason and the next steps."""

    followed = Signal(str)

    def __init__(self, group: Group, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        body = QVBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(Label(group.head, "section", group.role, wrap=True))
        for at, entry in enumerate(group.entries):
            if at:
                body.addSpacing(6)
            self._entry(body, entry)
        if group.more:
            body.addSpacing(4)
            body.addWidget(Label(f"还有 {group.more} 处，办完上面的再看。", "secondary", "text2", wrap=True))
        layout = row(column(1, Icon(group.role, group.role, 18), None), spacing=8, margins=(0, 2, 0, 2))
        layout.addLayout(body, 1)
        self.setLayout(layout)
        self.setAccessibleName(group.head)

    def _entry(self, body: QVBoxLayout, entry: Entry) -> None:
        said = "，".join(part for part in (entry.who, entry.words) if part)
        if entry.who:
            jump = Button(entry.who, "link", role="text", name=said, hint="跳到这一处", font="panel_body")
            jump.setObjectName("finding.place")
            jump.setFixedHeight(22)
            jump.clicked.connect(lambda _on=False, key=entry.key: self.followed.emit(key))
            body.addSpacing(2)
            body.addLayout(row(jump, None))
        words = "\n".join(part for part in (entry.words, f"依据 {entry.clause}" if entry.clause else "") if part)
        if words:
            body.addWidget(Label(words, "secondary", "text2", wrap=True))
        if entry.steps:
            links = LinkRow([Link(step.key, step.words) for step in entry.steps], about=said)
            links.followed.connect(self.followed)
            body.addWidget(links)


class CheckPanel(Panel):
    """提交前检查."""

    followed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("提交前检查", parent, note="随填随查")
        self._shown: object = None
        self.setObjectName("form.panel")

    def show_groups(self, groups: Sequence[Group], cost: Cost | None, *, nothing: str = "") -> None:
        """`nothing`: what to say while there is nothing to check."""
        told = (tuple(groups), cost, nothing)
        if told == self._shown:
            return
        self._shown = told
        parts: list[QWidget] = []
        for group in groups:
            block = GroupBlock(group)
            block.followed.connect(self.followed)
            parts.append(block)
        if not groups and nothing:
            parts.append(Label(nothing, "panel_body", "text2", wrap=True))
        if cost is not None:
            parts.append(self._cost(cost))
        self.set_sections(parts)

    def _cost(self, cost: Cost) -> Section:
        lines: list[QWidget] = [AmountLine(line.label, line.amount, line.note) for line in cost.lines]
        lines += [Label(note, "secondary", "warn", wrap=True) for note in cost.notes]
        if not cost.lines:
            lines.append(Label("现在填的内容不产生费用。", "secondary", "text2", wrap=True))
        total = f"{cost.total} 元" if cost.total and cost.lines else "暂算不出" if cost.lines else "0.00 元"
        return Section("费用预计", *lines, amount=total)
