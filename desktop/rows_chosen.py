"""What can be done with the rows that are chosen, over or under their list.

ChosenBar(view, [("remove", "移出")], noun="人")    shows itself while something is chosen; .acted(key)
"""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.rows_view import RowsView
from desktop.widgets.base import Label, row, show_if
from desktop.widgets.buttons import Button


class ChosenBar(QWidget):
    """What can be done with the chosen rows; hidden while none is."""

    acted = Signal(str)

    def __init__(
        self, view: RowsView, acts: Sequence[tuple[str, str]], parent: QWidget | None = None, *, noun: str = "项"
    ) -> None:
        super().__init__(parent)
        self._view, self._noun = view, noun
        self._words = Label("", "panel_body", weight=500)
        self._keys: dict[Button, str] = {}
        layout = row(self._words, spacing=8)
        for key, words in acts:
            button = Button(words, "secondary")
            button.clicked.connect(self._clicked)
            self._keys[button] = key
            layout.addWidget(button)
        layout.addStretch(1)
        self.setLayout(layout)
        view.chosen_changed.connect(self._refresh)
        self._refresh()

    def button(self, key: str) -> Button:
        """The one that acts so."""
        return next(button for button, own in self._keys.items() if own == key)

    def _clicked(self) -> None:
        sender = self.sender()
        if isinstance(sender, Button):
            self.acted.emit(self._keys[sender])

    def _refresh(self) -> None:
        count = len(self._view.chosen)
        self._words.setText(f"已勾选 {count} {self._noun}")
        show_if(self, count > 0)
