"""A reminder is remembered on this desk, comes on its day, and goes when it is done."""

from __future__ import annotations

from datetime import date, timedelta

from sync import actions, views
from sync.store.local import LocalStore
from sync.store.reminders import Reminder
from tests.sync.store.building import NOW

DAY = date(2026, 4, 1)


def remind(store: LocalStore, account: str, *, day: date = DAY, person: str = "person/1") -> Reminder:
    return actions.remind(
        store, account, person=person, name="张三", service="education", card="initial", day=day, now=NOW
    )


def due(store: LocalStore, account: str, day: date) -> list[str]:
    with store.reading() as reader:
        return [one.person for one in views.due_reminders(reader, account, day)]


def test_a_reminder_comes_on_its_day_and_not_the_day_before(store: LocalStore, account: str) -> None:
    remind(store, account)
    assert due(store, account, DAY - timedelta(days=1)) == []
    assert due(store, account, DAY) == ["person/1"]


def test_asked_again_it_only_moves_to_the_new_day(store: LocalStore, account: str) -> None:
    remind(store, account)
    remind(store, account, day=DAY + timedelta(days=30))
    with store.reading() as reader:
        assert [one.day for one in views.reminders(reader, account)] == ["2026-05-01"]


def test_the_earliest_comes_first_and_another_account_sees_nothing_of_it(store: LocalStore, account: str) -> None:
    remind(store, account)
    remind(store, account, day=DAY - timedelta(days=1), person="person/2")
    assert due(store, account, DAY) == ["person/2", "person/1"]
    assert due(store, "gdjlxh/other", DAY) == []


def test_what_is_done_does_not_come_again(store: LocalStore, account: str) -> None:
    made = remind(store, account)
    actions.forget_reminder(store, account, made.id)
    assert due(store, account, DAY) == []
