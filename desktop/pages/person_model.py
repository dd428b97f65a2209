"""One person: what the association knows, what the unit wrote, certificates, study, cases and bills. No widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from PySide6.QtCore import QObject

from desktop.context import Context
from desktop.pages.people_model import PeopleFound, PeopleModel
from desktop.pages.words import age_on, education_words, membership_words, money, size_words
from documents.roster_columns import TITLES
from domain.packs.pack import Pack
from sync.store.local import Reader
from sync.views import BillRow, CaseRow, Paper, PersonRow, applications, bills, mask_mobile, papers, person


@dataclass(frozen=True, slots=True)
class Line:
    """A row of one of the page's lists."""

    id: str
    words: str
    below: str
    state: str
    role: str
    day: str
    route: str = ""
    blob: str = ""  # a paper: its address


@dataclass(frozen=True, slots=True)
class PersonFound(PeopleFound):
    """One look at the store."""

    person: PersonRow | None = None
    certificates: tuple[Line, ...] = ()
    study: tuple[Line, ...] = ()
    cases: tuple[Line, ...] = ()
    bills: tuple[Line, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    differences: tuple[tuple[str, str, str], ...] = ()  # what, ours, theirs
    papers: tuple[Line, ...] = ()  # what lies in the profile and serves again


class PersonModel(PeopleModel):
    """Everything about one of them; what is begun from the list can be begun here."""

    def __init__(self, context: Context, subject: str, parent: QObject | None = None) -> None:
        super().__init__(context, parent)
        self._subject = subject
        self.found: PersonFound | None = None

    def look(self, reader: Reader) -> PersonFound:
        account, pack, today = self.context.account, self.context.pack, self.context.today()
        row = next(
            (one for key in candidates(self._subject) if (one := person(reader, account, key)) is not None), None
        )
        if row is None or row.person is None:
            facts = _facts(pack, row, today) if row is not None else ()
            return PersonFound((row,) if row else (), {}, {}, row, facts=facts, differences=_differences(pack, row))
        tasks = reader.mirror.of_person(account, [row.person], "study-task").values()
        cases = [one for one in applications(reader, account, pack) if row.person in one.people]
        owed = [one for one in bills(reader, account) if row.person in one.people]
        return PersonFound(
            (row,),
            {},
            {},
            row,
            tuple(_certificate(pack, one, today) for one in row.certificates),
            tuple(_task(pack, one.body) for one in tasks),
            tuple(map(_case, cases)),
            tuple(_bill(pack, one) for one in owed),
            _facts(pack, row, today),
            _differences(pack, row),
            tuple(_paper(pack, one) for one in papers(reader, account, {"attachments": row.body.get("materials")})),
        )

    def take(self, found: PeopleFound) -> None:
        super().take(found)
        assert isinstance(found, PersonFound)
        self.found = found
        if found.person is not None:
            self._subject = found.person.subject


def candidates(key: str) -> tuple[str, ...]:
    """What a route may mean: "person:…", "roster:…", or a bare key."""
    if ":" in key:
        return (key.replace(":", "/", 1),)
    return (f"person/{key}", f"roster/{key}")


def _facts(pack: Pack, row: PersonRow, today: date) -> tuple[tuple[str, str], ...]:
    body, entry = row.body, row.entry
    birth = str(body.get("birth_date") or entry.get("birth_date") or "")
    age = age_on(birth, today) if birth else None
    education = body.get("education") or _written_education(entry)
    insured = body.get("social_insurance") or {}
    pairs = (
        ("证件", f"{_label(pack, row)} {row.masked}"),
        ("性别", pack.label("gender", body.get("gender") or entry.get("gender") or "")),
        ("出生日期", f"{birth}（{age} 岁）" if age is not None else birth),
        ("手机", mask_mobile(row.mobile) if row.mobile else ""),
        ("会籍", membership_words(pack, row.membership) if row.person else "还没有入协会"),
        ("学历", education_words(pack, education) if education else ""),
        ("职称", _title(pack, body, entry)),
        ("社保", str(insured.get("latest_month") or entry.get("insurance_month") or "")),
        ("部门", str(entry.get("department") or "")),
        ("备注", str(entry.get("remark") or "")),
    )
    return tuple(pair for pair in pairs if pair[1].strip())


def _label(pack: Pack, row: PersonRow) -> str:
    kind = row.body.get("id_document_type") or row.entry.get("document_type")
    return pack.label("id_document_type", kind) if kind else ""


def _written_education(entry: Mapping[str, Any]) -> dict[str, Any]:
    made = {
        "level": entry.get("education_level"),
        "school": entry.get("school"),
        "specialty": entry.get("specialty"),
        "graduation_date": entry.get("graduation_date"),
    }
    return {key: value for key, value in made.items() if value}


def _title(pack: Pack, body: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    title = body.get("title") or {}
    level = title.get("level") or entry.get("title_level")
    return " ".join(filter(None, (pack.label("title_level", level) if level else "", str(title.get("name") or ""))))


def _differences(pack: Pack, row: PersonRow | None) -> tuple[tuple[str, str, str], ...]:
    enums = {"document_type": "id_document_type", "gender": "gender"}
    return tuple(
        (
            TITLES.get(one.key, one.key),
            pack.label(enums.get(one.key, one.key), one.ours),
            pack.label(enums.get(one.key, one.key), one.theirs),
        )
        for one in (row.differences if row is not None else ())
    )


def _certificate(pack: Pack, body: Mapping[str, Any], today: date) -> Line:
    until, status = str(body.get("valid_until") or ""), body.get("status")
    word, role = (pack.label("certificate_status", status), "ok") if status else ("有效", "ok")
    if status not in (None, "active"):
        role = "text2"
    elif until and until < today.isoformat():
        word, role = "已到期", "bad"
    specialties = "、".join(str(one) for one in body.get("specialties") or ())
    below = "　".join(part for part in (str(body.get("number") or ""), specialties) if part)
    return Line(str(body["id"]), pack.label("certificate_type", body.get("type") or ""), below, word, role, until)


def _task(pack: Pack, body: Mapping[str, Any]) -> Line:
    service = pack.services.get(str(body.get("service")))
    status = str(body.get("status") or "")
    used = body.get("attempts_used")
    below = pack.label("certificate_type", body["certificate_type"]) if body.get("certificate_type") else ""
    below += f"　已考 {used} 次" if used else ""
    role = {"passed": "ok", "failed": "bad"}.get(status, "wait")
    day = str(body.get("finished_on") or body.get("opened_on") or "")
    words = service.label if service else str(body.get("service") or "")
    return Line(str(body["id"]), words, below.strip(), pack.label("task_status", status), role, day)


def _paper(pack: Pack, one: Paper) -> Line:
    materials = (each for service in pack.services.values() for each in service.materials)
    label = next((each.spec.label for each in materials if each.id == one.material), one.material)
    below = "　".join(
        part for part in (one.name, f"{one.pages} 页" if one.pages else "", size_words(one.bytes)) if part
    )
    state, role = ("在本机", "ok") if one.here else ("在协会", "text2")
    return Line(one.blob, label, below, state, role, "", blob=one.blob)


def _case(row: CaseRow) -> Line:
    role = "text2" if not row.open else "warn" if row.category in ("returned", "pay") else "wait"
    key = row.id.partition("/")[2]
    below = row.number or row.code
    day = row.submitted_on or row.completed_on
    return Line(row.id, f"{row.label}　{row.summary}", below, row.pending or row.status, role, day, f"case/{key}")


def _bill(pack: Pack, row: BillRow) -> Line:
    role = {"paid": "ok", "unpaid": "warn", "under_review": "wait"}.get(row.status, "text2")
    words = pack.spec.bill_kinds.get(row.kind, row.kind)
    total = f"{money(row.total)} 元" if row.total else "金额未设定"
    below = "　".join(part for part in (row.number, total) if part)
    route = f"case/{row.application.partition('/')[2]}" if row.application else ""
    state = pack.spec.bill_statuses.get(row.status, row.status)
    return Line(row.id, words, below, state, role, row.paid_on or row.made_on, route)
