"""Dates as associations count them: laws tried on many days."""

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.expressions.calendar import (
    SHANGHAI,
    add_months,
    add_working_days,
    anniversary,
    cutoff_date,
    full_years,
    month_end,
    months_between,
    next_weekday,
)

DAYS = st.dates(date(1930, 1, 1), date(2090, 12, 31))


@given(DAYS, st.integers(-600, 600))
def test_months_are_counted_and_clamped(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert months_between(day, moved) == months
    assert moved.day == day.day or (moved == month_end(moved) and moved.day < day.day)


@given(DAYS, st.integers(0, 60))
def test_a_year_is_full_on_its_anniversary_and_not_before(day: date, years: int) -> None:
    reached = anniversary(day, years)
    assert full_years(day, reached) == years
    assert full_years(day, reached - timedelta(days=1)) == years - 1


@given(DAYS)
def test_29_february_stands_on_28_in_other_years(day: date) -> None:
    birthday = date(2000, 2, 29)
    reached = anniversary(birthday, day.year - 2000)
    assert (reached.month, reached.day) == (2, 29 if day.year % 4 == 0 else 28)


@given(DAYS, st.sampled_from(["Monday", "Tuesday", "Sunday"]))
def test_the_next_weekday_lies_within_a_week(day: date, name: str) -> None:
    found = next_weekday(day, name)
    assert found.strftime("%A") == name
    assert 1 <= (found - day).days <= 7


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.times())
def test_the_cutoff_is_the_first_not_earlier(on: date, at: time) -> None:
    local = datetime.combine(on, at, SHANGHAI)
    day = cutoff_date(local, "Tuesday", "17:00")
    cutoff = datetime(day.year, day.month, day.day, 17, tzinfo=SHANGHAI)
    assert day.strftime("%A") == "Tuesday"
    assert local <= cutoff < local + timedelta(days=7)


def test_working_days_skip_weekends_and_holidays() -> None:
    friday = date(2026, 9, 25)
    assert add_working_days(friday, 1) == date(2026, 9, 28)
    assert add_working_days(friday, 1, [date(2026, 9, 28)]) == date(2026, 9, 29)
    assert add_working_days(friday, 1, [], [date(2026, 9, 27)]) == date(2026, 9, 27)
