"""Applications as people see them: who has each since when, what came before, what may come next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.packs.pack import Pack
from sync.store.local import Reader
from sync.store.operations import OUTBOX
from sync.store.pinyin import full, initials, normal
from sync.store.text import kind_of
from sync.views.overlay import Overlay, Shown
from sync.views.queue import WORDS, OutboxRow, operation, short_code


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One application in a list."""

    id: str
    number: str
    code: str
    service: str
    label: str
    summary: str
    state: str
    status: str  # as this desk calls the state
    category: str  # of the state: draft, review, pay, confirm, study, done, returned, closed
    open: bool
    unit: str
    unit_name: str
    agency: str | None
    holder: str
    holder_actor: str
    phone: str
    since: str
    submitted_on: str
    completed_on: str
    round: int
    reason: str  # of the last return
    marks: int
    people: tuple[str, ...]
    version: int
    pending: str  # "" or the word of what is on its way: 排队, 正在送 …


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a history, or what is asked and not answered yet."""

    at: str
    actor: str
    name: str
    action: str
    label: str
    source: str
    target: str
    status: str  # of the state it led to
    reason: str
    marks: tuple[Mapping[str, Any], ...]
    op_id: str
    pending: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """One attachment of a form."""

    material: str
    row: str | None
    blob: str
    name: str
    type: str
    bytes: int
    pages: int | None
    here: bool
    proof: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One application, opened."""

    row: CaseRow
    body: Mapping[str, Any]  # domain.entities.Application
    form: Mapping[str, Any]
    previous: Mapping[str, Any]  # the form of the round before; empty in the first
    steps: tuple[Step, ...]
    objected: str  # why the form itself last came back; a payment that came back says nothing of the form
    bills: tuple[Mapping[str, Any], ...]
    covered: tuple[CaseRow, ...]  # a payment's applications
    papers: tuple[Paper, ...]
    asked: tuple[OutboxRow, ...]  # all that was asked here about it, in the order made
    desk: Mapping[str, Any]  # whom to call: the agency or the association's desk


def applications(
    reader: Reader,
    account: str,
    pack: Pack,
    *,
    service: str | None = None,
    category: str | None = None,
    text: str = "",
    open_only: bool = False,
) -> tuple[CaseRow, ...]:
    """Latest first; `text` looks in number, short code, service, summary, and the names of people (pinyin too)."""
    shown = Overlay(reader, account).of_kind("application", but=_always_closed(pack) if open_only else ())
    rows = _Rows(reader, account, pack, shown.values())
    wanted = normal(text)
    found = [
        row
        for row in map(rows.of, shown.values())
        if (service is None or row.service == service)
        and (category is None or row.category == category)
        and (row.open or not open_only)
        and (not wanted or _has(reader, account, row, wanted))
    ]
    return tuple(sorted(found, key=lambda row: (row.since or row.submitted_on, row.id), reverse=True))


def case(reader: Reader, account: str, pack: Pack, application: str, *, now: datetime) -> Case | None:
    """None when nothing of it is on this desk."""
    overlay = Overlay(reader, account)
    shown = overlay.get(application)
    if shown is None:
        return None
    body = shown.body
    form = body.get("form") or {}
    made = reader.mirror.of_application(account, [application])
    bills = {entity: bill for entity, bill in made.items() if kind_of(entity) == "bill"}
    also = overlay.many([str(bill) for bill in body.get("bills") or () if bill not in bills])
    covered = overlay.many([str(one) for one in body.get("covers") or ()])
    rows = _Rows(reader, account, pack, [shown, *covered.values()])
    row = rows.of(shown)
    steps = _steps(reader, pack, shown)
    asked = (operation(reader, kept.op_id, now=now) for kept in reader.operations.of_entity(account, application))
    return Case(
        row=row,
        body=body,
        form=form,
        previous=body.get("previous") or {},
        steps=steps,
        objected=pack.objection(body),
        bills=tuple(bill.body for bill in bills.values()) + tuple(bill.body for bill in also.values()),
        covered=tuple(rows.of(one) for one in covered.values()),
        papers=papers(reader, account, form),
        asked=tuple(one for one in asked if one is not None),
        desk=_desk(reader, account, pack, row, steps),
    )


def papers(reader: Reader, account: str, form: Mapping[str, Any]) -> tuple[Paper, ...]:
    """The attachments of a form, and whether their bytes are on this machine."""
    listed = form.get("attachments") or ()
    here = {
        blob.sha256
        for blob in reader.blobs.many(account, [paper["blob"] for paper in listed if paper.get("blob")])
        if blob.here
    }
    return tuple(
        Paper(
            paper["material"],
            paper.get("row"),
            paper.get("blob", ""),
            paper.get("name") or "",
            paper.get("type") or "",
            int(paper.get("bytes") or 0),
            paper.get("pages"),
            paper.get("blob") in here,
            paper.get("proof") or {},
        )
        for paper in listed
    )


def papers_at_desk(reader: Reader, account: str, pack: Pack) -> tuple[Paper, ...]:
    """What an office has to look at in the applications it has now: attached, or in the profile and of use here."""
    me = reader.accounts.need(account)
    actor = pack.actor_of(me.role)
    found: dict[str, Paper] = {}
    for one in Overlay(reader, account).of_kind("application", but=_always_closed(pack)).values():
        service = pack.services.get(str(one.body.get("service")))
        held = (one.body.get("holder") or {}).get("actor") == actor
        if service is None or not held or not pack.decides(me.role, service.id):
            continue
        parts = (service, *(service.card_service(card) for card in service.cards))
        reused = {material.id for part in parts for material in part.materials if material.reuse}
        people = reader.mirror.many(account, [str(person) for person in one.body.get("people") or ()])
        stored = [paper for person in people.values() for paper in person.body.get("materials") or ()]
        useful = {"attachments": [paper for paper in stored if paper["material"] in reused]}
        for paper in (*papers(reader, account, one.body.get("form") or {}), *papers(reader, account, useful)):
            found.setdefault(paper.blob, paper)
    return tuple(found.values())


