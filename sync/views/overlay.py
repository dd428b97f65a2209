"""The mirror with what is pending laid over it: the one place where both meet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sync.store.local import Reader
from sync.store.mirror import Entity, people_of
from sync.store.operations import Kept, shows


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
        self._by_kind: dict[str, dict[str, Kept]] = {}

    def get(self, entity: str) -> Shown | None:
        """One."""
        return self.many([entity]).get(entity)

    def many(self, entities: Collection[str]) -> dict[str, Shown]:
        """Those of them there are."""
        found = self._reader.mirror.many(self._account, entities)
        return _lay(found, _newest(self._reader.operations.pending(self._account, entities)))

    def of_kind(self, kind: str, *, but: Collection[str] = ()) -> dict[str, Shown]:
        """All of one kind, those only asked for included; without those mirrored in one of the states `but`."""
        found = self._reader.mirror.of_kind(self._account, kind, but=but)
        pending = self._of(kind)
        if but:
            found |= self._reader.mirror.many(self._account, pending.keys() - found.keys())
        return _lay(found, pending)

    def concerning(self, people: Collection[str], kind: str) -> dict[str, Shown]:
        """Applications or bills that name one of these people."""
        wanted = set(people)
        found = self._reader.mirror.concerning(self._account, people, kind)
        shown = _lay(found, self._of(kind))
        return {entity: one for entity, one in shown.items() if wanted & people_of(entity, one.body)}

    def of_unit(self, unit: str, kind: str) -> dict[str, Shown]:
        """Applications or bills of this unit that name nobody."""
        shown = _lay(self._reader.mirror.of_unit(self._account, unit, kind), self._of(kind))
        return {
            entity: one
            for entity, one in shown.items()
            if one.body.get("unit") == unit and not people_of(entity, one.body)
        }

    def _of(self, kind: str) -> dict[str, Kept]:
        if kind not in self._by_kind:
            self._by_kind[kind] = _newest(self._reader.operations.pending_of(self._account, kind))
        return self._by_kind[kind]


def _newest(pending: Iterable[Kept]) -> dict[str, Kept]:
    return {kept.entity: kept for kept in pending if shows(kept)}


def _lay(found: Mapping[str, Entity], pending: Mapping[str, Kept]) -> dict[str, Shown]:
    laid = {entity: Shown(entity, one.version, one.body) for entity, one in found.items() if entity not in pending}
    for entity, kept in pending.items():
        version = found[entity].version if entity in found else 0
        laid[entity] = Shown(entity, version, kept.overlay or {}, kept)
    return laid
