"""The papers of the whole form: a box for each, with the place to drop it and the letter to print for it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.context import Context
from desktop.pages.form_material import MaterialBox
from desktop.pages.form_model import DraftForm
from desktop.pages.form_papers import Incoming, PaperIntake, Taken, outdated
from desktop.pages.form_values import attachments, subjects_in
from desktop.pages.paper_look import sought
from desktop.pages.preview import show_paper
from domain.checking import MaterialCheck


class WholePapers(QWidget):
    """Boxes that come and go with what the check asks for."""

    printed = Signal()

    def __init__(self, context: Context, form: DraftForm, intake: PaperIntake) -> None:
        super().__init__()
        self.context, self.form, self.intake = context, form, intake
        self.boxes: dict[str, MaterialBox] = {}
        self._locked = False
        self._left_out: frozenset[str] = frozenset()
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(20)

    def refresh(self) -> None:
        """As the last look says."""
        look = self.form.look
        if look is None:
            return
        checks = tuple(each for each in look.check.materials if each.id not in self._left_out)
        if [each.id for each in checks] != list(self.boxes):
            self._build(checks)
        papers = attachments(self.form.form)
        for check in checks:
            mine = [each for each in papers if each["material"] == check.id and each.get("row") is None]
            self.boxes[check.id].show_papers(check, mine, outdated=self.outdated(check, mine))

    def open_place(self) -> MaterialCheck | None:
        """The first paper that is missing or will not do, else the first; none while nothing may be attached."""
        look = self.form.look
        here = [each for each in look.check.materials if each.id in self.boxes] if look is not None else []
        wanted = [each for each in here if each.missing or each.invalid] or here
        return wanted[0] if wanted and not self._locked else None

    def take(self, paths: list[str]) -> None:
        """These files, for that paper."""
        place = self.open_place()
        if place is not None:
            self._dropped(place.id, paths)

    def lock(self, locked: bool) -> None:
        """Nothing is taken in or off now; what is attached can be looked at."""
        self._locked = locked
        for box in self.boxes.values():
            box.lock(locked)

    def leave_out(self, materials: frozenset[str]) -> None:
        """These papers stand elsewhere on the page."""
        self._left_out = materials

    def outdated(self, check: MaterialCheck, papers: list[Any]) -> str:
        """A sealed letter stands for the people it was printed with."""
        return outdated(self.form.form, papers) if check.signed_version_of else ""

    def tell(self, taken: tuple[Taken, ...]) -> None:
        """What became of the files, each in its own box."""
        for one in taken:
            box = self.boxes.get(one.material)
            if box is not None and (one.problem or one.note):
                box.say(one.problem or one.note, "bad" if one.problem else "text2")

    def _build(self, checks: tuple[MaterialCheck, ...]) -> None:
        kept = {check.id: self.boxes.pop(check.id) for check in checks if check.id in self.boxes}
        for old in self.boxes.values():
            self._lines.removeWidget(old)
            old.deleteLater()
        self.boxes = {check.id: kept.get(check.id) or self._box(check) for check in checks}
        for at, box in enumerate(self.boxes.values()):
            self._lines.insertWidget(at, box)

    def _box(self, check: MaterialCheck) -> MaterialBox:
        document = self.context.pack.spec.documents.get(check.signed_version_of or "")
        box = MaterialBox(check, letter=document.label if document is not None else "")
        box.dropped.connect(partial(self._dropped, check.id))
        box.pasted.connect(partial(self._pasted, check.id))
        box.viewed.connect(self._view)
        box.removed.connect(self._remove)
        box.printed.connect(self.printed)
        box.lock(self._locked)
        return box

    def _dropped(self, material: str, paths: list[str]) -> None:
        self._take(material, [Path(path) for path in paths])

    def _pasted(self, material: str, data: bytes) -> None:
        self._take(material, [data])

    def _take(self, material: str, sources: list[Any]) -> None:
        look = self.form.look
        checks = look.check.materials if look is not None else ()
        check = next((each for each in checks if each.id == material), None)
        if check is not None:
            self.form.flush()
            people = tuple(sorted(subjects_in(self.form.form)))
            self.intake.take([Incoming(check, (), source, people=people) for source in sources])

    def _view(self, paper: Any) -> None:
        show_paper(self.context, self, str(paper.get("name") or "附件"), sought(paper))

    def _remove(self, paper: Any) -> None:
        self.form.flush()
        self.intake.remove(paper["material"], None, paper["blob"])
