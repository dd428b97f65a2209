"""One application as a reviewer reads it: the whole form and each person, what the machine found, what to look at.

Knows no Qt: built on the reading lane from the reviewer's own mirror, frozen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from desktop.pages.words import (
    age_on,
    certificate_words,
    education_words,
    membership_words,
    money,
    value_words,
)
from domain.checking import FormCheck, MaterialCheck, check_form
from domain.facts import form_rows
from domain.judging import row_path
from domain.operations import Finding
from domain.packs.pack import Pack
from domain.packs.service import Service
from domain.questions import CannotAsk
from domain.reviewing import Held, Judged, judged
from domain.transitions import ActionChoice, actions_for
from domain.view import View
from sync.store.local import Reader
from sync.views import Case, Paper, case, entities, entity, mask_document, papers, view_for

FORM = ""  # key of the part that is the form itself


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing written or known, where it stands, and what it was in the round before."""

    label: str
    value: str
    path: str = ""  # empty: known to the association, not of the form
    before: str | None = None  # None: as it was, or no round before


@dataclass(frozen=True, slots=True)
class Sheet:
    """An attachment with the place it stands at and the one it replaced."""

    paper: Paper
    label: str
    path: str
    card: str
    clause: str
    check: tuple[str, ...]
    before: Paper | None = None  # of the round before, where it is another one
    profile: bool = False  # not attached: it lies in the person's profile and serves here

    @property
    def key(self) -> tuple[str, str]:
        return self.path, self.paper.blob


@dataclass(frozen=True, slots=True)
class Look:
    """Something that only a person can judge."""

    words: str
    clause: str
    path: str  # of the material it is about, or empty


@dataclass(frozen=True, slots=True)
class Part:
    """The form itself, or one row of it."""

    key: str  # row id; FORM
    title: str
    kind: str  # 初始教育·监理员
    facts: tuple[Fact, ...]
    findings: tuple[Finding, ...]
    held: tuple[Held, ...]
    looks: tuple[Look, ...]
    sheets: tuple[Sheet, ...]
    missing: tuple[tuple[str, str], ...] = ()  # (label, path) of papers that are needed and not there
    changed: bool = False  # since the round before


@dataclass(frozen=True, slots=True)
class ReviewSheet:
    """Everything about one application that is on a reviewer's screen."""

    case: Case
    parts: tuple[Part, ...]
    actions: tuple[ActionChoice, ...]
    bills: tuple[Mapping[str, Any], ...]
    check: FormCheck | None
    day: date
    names: Mapping[str, str] = field(default_factory=dict)  # of people, units, agencies
    pays: bool = False  # whether it pays for others

    @property
    def id(self) -> str:
        return self.case.row.id

    def part(self, key: str) -> Part | None:
        """One of them."""
        return next((part for part in self.parts if part.key == key), None)

    def action(self, *verbs: str) -> ActionChoice | None:
        """What this desk may do now that means this, whatever the pack calls it."""
        return next((one for one in self.actions if one.verb in verbs), None)


def review_sheet(
    reader: Reader, account: str, pack: Pack, application: str, *, today: date, now: datetime
) -> ReviewSheet | None:
    """None when nothing of it is on this desk."""
    found = case(reader, account, pack, application, now=now)
    if found is None:
        return None
    body, service = found.body, pack.services.get(str(found.body.get("service")))
    actor = pack.actor_of(reader.accounts.need(account).role)
    actions = actions_for(pack, body, actor) if not found.row.pending else ()
    if service is None:
        return ReviewSheet(found, (), actions, found.bills, None, today)
    named = {str(row["person"]) for _, row in form_rows(service, found.form) if row.get("person")}
    also = [str(one) for one in body.get("covers") or ()]
    view = view_for(
        reader, account, named | set(body.get("people") or ()), pack=pack, unit=str(body.get("unit") or ""), also=also
    )
    check, machine = _machine(pack, view, service, found, today)
    names = _names(reader, account, view)
    stored = {
        key: papers(reader, account, {"attachments": person.get("materials")}) for key, person in view.people.items()
    }
    parts = _Builder(pack, service, found, view, check, machine, names, stored, today).parts()
    return ReviewSheet(found, parts, actions, tuple(found.bills), check, today, names, service.kind == "payment")


def _machine(
    pack: Pack, view: View, service: Service, found: Case, today: date
) -> tuple[FormCheck | None, dict[str | None, Judged]]:
    try:
        asked = (pack, view, service.id, found.form, today)
        return check_form(*asked, application=found.body), judged(*asked, application=found.body)
    except CannotAsk:
        return None, {}


