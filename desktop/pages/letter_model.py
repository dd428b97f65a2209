"""The paper a unit seals, made from the form as it stands: values for the pack's template, people by card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from desktop.pages.form_look import Look
from desktop.pages.form_rows import FREE, options_of, words_of
from desktop.pages.form_values import Form, all_rows, rows_of, subjects_in, value_of
from documents.fonts import MissingGlyphs
from documents.letter import letter
from documents.paper import day_text
from documents.templates import PaperTemplate
from domain.packs.pack import Pack
from domain.packs.service import Service


@dataclass(frozen=True, slots=True)
class Made:
    """The PDF, for whom it was made, and characters that have to be written in by hand."""

    pdf: bytes
    people: tuple[str, ...]
    gaps: str


def make_letter(
    pack: Pack, service: Service, document: str, form: Form, look: Look, *, code: str, association: str, day: date
) -> Made:
    """Off the screen's thread: a letter of many people takes a moment."""
    template = PaperTemplate.from_mapping(pack.spec.documents[document].model_dump())
    paper = letter(
        template,
        values=values_of(service, form, look, code=code, association=association, day=day),
        people={card: [_person(service, card, row, look) for row in rows_of(form, card)] for card in service.cards},
        short_code=code,
    )
    people = tuple(sorted(subjects_in(form)))
    try:
        return Made(paper.pdf(), people, "")
    except MissingGlyphs as missing:
        return Made(paper.pdf(leave_gaps=True), people, str(missing))


def values_of(service: Service, form: Form, look: Look, *, code: str, association: str, day: date) -> dict[str, str]:
    """Words for the placeholders: what every paper may use, and the form's own fields by their labels."""
    own = {
        spec.label: words_of(spec, value_of(form, spec.key), options_of(service, spec, look.around))
        for spec in service.fields
    }
    return {
        "经办人": str(look.around.me.get("name") or ""),
        "联系电话": str(look.around.me.get("mobile") or ""),
        **own,
        "协会": association,
        "单位": str(look.around.unit.get("name") or ""),
        "业务": service.label,
        "编号": code,
        "短码": code,
        "日期": day_text(day),
        "人数": str(len(subjects_in(form)) or sum(1 for _ in all_rows(form))),
    }


def _person(service: Service, card: str, row: Mapping[str, Any], look: Look) -> dict[str, Any]:
    found = look.around.people.get(str(row.get("person") or row.get("roster") or ""))
    body: dict[str, Any] = {**found.entry, **found.body} if found is not None else {}
    part, values = service.card_service(card), row.get("values") or {}
    words = {
        spec.key: words_of(spec, values.get(spec.key), options_of(part, spec, look.around)) for spec in part.spec.item
    }
    asked = [spec.key for spec in part.spec.item if spec.type not in FREE and not spec.read_only and words[spec.key]]
    return {
        "person": {**body, "name": found.name if found else "", "id_number": found.document if found else ""},
        "row": {**words, "detail": "，".join(words[key] for key in asked)},
        "card": service.cards[card].label,
    }
