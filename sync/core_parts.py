"""The values that the sync core works with: whose sync it is, and what is on its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sync.ports import Call, OutboxItem
from sync.protocol import compress, push_request


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose sync this is, and whose answers count."""

    account: str
    association: str
    server_key: str
    blob_scope: str  # where attachments of this account go


def bytes_of(items: tuple[OutboxItem, ...]) -> int:
    """Of their contents, before gzip."""
    return sum(len(item.content) for item in items)


@dataclass(frozen=True, slots=True)
class Push:
    """A push on its way."""

    call: Call
    items: tuple[OutboxItem, ...]
    asks: bool = False  # it only asks what became of these

    @property
    def op_ids(self) -> tuple[str, ...]:
        """Of all its items."""
        return tuple(item.op_id for item in self.items)

    @property
    def plain(self) -> int:
        """Bytes of the contents, before gzip."""
        return bytes_of(self.items)


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes next, made ready."""

    items: tuple[OutboxItem, ...]
    body: bytes = b""
    packed: bytes = b""

    @classmethod
    def of(cls, items: tuple[OutboxItem, ...]) -> Batch:
        """These, as they will travel."""
        body = push_request((item.content, item.signature) for item in items) if items else b""
        return cls(items, body, compress(body))

    @property
    def plain(self) -> int:
        """Bytes of the contents, before gzip."""
        return bytes_of(self.items)


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull on its way."""

    call: Call
    cursors: Mapping[str, int]  # as asked