def _names(reader: Reader, account: str, view: View) -> dict[str, str]:
    """What references in fields are called."""
    listed = [*entities(reader, account, "agency"), *entities(reader, account, "unit")]
    names = {one.id: str(one.body.get("name") or "") for one in listed}
    names |= {key: str(one.get("name") or "") for key, one in view.people.items()}
    for certificates in view.certificates.values():
        names |= {str(one["id"]): str(one.get("number") or "") for one in certificates}
    return names


def unit_name(reader: Reader, account: str, unit: Any) -> str:
    """Its name, where this desk has it."""
    found = entity(reader, account, str(unit)) if unit else None
    return str(found.body.get("name") or "") if found else ""


class _Builder:
    """Puts the parts together."""

    def __init__(
        self,
        pack: Pack,
        service: Service,
        found: Case,
        view: View,
        check: FormCheck | None,
        machine: Mapping[str | None, Judged],
        names: Mapping[str, str],
        profiles: Mapping[str, tuple[Paper, ...]],
        today: date,
    ) -> None:
        self._pack, self._service, self._case, self._view = pack, service, found, view
        self._check, self._machine, self._names, self._today = check, machine, names, today
        self._profiles = profiles
        self._old = found.previous if found.row.round > 1 else {}
        self._old_rows = {str(row["row"]): row for _, row in form_rows(service, self._old)} if self._old else {}

    def parts(self) -> tuple[Part, ...]:
        rows = [self._row(card, row) for card, row in form_rows(self._service, self._case.form)]
        whole = self._whole()
        empty = not (whole.facts or whole.sheets or whole.findings or whole.missing)
        if self._service.kind == "payment":  # what is paid first, then what for
            return (whole, *rows)
        return tuple(rows) if rows and empty else (*rows, whole)

    def _whole(self) -> Part:
        values, old = self._case.form.get("values") or {}, self._old.get("values") or {}
        facts = [
            Fact(one.label, words, one.key, self._before(one, old, words))
            for one in self._service.fields
            if (words := value_words(self._service, one, values.get(one.key), self._names))
        ]
        check, mine = self._check, self._machine.get(None, Judged())
        sheets = self._sheets(None, "", check.materials if check else ())
        findings = tuple(one for one in check.findings if one.row is None) if check else ()
        return Part(
            FORM,
            "缴费单" if self._service.kind == "payment" else "整份申请",
            "",
            tuple(facts),
            findings,
            mine.held,
            _looks(sheets, mine),
            sheets,
            _missing(check.materials if check else (), "", None),
            any(fact.before is not None for fact in facts) or any(sheet.before for sheet in sheets),
        )

    def _row(self, card: str, row: Mapping[str, Any]) -> Part:
        key = str(row["row"])
        service = self._service.card_service(card)
        person = self._view.people.get(str(row.get("person")))
        checked = self._check.rows.get(key) if self._check else None
        mine = self._machine.get(key, Judged())
        written = self._written(card, row)
        materials = checked.materials if checked else ()
        sheets = (*self._sheets(key, card, materials), *self._from_profile(key, card, row, materials))
        kinds = [self._service.cards[card].label if card in self._service.cards else service.label]
        kinds += [fact.value for fact in written if fact.label and self._is_kind(card, fact)]
        return Part(
            key,
            str(person.get("name")) if person else self._named(row),
            "·".join(kinds[:2]),
            (*(self._person(str(row["person"])) if person else self._covered(row)), *written),
            checked.findings if checked else (),
            mine.held,
            _looks(sheets, mine),
            sheets,
            _missing(checked.materials if checked else (), card, key),
            any(fact.before is not None for fact in written) or any(sheet.before for sheet in sheets),
        )

    def _is_kind(self, card: str, fact: Fact) -> bool:
        found = next((one for one in self._service.row_fields(card) if fact.path.endswith(f".{one.key}")), None)
        return found is not None and found.type in ("choice", "certificates") and found.judged_apart

    def _written(self, card: str, row: Mapping[str, Any]) -> tuple[Fact, ...]:
        service, values = self._service.card_service(card), row.get("values") or {}
        old_row = self._old_rows.get(str(row["row"]))
        old = (old_row or {}).get("values") or {}
        facts = []
        for one in self._service.row_fields(card):
            words = value_words(service, one, values.get(one.key), self._names)
            if words:
                before = self._before(one, old, words) if old_row is not None else None
                facts.append(Fact(one.label, words, row_path(card, str(row["row"]), one.key), before))
        return tuple(facts)

    def _before(self, one: Any, old: Mapping[str, Any], words: str) -> str | None:
        if not self._old:
            return None
        was = value_words(self._service, one, old.get(one.key), self._names)
        return None if was == words else was or "未填"

    def _person(self, key: str) -> Iterable[Fact]:
        person: Mapping[str, Any] = self._view.people[key]
        pack, birth = self._pack, str(person.get("birth_date") or "")
        number, age = str(person.get("id_number") or ""), age_on(birth, self._today)
        if number:
            yield Fact("证件号码", number if "*" in number else mask_document(number))
        if birth:
            yield Fact("出生日期", f"{birth}（{age} 岁）" if age is not None else birth)
        if person.get("education"):
            yield Fact("学历", education_words(pack, person["education"]))
        title = person.get("title") or {}
        if title.get("level") and title.get("level") != "none":
            yield Fact("职称", " ".join(filter(None, (pack.label("title_level", title["level"]), title.get("name")))))
        yield Fact("会籍", membership_words(pack, self._view.memberships.get(key)))
        for certificate in self._view.certificates.get(key, ()):
            yield Fact("证书", certificate_words(pack, certificate))
        insured = person.get("social_insurance") or {}
        if insured:
            where = self._names.get(str(insured.get("unit_id")), "")
            yield Fact("参保", " ".join(filter(None, (str(insured.get("latest_month") or ""), where))))

    def _covered(self, row: Mapping[str, Any]) -> Iterable[Fact]:
        """What a payment's row pays for."""
        body: Mapping[str, Any] = self._view.covered.get(str(row.get("application"))) or {}
        if body:
            label = self._pack.services[body["service"]].label if body.get("service") in self._pack.services else ""
            yield Fact("表单", f"{label} {body.get('number') or ''}".strip())
            if body.get("summary"):
                yield Fact("内容", str(body["summary"]))
        bill: Mapping[str, Any] | None = next(
            (one for one in self._case.bills if one.get("id") == row.get("bill")), None
        )
        if bill is not None:
            yield Fact("账单", f"{bill.get('number') or ''} {money(bill.get('total') or '')} 元".strip())

    def _named(self, row: Mapping[str, Any]) -> str:
        body: Mapping[str, Any] = self._view.covered.get(str(row.get("application"))) or {}
        return str(body.get("number") or "") or self._names.get(str(row.get("person")), "") or "明细"

    def _sheets(self, row: str | None, card: str, materials: Iterable[MaterialCheck]) -> tuple[Sheet, ...]:
        checks = {one.id: one for one in materials}
        old = [one for one in self._old.get("attachments") or () if one.get("row") == row]
        made = []
        for paper in self._case.papers:
            if paper.row != row:
                continue
            check = checks.get(paper.material)
            label = check.label if check else self._material_label(card, paper.material)
            was = next((one for one in old if one.get("material") == paper.material), None)
            replaced = was is not None and all(one.get("blob") != paper.blob for one in old)
            before = _old_paper(was) if was is not None and replaced else None
            made.append(
                Sheet(
                    paper,
                    label,
                    row_path(card, row, paper.material),
                    card,
                    check.clause if check else "",
                    check.check if check else (),
                    before,
                )
            )
        return tuple(made)

    def _from_profile(
        self, row: str, card: str, values: Mapping[str, Any], materials: Iterable[MaterialCheck]
    ) -> Iterator[Sheet]:
        """What was not attached because it lies in the person's profile: the reviewer judges it all the same."""
        stored = self._profiles.get(str(values.get("person")), ())
        for check in materials:
            for paper in stored if check.served_by == "profile" else ():
                if paper.material == check.id:
                    path = row_path(card, row, check.id)
                    yield Sheet(
                        replace(paper, row=row), check.label, path, card, check.clause, check.check, profile=True
                    )

    def _material_label(self, card: str, material: str) -> str:
        services = [self._service, self._service.card_service(card)] if card else [self._service]
        found = (one.spec.label for service in services for one in service.materials if one.id == material)
        return next(found, material)


def _old_paper(was: Mapping[str, Any]) -> Paper:
    return Paper(
        str(was["material"]),
        was.get("row"),
        str(was.get("blob") or ""),
        str(was.get("name") or ""),
        str(was.get("type") or ""),
        int(was.get("bytes") or 0),
        was.get("pages"),
        False,
        was.get("proof") or {},
    )


def _looks(sheets: Iterable[Sheet], mine: Judged) -> tuple[Look, ...]:
    made = {Look(words, sheet.clause, sheet.path): None for sheet in sheets for words in sheet.check}
    made |= {Look(held.label, held.clause, ""): None for held in mine.to_look_at}
    return tuple(made)


def _missing(materials: Iterable[MaterialCheck], card: str, row: str | None) -> tuple[tuple[str, str], ...]:
    return tuple((one.label, row_path(card, row, one.id)) for one in materials if one.missing)
