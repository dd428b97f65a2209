"""Old tombstones go: a desk that was away for longer is given a snapshot instead of what has changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select

from server import feed
from server.clock import shanghai_day
from server.models import FeedDayRow
from server.repositories.bulk import insert_missing, table_of
from server.work import Work

KEEP = timedelta(days=400)
DAY = table_of(FeedDayRow)


@dataclass(slots=True)
class Pruner:
    """Notes how far the feed is each day, and forgets tombstones older than KEEP."""

    done: str = ""  # the day it last looked

    def look(self, parts: Work) -> int:
        """At most once a day; how many went."""
        today = shanghai_day(parts.clock())
        if self.done == today.isoformat():
            return 0
        with parts.database.write() as connection:
            insert_missing(connection, FeedDayRow, [(today.isoformat(), feed.position(connection)[1])])
            old = DAY.c.day < (today - KEEP).isoformat()
            upto = connection.scalar(select(func.max(DAY.c.seq)).where(old))
            gone = feed.prune(connection, upto) if upto else 0
            connection.execute(delete(DAY).where(old))
        self.done = today.isoformat()
        return gone
