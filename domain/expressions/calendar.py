"""Civil dates as associations count them: clamped months, anniversaries, full years, weekdays. Pure."""

import calendar
from collections.abc import Collection
from datetime import date, datetime, time, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")  # no summer time since 1991: a fixed offset says it all
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def month_end(day: date) -> date:
    """The last day of that day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """The day with the same number that many months away, or the last day of that month if it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def months_ahead(day: date, months: int) -> date:
    """As add_months, but never beyond the last day there is."""
    return date.max if day.year * 12 + day.month - 1 + months > 12 * date.max.year + 11 else add_months(day, months)


def anniversary(day: date, years: int) -> date:
    """The same month and day that many years later; 29 February becomes 28 where there is none."""
    return add_months(day, 12 * years)


def full_years(since: date, until: date) -> int:
    """Whole years that have passed; a year is full on its anniversary. Negative when `until` lies before `since`."""
    years = until.year - since.year
    return years if anniversary(since, years) <= until else years - 1


def months_between(earlier: date, later: date) -> int:
    """Difference in calendar months; the days do not matter."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def add_days(day: date, days: int) -> date:
    return day + timedelta(days=days)


def days_between(earlier: date, later: date) -> int:
    return (later - earlier).days


def year(day: date) -> int:
    return day.year


def month(day: date) -> int:
    return day.month


def end_of_year(day: date) -> date:
    return date(day.year, 12, 31)


def weekday_number(name: str) -> int:
    """Monday is 0. Raises ValueError for anything but an English weekday."""
    return WEEKDAYS.index(name.strip().lower())


def next_weekday(day: date, name: str) -> date:
    """The first such weekday after that day."""
    return day + timedelta(days=(weekday_number(name) - day.weekday() - 1) % 7 + 1)


def civil_date(moment: datetime) -> date:
    """The date in Shanghai at that instant."""
    return moment.astimezone(SHANGHAI).date()


def cutoff_date(moment: datetime, name: str, clock: str) -> date:
    """The date of the first such weekday whose clock time (Shanghai) is not earlier than the instant."""
    local = moment.astimezone(SHANGHAI)
    day = local.date() + timedelta(days=(weekday_number(name) - local.weekday()) % 7)
    if datetime.combine(day, time.fromisoformat(clock), SHANGHAI) < local:
        day += timedelta(days=7)
    return day


def add_working_days(day: date, days: int, holidays: Collection[date] = (), extra: Collection[date] = ()) -> date:
    """That many working days on: Monday to Friday without the holidays, with the extra days worked."""
    left = days
    while left > 0:
        day += timedelta(days=1)
        if day in extra or (day.weekday() < 5 and day not in holidays):
            left -= 1
    return day
