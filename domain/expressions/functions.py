"""The functions an expression may call. Each is pure and sees only known values unless it says otherwise."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from domain.expressions import calendar
from domain.expressions.unknown import UNKNOWN


@dataclass(frozen=True, slots=True)
class Function:
    """A listed function. `strict`: any argument that is unknown or none makes the answer unknown without a call."""

    call: Callable[..., Any]
    least: int
    most: int
    strict: bool = True


def _sure(value: Any) -> bool:
    return value is True


def _known(value: Any) -> bool:
    return value is not UNKNOWN and value is not None


def _default(value: Any, otherwise: Any) -> Any:
    return value if _known(value) else otherwise


def _same_list(one: Sequence[Any], other: Sequence[Any]) -> bool:
    return list(one) == list(other)


def _same_set(one: Iterable[Any], other: Iterable[Any]) -> bool:
    return set(one) == set(other)


def _distinct(values: Iterable[Any]) -> list[Any]:
    seen: list[Any] = []
    for value in values:
        if value not in seen:
            seen.append(value)
    return seen


def _lookup(table: Mapping[Any, Any], key: Any) -> Any:
    return table.get(key) if isinstance(table, Mapping) else UNKNOWN


def _filled(form: Mapping[str, Any], key: str) -> bool:
    """A field that the question does not mention counts as filled in correctly."""
    if not isinstance(form, Mapping) or key not in form:
        return True
    return form[key] is not None and form[key] != "" and form[key] != []


def _value(form: Mapping[str, Any], key: str, otherwise: Any = UNKNOWN) -> Any:
    found = form.get(key, otherwise) if isinstance(form, Mapping) else otherwise
    return otherwise if found is None else found


def _join(values: Iterable[Any], separator: str = "、") -> str:
    return separator.join(as_text(value) for value in values)


def _money(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, int | str | Decimal) and not isinstance(value, bool) else UNKNOWN


def _contains(text: str, part: str) -> bool:
    return part in text


def _mobile_number(text: str) -> bool:
    """A mainland mobile number."""
    return re.fullmatch(r"1[3-9][0-9]{9}", str(text)) is not None


def as_text(value: Any) -> str:
    """A value as it stands in a message."""
    if value is UNKNOWN or value is None:
        return "（未知）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.astimezone(calendar.SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return _join(value)
    return str(value)


FUNCTIONS: dict[str, Function] = {
    "sure": Function(_sure, 1, 1, strict=False),
    "known": Function(_known, 1, 1, strict=False),
    "default": Function(_default, 2, 2, strict=False),
    "filled": Function(_filled, 2, 2, strict=False),
    "value": Function(_value, 2, 3, strict=False),
    "text": Function(as_text, 1, 1, strict=False),
    "same_list": Function(_same_list, 2, 2),
    "same_set": Function(_same_set, 2, 2),
    "distinct": Function(_distinct, 1, 1),
    "lookup": Function(_lookup, 2, 2),
    "join": Function(_join, 1, 2),
    "money": Function(_money, 1, 1),
    "contains": Function(_contains, 2, 2),
    "starts_with": Function(str.startswith, 2, 2),
    "mobile_number": Function(_mobile_number, 1, 1),
    "lower": Function(str.lower, 1, 1),
    "length": Function(len, 1, 1),
    "date": Function(date.fromisoformat, 1, 1),
    "add_days": Function(calendar.add_days, 2, 2),
    "days_between": Function(calendar.days_between, 2, 2),
    "add_months": Function(calendar.add_months, 2, 2),
    "anniversary": Function(calendar.anniversary, 2, 2),
    "full_years": Function(calendar.full_years, 2, 2),
    "age": Function(calendar.full_years, 2, 2),
    "months_between": Function(calendar.months_between, 2, 2),
    "month_end": Function(calendar.month_end, 1, 1),
    "year": Function(calendar.year, 1, 1),
    "month": Function(calendar.month, 1, 1),
    "end_of_year": Function(calendar.end_of_year, 1, 1),
    "next_weekday": Function(calendar.next_weekday, 2, 2),
    "cutoff_date": Function(calendar.cutoff_date, 3, 3),
    "civil_date": Function(calendar.civil_date, 1, 1),
    "add_working_days": Function(calendar.add_working_days, 2, 4),
}
