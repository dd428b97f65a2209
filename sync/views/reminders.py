"""Whose day has come, and who is still waited for."""

from __future__ import annotations

from datetime import date

from sync.store.local import Reader
from sync.store.reminders import Reminder


def due_reminders(reader: Reader, account: str, today: date) -> tuple[Reminder, ...]:
    """Those whose first possible day is here, the earliest first."""
    return reader.reminders.all(account, today.isoformat())


def reminders(reader: Reader, account: str) -> tuple[Reminder, ...]:
    """All of them, the earliest first."""
    return reader.reminders.all(account)
