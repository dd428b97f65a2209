"""Asking for what is not a form: parameters, agencies, desks, accounts, notes on bills."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.operations import Kind
from sync.store.local import LocalStore, Writer
from sync.store.operations import OUTBOX, Sketch
from sync.store.shown import next_version, shown
from sync.store.signing import ask
from sync.store.text import instant, new_id


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
        return ask_about(writer, account, Kind.SET_CONFIG, entity, payload, overlay, now, title=key)


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


def reset_password(store: LocalStore, account: str, entity: str, *, now: datetime) -> str:
    """Another first password for somebody's account, by notification; its sessions end. The op_id."""
    with store.transaction() as writer:
        before = shown(writer, account, entity) or {"id": entity}
        title = str(before.get("name") or "")
        payload = {"reset_password": True}
        return ask_about(writer, account, Kind.SAVE_ACCOUNT, entity, payload, before, now, title=title)


def note_bill(
    store: LocalStore, account: str, bill: str, note: str, *, reason: str, now: datetime, amount: str | None = None
) -> str:
    """Finance puts down a difference, a refund, a wrong payer, or voids the bill. The op_id."""
    with store.transaction() as writer:
        payload = {"note": note, "reason": reason} | ({"amount": amount} if amount is not None else {})
        before = shown(writer, account, bill) or {"id": bill}
        overlay = {**before, "notes": [*(before.get("notes") or ()), {**payload, "at": instant(now)}]}
        return ask_about(
            writer, account, Kind.NOTE_BILL, bill, payload, overlay, now, title=str(before.get("number") or "")
        )


def issue_invoice(
    store: LocalStore, account: str, bill: str, document: str, number: str, issued_on: str, *, now: datetime
) -> str:
    """Finance puts down which fiscal paper was issued for a paid bill, and when. The op_id."""
    with store.transaction() as writer:
        payload = {"note": "invoice", "document": document, "number": number, "issued_on": issued_on}
        before = shown(writer, account, bill) or {"id": bill}
        overlay = {**before, "notes": [*(before.get("notes") or ()), {**payload, "at": instant(now)}]}
        title = str(before.get("number") or "")
        return ask_about(writer, account, Kind.NOTE_BILL, bill, payload, overlay, now, title=title)


def _save(
    store: LocalStore, account: str, kind: Kind, entity: str, body: Mapping[str, Any], now: datetime, **fixed: Any
) -> str:
    with store.transaction() as writer:
        payload = {key: value for key, value in body.items() if key != "id"} | fixed
        overlay = {**(shown(writer, account, entity) or {}), **payload, "id": entity}
        return ask_about(writer, account, kind, entity, payload, overlay, now, title=str(body.get("name") or ""))


def ask_about(
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
    """An Operation on one entity, on top of what is known and asked of it already; the op_id."""
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
