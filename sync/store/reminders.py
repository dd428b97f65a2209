"""Reminders: somebody who could not be chosen yet, and the day from which it is possible. They stay on this desk."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from sync.store.tables import reminders


@dataclass(frozen=True, slots=True)
class Reminder:
    """One person for one card of one business, and the first day on which it may be done."""

    id: str
    day: str  # ISO
    person: str
    name: str
    service: str
    card: str
    made_at: str


class Reminders:
    """Never begins a transaction, never commits one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, account: str, reminder: Reminder) -> None:
        """Asked for again it only gets its new day."""
        values = {"account": account, **asdict(reminder)}
        row = insert(reminders).values(values)
        self._connection.execute(row.on_conflict_do_update(index_elements=["account", "id"], set_=values))

    def remove(self, account: str, reminder: str) -> None:
        """Done, or not wanted any more."""
        self._connection.execute(
            delete(reminders).where(reminders.c.account == account, reminders.c.id == reminder),
        )

    def forget(self, account: str) -> None:
        """All of this account: they name people."""
        self._connection.execute(delete(reminders).where(reminders.c.account == account))

    def all(self, account: str, until: str | None = None) -> tuple[Reminder, ...]:
        """Those whose day has come by `until`, or all: the earliest first."""
        asked = select(reminders).where(reminders.c.account == account)
        if until is not None:
            asked = asked.where(reminders.c.day <= until)
        found = self._connection.execute(asked.order_by(reminders.c.day, reminders.c.name))
        return tuple(
            Reminder(row.id, row.day, row.person, row.name, row.service, row.card, row.made_at) for row in found
        )
