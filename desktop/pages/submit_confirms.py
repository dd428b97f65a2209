"""请您确认: what a person ticks before it can be sent: the pledge, what is to be noted, papers used as they are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.pages.form_look import Look
from desktop.pages.submit_model import Sealed
from desktop.widgets.base import Label, clear_layout, row
from desktop.widgets.buttons import CheckBox
from domain.operations import Severity
from domain.packs.service import Service

PLEDGE, PAPER, DOUBT = "pledge", "paper ", "doubt "


class Confirms(QWidget):
    """A box for each; what was ticked stays while the same things are asked, until `clear`."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.ticks: dict[str, CheckBox] = {}
        self._asked: dict[str, str] = {}
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(4)

    def ask(
        self, service: Service, look: Look, papers: Sequence[Sealed], doubts: Sequence[str], *, locked: bool
    ) -> None:
        """As this look has it; `locked`: it was sent, and stays as it was ticked."""
        wanted: dict[str, str] = {}
        if service.spec.pledge:
            wanted[PLEDGE] = service.spec.pledge
        for finding in look.check.findings:
            if finding.severity is Severity.WARN:
                wanted[finding.rule] = finding.message
        for paper in papers:
            if paper.role == "warn" and paper.blob:
                wanted[f"{PAPER}{paper.id}"] = f"{paper.label}：{paper.state}。仍用现在附的这一份。"
        wanted |= {f"{DOUBT}{at}": words for at, words in enumerate(doubts)}
        if wanted != self._asked:
            self._build(wanted)
        for box in self.ticks.values():
            box.setEnabled(not locked)

    def _build(self, wanted: dict[str, str]) -> None:
        still = {key for key, box in self.ticks.items() if box.isChecked() and self._asked.get(key) == wanted.get(key)}
        clear_layout(self._lines)
        self.ticks, self._asked = {}, wanted
        for key, words in wanted.items():
            box = CheckBox("", name=words)
            box.setObjectName(f"submit.confirm.{key}")
            box.setFixedWidth(24)
            box.setChecked(key in still)
            box.toggled.connect(self.changed)
            self.ticks[key] = box
            line = QWidget()
            line.setLayout(row(box, Label(words, "panel_body", wrap=True), spacing=0))
            self._lines.addWidget(line)

    def clear(self) -> None:
        """Nothing is ticked: another round begins."""
        for box in self.ticks.values():
            box.setChecked(False)

    @property
    def asks(self) -> bool:
        return bool(self.ticks)

    @property
    def missing(self) -> str:
        """What is still to be ticked, in words; empty: all is."""
        open_ = [key for key, box in self.ticks.items() if not box.isChecked()]
        if not open_:
            return ""
        return "请先勾选下面的确认" if open_ != [PLEDGE] else "请先勾选真实性承诺"

    @property
    def confirmed(self) -> list[str]:
        """Rules whose warning was taken note of."""
        return [key for key in self.ticks if key != PLEDGE and not key.startswith((PAPER, DOUBT))]

    def first_focus(self) -> bool:
        """The cursor goes to the first box that is still open; False: there is none."""
        box = next((each for each in self.ticks.values() if not each.isChecked()), None)
        if box is not None:
            box.setFocus(Qt.FocusReason.OtherFocusReason)
        return box is not None
