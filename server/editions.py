"""The editions of the association's pack that this server has: read from their entities, parsed once, kept."""

from __future__ import annotations

import json
import threading
from datetime import date
from time import monotonic

from sqlalchemy import Connection

from domain.packs import Pack, parse
from server.repositories.bulk import run

RECENT_SECONDS = 5.0


class NoEdition(LookupError):
    """No edition of that name, or none in force on that day."""


class Editions:
    """Packs by edition. An edition never changes, so what was parsed once holds for the life of the process."""

    def __init__(self) -> None:
        self._packs: dict[str, Pack] = {}
        self._lock = threading.Lock()
        self._recent: tuple[date, Pack | None, float] = (date.min, None, 0.0)

    def get(self, connection: Connection, edition: str) -> Pack:
        """The pack of one edition; raises NoEdition."""
        with self._lock:
            if (pack := self._packs.get(edition)) is not None:
                return pack
            body = run(connection, "SELECT body FROM entity WHERE id = ?", f"pack/{edition}").scalar()
            if body is None:
                raise NoEdition(edition)
            pack = self._packs[edition] = parse(json.loads(body)["files"])
            return pack

    def recent(self, connection: Connection, today: date) -> Pack:
        """The edition in force on a day, looked up at most every few seconds: for what an account may call."""
        day, pack, until = self._recent
        if pack is None or day != today or monotonic() >= until:
            pack = self.current(connection, today)
            self._recent = (today, pack, monotonic() + RECENT_SECONDS)
        return pack

    def current(self, connection: Connection, today: date) -> Pack:
        """The edition in force on a day: of those begun, the one that began last."""
        rows = run(connection, "SELECT id, state FROM entity WHERE kind = 'pack'")
        begun = [(since or "", entity) for entity, since in rows if (since or "") <= today.isoformat()]
        if not begun:
            raise NoEdition(f"none in force on {today}")
        return self.get(connection, max(begun)[1].removeprefix("pack/"))
