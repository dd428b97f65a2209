"""What stands behind an account: its secret, devices, tokens, failures. The account itself is an entity."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, delete, select, update

from server.models import EntityRow
from server.models_access import DeviceRow, FailureRow, SecretRow, TokenRow
from server.repositories.bulk import insert_missing, insert_rows, run, upsert_rows
from server.repositories.entities import key_hash, keys


@dataclass(frozen=True, slots=True)
class Known:
    """Who a token belongs to."""

    account: dict[str, Any]
    device: str
    must_change: bool


@dataclass(frozen=True, slots=True)
class Secret:
    """What a log-in is checked against."""

    account: dict[str, Any]
    hash: str
    must_change: bool


_SESSION = (  # asked by every request
    "SELECT entity.body, token.device, secret.must_change FROM token JOIN entity ON entity.id = token.account"
    " JOIN secret ON secret.account = token.account"
    " WHERE token.hash = ? AND token.revoked_at IS NULL AND token.expires_at > ?"
)
_KEYS = "SELECT id, public_key FROM device WHERE account = ? AND revoked_at IS NULL"  # … by every push


def token_hash(token: str) -> str:
    """Tokens are random: a plain hash of one tells nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def session_of(connection: Connection, token: str, now: str) -> Known | None:
    """The account and device of a living token."""
    found = run(connection, _SESSION, token_hash(token), now).first()
    return Known(from_json(found[0]), found[1], bool(found[2])) if found else None


def account(connection: Connection, entity: str) -> dict[str, Any] | None:
    """The body of an account."""
    body = run(connection, "SELECT body FROM entity WHERE id = ? AND kind = 'account'", entity).scalar()
    return json.loads(body) if body else None


def by_login(connection: Connection, login: str) -> Secret | None:
    """The account of a login name, with its secret."""
    key = ("login", key_hash(login))
    entity = keys(connection, [key]).get(key)
    if entity is None:
        return None
    found = connection.execute(
        select(EntityRow.body, SecretRow.hash, SecretRow.must_change)
        .join(SecretRow, SecretRow.account == EntityRow.id)
        .where(EntityRow.id == entity)
    ).first()
    return Secret(json.loads(found[0]), found[1], found[2]) if found else None


def secret(connection: Connection, entity: str) -> str | None:
    """The hash of an account's password."""
    return connection.scalar(select(SecretRow.hash).where(SecretRow.account == entity))


def set_secret(connection: Connection, entity: str, hashed: str, now: str, *, must_change: bool) -> None:
    """Give an account this password."""
    upsert_rows(connection, SecretRow, [(entity, hashed, must_change, now)])


def add_token(connection: Connection, token: str, entity: str, device: str, now: str, expires: str) -> None:
    """Open a session, and forget those long expired."""
    connection.execute(delete(TokenRow).where(TokenRow.account == entity, TokenRow.expires_at < now))
    insert_rows(connection, TokenRow, [(token_hash(token), entity, device, now, expires, None)])


def revoke_tokens(
    connection: Connection, now: str, *, token: str | None = None, entity: str = "", but: str = ""
) -> None:
    """Close one session, or all of an account but one."""
    which = TokenRow.hash == token_hash(token) if token else (TokenRow.account == entity)
    closing = update(TokenRow).where(which, TokenRow.revoked_at.is_(None))
    if but:
        closing = closing.where(TokenRow.hash != token_hash(but))
    connection.execute(closing.values(revoked_at=now))


def register_device(connection: Connection, entity: str, device: str, public_key: str, name: str, now: str) -> bool:
    """Remember the key of a desk for this account; false when this device was shut out."""
    shut = select(DeviceRow.id).where(
        DeviceRow.account == entity, DeviceRow.id == device, DeviceRow.revoked_at.is_not(None)
    )
    if connection.execute(shut).first():
        return False
    insert_missing(connection, DeviceRow, [(entity, device, public_key, name, now, None)])
    return True


def revoke_device(connection: Connection, entity: str, device: str, now: str) -> int:
    """Shut a desk out: its sessions end, its signatures count no more. How many keys that were."""
    connection.execute(
        update(TokenRow)
        .where(TokenRow.account == entity, TokenRow.device == device, TokenRow.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    shut = connection.execute(
        update(DeviceRow)
        .where(DeviceRow.account == entity, DeviceRow.id == device, DeviceRow.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(DeviceRow.public_key)
    )
    return len(shut.all())


def device_keys(connection: Connection, entity: str) -> Mapping[str, tuple[str, ...]]:
    """The living public keys of an account by device; a desk made anew under its old id has two."""
    keys: dict[str, tuple[str, ...]] = {}
    for device, key in run(connection, _KEYS, entity):
        keys[device] = (*keys.get(device, ()), key)
    return keys


def failures(connection: Connection, subjects: list[str]) -> dict[str, tuple[int, str, str | None]]:
    """Count, last time and end of the pause of each subject that failed before."""
    columns = (FailureRow.subject, FailureRow.count, FailureRow.last_at, FailureRow.locked_until)
    rows = connection.execute(select(*columns).where(FailureRow.subject.in_(subjects)))
    return {subject: (count, last_at, until) for subject, count, last_at, until in rows}


def set_failures(connection: Connection, subject: str, count: int, now: str, locked_until: str | None) -> None:
    """Note another failure."""
    upsert_rows(connection, FailureRow, [(subject, count, now, locked_until)])


def clear_failures(connection: Connection, subject: str) -> None:
    """A log-in that succeeded forgives those before it."""
    connection.execute(delete(FailureRow).where(FailureRow.subject == subject))
