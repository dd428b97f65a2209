"""The unit's people: members and roster entries made one, what the association knows beside what the unit wrote."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sync.merge import same
from sync.store.local import Reader
from sync.store.people import Listed
from sync.views.overlay import Overlay

SOON = timedelta(days=60)


class Chip(StrEnum):
    """What a list of people can be narrowed to."""

    ALL = "all"
    EXPIRED = "expired"  # membership has run out
    SOON = "soon"  # membership or a certificate runs out within 60 days
    NO_MEMBERSHIP = "no-membership"
    NOT_KNOWN = "not-known"  # the association does not know them: a roster entry only
    DIFFERENT = "different"  # the unit wrote something else than the association knows
    PENDING = "pending"  # an Operation about them is on its way
    STUDYING = "studying"  # a course is open
    E_FILE = "e_file"  # a certificate can be fetched as a file


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the unit wrote otherwise than the association knows it."""

    key: str  # of the roster entry
    ours: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of a list of people; numbers are masked, the whole one is in `document`."""

    subject: str
    person: str | None
    roster: str | None
    name: str
    document: str
    masked: str
    unit: str
    body: Mapping[str, Any]  # domain.entities.Person; empty where the association knows nobody
    entry: Mapping[str, Any]  # domain.entities.Roster; empty where the unit wrote nothing
    membership: Mapping[str, Any] | None
    certificates: tuple[Mapping[str, Any], ...]
    differences: tuple[Difference, ...]
    pending: bool
    tasks: tuple[Mapping[str, Any], ...] = ()  # courses, whatever became of them
    sound: str = ""  # of the name, syllable by syllable

    @property
    def mobile(self) -> str:
        """Whichever is known."""
        return str(self.body.get("mobile") or self.entry.get("mobile") or "")

    @property
    def membership_until(self) -> str | None:
        """ISO day, while it has not been ended."""
        if self.membership is None or self.membership.get("ended"):
            return None
        return self.membership.get("valid_until")


SAME_THING = {  # roster key -> person key
    "name": "name",
    "document_type": "id_document_type",
    "document_number": "id_number",
    "gender": "gender",
    "birth_date": "birth_date",
    "mobile": "mobile",
}


def mask_document(number: str) -> str:
    """440104********3019: enough to tell two people apart, too little to be used."""
    if len(number) >= 15:
        return number[:6] + "*" * (len(number) - 10) + number[-4:]
    if len(number) > 4:
        return number[:2] + "*" * (len(number) - 4) + number[-2:]
    return "*" * len(number)


def mask_mobile(number: str) -> str:
    """138****1234"""
    return number[:3] + "****" + number[-4:] if len(number) >= 9 else "*" * len(number)


def people(
    reader: Reader,
    account: str,
    text: str = "",
    *,
    today: date,
    limit: int | None = None,
    offset: int = 0,
    chip: Chip = Chip.ALL,
) -> tuple[PersonRow, ...]:
    """Everybody in the order of a register, or whoever a search finds, narrowed by a chip."""
    if text.strip():
        found = reader.people.search(account, text, limit=limit or 1_000)
        listed: Sequence[Listed] = reader.people.of(account, [one.subject for one in found])
    elif chip is Chip.ALL:
        listed = reader.people.listed(account, limit=limit, offset=offset)
        return rows_of(reader, account, listed)
    else:
        listed = reader.people.listed(account)
    rows = [row for row in rows_of(reader, account, listed) if fits(row, chip, today)]
    return tuple(rows[offset : None if limit is None else offset + limit])


def person(reader: Reader, account: str, subject: str) -> PersonRow | None:
    """One, by person or roster entry."""
    return next(iter(rows_of(reader, account, reader.people.of(account, [subject]))), None)


def rows_for(reader: Reader, account: str, subjects: Collection[str]) -> dict[str, PersonRow]:
    """These, by the id they were asked for."""
    found: dict[str, PersonRow] = {}
    for row in rows_of(reader, account, reader.people.of(account, subjects)):
        found |= {name: row for name in (row.subject, row.person, row.roster) if name in subjects and name}
    return found


def people_counts(rows: Sequence[PersonRow], today: date) -> dict[Chip, int]:
    """How many each chip leaves."""
    return {chip: sum(fits(row, chip, today) for row in rows) for chip in Chip}


def fits(row: PersonRow, chip: Chip, today: date) -> bool:
    """Whether the chip leaves this one."""
    day, soon = today.isoformat(), (today + SOON).isoformat()
    until = row.membership_until
    if chip is Chip.EXPIRED:
        return until is not None and until < day
    if chip is Chip.SOON:
        ends = [until, *(one.get("valid_until") for one in row.certificates)]
        return any(end is not None and day <= end <= soon for end in ends)
    if chip is Chip.NO_MEMBERSHIP:
        return row.person is not None and until is None
    if chip is Chip.NOT_KNOWN:
        return row.person is None
    if chip is Chip.DIFFERENT:
        return bool(row.differences)
    if chip is Chip.STUDYING:
        return any(one.get("status") == "studying" for one in row.tasks)
    if chip is Chip.E_FILE:
        return any(one.get("e_file") for one in row.certificates)
    return row.pending if chip is Chip.PENDING else True


def rows_of(reader: Reader, account: str, listed: Sequence[Listed]) -> tuple[PersonRow, ...]:
    """The facts of these lines."""
    mirror, overlay = reader.mirror, Overlay(reader, account)
    every = len(listed) > 2_000  # then one look at all is quicker than many at some
    persons = [one.person for one in listed if one.person]
    bodies = mirror.of_kind(account, "person") if every else mirror.many(account, persons)
    entries = overlay.of_kind("roster") if every else overlay.many([one.roster for one in listed if one.roster])
    held = {
        kind: mirror.of_kind(account, kind) if every else mirror.of_person(account, persons, kind) for kind in _HELD
    }
    memberships = {str(one.body.get("person")): one.body for one in held["membership"].values()}
    certificates: dict[str, list[Mapping[str, Any]]] = {}
    for one in sorted(held["certificate"].values(), key=lambda found: found.id):
        certificates.setdefault(str(one.body.get("person")), []).append(one.body)
    tasks: dict[str, list[Mapping[str, Any]]] = {}
    for one in sorted(held["study-task"].values(), key=lambda found: found.id):
        tasks.setdefault(str(one.body.get("person")), []).append(one.body)
    rows: list[PersonRow] = []
    for line in listed:
        body = bodies[line.person].body if line.person in bodies else {}
        shown = entries.get(line.roster or "")
        entry = shown.body if shown else {}
        rows.append(
            PersonRow(
                line.subject,
                line.person,
                line.roster,
                line.name,
                line.document,
                mask_document(line.document),
                line.unit,
                body,
                entry,
                memberships.get(line.person or ""),
                tuple(certificates.get(line.person or "", ())),
                _differences(body, entry) if body and entry else (),
                shown is not None and shown.pending is not None,
                tuple(tasks.get(line.person or "", ())),
                line.sound,
            )
        )
    return tuple(rows)


_HELD = ("membership", "certificate", "study-task")


def _differences(body: Mapping[str, Any], entry: Mapping[str, Any]) -> tuple[Difference, ...]:
    return tuple(
        Difference(ours, entry[ours], body[theirs])
        for ours, theirs in SAME_THING.items()
        if entry.get(ours) and body.get(theirs) and not same(entry[ours], body[theirs])
    )
