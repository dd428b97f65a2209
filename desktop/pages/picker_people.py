"""Who may be chosen for a card, as plain values: a line of the list, how it stands, a pasted list, a new row. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from desktop.pages.form_values import new_row
from desktop.starting import unpaid_bill
from domain.filling import is_empty
from domain.packs.pack import Pack
from domain.picking import Picker, row_values
from domain.view import View
from sync.views import PersonRow

_APART = re.compile(r"[\n\r、,，;；]+")
_SERIAL = re.compile(r"^\s*\(?\d{1,4}([.)]\s*|$)")  # 1. or (1) before a name, or alone where a comma parted them
_ASIDE = re.compile(r"[(\[【].*?[)\]】]")
_BETWEEN = re.compile(r"[\s\u00b7\u2022\u30fb\u2027\u2219\u22c5.'’‘`\u200b-\u200f\ufeff]+")
_HEADING = "姓名"  # a table comes with its heading
_RESIDENT = re.compile(r"\d{17}[\dX]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person of the list."""

    id: str  # person or, of somebody the association does not know, roster entry
    person: str | None
    roster: str | None
    name: str
    document: str
    masked: str
    certificates: str
    until: str
    about: str
    search: str
    numbers: tuple[str, ...]  # of certificates


@dataclass(frozen=True, slots=True)
class Verdict:
    """How somebody stands, in a word for the list."""

    state: str  # ok, bad, wait; "in": already in the card
    words: str
    eligible: bool


@dataclass(frozen=True, slots=True)
class Pasted:
    """What came of a pasted list."""

    found: tuple[str, ...]  # ids that may be chosen
    refused: tuple[str, ...]  # names found, but not to be chosen
    inside: tuple[str, ...]  # names already in the card
    unclear: tuple[str, ...]  # names that several people have
    missing: tuple[str, ...]  # as pasted


UNKNOWN_TO_THEM = Verdict("wait", "协会无此人资料", False)
NOT_YET = Verdict("", "正在判断", True)  # may be ticked: the tick is proved when the verdict is here


def match(text: str, people: Sequence[Candidate], verdict: Callable[[Candidate], Verdict]) -> Pasted:
    """Who a pasted list names: by number where there is one, else by name; written as people write both."""
    by_number, by_name = _index(people)
    found: list[str] = []
    refused, inside, unclear, missing = list[str](), list[str](), list[str](), list[str]()
    for line in (part.strip() for part in _APART.split(text)):
        cells = _cells(line)
        if not cells or _HEADING in cells:
            continue
        numbers = _RESIDENT.findall(cells[0])
        hits = next((by_number[each] for each in (*cells, *numbers) if each in by_number), None)
        if hits is None and not numbers:  # with a number that nobody has it is somebody else of that name
            hits = next((by_name[each] for each in cells if each in by_name), None)
        if hits is None:
            missing.append(line)
        elif len(hits) > 1:
            unclear.append(hits[0].name)
        else:
            said = verdict(hits[0])
            if said.state == "in":
                inside.append(hits[0].name)
            elif said.eligible:
                found.append(hits[0].id)
            else:
                refused.append(hits[0].name)
    return Pasted(*(tuple(dict.fromkeys(each)) for each in (found, refused, inside, unclear, missing)))


def _index(people: Sequence[Candidate]) -> tuple[dict[str, list[Candidate]], dict[str, list[Candidate]]]:
    by_number: dict[str, list[Candidate]] = {}
    by_name: dict[str, list[Candidate]] = {}
    for one in people:
        by_name.setdefault(_bare(one.name), []).append(one)
        for number in (one.document, *one.numbers):
            if number:
                by_number.setdefault(_bare(number), []).append(one)
    return by_number, by_name


def _cells(line: str) -> tuple[str, ...]:
    """What of a line may be a name or a number: the whole of it, its parts, and both without what is in brackets."""
    plain = _SERIAL.sub("", unicodedata.normalize("NFKC", line))
    parts = (part for text in (plain, _ASIDE.sub("", plain)) for part in (text, *text.split()))
    return tuple(dict.fromkeys(bare for part in parts if (bare := _bare(part))))


def _bare(text: str) -> str:
    """Only to compare: at usual width, in capitals, without spaces, the dots within a name and what is invisible."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()


def row_for(
    pack: Pack, view: View, service: str, card: str, one: Candidate, today: date, picker: Picker
) -> dict[str, Any]:
    """A new row; a choice that is the only possible one is made already."""
    values = row_values(pack, view, service, card, one.person, today)
    part = pack.services[service].card_service(card)
    apart = next((field for field in part.spec.item if field.judged_apart), None)
    if apart is not None and is_empty(values.get(apart.key)) and one.person is not None:
        able = [option.value for option in picker.check(one.person, values, when=False).options if option.eligible]
        if len(able) == 1:
            values[apart.key] = [able[0]] if apart.type in ("certificates", "choices") else able[0]
    named = {"bill": bill} if (bill := unpaid_bill(pack, view, service, one.person)) else {}
    return new_row(one.person, one.roster if one.person is None else None, values, **named)


def candidate(pack: Pack, row: PersonRow, year: int) -> Candidate:
    """A line of the list, found by name, sound and numbers."""
    labels = {str(each.get("type")): str(each.get("label")) for each in pack.spec.certificates}
    held = [each for each in row.certificates if each.get("status", "active") == "active"]
    ends = [str(each["valid_until"]) for each in held if each.get("valid_until")]
    sounds = row.sound.split()
    numbers = tuple(str(each.get("number") or "") for each in row.certificates)
    return Candidate(
        id=row.person or row.subject,
        person=row.person,
        roster=row.roster,
        name=row.name,
        document=row.document,
        masked=row.masked,
        certificates="、".join(labels.get(str(each.get("type")), str(each.get("type"))) for each in held),
        until=min(ends, default=""),
        about=_about(pack, row, year),
        search=f"{row.name} {''.join(one[:1] for one in sounds)} {''.join(sounds)} {row.document} {' '.join(numbers)}",
        numbers=numbers,
    )


def _about(pack: Pack, row: PersonRow, year: int) -> str:
    """男 38 岁 大专 工程造价"""
    body = row.body or row.entry
    birth = str(body.get("birth_date") or "")
    age = f"{year - int(birth[:4])} 岁" if birth[:4].isdigit() else ""
    education = body.get("education") if isinstance(body.get("education"), Mapping) else {}
    assert isinstance(education, Mapping)
    level = str(education.get("level") or "")
    words = (pack.label("gender", body.get("gender") or ""), age, pack.label("education_level", level))
    return "  ".join(
        word for word in (*words, str(education.get("specialty") or "")) if word and word.isascii() is False
    )
