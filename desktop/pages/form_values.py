"""A form as a value: every change gives a new form, nothing is changed in place. Text of an editor becomes a value.

The shapes are those of domain.entities.Form; which fields there are, the pack says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.packs.forms import FieldSpec
from sync.store.text import new_id

Form = Mapping[str, Any]
Row = Mapping[str, Any]
LISTS = ("choices", "ordered", "certificates")
_APART = re.compile(r"[、,，;；\n\t]+")
_MONTH = re.compile(r"^(\d{4})\D*(\d{1,2})\D*$")


def value_of(form: Form, key: str) -> Any:
    return (form.get("values") or {}).get(key)


def rows_of(form: Form, card: str) -> tuple[Row, ...]:
    return tuple((form.get("cards") or {}).get(card) or ())


def all_rows(form: Form) -> Iterator[tuple[str, Row]]:
    """(card, row) of every row."""
    for card, rows in (form.get("cards") or {}).items():
        for row in rows:
            yield card, row


def attachments(form: Form) -> tuple[Mapping[str, Any], ...]:
    return tuple(form.get("attachments") or ())


def people_in(form: Form) -> frozenset[str]:
    """Members that the rows name."""
    return frozenset(str(row["person"]) for _card, row in all_rows(form) if row.get("person"))


def subjects_in(form: Form) -> frozenset[str]:
    """Whoever the rows name, members or the unit's own entries."""
    return frozenset(str(row.get("person") or row.get("roster") or "") for _card, row in all_rows(form)) - {""}


def named_in(form: Form, key: str) -> frozenset[str]:
    """Applications or bills that the rows of a payment cover."""
    return frozenset(str(row[key]) for _card, row in all_rows(form) if row.get(key))


def with_value(form: Form, key: str, value: Any) -> Form:
    return {**form, "values": {**(form.get("values") or {}), key: value}}


def with_row_value(form: Form, row_id: str, key: str, value: Any) -> Form:
    """That row with one of its fields changed."""
    return _cards(
        form,
        lambda row: {**row, "values": {**(row.get("values") or {}), key: value}} if row["row"] == row_id else row,
    )


def with_rows(form: Form, card: str, rows: Sequence[Row]) -> Form:
    """These rows below those of the card."""
    cards = dict(form.get("cards") or {})
    return {**form, "cards": {**cards, card: [*cards.get(card, ()), *rows]}}


def without_rows(form: Form, gone: frozenset[str]) -> Form:
    """Without these rows and their papers."""
    cards = {card: [row for row in rows if row["row"] not in gone] for card, rows in (form.get("cards") or {}).items()}
    papers = [paper for paper in attachments(form) if paper.get("row") not in gone]
    return {**form, "cards": cards, "attachments": papers}


def with_rows_back(form: Form, before: Form, back: frozenset[str]) -> Form:
    """With these rows in their old places again; what was typed in the others since stays."""
    cards: dict[str, list[Row]] = {}
    for card in dict.fromkeys([*(before.get("cards") or {}), *(form.get("cards") or {})]):
        now = {str(row["row"]): row for row in rows_of(form, card)}
        then = {str(row["row"]): row for row in rows_of(before, card)}
        kept = [now.get(key, row) for key, row in then.items() if key in now or key in back]
        cards[card] = [*kept, *(row for key, row in now.items() if key not in then)]
    return {**form, "cards": cards}


def new_row(person: str | None, roster: str | None, values: Mapping[str, Any], **named: str) -> dict[str, Any]:
    """A line of a card, with the id that it keeps for ever."""
    row: dict[str, Any] = {"row": new_id(), "values": dict(values), **named}
    if person:
        row["person"] = person
    if roster:
        row["roster"] = roster
    return row


def find_row(form: Form, row_id: str) -> tuple[str, Row] | None:
    return next(((card, row) for card, row in all_rows(form) if row["row"] == row_id), None)


def _cards(form: Form, change: Any) -> Form:
    cards = {card: [change(row) for row in rows] for card, rows in (form.get("cards") or {}).items()}
    return {**form, "cards": cards}


# between an editor's text and a value


def as_text(value: Any) -> str:
    """What an editor shows of a value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else ""
    if isinstance(value, list | tuple):
        return "、".join(str(each) for each in value)
    return str(value)


def as_value(spec: FieldSpec, text: str) -> Any:
    """What a text means in a field of this type; what cannot be read stays as it was typed, for the rules to say so."""
    bare = unicodedata.normalize("NFKC", text).strip() if spec.type not in ("text", "long-text") else text.strip()
    if not bare:
        return None
    if spec.type in LISTS:
        return [part.strip() for part in _APART.split(bare) if part.strip()]
    if spec.type == "bool" or spec.type == "pledge":
        return bare == "true"
    if spec.type == "int":
        return int(bare) if re.fullmatch(r"-?\d{1,9}", bare) else bare
    if spec.type == "month":
        found = _MONTH.match(bare)
        return f"{found[1]}-{int(found[2]):02d}" if found and 1 <= int(found[2]) <= 12 else bare
    if spec.type == "money":
        return _money(bare)
    if spec.type in ("mobile", "identity", "email"):
        return re.sub(r"\s+", "", bare)
    return bare


def _money(text: str) -> str:
    try:
        amount = Decimal(text.replace(",", "").replace("元", "").replace("¥", "").strip())
    except InvalidOperation:
        return text
    return f"{amount:.2f}" if amount.is_finite() and amount == amount.quantize(Decimal("0.01")) else text
