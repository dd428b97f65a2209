"""Forms with defaults for the tests of form pages: a test states only what matters to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel, QWidget

from desktop.pages.form_values import new_row
from domain.picking import row_values
from sync import actions
from sync.views import view_for
from tests.desktop.sample_desk import NOW, UNIT, SampleDesk, person_named, the_pack
from tests.sync.store.building import pull

EDUCATION, INITIAL, AGAIN = "education-registration", "initial-education", "continuing-education"
LETTER = "commitment-letter-sealed"
AGENCY = "agency/01970000-0000-7000-8000-000000000001"
FILLED = {"agency_id": AGENCY, "contact_name": "王芳", "contact_mobile": "13800000000"}
ABLE = ("陈喆", "李𬱖")  # may begin, with their papers on file
RETURNED = "application/0195aaaa-0000-7000-8000-00003382104b"


def rows(desk: SampleDesk, card: str, names: Sequence[str], **values: Any) -> list[dict[str, Any]]:
    """Rows as the picker makes them."""
    with desk.store.reading() as reader:
        view = view_for(reader, desk.account, None, pack=the_pack())
    made = []
    for name in names:
        person = person_named(name)
        begun = row_values(the_pack(), view, EDUCATION, card, person, desk.context.today())
        made.append(new_row(person, None, {**begun, **values}))
    return made


def beginners(desk: SampleDesk, names: Sequence[str] = ABLE) -> list[dict[str, Any]]:
    """Rows of the first card, complete."""
    return rows(desk, INITIAL, names, certificate_type="supervision_assistant")


def paper(material: str, row: str | None, mark: str = "a", **more: Any) -> dict[str, Any]:
    """An attachment whose bytes nobody looks at."""
    return {
        "material": material,
        "row": row,
        "blob": mark * 64,
        "name": f"{material}.pdf",
        "type": "pdf",
        "bytes": 90_000,
        **more,
    }


def a_form(cards: Mapping[str, list[dict[str, Any]]], *, sealed: bool = True, **values: Any) -> dict[str, Any]:
    """Filled in, sealed, with every paper of every row."""
    listed = [row for card in cards.values() for row in card]
    papers = [paper(LETTER, None)] if sealed else []
    for row in listed:
        for material in ("highest-diploma", "social-insurance-proof", "credential-verification"):
            papers.append(paper(material, row["row"], "b"))
    return {"values": {**FILLED, **values}, "cards": dict(cards), "attachments": papers}


def returned(
    desk: SampleDesk, form: Mapping[str, Any], marks: Sequence[tuple[str, str]], reason: str = "请改后重新提交。"
) -> str:
    """The key of the draft of a form that the agency sent back."""
    said = [{"path": path, "text": text} for path, text in marks]
    hop = {
        "at": "2026-03-15T08:20:00Z",
        "actor": "agency",
        "name": "卢老师",
        "action": "return",
        "reason": reason,
        "marks": said,
    }
    body = {
        "id": RETURNED, "number": "2026000188", "service": EDUCATION, "unit": UNIT, "agency": AGENCY,
        "state": "returned",
        "edition": the_pack().edition, "round": 1, "form": form, "marks": said, "reason": reason, "history": [hop],
        "people": [row["person"] for card in form["cards"].values() for row in card],
    }  # fmt: skip
    pull(desk.store, desk.account, body, scope=f"unit:{UNIT}", start=900)
    draft = actions.open_returned(desk.store, desk.account, RETURNED, pack=the_pack(), now=NOW)
    return draft.id.partition("/")[2]


def said(page: QWidget) -> str:
    """Everything the page tells those who hear it."""
    QCoreApplication.processEvents()  # what was just added to a layout is shown by an event
    shown = [part for part in page.findChildren(QWidget) if part.isVisibleTo(page)]
    return " ".join(part.accessibleName() or (part.text() if isinstance(part, QLabel) else "") for part in shown)
