"""Asking for what is not a form: roster entries, parameters, agencies, desks, accounts, notes on bills."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.operations import Kind
from sync.merge import same
from sync.store.local import LocalStore, Writer
from sync.store.operations import OUTBOX, Sketch, shows
from sync.store.shown import next_version, shown
from sync.store.signing import ask
from sync.store.text import instant, new_id

NOT_OURS = ("id", "unit", "person", "same_as")  # of a roster entry: the server's to say


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    added: int
    changed: int
    same: int
    op_ids: tuple[str, ...]


def save_roster(
    store: LocalStore, account: str, entry: Mapping[str, Any], *, now: datetime, roster: str | None = None
) -> str:
    """One entry, made or updated: its keys over those it has. The entity id."""
    with store.transaction() as writer:
        entity = roster or f"roster/{new_id()}"
        _ask_roster(writer, account, entity, entry, now)
        return entity


def import_roster(store: LocalStore, account: str, rows: Iterable[Mapping[str, Any]], *, now: datetime) -> Imported:
    """Entries by document number, an Operation for each that is new or differs; the same file again changes nothing."""
    listed = [_plain_row(row) for row in rows]
    with store.transaction() as writer:
        known = _rosters(writer, account)
        by_document = {number: entity for entity, body in known.items() if (number := document(body))}
        by_name = {str(body.get("name")): entity for entity, body in known.items() if not document(body)}
        op_ids: list[str] = []
        added = changed = unchanged = 0
        for row in listed:
            number = document(row)
            entity = by_document.get(number) if number else by_name.get(str(row.get("name")))
            if entity is None:
                entity = f"roster/{new_id()}"
                added += 1
            elif all(same(value, known[entity].get(key)) for key, value in row.items()):
                unchanged += 1
                continue
            else:
                changed += 1
            before = known.get(entity)
            op_ids.append(
                _ask_roster(writer, account, entity, row, now, before=before, fresh=before is None, touch=False)
            )
            known[entity] = {**known.get(entity, {}), **row}
            (by_document if number else by_name)[number or str(row.get("name"))] = entity
        if op_ids:
            writer.people.touch(account, {kept.entity: None for kept in writer.operations.many(op_ids).values()})
            writer.touch("people")
        return Imported(added, changed, unchanged, tuple(op_ids))


def _plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in row.items() if key not in NOT_OURS and value}
    if number := document(plain):
        plain["document_number"] = number.partition("|")[2]
    return plain


def document(body: Mapping[str, Any]) -> str:
    """One spelling for one document: half width, no blanks, capitals, with its type."""
    number = "".join(unicodedata.normalize("NFKC", str(body.get("document_number") or "")).split()).upper()
    return f"{body.get('document_type') or 'mainland_id'}|{number}" if number else ""


def set_config(store: LocalStore, account: str, key: str, value: Any, *, since: str, why: str, now: datetime) -> str:
    """A parameter from a day on. The op_id."""
    with store.transaction() as writer:
        entity = f"config/{key}"
        before = shown(writer, account, entity) or {"id": entity, "key": key, "values": []}
        mine = {
            "value": value,
            "since": since,
            "why": why,
            "by": writer.accounts.need(account).name,
            "at": instant(now),
        }
        values = [old for old in before.get("values") or () if old.get("since") != since]
        overlay = {**before, "values": sorted([*values, mine], key=lambda one: str(one["since"]))}
        payload = {"value": value, "since": since, "why": why}
        return _ask(writer, account, Kind.SET_CONFIG, entity, payload, overlay, now, title=key)


def save_agency(
    store: LocalStore, account: str, body: Mapping[str, Any], *, now: datetime, agency: str | None = None
) -> str:
    """An agency, made or changed. The op_id."""
    return _save(store, account, Kind.SAVE_AGENCY, agency or f"agency/{new_id()}", body, now)


def save_desk(store: LocalStore, account: str, role: str, body: Mapping[str, Any], *, now: datetime) -> str:
    """Name and telephone of a desk of the association. The op_id."""
    return _save(store, account, Kind.SAVE_DESK, f"desk/{role}", body, now, role=role)


def save_account(
    store: LocalStore, account: str, body: Mapping[str, Any], *, now: datetime, entity: str | None = None
) -> str:
    """Somebody's account, made or changed; its first secret goes by notification, never through here. The op_id."""
    return _save(store, account, Kind.SAVE_ACCOUNT, entity or f"account/{new_id()}", body, now)


def note_bill(
    store: LocalStore, account: str, bill: str, note: str, *, reason: str, now: datetime, amount: str | None = None
) -> str:
    """Finance puts down a difference, a refund, a wrong payer, or voids the bill. The op_id."""
    with store.transaction() as writer:
        payload = {"note": note, "reason": reason} | ({"amount": amount} if amount is not None else {})
        before = shown(writer, account, bill) or {"id": bill}
        overlay = {**before, "notes": [*(before.get("notes") or ()), {**payload, "at": instant(now)}]}
        return _ask(writer, account, Kind.NOTE_BILL, bill, payload, overlay, now, title=str(before.get("number") or ""))


def _save(
    store: LocalStore, account: str, kind: Kind, entity: str, body: Mapping[str, Any], now: datetime, **fixed: Any
) -> str:
    with store.transaction() as writer:
        payload = {key: value for key, value in body.items() if key != "id"} | fixed
        overlay = {**(shown(writer, account, entity) or {}), **payload, "id": entity}
        return _ask(writer, account, kind, entity, payload, overlay, now, title=str(body.get("name") or ""))


def _ask_roster(
    writer: Writer,
    account: str,
    entity: str,
    entry: Mapping[str, Any],
    now: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    fresh: bool = False,
    touch: bool = True,
) -> str:
    if before is None:
        before = {} if fresh else shown(writer, account, entity) or {}
    merged = {**before, **entry}
    payload = {key: value for key, value in merged.items() if key not in NOT_OURS and value is not None}
    overlay = {**merged, "id": entity, "unit": writer.accounts.need(account).unit}
    title = str(merged.get("name"))
    return _ask(writer, account, Kind.SAVE_ROSTER, entity, payload, overlay, now, title=title, fresh=fresh, touch=touch)


def _ask(
    writer: Writer,
    account: str,
    kind: Kind,
    entity: str,
    payload: Mapping[str, Any],
    overlay: Mapping[str, Any],
    now: datetime,
    *,
    title: str,
    fresh: bool = False,
    touch: bool = True,
) -> str:
    if fresh:  # an id made just now: nobody has ever told of it
        sketch = Sketch(title, kind.value, None, overlay)
        return ask(writer, account, kind, entity, payload, now=now, sketch=sketch, touch=touch)
    mirrored = writer.mirror.get(account, entity)
    waiting = [kept for kept in writer.operations.pending(account, [entity]) if kept.place == OUTBOX]
    return ask(
        writer,
        account,
        kind,
        entity,
        payload,
        now=now,
        sketch=Sketch(title, kind.value, None, overlay, mirrored.body if mirrored else None),
        base_version=next_version(writer, account, entity),
        after=[kept.op_id for kept in waiting],
        touch=touch,
    )


def _rosters(writer: Writer, account: str) -> dict[str, Mapping[str, Any]]:
    bodies = {entity: found.body for entity, found in writer.mirror.of_kind(account, "roster").items()}
    for kept in writer.operations.pending(account):
        if kept.kind == Kind.SAVE_ROSTER and shows(kept) and kept.overlay is not None:
            bodies[kept.entity] = kept.overlay
    return {entity: body for entity, body in bodies.items() if not body.get("same_as")}