def _always_closed(pack: Pack) -> set[str]:
    """States in which no application of this pack moves any more."""
    opened = {name for one in pack.services.values() for name, state in one.states.items() if state.outcome == "open"}
    return {name for one in pack.services.values() for name in one.states} - opened


class _Rows:
    """Makes rows of many applications with few questions to the store."""

    def __init__(self, reader: Reader, account: str, pack: Pack, shown: Iterable[Shown]) -> None:
        self._pack = pack
        self._desk = pack.role(reader.accounts.need(account).role)
        units = {str(one.body["unit"]) for one in shown if one.body.get("unit")}
        named = reader.mirror.many(account, units)
        self._units = {entity: str(found.body.get("name") or "") for entity, found in named.items()}

    def of(self, one: Shown) -> CaseRow:
        """One line."""
        body, pack = one.body, self._pack
        service, state = str(body.get("service") or ""), str(body.get("state") or "")
        spec = pack.services[service].states.get(state) if service in pack.services else None
        holder = body.get("holder") or {}
        waiting = one.pending if one.pending is not None and one.pending.place == OUTBOX else None
        return CaseRow(
            id=one.id,
            number=str(body.get("number") or ""),
            code=short_code(one.id),
            service=service,
            label=pack.services[service].label if service in pack.services else service,
            summary=str(body.get("summary") or pack.describe(body)),
            state=state,
            status=pack.status_label(service, state, self._desk),
            category=spec.category if spec else "review",
            open=spec is None or spec.outcome == "open",
            unit=str(body.get("unit") or ""),
            unit_name=self._units.get(str(body.get("unit")), ""),
            agency=body.get("agency"),
            holder=str(holder.get("name") or ""),
            holder_actor=str(holder.get("actor") or (spec.actor if spec and spec.actor else "")),
            phone=str(holder.get("phone") or ""),
            since=str(holder.get("since") or _last(body)),
            submitted_on=str(body.get("submitted_on") or ""),
            completed_on=str(body.get("completed_on") or ""),
            round=int(body.get("round") or 1),
            reason=str(body.get("reason") or ""),
            marks=len(body.get("marks") or ()),
            people=tuple(body.get("people") or ()),
            version=one.version,
            pending=WORDS[waiting.state] if waiting else "",
        )


def _last(body: Mapping[str, Any]) -> str:
    history = body.get("history") or ()
    return str(history[-1].get("at") or "") if history else ""


def _steps(reader: Reader, pack: Pack, shown: Shown) -> tuple[Step, ...]:
    body, asked = shown.body, shown.pending
    service = str(body.get("service") or "")
    waiting = {kept.op_id for kept in reader.operations.of_entity(asked.account, asked.entity)} if asked else set()
    mirrored = _mirrored_steps(reader, shown)
    steps: list[Step] = []
    for number, hop in enumerate(body.get("history") or ()):
        action = str(hop.get("action") or "")
        word = pack.spec.actions.get(action)
        steps.append(
            Step(
                str(hop.get("at") or ""),
                str(hop.get("actor") or ""),
                str(hop.get("name") or ""),
                action,
                word.label if word else action,
                str(hop.get("source") or ""),
                str(hop.get("target") or ""),
                pack.status_label(service, str(hop.get("target") or "")),
                str(hop.get("reason") or ""),
                tuple(hop.get("marks") or ()),
                str(hop.get("op_id") or ""),
                bool(waiting) and number >= mirrored,
            )
        )
    return tuple(steps)


def _mirrored_steps(reader: Reader, shown: Shown) -> int:
    if shown.pending is None:
        return len(shown.body.get("history") or ())
    found = reader.mirror.get(shown.pending.account, shown.id)
    return len(found.body.get("history") or ()) if found else 0


def _desk(reader: Reader, account: str, pack: Pack, row: CaseRow, steps: Iterable[Step]) -> Mapping[str, Any]:
    """Whoever has it, or, while the applicant has it or nobody, whoever of the other side had it last."""
    had = [row.holder_actor, *reversed([step.actor for step in steps])]
    offices = [spec.desk for actor in had if (spec := pack.spec.actors.get(actor)) is not None]
    ahead = ["agency"] if row.agency else []
    for desk in (*offices, *ahead, "association", "secretariat"):
        if desk in ("unit", "person", "system"):
            continue
        found = reader.mirror.get(account, row.agency if desk == "agency" and row.agency else f"desk/{desk}")
        if found is not None and found.body.get("phone"):
            return found.body
    return {}


def _has(reader: Reader, account: str, row: CaseRow, wanted: str) -> bool:
    texts: Iterable[str] = (row.number, row.code, row.label, initials(row.label), row.summary, row.unit_name)
    if any(wanted in normal(one) for one in texts):
        return True
    people = reader.mirror.many(account, row.people)
    names = (str(one.body.get("name") or "") for one in people.values())
    return any(wanted in normal(name) or wanted in initials(name) or wanted in full(name) for name in names)
