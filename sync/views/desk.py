"""The first page, the counts in the menu, search from anywhere, and how it stands with the association."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from domain.packs.pack import Pack
from sync.store.local import Reader
from sync.store.operations import OUTBOX
from sync.store.pinyin import initials, normal
from sync.views.cases import CaseRow, applications
from sync.views.overlay import Overlay, Shown
from sync.views.persons import mask_document
from sync.views.queue import SHARING, DraftRow, OutboxRow, drafts, outbox

SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class BillRow:
    """One bill in a list."""

    id: str
    number: str
    kind: str
    unit: str
    application: str
    total: str | None  # None: an amount is not set
    status: str
    made_on: str
    payment: str | None
    paid_on: str
    people: tuple[str, ...]
    body: Mapping[str, Any]  # domain.entities.Bill
    pending: bool


@dataclass(frozen=True, slots=True)
class Expiring:
    """Something of one person that runs out."""

    person: str
    name: str
    what: str  # "membership", or the certificate's type
    certificate: str | None
    until: str


@dataclass(frozen=True, slots=True)
class Worklist:
    """What the first page shows, each part most urgent first."""

    returned: tuple[CaseRow, ...]
    to_pay: tuple[BillRow, ...]
    expiring: tuple[Expiring, ...]
    in_progress: tuple[CaseRow, ...]
    review: tuple[CaseRow, ...]  # cases whose turn is this desk's
    queued: tuple[OutboxRow, ...]
    drafts: tuple[DraftRow, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers in the menu."""

    home: int
    drafts: int
    outbox: int
    attention: int  # of the outbox: refused or in conflict
    returned: int
    review: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found from anywhere."""

    kind: str  # person, case, service, draft
    id: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """What the line at the foot of the window needs from the store; the line itself is told by the runner."""

    last_contact: str | None
    as_of: str | None
    queued: int
    attention: int
    size: int
    sent: int
    filled: bool  # every scope was read to its end once
    revoked: bool


def worklist(reader: Reader, account: str, pack: Pack, *, today: date, now: datetime) -> Worklist:
    """For whichever role the account has."""
    me = reader.accounts.need(account)
    rows = applications(reader, account, pack, open_only=True)
    mine = in_turn(rows, me.role, pack)
    unit_desk = pack.fills_in(me.role)
    returned = [row for row in mine if row.category == "returned"] if unit_desk else []
    return Worklist(
        returned=tuple(returned),
        to_pay=bills(reader, account, unpaid_only=True) if unit_desk else (),
        expiring=expiring(reader, account, today=today) if unit_desk else (),
        in_progress=tuple(row for row in rows if row not in (returned if unit_desk else mine)),
        review=() if unit_desk else tuple(sorted(mine, key=lambda row: row.since)),
        queued=tuple(row for row in outbox(reader, account, now=now) if not row.sharing),
        drafts=drafts(reader, account, pack),
    )


def in_turn(rows: Sequence[CaseRow], role: str, pack: Pack) -> list[CaseRow]:
    """Those that wait for this role, and that nothing was asked of meanwhile."""
    actor, fills_in = pack.actor_of(role), pack.fills_in(role)
    held = (row for row in rows if row.holder_actor == actor and not row.pending)
    return [row for row in held if fills_in or pack.decides(role, row.service)]


def bills(reader: Reader, account: str, *, unpaid_only: bool = False) -> tuple[BillRow, ...]:
    """All, latest first."""
    settled = ("paid", "void", "under_review") if unpaid_only else ()
    rows = map(_bill, Overlay(reader, account).of_kind("bill", but=settled).values())
    wanted = [row for row in rows if not unpaid_only or row.status == "unpaid"]
    return tuple(sorted(wanted, key=lambda row: (row.made_on, row.id), reverse=True))


def expiring(reader: Reader, account: str, *, today: date) -> tuple[Expiring, ...]:
    """Memberships and certificates that run out within 60 days, earliest first."""
    day, soon = today.isoformat(), (today + SOON).isoformat()
    found: list[tuple[str, str, str, str | None]] = []
    for one in reader.mirror.of_kind(account, "membership").values():
        until = one.body.get("valid_until")
        if until and day <= until <= soon and not one.body.get("ended"):
            found.append((until, str(one.body["person"]), "membership", None))
    for one in reader.mirror.of_kind(account, "certificate").values():
        until = one.body.get("valid_until")
        if until and day <= until <= soon and one.body.get("status") in (None, "active"):
            found.append((until, str(one.body["person"]), str(one.body.get("type") or ""), one.id))
    people = reader.mirror.many(account, {person for _, person, _, _ in found})
    return tuple(
        Expiring(person, str(people[person].body.get("name") or ""), what, certificate, until)
        for until, person, what, certificate in sorted(found, key=lambda one: (one[0], one[1], one[3] or ""))
        if person in people
    )


def counts(reader: Reader, account: str, pack: Pack) -> Counts:
    """Few queries: asked for after every change."""
    me = reader.accounts.need(account)
    mine = in_turn(applications(reader, account, pack, open_only=True), me.role, pack)
    unit_desk = pack.fills_in(me.role)
    returned = sum(row.category == "returned" for row in mine) if unit_desk else 0
    review = 0 if unit_desk else len(mine)
    to_pay = len(bills(reader, account, unpaid_only=True)) if unit_desk else 0
    attention = reader.operations.attention(account)
    waiting = reader.operations.count(account, OUTBOX, but=SHARING)
    return Counts(
        home=returned + to_pay + review + attention,
        drafts=len(drafts(reader, account)),
        outbox=waiting + attention,
        attention=attention,
        returned=returned,
        review=review,
    )


def search(reader: Reader, account: str, pack: Pack, text: str, *, limit: int = 20) -> tuple[Hit, ...]:
    """Ctrl+K: people, cases, drafts and services, by name, pinyin initials or number."""
    wanted = normal(text)
    if not wanted:
        return ()
    hits = [
        Hit("service", service.id, service.label, "办理")
        for service in pack.services.values()
        if wanted in normal(service.label) or wanted in initials(service.label)
    ]
    hits += [
        Hit("person", one.subject, one.name, mask_document(one.document))
        for one in reader.people.search(account, text, limit=limit)
    ]
    hits += [
        Hit("case", row.id, f"{row.label}　{row.summary}", row.number or row.code)
        for row in applications(reader, account, pack, text=text)[:limit]
    ]
    hits += [
        Hit("draft", row.id, row.title, row.summary)
        for row in drafts(reader, account, pack)
        if wanted in normal(row.title) or wanted in initials(row.title) or wanted in normal(row.summary)
    ]
    return tuple(hits[:limit])


def sync_status(reader: Reader, account: str) -> SyncStatus:
    """For the line at the foot of the window."""
    me = reader.accounts.need(account)
    waiting, contents = reader.operations.waiting_bytes(account)
    addresses = reader.operations.blobs_waited_for(account)
    size, sent = reader.blobs.totals(account, list(addresses)) if addresses else (0, 0)
    scopes = reader.mirror.cursors(account).values()
    return SyncStatus(
        last_contact=me.last_contact,
        as_of=max((cursor.pulled_at for cursor in scopes if cursor.pulled_at), default=None),
        queued=waiting + len(reader.drafts.to_share(account)),
        attention=reader.operations.attention(account),
        size=size + contents,
        sent=sent,
        filled=bool(scopes) and all(cursor.filled for cursor in scopes),
        revoked=me.revoked,
    )


def entities(reader: Reader, account: str, kind: str) -> tuple[Shown, ...]:
    """All of one kind as the screen shows them: config, agency, desk, account, unit, study-task, queue-entry, pack …"""
    return tuple(sorted(Overlay(reader, account).of_kind(kind).values(), key=lambda one: one.id))


def entity(reader: Reader, account: str, name: str) -> Shown | None:
    """One."""
    return Overlay(reader, account).get(name)


def _bill(one: Shown) -> BillRow:
    body = one.body
    lines = body.get("lines") or ()
    return BillRow(
        one.id,
        str(body.get("number") or ""),
        str(body.get("kind") or ""),
        str(body.get("unit") or ""),
        str(body.get("application") or ""),
        body.get("total"),
        str(body.get("status") or ""),
        str(body.get("made_on") or ""),
        body.get("payment"),
        str(body.get("paid_on") or ""),
        tuple(dict.fromkeys(str(line["person"]) for line in lines if line.get("person"))),
        body,
        one.pending is not None,
    )
