"""One entity as the screen shows it: the mirror with what is pending laid over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.store.local import Reader
from sync.store.operations import OUTBOX, shows


def shown(reader: Reader, account: str, entity: str) -> Mapping[str, Any] | None:
    """Its body; None when neither the server nor anybody here has told of it."""
    pending = [kept for kept in reader.operations.pending(account, [entity]) if shows(kept)]
    if pending:
        return pending[-1].overlay
    found = reader.mirror.get(account, entity)
    return found.body if found else None


def next_version(reader: Reader, account: str, entity: str) -> int:
    """What it will be at when all that was asked about it is applied: each Operation makes one version."""
    mirrored = reader.mirror.get(account, entity)
    version = mirrored.version if mirrored else 0
    for kept in reader.operations.pending(account, [entity]):
        if kept.place == OUTBOX:
            version += 1
        elif kept.outcome is not None:
            version = max(version, kept.outcome.version)
    return version
