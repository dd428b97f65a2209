"""What a form is read together with, and what would be said of it: read and judged on the reading lane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from desktop.pages.form_values import Form, all_rows, attachments, named_in, people_in, subjects_in, value_of
from domain.checking import FormCheck, check_form
from domain.facts import config_on
from domain.operations import Finding, Severity
from domain.packs.pack import Pack
from domain.packs.service import Service
from domain.view import View
from sync.store.drafts import Draft
from sync.store.local import Reader
from sync.views import PersonRow, as_of, entities, rows_for, view_for


@dataclass(frozen=True, slots=True)
class Around:
    """What a form is read together with: the people, bills and forms its rows name, and who may be chosen."""

    subjects: frozenset[str]
    people: Mapping[str, PersonRow]
    agencies: tuple[tuple[str, str], ...]
    application: Mapping[str, Any]  # as the association has it; of a new one only its id
    covered: Mapping[str, Mapping[str, Any]]  # applications and bills that rows of a payment name
    unit: Mapping[str, Any]
    me: Mapping[str, Any]
    as_of: str | None
    desks: Mapping[str, Mapping[str, Any]]  # agencies and the association's desks, with their telephones
    view: View
    delivered: frozenset[str]  # papers that the server has whole
    params: Mapping[str, Any]  # the association's settings in force on the day
    drafts: Mapping[str, str] = field(default_factory=dict)  # members that another draft names, and of which business


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the form: what is around it and what would be said of it."""

    around: Around
    check: FormCheck
    edition: int
    day: date
    form: Form


def take_look(
    account: str, pack: Pack, draft: Draft, form: Form, edition: int, day: date, before: Around | None, reader: Reader
) -> Look:
    """On the reading lane: what is around the form (again only if it must be) and the verdict."""
    around = before
    if around is None or around.subjects != _named(form):
        around = read_around(reader, account, pack, draft, form, day)
    check = check_form(pack, around.view, draft.service, form, day, application=around.application)
    service = pack.services[draft.service]
    closed, twice = _closed(service, form, around), _twice(service, form, around)
    if closed or twice:
        check = replace(check, findings=(*closed, *check.findings, *twice), ok=check.ok and not closed)
    return Look(around, check, edition, day, form)


def _twice(service: Service, form: Form, around: Around) -> tuple[Finding, ...]:
    """Somebody whom another draft names too: whichever is sent first counts."""
    rule = service.pack.spec.required.id
    return tuple(
        Finding(
            rule,
            f"还有一份“{around.drafts[person]}”草稿里也有这个人，先提交的算数，另一份可能要等它办完",
            severity=Severity.WARN,
            path=f"{card}[{row['row']}]",
            row=str(row["row"]),
        )
        for card, row in all_rows(form)
        if (person := str(row.get("person") or "")) in around.drafts
    )


def _closed(service: Service, form: Form, around: Around) -> tuple[Finding, ...]:
    """An agency that was chosen and takes nothing any more."""
    known, rule = dict(around.agencies), service.pack.spec.required.id
    return tuple(
        Finding(rule, f"{spec.label}选的那一家已停止服务，请改选一家", short="请改选", path=spec.key)
        for spec in service.fields
        if spec.type == "agency" and known and (chosen := value_of(form, spec.key)) and chosen not in known
    )


def read_around(reader: Reader, account: str, pack: Pack, draft: Draft, form: Form, day: date) -> Around:
    """Everything a form of these rows is read together with."""
    agencies = sorted(
        (one.body.get("name") or one.id, one.id)
        for one in entities(reader, account, "agency")
        if one.body.get("active", True)
    )
    named = named_in(form, "application") | named_in(form, "bill")
    found = reader.mirror.many(account, named)
    paid_for = {str(each) for one in found.values() for each in one.body.get("people") or ()}  # their bills come along
    view = view_for(reader, account, people_in(form) | paid_for, pack=pack, also=named_in(form, "application"))
    papers = sorted({str(paper["blob"]) for paper in attachments(form)})
    me = reader.accounts.need(account)
    own = reader.mirror.get(account, draft.entity) if draft.returned or draft.sent is None else None
    before = subjects_in(own.body.get("form") or {}) if own is not None else frozenset()
    return Around(
        subjects=_named(form),
        people=rows_for(reader, account, subjects_in(form) | before | _disputed(draft)),
        agencies=tuple((key, name) for name, key in agencies),
        application=own.body if own is not None else {"id": draft.entity},  # it is never in its own way
        covered={key: one.body for key, one in found.items()},
        unit=view.unit or {},
        me=me.body,
        as_of=as_of(reader, account),
        desks={one.id: one.body for kind in ("agency", "desk") for one in entities(reader, account, kind)},
        view=view,
        delivered=frozenset(one.sha256 for one in reader.blobs.many(account, papers) if one.delivered),
        params=config_on(pack, view.config, day),
        drafts=_drafted(reader, account, pack, draft, people_in(form)),
    )


def _disputed(draft: Draft) -> frozenset[str]:
    """Whom rows are about that one side took out or put in while the other worked on the draft."""
    rows = [each for place in (*draft.asks, *draft.history) for each in (place.get("mine"), place.get("theirs"))]
    return subjects_in({"cards": {"": [row for row in rows if isinstance(row, Mapping) and "row" in row]}})


def _drafted(reader: Reader, account: str, pack: Pack, own: Draft, people: frozenset[str]) -> dict[str, str]:
    """Payments stand beside the business they are for, and are no second one."""
    found: dict[str, str] = {}
    if not people or pack.services[own.service].kind == "payment":
        return found
    for draft in reader.drafts.all(account):
        service = pack.services.get(draft.service)
        if draft.id != own.id and draft.sent is None and service is not None and service.kind != "payment":
            found.update(dict.fromkeys(people_in(draft.form) & people, service.label))
    return found


def _named(form: Form) -> frozenset[str]:
    return subjects_in(form) | named_in(form, "application") | named_in(form, "bill")
