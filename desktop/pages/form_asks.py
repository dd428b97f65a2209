"""Places of a draft that two people changed differently: both values, who and when, and which one is to stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from desktop.pages.form_lines import PATH
from desktop.pages.form_values import as_text
from desktop.widgets.base import Box, Label, clear_layout, column, row, show_if
from desktop.widgets.buttons import Button
from domain.packs.service import Service


class AsksBox(Box):
    """Hidden while there is nothing to decide."""

    decided = Signal(str, bool)  # path, theirs

    def __init__(self) -> None:
        super().__init__(fill="warn_soft", radius=4)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(8)
        self.setLayout(column(self._lines, margins=(16, 12, 16, 12)))
        show_if(self, False)

    def show_asks(self, service: Service, asks: Sequence[Mapping[str, Any]]) -> None:
        """One line each."""
        clear_layout(self._lines)
        if asks:
            self._lines.addWidget(Label(f"有 {len(asks)} 处您和同事都改过，请选定用哪一个。", "section", "warn"))
        for ask in asks:
            self._lines.addLayout(self._line(service, ask))
        show_if(self, bool(asks))

    def _line(self, service: Service, ask: Mapping[str, Any]) -> Any:
        path = str(ask["path"])
        mine, theirs = as_text(ask.get("mine")) or "（空）", as_text(ask.get("theirs")) or "（空）"
        words = f"{_label(service, path)}：您填“{mine[:40]}”，{ask.get('by') or '同事'}填“{theirs[:40]}”"
        keep, take = Button("用我的", "link", font="panel_body"), Button("用对方的", "link", font="panel_body")
        keep.setAccessibleDescription(words)
        take.setAccessibleDescription(words)
        keep.clicked.connect(lambda: self.decided.emit(path, False))
        take.clicked.connect(lambda: self.decided.emit(path, True))
        return row(Label(words, "panel_body", wrap=True), keep, take, spacing=12)


def _label(service: Service, path: str) -> str:
    found = PATH.match(path)
    if found is not None:
        fields = {spec.key: spec.label for spec in service.row_fields(found["card"])}
        return fields.get(found["place"] or "", "一行")
    return next((spec.label for spec in service.fields if path.endswith(spec.key)), "内容")
