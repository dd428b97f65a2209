"""The end of a batch: everything that was decided goes into the database, in bulk, under the lock of the head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import uuid_utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic_core import to_json
from sqlalchemy import Connection

from domain.operations import Operation, Outcome, Status
from server import feed
from server.decide.verdict import Verdict
from server.decide.workspace import Step, Workspace, membership_of
from server.feed import Changed, Head, Positions
from server.models import DispatchRow
from server.receipts import ReceiptBook
from server.repositories import entities, ledger, record
from server.repositories.bulk import insert_rows
from server.repositories.entities import Entry, blobs_in
from server.repositories.record import Note
from server.scopes import REGISTER, drawn_kinds, draws, scopes_of
from sync.protocol import outcome_text


class Decided(NamedTuple):
    """One Operation with its verdict and what it changed."""

    operation: Operation
    content: bytes
    signature: str
    sha256: str
    received_at: str
    verdict: Verdict
    step: Step | None  # None: nothing was changed


def write(
    connection: Connection,
    workspace: Workspace,
    decided: Sequence[Decided],
    *,
    association: str,
    key: Ed25519PrivateKey,
    scopes: frozenset[str],
    now: str,
) -> list[str]:
    """Write the batch; the Outcome of each of `decided` as text, in order. The caller commits."""
    head = feed.lock_head(connection)
    positions = store(connection, workspace, head, now)
    book = ReceiptBook(association, key, head)
    receipts = book.enter(
        [(case.operation.op_id, case.sha256, case.verdict.status, case.received_at) for case in decided]
    )
    texts, rows, kept, notes = [], [], [], []
    for case, receipt in zip(decided, receipts, strict=True):
        operation, verdict = case.operation, case.verdict
        entry = case.step.get(operation.entity) if case.step else None
        version = entry.version if entry and verdict.status is Status.APPLIED else 0
        outcome = Outcome(
            operation.op_id,
            verdict.status,
            version,
            _reached(case.step, positions, scopes) if case.step else {},
            verdict.findings,
            verdict.rows,
            current=verdict.current,
            receipt=receipt,
        )
        text = outcome_text(outcome)
        texts.append(text)
        who = (operation.op_id, operation.device, operation.account, operation.kind.value, operation.entity)
        rows.append((*who, case.sha256, case.received_at, now, verdict.status.value, version, receipt.number))
        kept.append((receipt.number, case.content, case.signature, text))
        notes.append(_note(case, version, now))
    ledger.add(connection, rows, kept)
    head.record_number, head.record_head = record.append(connection, head.record_number, head.record_head, notes)
    feed.keep(connection, head)
    return texts


def store(connection: Connection, workspace: Workspace, head: Head, now: str) -> Positions:
    """The entities a workspace changed, with keys, concerns, attachments, feed and what has to leave the server."""
    _give_numbers(workspace, head)
    changed = {entity: workspace.entries[entity] for entity in workspace.stored}
    living = [entry for entry in changed.values() if entry is not None]
    entities.save(connection, living, {entry.id: to_json(entry.body).decode() for entry in living})
    entities.remove(connection, [entity for entity, entry in changed.items() if entry is None])
    entities.save_keys(connection, workspace.claimed, workspace.freed)
    entities.save_concerns(connection, [(*pair, is_open) for pair, is_open in workspace.concerns.items()])
    entities.save_blob_uses(connection, [(blob, entry.id) for entry in living for blob in _new_blobs(workspace, entry)])
    made = [(str(uuid_utils.uuid7()), one.port, to_json(one.body).decode(), now, None) for one in workspace.dispatches]
    insert_rows(connection, DispatchRow, made)
    changes = [_change(workspace, entity, entry) for entity, entry in changed.items()]
    return feed.publish(connection, head, changes, [entity for entity in changed if workspace.stored[entity]])


def _give_numbers(workspace: Workspace, head: Head) -> None:
    for numbering in workspace.numberings:
        entry = workspace.entries.get(numbering.entity)
        if entry is not None and not entry.body.get(numbering.key):
            number = numbering.write(head.next_number(numbering.sequence))
            body = {**entry.body, numbering.key: number}
            workspace.entries[entry.id] = replace(entry, text=None, _body=body)


def _new_blobs(workspace: Workspace, entry: Entry) -> set[str]:
    if entry.kind not in ("application", "person", "draft"):
        return set()
    before = workspace.stored[entry.id]
    return blobs_in(entry.body) - (blobs_in(before.body) if before else set())


def _change(workspace: Workspace, entity: str, entry: Entry | None) -> Changed:
    before = workspace.stored[entity]
    if entry is None:
        return Changed(entity, before.version if before else 0, set())
    scopes = scopes_of(entity, entry.unit, entry.body)
    follows = None
    if entry.kind in REGISTER:
        follows = entity if entry.kind == "person" else entry.body.get("person")
    drawn: Mapping[str, Mapping[str, int]] = {}
    if entry.kind == "application":
        old = scopes_of(entity, before.unit, before.body) if before else set()
        fresh = {scope for scope in scopes if draws(scope, entry.body)} - old
        same_people = before is not None and before.body.get("people") == entry.body.get("people")
        wanted = fresh if same_people else {scope for scope in scopes if draws(scope, entry.body)}
        drawn = {scope: _register(workspace, scope, entry) for scope in wanted}
    if entry.kind == "unit":
        follows = entity
    return Changed(entity, entry.version, scopes, follows, drawn)


def _register(workspace: Workspace, scope: str, application: Entry) -> dict[str, int]:
    """What the desk of a scope needs beside an application: its unit and its people with what they hold."""
    people, kinds = application.body.get("people") or (), drawn_kinds(scope)
    workspace.load(people)
    workspace.load_facts(people, [])
    ids = [application.unit] if application.unit and scope != "finance" else []
    for person in people:
        ids += [person, membership_of(person), *workspace.belongings[person]]
    found = (workspace.entries.get(entity) or workspace.get(entity) for entity in ids)
    return {entry.id: entry.version for entry in found if entry and entry.kind in (*kinds, "unit")}


def _reached(step: Step, positions: Positions, scopes: frozenset[str]) -> dict[str, int]:
    """How far each of the caller's scopes must come until it shows all that this step changed."""
    reached: dict[str, int] = {}
    for entity in step.entries:
        for scope, seq in positions.get(entity, {}).items():
            if scope in scopes:
                reached[scope] = max(seq, reached.get(scope, 0))
    return reached


def _note(case: Decided, version: int, now: str) -> Note:
    operation, verdict = case.operation, case.verdict
    rules = ",".join(dict.fromkeys(finding.rule for finding in verdict.findings))
    return Note(
        at=now,
        op_id=operation.op_id,
        account=operation.account,
        device=operation.device,
        kind=operation.kind.value,
        action=verdict.action or _action(operation.payload),
        entity=operation.entity,
        version=version,
        status=verdict.status.value,
        rules=rules,
        content_sha256=case.sha256,
    )


def _action(payload: Mapping[str, Any]) -> str:
    action = payload.get("action")
    return action if isinstance(action, str) and len(action) <= 40 else ""
