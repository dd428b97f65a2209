"""What would be said of a form if it were sent now: each finding at its place, papers, and the bills that will come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from domain.eligibility import judge
from domain.expressions.compiling import Compiled
from domain.expressions.env import Env
from domain.facts import facts_for, form_rows
from domain.fees import NewBill, bills
from domain.filling import filling_findings
from domain.judging import fill, row_path
from domain.materials import Place, Unacceptable, Upload, examine, in_profile, read_uploads
from domain.operations import Finding, Severity
from domain.packs.pack import Pack
from domain.packs.service import Service
from domain.possible import possible_from
from domain.questions import Question
from domain.view import View

Worst = Literal["ok", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class MaterialCheck:
    """One paper at one place: whether it is needed, and what serves for it."""

    id: str
    label: str
    clause: str
    needed: bool
    served_by: Literal["", "upload", "profile", "other"]
    invalid: tuple[str, ...]  # sentences
    types: tuple[str, ...]
    max_bytes: int | None
    check: tuple[str, ...]  # what a reviewer looks at
    signed_version_of: str | None

    @property
    def missing(self) -> bool:
        return self.needed and not self.served_by


@dataclass(frozen=True, slots=True)
class FieldCheck:
    """Whether a field is on screen for this row, and must be filled in."""

    shown: bool
    required: bool


@dataclass(frozen=True, slots=True)
class RowCheck:
    """One row of a card."""

    card: str
    person: str | None
    worst: Worst
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    invalid: tuple[tuple[str, str], ...]
    materials: tuple[MaterialCheck, ...]
    fields: Mapping[str, FieldCheck]
    possible_from: str | None = None


@dataclass(frozen=True, slots=True)
class FormCheck:
    """The whole form. `ok`: as far as known, it would be accepted."""

    findings: tuple[Finding, ...]
    rows: Mapping[str, RowCheck]
    missing: tuple[str, ...]  # papers of the form itself
    materials: tuple[MaterialCheck, ...]
    fields: Mapping[str, FieldCheck]
    bills: tuple[dict[str, Any], ...]
    bill_blocked_by: tuple[str, ...]  # parameters that are not set
    ok: bool
    counts: Mapping[Worst, int]
    question: Question = field(repr=False, compare=False)  # what was asked: whoever goes on with it asks no second time

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.severity is Severity.WARN)


def check_form(
    pack: Pack,
    view: View,
    service: str,
    form: Mapping[str, Any],
    today: date,
    *,
    application: Mapping[str, Any] | None = None,
    when: bool = False,
) -> FormCheck:
    """Everything the server will look at. `when` adds to each failing row the first day on which it would pass."""
    facts = facts_for(pack, view, service, form, today, application=application)
    question = Question(pack, service, facts)
    judgement, papers = judge(question), examine(question)
    uploads = read_uploads(facts["uploads"])
    material_checks = [(place, _material(place, needed, uploads, papers.invalid)) for place, needed in papers.asked]
    findings = [
        *filling_findings(question, form),
        *judgement.findings,
        *collect_other(papers.findings, judgement.findings),
        *(_missing(place) for place, check in material_checks if check.missing),
        *(_unacceptable(question, each) for each in papers.invalid),
    ]
    findings = list(dict.fromkeys(findings))
    rows: dict[str, RowCheck] = {}
    for row in question.rows or ():
        mine = tuple(each for each in findings if each.row == row.id)
        checks = tuple(check for place, check in material_checks if place.row == row.id)
        blocked = any(each.severity is Severity.BLOCK for each in mine)
        day = possible_from([frame for frame in judgement.frames if frame.row == row.id]) if when and blocked else None
        rows[row.id] = RowCheck(
            row.card,
            _person(question.service, form, row.id),
            worst(mine),
            mine,
            tuple(check.id for check in checks if check.missing),
            tuple((each.material, each.sentence) for each in papers.invalid if each.row == row.id),
            checks,
            fields_of(row.service, row.env, row.service.spec.item),
            day.isoformat() if day else None,
        )
    owed = bills(question)
    form_checks = tuple(check for place, check in material_checks if place.row is None)
    return FormCheck(
        tuple(findings),
        rows,
        tuple(check.id for check in form_checks if check.missing),
        form_checks,
        fields_of(question.service, question.env, question.service.fields),
        tuple(bill_body(pack, bill) for bill in owed),
        tuple(dict.fromkeys(key for bill in owed for key in bill.blocked_by)),
        not any(each.severity is Severity.BLOCK for each in findings),
        {state: sum(row.worst == state for row in rows.values()) for state in ("ok", "warn", "bad")},
        question,
    )


def collect_other(more: Iterable[Finding], already: Sequence[Finding]) -> list[Finding]:
    """Findings that are not there yet."""
    return [each for each in more if each not in already]


def worst(findings: Iterable[Finding]) -> Worst:
    severities = {each.severity for each in findings}
    return "bad" if Severity.BLOCK in severities else "warn" if Severity.WARN in severities else "ok"


def bill_body(pack: Pack, bill: NewBill) -> dict[str, Any]:
    """A bill as it would be made: with the words people read and the rule of each line."""
    return {
        "kind": bill.kind,
        "label": pack.spec.bill_kinds.get(bill.kind, bill.kind),
        "lines": [
            {
                "rule": line.rule,
                "type": line.type,
                "label": line.label,
                "clause": line.clause,
                "person": line.person,
                "row": line.row,
                "quantity": line.quantity,
                "amount": None if line.amount is None else f"{line.amount:.2f}",
                "receipt": line.receipt,
            }
            for line in bill.lines
        ],
        "total": None if bill.total is None else f"{bill.total:.2f}",
        "blocked_by": list(bill.blocked_by),
    }


def fields_of(service: Service, env: Env, fields: Iterable[Any]) -> dict[str, FieldCheck]:
    """Which fields are on screen for these facts, and which must be filled in."""
    made = {}
    for each in fields:
        shown = _holds(service.shown(each), env)
        made[each.key] = FieldCheck(shown, shown and _holds(service.required(each), env))
    return made


def _holds(condition: Compiled | bool, env: Env) -> bool:
    return (condition(env) if isinstance(condition, Compiled) else condition) is True


def _person(service: Service, form: Mapping[str, Any], row: str) -> str | None:
    return next((each.get("person") for _, each in form_rows(service, form) if each["row"] == row), None)


def _material(place: Place, needed: bool, uploads: Sequence[Upload], invalid: Sequence[Unacceptable]) -> MaterialCheck:
    spec, limits = place.material.spec, place.limits
    attached = {each.material for each in uploads if place.row is None or each.row in (None, place.row)}
    served: Literal["", "upload", "profile", "other"] = ""
    if spec.id in attached:
        served = "upload"
    elif attached.intersection(spec.satisfied_by) or (place.material.also and place.material.also(place.env) is True):
        served = "other"
    elif in_profile(place):
        served = "profile"
    broken = tuple(each.sentence for each in invalid if each.material == spec.id and each.row == place.row)
    return MaterialCheck(
        spec.id,
        spec.label,
        spec.clause,
        needed,
        served,
        broken,
        limits.types,
        limits.bytes,
        spec.check,
        spec.signed_version_of,
    )


def _missing(place: Place) -> Finding:
    spec, words = place.material.spec, place.service.pack.spec.required
    text = words.material if spec.finding is None else place.service.builder.text(spec.finding, ())
    return Finding(
        spec.rule or spec.id,
        fill(text, {"材料": spec.label}),
        clause=spec.clause,
        short=spec.short or words.material_short,
        path=row_path(place.card, place.row, spec.id),
        row=place.row,
    )


def _unacceptable(question: Question, each: Unacceptable) -> Finding:
    card = next((row.card for row in question.rows or () if row.id == each.row), "")
    return Finding(
        each.rule or each.material,
        each.sentence,
        short=question.pack.spec.files.short,
        path=row_path(card, each.row if card else None, each.material),
        row=each.row,
    )
