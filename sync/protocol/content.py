"""The content of an Operation: the one JSON text that is signed, and reading it back with every field checked."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import from_json

from domain.operations import Kind, Operation
from sync.protocol.coding import instant_text, json_bytes
from sync.protocol.messages import Position

Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class OperationContent(BaseModel):
    """The JSON text that is signed. All keys, in this order, compact separators, UTF-8."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    op_id: Id
    device: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    account: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    kind: Kind
    entity: Annotated[str, StringConstraints(pattern=r"^[a-z-]+/[^\s/]+$", max_length=120)]
    base_version: Position = 0
    after: Annotated[list[Id], Field(max_length=5_000)] = []
    supersedes: Id | None = None
    edition: Annotated[str, StringConstraints(max_length=100)] = ""
    payload: dict[str, Any]
    blobs: Annotated[list[Sha256], Field(max_length=5_000)] = []
    made_at: datetime


# What JSON must not say here, or words that only look like it; each behind a byte that is looked for ten times as fast.
_ODD = ((b"N", b"NaN"), (b"I", b"Infinity"), (b"\\", b"\\u0000"))


class Unreadable(ValueError):
    """Bytes that are no Operation; the message says where."""


def encode_content(operation: Operation) -> bytes:
    """The bytes to sign and to send, for ever the same."""
    return json_bytes(
        {
            "op_id": operation.op_id,
            "device": operation.device,
            "account": operation.account,
            "kind": operation.kind.value,
            "entity": operation.entity,
            "base_version": operation.base_version,
            "after": list(operation.after),
            "supersedes": operation.supersedes,
            "edition": operation.edition,
            "payload": operation.payload,
            "blobs": list(operation.blobs),
            "made_at": instant_text(operation.made_at),
        }
    )


def decode_content(content: bytes | str) -> Operation:
    """The Operation in these bytes, every field checked; raises Unreadable."""
    try:
        data = content.encode() if isinstance(content, str) else content
        read = OperationContent.model_validate_json(data)
        odd = any(byte in data and word in data for byte, word in _ODD)
        tree = from_json(data, allow_inf_nan=False) if odd else None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Unreadable(f"{'.'.join(map(str, first['loc'])) or 'content'}: {first['msg']}") from error
    except ValueError as error:
        raise Unreadable(str(error)) from error
    if odd and _has_nul(tree):
        raise Unreadable("a text holds the character U+0000")
    if read.made_at.tzinfo is None:
        raise Unreadable("made_at: an instant names its offset")
    return Operation(
        op_id=read.op_id,
        device=read.device,
        account=read.account,
        kind=read.kind,
        entity=read.entity,
        payload=read.payload,
        made_at=read.made_at,
        base_version=read.base_version,
        after=tuple(read.after),
        supersedes=read.supersedes,
        edition=read.edition,
        blobs=tuple(read.blobs),
    )


def made_on(content: bytes, device: str) -> bool:
    """Whether these bytes name this device: the second key stands behind the op_id, which is always as long."""
    return content.startswith(f'","device":"{device}"'.encode(), len('{"op_id":"') + 36)


def content_hash(content: bytes) -> str:
    """SHA-256 (hex) of an Operation's bytes: what the ledger compares and a receipt names."""
    return hashlib.sha256(content).hexdigest()


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_has_nul(key) or _has_nul(part) for key, part in value.items())
    return isinstance(value, list) and any(map(_has_nul, value))
