"""Erasing a person: what names them goes from entities, attachments and kept Operations; the chain stays whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from server import feed
from server.decide import commit
from server.decide.roster import PERSON_DOCUMENT, document_text
from server.decide.workspace import Step, Workspace
from server.models import BlobUseRow, ConcernRow, EntityKeyRow, EntityRow, LedgerRow, LedgerTextRow
from server.repositories import blobs, entities, ledger, record
from server.repositories.record import Note
from server.work import Work
from sync.protocol import instant_text

GONE = "（已清除）"
OWN = ("membership", "certificate", "study-task", "roster")


class ErasureError(Exception):
    """Why nobody was erased: one sentence."""


@dataclass(slots=True)
class Erased:
    """What went."""

    person: str
    entities: int = 0
    operations: int = 0
    blobs: int = 0
    _touched: set[str] = field(default_factory=set)


def erase(parts: Work, told: str) -> Erased:
    """Erase the person of this id or document number, in one transaction; the feed carries it to every desk."""
    now = instant_text(parts.clock())
    with parts.database.write() as connection:
        person = _person(connection, told)
        done = Erased(person)
        workspace = Workspace(connection)
        step = Step(workspace)
        _refuse_open(workspace, person)
        known = entities.load(connection, [person])[person].body
        before = _blobs_of(connection, person)
        for entity, body in _about(connection, person, known):
            kind = entity.partition("/")[0]
            if entity == person or kind in OWN or (kind == "draft" and not _rows_without(body, person)):
                step.drop(entity)
            else:
                step.put(entity, _without(body, person), open=False if kind == "application" else None)
            done._touched.add(entity)
        workspace.load(done._touched)
        workspace.take(step)
        done.entities = len(done._touched)
        done.operations = _forget_operations(connection, done._touched, _words(known, person))
        head = feed.lock_head(connection)
        commit.store(connection, workspace, head, now)
        note = Note(now, "", "erase", "", "erase", "erase", person, 0, "applied", "", "")
        head.record_number, head.record_head = record.append(connection, head.record_number, head.record_head, [note])
        feed.keep(connection, head)
        orphans = _orphans(connection, before, done._touched)
        for sha256 in orphans:
            blobs.erase(connection, sha256)
    for sha256 in orphans:
        parts.blobs.erase(sha256)
    done.blobs = len(orphans)
    return done


def _person(connection: Connection, told: str) -> str:
    if told.startswith("person/"):
        if not entities.load(connection, [told]):
            raise ErasureError("没有这个人。")
        return told
    key = (PERSON_DOCUMENT, entities.key_hash(document_text(None, told)))
    person = entities.keys(connection, [key]).get(key)
    if person is None:
        raise ErasureError("没有这个证件号码的人；其他证件请给出人员编号。")
    return person


def _refuse_open(workspace: Workspace, person: str) -> None:
    """What is still going on needs the person; it is brought to its end first."""
    workspace.load_facts([person], [])
    if waiting := sorted(workspace.open_for.get(person, ())):
        raise ErasureError(f"此人还有 {len(waiting)} 项未办结的申请或缴费单（{waiting[0]} 等），请先办结或作废。")


def _about(connection: Connection, person: str, known: Mapping[str, Any]) -> Iterable[tuple[str, dict[str, Any]]]:
    """The person, what belongs to them, what concerns them, and rosters and drafts that name them."""
    found = {person: dict(known)}
    for _, entry in entities.of_people(connection, [person], OWN):
        found[entry.id] = entry.body
    concerned = list(connection.scalars(select(ConcernRow.entity).where(ConcernRow.subject == person)))
    found |= {key: entry.body for key, entry in entities.load(connection, concerned).items()}
    if number := known.get("id_number"):
        digest = entities.key_hash(document_text(known.get("id_document_type"), str(number)))
        keys = select(EntityKeyRow.entity).where(EntityKeyRow.hash == digest)
        listed = [entity for entity in connection.scalars(keys) if entity.startswith("roster/")]
        found |= {key: entry.body for key, entry in entities.load(connection, listed).items()}
    words = _words(known, person)
    for entity, text in connection.execute(
        select(EntityRow.id, EntityRow.body).where(EntityRow.kind.in_(("roster", "draft", "queue-entry")))
    ):
        if entity not in found and any(word in text for word in words):
            found[entity] = json.loads(text)
    return sorted(found.items())


def _words(known: Mapping[str, Any], person: str) -> list[str]:
    """What in a text surely means this person."""
    return [person, *filter(None, [str(known.get("id_number") or "")])]


def _rows_without(body: Mapping[str, Any], person: str) -> int:
    cards = (body.get("form") or {}).get("cards") or {}
    return sum(1 for rows in cards.values() for row in rows if row.get("person") != person)


def _without(body: Mapping[str, Any], person: str) -> dict[str, Any]:
    """An application, a bill, a draft without what was written of this person: rows stay, so that counts still hold."""
    made = dict(body)
    for key in ("form", "previous"):
        if form := made.get(key):
            made[key] = _form_without(form, person)
    for key in ("reason", "note"):
        if made.get(key):
            made[key] = GONE
    if "marks" in made:
        made["marks"] = []
    if "history" in made:
        made["history"] = [_hop_without(hop) for hop in made["history"]]
    return made


def _hop_without(hop: Mapping[str, Any]) -> dict[str, Any]:
    """A step of a history without the words that went with it."""
    kept = {key: value for key, value in hop.items() if key != "marks"}
    return {**kept, "reason": GONE} if kept.get("reason") else kept


def _form_without(form: Mapping[str, Any], person: str) -> dict[str, Any]:
    rows = {row["row"] for rows in (form.get("cards") or {}).values() for row in rows if row.get("person") == person}
    cards = {
        card: [{**row, "values": {}} if row["row"] in rows else row for row in listed]
        for card, listed in (form.get("cards") or {}).items()
    }
    attachments = [one for one in form.get("attachments") or () if one.get("row") not in rows]
    return {**form, "cards": cards, "attachments": attachments}


def _forget_operations(connection: Connection, touched: set[str], words: list[str]) -> int:
    """Their contents go; their ids, hashes and Outcomes without words stay."""
    number = LedgerTextRow.receipt_number
    query = select(number, LedgerRow.entity, LedgerTextRow.content, LedgerTextRow.outcome).join(
        LedgerRow, LedgerRow.receipt_number == number
    )
    erased: dict[int, str] = {}
    for receipt, entity, content, outcome in connection.execute(query.where(LedgerTextRow.content.is_not(None))):
        if entity in touched or any(word.encode() in (content or b"") for word in words):
            kept = {key: value for key, value in json.loads(outcome).items() if key not in ("f", "r", "b")}
            erased[receipt] = json.dumps(kept, separators=(",", ":"))
    ledger.erase(connection, erased)
    return len(erased)


def _blobs_of(connection: Connection, person: str) -> set[str]:
    concerned = select(ConcernRow.entity).where(ConcernRow.subject == person)
    used = select(BlobUseRow.blob).where((BlobUseRow.entity == person) | BlobUseRow.entity.in_(concerned))
    return set(connection.scalars(used))


def _orphans(connection: Connection, before: set[str], touched: set[str]) -> list[str]:
    """Attachments that nothing refers to any more, now that the person is gone."""
    orphans = []
    for sha256 in sorted(before):
        users = connection.scalars(select(BlobUseRow.entity).where(BlobUseRow.blob == sha256))
        bodies = entities.load(connection, list(users))
        if not any(re.search(sha256, entry.text or "") for entry in bodies.values()):
            orphans.append(sha256)
    return orphans
