"""Work that one process of several does at a time: it holds the duty and renews it; one that died loses it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, update

from server.models_access import DutyRow
from server.repositories.bulk import insert_missing
from server.work import Work
from sync.protocol import instant_text

HOLD = timedelta(seconds=30)


def take(parts: Work, name: str, holder: str, now: datetime) -> bool:
    """Whether the duty is this process's for the next while."""
    until, moment = instant_text(now + HOLD), instant_text(now)
    with parts.database.write() as connection:
        insert_missing(connection, DutyRow, [(name, holder, moment)])
        mine = (
            update(DutyRow)
            .where(DutyRow.name == name, or_(DutyRow.holder == holder, DutyRow.until <= moment))
            .values(holder=holder, until=until)
            .returning(DutyRow.name)
        )
        return connection.execute(mine).first() is not None
