"""到时提醒我: remembered on this desk, shown when the day has come, gone when somebody says so."""

from __future__ import annotations

from datetime import date, datetime

from sync.store.local import LocalStore
from sync.store.reminders import Reminder
from sync.store.text import instant


def remind(
    store: LocalStore, account: str, *, person: str, name: str, service: str, card: str, day: date, now: datetime
) -> Reminder:
    """From `day` on this person can be chosen for this card; asked again it moves to the new day."""
    made = Reminder(f"{service}:{card}:{person}", day.isoformat(), person, name, service, card, instant(now))
    with store.transaction() as writer:
        writer.reminders.put(account, made)
        writer.touch("reminders")
    return made


def forget_reminder(store: LocalStore, account: str, reminder: str) -> None:
    """Done, or not wanted any more."""
    with store.transaction() as writer:
        writer.reminders.remove(account, reminder)
        writer.touch("reminders")
