"""What may be attached at all: the widest that any material of the pack in force allows, under the values now set."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from domain.expressions.env import Env
from domain.materials import limits_of
from domain.packs import Pack
from domain.packs.parameters import in_force, overlay
from server import feed
from server.clock import shanghai_day
from server.repositories import entities
from server.scopes import PUBLIC
from server.uploads import ALIASES, Limits

if TYPE_CHECKING:
    from server.work import Work

NO_LIMIT = 2 << 30  # bytes, should a pack set none


class BlobLimits:
    """The limits, reckoned once for each day and each change of a parameter or an edition."""

    def __init__(self) -> None:
        self._key: tuple[date, int] | None = None
        self._limits = Limits(frozenset(), NO_LIMIT)

    def now(self, parts: Work, connection: Connection) -> Limits:
        """The limits of today."""
        day = shanghai_day(parts.clock())
        key = (day, feed.head_of(connection, PUBLIC))  # parameters and editions travel there
        if key != self._key:
            self._limits, self._key = _reckoned(parts.editions.current(connection, day), connection, day), key
        return self._limits


def _reckoned(pack: Pack, connection: Connection, day: date) -> Limits:
    bodies = {entry.id: entry.body for entry in entities.of_kind(connection, "config")}
    params = overlay(pack.defaults, pack.parameters, in_force(pack.parameters, bodies, day))
    env = Env({"today": day}, params)
    found = [limits_of(material, env) for service in pack.services.values() for material in service.materials]
    types = {ALIASES.get(kind, kind) for limit in found for kind in limit.types}
    sizes = [NO_LIMIT if limit.bytes is None else limit.bytes for limit in found]
    return Limits(frozenset(types), max(sizes, default=NO_LIMIT))
