"""The mirror with what is pending laid over it: the one place where both meet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sync.store.local import Reader
from sync.store.mirror import Entity, people_of
from sync.store.operations import Kept, shows
from sync.store.text import kind_of


@dataclass(frozen=True, slots=True)
class Shown:
    """One entity as the screen shows it; `pending` is the newest Operation that the mirror does not have yet."""

    id: str
    version: int
    body: Mapping[str, Any]
    pending: Kept | None = None


class Overlay:
    """Asks the mirror, lays over. Lives as long as one Reader."""

    def __init__(self, reader: Reader, account: str) -> None:
        self._reader = reader
        self._account = account

    @cached_property
    def pending(self) -> dict[str, Kept]:
        """The newest pending Operation of each entity."""
        return {kept.entity: kept for kept in self._reader.operations.pending(self._account) if shows(kept)}

    def get(self, entity: str) -> Shown | None:
        """One."""
        return self.many([entity]).get(entity)

    def many(self, entities: Collection[str]) -> dict[str, Shown]:
        """Those of them there are."""
        found = self._reader.mirror.many(self._account, entities)
        return self._lay(found, [entity for entity in entities if entity in self.pending])

    def of_kind(self, kind: str) -> dict[str, Shown]:
        """All of one kind, those only asked for included."""
        found = self._reader.mirror.of_kind(self._account, kind)
        return self._lay(found, [entity for entity in self.pending if kind_of(entity) == kind])

    def concerning(self, people: Collection[str], kind: str) -> dict[str, Shown]:
        """Applications or bills that name one of these people."""
        wanted = set(people)
        found = self._reader.mirror.concerning(self._account, people, kind)
        asked = [
            entity
            for entity, kept in self.pending.items()
            if kind_of(entity) == kind and wanted & people_of(entity, kept.overlay or {})
        ]
        shown = self._lay(found, asked)
        return {entity: one for entity, one in shown.items() if wanted & people_of(entity, one.body)}

    def _lay(self, found: Mapping[str, Entity], also: Collection[str]) -> dict[str, Shown]:
        laid = {entity: self._one(entity, one) for entity, one in found.items()}
        return laid | {entity: self._one(entity, None) for entity in also if entity not in laid}

    def _one(self, entity: str, found: Entity | None) -> Shown:
        kept = self.pending.get(entity)
        version = found.version if found else 0
        if kept is None:
            return Shown(entity, version, found.body if found else {})
        return Shown(entity, version, kept.overlay or {}, kept)
