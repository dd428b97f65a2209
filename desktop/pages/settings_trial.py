"""试算影响: beside the form that sets a parameter, what the value would change before anybody sends it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.pages.settings_model import SettingsModel, trial_words
from desktop.widgets.base import Label, clear_layout, column, row
from desktop.widgets.buttons import Button
from desktop.widgets.notes import ProgressLine
from sync.views.trials import Trial


class TrialPart(QWidget):
    """The button, how far it is, and the answer."""

    asked = Signal()

    def __init__(self, model: SettingsModel) -> None:
        super().__init__()
        self._model = model
        self.button = Button("试算影响", "secondary")
        self.button.setObjectName("settings.try")
        self.button.clicked.connect(self.asked)
        self.progress = ProgressLine()
        self.progress.setObjectName("settings.trying")
        self.progress.cancelled.connect(model.stop_trying)
        self._place = QVBoxLayout()
        self._place.setSpacing(4)
        self.setObjectName("settings.trial")
        self.setLayout(column(row(self.button, None), 4, self.progress, self._place))
        model.trying.connect(self.progress.show_progress)
        model.stopped.connect(self.progress.finish)
        model.tried.connect(self.show_trial)

    def begin(self) -> None:
        """Another value: the old answer is not its."""
        clear_layout(self._place)

    def show_trial(self, found: Trial) -> None:
        """What would be different, in words."""
        clear_layout(self._place)
        said = trial_words(found)
        for head, words in said:
            line = QWidget()
            parts = (Label(head, "secondary", "text2"), Label(words, "panel_body", wrap=True, selectable=True))
            line.setLayout(column(*parts))
            self._place.addWidget(line)
        note = Label("只按本机现有的资料试算，不会发送。", "secondary", "text2", wrap=True)
        self._place.addWidget(note)
        self.setAccessibleDescription("".join(f"{head}：{words}" for head, words in said))
