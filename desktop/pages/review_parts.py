"""The middle of the review desk: one part of an application: its facts, what the machine found, what to look at."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.pages.place_lines import PlaceLine
from desktop.pages.review_model import ReviewModel
from desktop.pages.review_sheet import Part, ReviewSheet
from desktop.pages.words import money
from desktop.rows_model import Column, RowsModel
from desktop.rows_view import RowsView
from desktop.widgets.base import Label, Rule, clear_layout, row
from desktop.widgets.panel import AmountLine, Fold
from domain.operations import Severity

FEW = 5  # rules in order that are shown one by one; more are folded


class PartView(QWidget):
    """Facts, machine, eyes, and the people of the form."""

    place_chosen = Signal(str, str)
    ticked = Signal(str)
    part_chosen = Signal(str)

    def __init__(self, model: ReviewModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._lines: list[PlaceLine] = []
        self._shown: object = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 8, 12, 12)
        self._layout.setSpacing(0)
        self.parts: RowsModel[Part] = RowsModel(
            [
                Column("姓名", lambda part: part.title, weight=500, width=104),
                Column("类别", lambda part: part.kind),
                Column(
                    "判定",
                    lambda part: self._model.state_of(part)[0],
                    icon=lambda part: self._icon(part),
                    role=lambda part: self._model.state_of(part)[1],
                    width=104,
                ),
            ],
            key=lambda part: part.key,
        )
        self.people = RowsView(self.parts, name="这份单的人", row_height=32, fit=True)
        self.people.setObjectName("review.people")
        self.people.current_changed.connect(self._chosen)
        self._top = QVBoxLayout()
        self._top.setSpacing(0)
        self._layout.addLayout(self._top)
        self.people_title = Label("这份单的人", "panel_body", "text2")
        self._layout.addSpacing(8)
        self._layout.addLayout(row(8, self.people_title, None))
        self._layout.addWidget(self.people)
        self._layout.addStretch(1)

    def _icon(self, part: Part) -> str:
        role = self._model.state_of(part)[1]
        return role if role != "text2" else ""

    def refresh(self) -> None:
        """The part that is open; only what changed is made anew."""
        model, sheet, part = self._model, self._model.sheet, self._model.part
        stamp = (sheet, part, frozenset(model.checked), model.notes)
        if stamp != self._shown:
            self._shown = stamp
            clear_layout(self._top)
            self._lines = []
            if sheet is not None and part is not None:
                self._fill(sheet, part)
        many = sheet is not None and len(sheet.parts) > 1
        self.people.setVisible(many)
        self.people_title.setText("缴费明细" if sheet is not None and sheet.pays else "这份单的人")
        self.people_title.setVisible(many)
        self.parts.show(sheet.parts if sheet is not None else ())
        place = self.parts.place_of(model.part_key)
        if place >= 0 and self.people.currentIndex().row() != place:
            self.people.set_current(place)
        for line in self._lines:
            line.set_chosen(model.place is not None and line.key == model.place[0])

    def _chosen(self, part: object) -> None:
        if isinstance(part, Part):
            self.part_chosen.emit(part.key)

    def _fill(self, sheet: ReviewSheet, part: Part) -> None:
        notes = {note.path: note.text for note in self._model.notes}
        for fact in part.facts:
            below = f"退回意见：{notes[fact.path]}" if fact.path and fact.path in notes else ""
            if not below and fact.before is not None:
                below = f"上一轮：{fact.before}"
            self._add(
                PlaceLine(
                    fact.path, fact.value, label=fact.label, below=below, below_role="warn" if below else "text2"
                ),
                fact.label,
            )
        if not part.key:
            self.fill_bills(sheet)
        self._machine(part)
        self._eyes(part, notes)

    def fill_bills(self, sheet: ReviewSheet) -> None:
        """What is owed, or will be after this decision."""
        bills = sheet.bills or (sheet.check.bills if sheet.check is not None else ())
        for bill in bills:
            self.add_title(str(bill.get("label") or self._kind(bill)), str(bill.get("number") or "通过后开出"))
            for line in bill.get("lines") or ():
                amount = money(line["amount"]) if line.get("amount") else "未设定"
                self.add_plain(AmountLine(str(line.get("label") or ""), amount))

    def add_plain(self, part: QWidget) -> None:
        """A line that stands for no place."""
        self._top.addLayout(row(8, part, 8))

    def _kind(self, bill: object) -> str:
        kind = bill.get("kind") if isinstance(bill, dict) else ""
        return self._model.context.pack.spec.bill_kinds.get(str(kind), str(kind))

    def _machine(self, part: Part) -> None:
        bad = [one for one in part.findings if one.severity is Severity.BLOCK]
        other = [one for one in part.findings if one.severity is not Severity.BLOCK]
        if not (bad or other or part.held or part.missing):
            return
        note = f"{len(bad)} 条不符" if bad else f"{len(part.held)} 条合格"
        self.add_title("机器已查", note, "bad" if bad else "ok")
        for finding in (*bad, *other):
            role = "bad" if finding.severity is Severity.BLOCK else "warn"
            key = finding.path
            self._add(PlaceLine(key, finding.message, icon=role, role=role, clause=finding.clause), finding.message)
        held = [PlaceLine("", one.label, icon="ok", role="ok", clause=one.clause) for one in part.held]
        if len(held) <= FEW:
            for line in held:
                self._top.addWidget(line)
            return
        for line in held[: FEW - 2]:
            self._top.addWidget(line)
        inside = QWidget()
        rest = QVBoxLayout(inside)
        rest.setContentsMargins(0, 0, 0, 0)
        rest.setSpacing(0)
        for line in held[FEW - 2 :]:
            rest.addWidget(line)
        self._top.addWidget(Fold(f"还有 {len(held) - FEW + 2} 条合格", content=inside))

    def _eyes(self, part: Part, notes: dict[str, str]) -> None:
        if not part.looks:
            return
        done = sum(self._model.is_ticked(look.words) for look in part.looks)
        self.add_title("请您看", f"{done} / {len(part.looks)}")
        names = {sheet.path: sheet.label for sheet in self._model.papers}
        for look in part.looks:
            on = self._model.is_ticked(look.words)
            below = f"退回意见：{notes[look.path]}" if look.path in notes else names.get(look.path, "")
            line = PlaceLine(
                look.path or look.words,
                look.words,
                icon="ok" if on else "eye",
                role="ok" if on else "text2",
                clause=look.clause,
                below=below,
                below_role="warn" if look.path in notes else "text2",
                ticked=on,
            )
            self._lines.append(line)
            line.chosen.connect(lambda _key, said=look: self._looked(said.words, said.path))
            self._top.addWidget(line)

    def _looked(self, words: str, path: str) -> None:
        place = self._model.place
        if path and (place is None or place[0] != path):
            self.place_chosen.emit(path, words)  # first to the paper, the second time it is seen
        else:
            self.ticked.emit(words)

    def _add(self, line: PlaceLine, name: str) -> None:
        self._lines.append(line)
        line.chosen.connect(lambda key: self.place_chosen.emit(key, name))
        self._top.addWidget(line)

    def add_title(self, words: str, note: str = "", role: str = "text2") -> None:
        self._top.addSpacing(8)
        self._top.addLayout(row(8, Rule(), 8))
        self._top.addSpacing(8)
        self._top.addLayout(row(8, Label(words, "panel_body", "text2"), None, Label(note, "secondary", role), 8))
        self._top.addSpacing(2)
