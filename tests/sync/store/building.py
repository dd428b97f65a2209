"""Builders for stores in tests: a test states only what matters to it."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from domain.operations import Finding, Kind, Outcome, Receipt, Status
from sync.protocol import ScopePage, add_to_sum
from sync.store.local import LocalStore
from sync.store.operations import Kept, Sketch
from sync.store.port import SyncStore
from sync.store.signing import ask
from sync.store.text import new_id

NOW = datetime(2025, 11, 3, 2, 0, tzinfo=UTC)
SCOPE = "unit:u1"


def later(**by: float) -> datetime:
    """NOW and so much."""
    return NOW + timedelta(**by)


@contextmanager
def a_store(folder: Path, key: bytes | None = None) -> Iterator[LocalStore]:
    """A real one, with SQLCipher."""
    with LocalStore.create(folder, key or secrets.token_bytes(32)) as store:
        yield store


def an_account(store: LocalStore, login: str = "wangfang", role: str = "unit_main", **body: Any) -> str:
    """Logged in, seeing SCOPE."""
    with store.transaction() as writer:
        told = {"id": f"account/{login}", "login": login, "role": role, "name": "王芳", "unit": "unit/u1", **body}
        account = writer.accounts.put("gdjlxh", login, name="广东省建设监理协会", body=told, key="K")
        writer.mirror.open_scope(account, SCOPE)
        writer.accounts.set(account, epoch="e1")
    return account


def an_operation(
    store: LocalStore, account: str, entity: str = "application/a1", kind: Kind = Kind.ACT, **values: Any
) -> str:
    """In the outbox."""
    payload = values.pop("payload", {"service": "s", "action": "submit", "form": {"values": {"x": "1"}}})
    sketch = values.pop("sketch", Sketch("学习报名申请", "submit", None, {"id": entity, "state": "review"}))
    with store.transaction() as writer:
        return ask(writer, account, kind, entity, payload, now=values.pop("now", NOW), sketch=sketch, **values)


_numbers = itertools.count(1)


def applied(op_id: str, version: int = 1, **positions: int) -> Outcome:
    """With a receipt; positions as scope=seq with `_` for `:`."""
    places = {scope.replace("_", ":"): seq for scope, seq in positions.items()}
    return Outcome(op_id, Status.APPLIED, version, places, receipt=Receipt(next(_numbers), "2025-11-03T02:00:00Z", "s"))


def refused(op_id: str, *messages: str) -> Outcome:
    """With findings and a receipt."""
    findings = tuple(Finding(f"R-{number}", message) for number, message in enumerate(messages or ("不行",)))
    receipt = Receipt(next(_numbers), "2025-11-03T02:00:00Z", "s")
    return Outcome(op_id, Status.REFUSED, findings=findings, receipt=receipt)


def a_page(
    *rows: tuple[str, int, int, Mapping[str, Any] | None],
    cursor: int | None = None,
    living: Sequence[tuple[str, int]] | None = None,
    more: bool = False,
    fresh: bool = False,
) -> ScopePage:
    """Changes (entity, seq, version, body); `living` is what the scope holds after it, by default just these."""
    held = [(entity, version) for entity, _, version, body in rows if body is not None] if living is None else living
    return ScopePage(
        changes=[(entity, seq, version, None if body is None else dict(body)) for entity, seq, version, body in rows],
        cursor=cursor if cursor is not None else max((row[1] for row in rows), default=0),
        more=more,
        fresh=fresh,
        count=len(held),
        sum=add_to_sum(0, come=held),
    )


def pull(store: LocalStore, account: str, *bodies: Mapping[str, Any], scope: str = SCOPE, start: int = 1) -> None:
    """These bodies are mirrored, version 1 each, beside what was."""
    port = SyncStore(store)
    with store.transaction() as writer:
        writer.mirror.open_scope(account, scope)
    rows = [(str(body["id"]), start + number, 1, body) for number, body in enumerate(bodies)]
    port.apply_page(account, scope, a_page(*rows, more=True), now=NOW)


def kept(store: LocalStore, op_id: str) -> Kept:
    """Where it is now."""
    with store.reading() as reader:
        found = reader.operations.get(op_id)
    assert found is not None
    return found


def a_person(key: str, name: str = "张伟明", number: str = "440104198001013019", **more: Any) -> dict[str, Any]:
    """Somebody in the archive of unit u1."""
    return {"id": f"person/{key}", "unit": "unit/u1", "name": name, "id_number": number, **more}


def a_roster(key: str, name: str = "张伟明", number: str = "440104198001013019", **more: Any) -> dict[str, Any]:
    """The unit's own entry."""
    return {"id": f"roster/{key}", "unit": "unit/u1", "name": name, "document_number": number, **more}


def an_id() -> str:
    """UUIDv7."""
    return new_id()
