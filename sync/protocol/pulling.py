"""A pull as texts: pages whose bodies are never parsed, and what the living rows of a scope add up to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RawPage:
    """A ScopePage whose bodies are JSON texts as they lie in the database (None: a tombstone)."""

    changes: Sequence[tuple[str, int, int, str | None]]
    cursor: int
    more: bool
    count: int
    sum: int
    fresh: bool = False


def pull_reply(epoch: str, head: int, pages: Mapping[str, RawPage], *, reset: bool = False) -> bytes:
    """A PullReply from raw pages, without parsing a body."""
    written = bytearray(f'{{"epoch":{json.dumps(epoch)},"reset":{json.dumps(reset)},"head":{head},"scopes":{{'.encode())
    for number, (scope, page) in enumerate(pages.items()):
        written += f'{"," if number else ""}{json.dumps(scope)}:{{"changes":['.encode()
        for at, (entity, seq, version, body) in enumerate(page.changes):  # row by row: a page is never there twice
            text = "null" if body is None else body
            written += f'{"," if at else ""}["{entity}",{seq},{version},{text}]'.encode()
        flags = (',"more":true' if page.more else "") + (',"fresh":true' if page.fresh else "")
        written += f'],"cursor":{page.cursor},"count":{page.count},"sum":{page.sum}{flags}}}'.encode()
    written += b"}}"
    return bytes(written)


SUM_MODULUS = 1 << 63  # fits a signed 64-bit column everywhere


def row_hash(entity: str, version: int) -> int:
    """What one living row (a tombstone counts nothing) adds to the sum of its scope."""
    digest = hashlib.blake2b(f"{entity}\n{version}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % SUM_MODULUS


def add_to_sum(total: int, *, come: Iterable[tuple[str, int]] = (), gone: Iterable[tuple[str, int]] = ()) -> int:
    """The sum after rows (entity, version) came and others went; an update is the old row gone, the new one come."""
    return (total + sum(row_hash(*row) for row in come) - sum(row_hash(*row) for row in gone)) % SUM_MODULUS
