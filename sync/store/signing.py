"""Operations are made here: the very bytes that will travel, signed with the account's device key, in the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from domain.operations import Kind, Operation
from sync.protocol import encode_content, sign
from sync.store.local import Writer
from sync.store.operations import Sketch
from sync.store.text import instant, new_id


def ask(
    writer: Writer,
    account: str,
    kind: Kind,
    entity: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    sketch: Sketch,
    base_version: int = 0,
    after: Sequence[str] = (),
    supersedes: str | None = None,
    edition: str = "",
    blobs: Sequence[str] = (),
    touch: bool = True,
) -> str:
    """Into the outbox, in the caller's transaction; the op_id. `touch`: the caller does not see to the people list."""
    device = writer.accounts.make_device(account)
    operation = Operation(
        op_id=new_id(),
        device=device.id,
        account=writer.accounts.need(account).entity,
        kind=kind,
        entity=entity,
        payload=payload,
        made_at=now,
        base_version=base_version,
        after=tuple(after),
        supersedes=supersedes,
        edition=edition,
        blobs=tuple(blobs),
    )
    content = encode_content(operation)
    writer.operations.add(account, operation, content, sign(device.key, content), sketch, instant(now))
    writer.touch("outbox")
    if entity.startswith("roster/") and touch:
        writer.people.touch(account, {entity: sketch.overlay})
        writer.touch("people")
    return operation.op_id
