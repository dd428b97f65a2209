"""Reading facts: from what a question or a form gives to typed values, with every default of the pack filled in."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.expressions.calendar import SHANGHAI, month_end
from domain.expressions.shapes import ANY, PLAIN, Shape
from domain.expressions.unknown import UNKNOWN
from domain.packs.schema import FactSpec

Read = Callable[[Any, str], Any]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"\d{4}-\d{2}(-\d{2})?")


class FactError(ValueError):
    """A fact that is not what the pack says it is. One clear sentence."""


def _refuse(path: str, wanted: str, given: Any) -> FactError:
    shown = str(given)
    return FactError(f"事实 {path} 应为{wanted}，不能是“{shown[:40]}”")


def read_text(value: Any, path: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal | date):
        raise _refuse(path, "文字", value)
    return value.isoformat() if isinstance(value, date) else str(value)


def read_bool(value: Any, path: str) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise _refuse(path, " true 或 false", value)


def read_int(value: Any, path: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value):
        return int(value)
    raise _refuse(path, "整数", value)


def read_number(value: Any, path: str) -> Decimal:
    if isinstance(value, str | int | Decimal | float) and not isinstance(value, bool):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            raise _refuse(path, "数", value) from None
        if number.is_finite():
            return number
    raise _refuse(path, "数", value)


def read_date(value: Any, path: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise _refuse(path, "日期 YYYY-MM-DD", value)


def read_date_or_month_end(value: Any, path: str) -> date:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}", value):
        return month_end(read_date(f"{value}-01", path))
    return read_date(value, path)


def read_month(value: Any, path: str) -> date:
    """The first day of the month."""
    if isinstance(value, date):
        return value.replace(day=1)
    if isinstance(value, str) and _MONTH.fullmatch(value):
        return read_date(f"{value[:7]}-01", path)
    raise _refuse(path, "月份 YYYY-MM", value)


def read_instant(value: Any, path: str) -> datetime:
    """An instant; without an offset it is meant in Shanghai."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise _refuse(path, "时刻", value) from None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    raise _refuse(path, "时刻", value)


def read_map(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _refuse(path, "一组键和值", value)
    return {str(key): each for key, each in value.items()}


READERS: dict[str, Read] = {
    "text": read_text,
    "int": read_int,
    "number": read_number,
    "bool": read_bool,
    "date": read_date,
    "month": read_month,
    "instant": read_instant,
    "form": read_map,
    "map": read_map,
    "any": lambda value, path: value,
}


def reader(spec: FactSpec | str, path: str = "") -> Read:
    """The function that reads one fact. Absent and null are the same, and take the default.

    Raises FactError where the default itself is none; `path` names the fact then.
    """
    if isinstance(spec, str):
        spec = FactSpec.model_validate({"is": spec})
    if spec.of is not None:
        return _group_reader({key: reader(part, f"{path}.{key}") for key, part in spec.of.items()})
    if spec.many is not None:
        return _list_reader(spec, path)
    assert spec.kind is not None
    read = read_date_or_month_end if spec.month_end and spec.kind == "date" else READERS[spec.kind]
    otherwise: Any = UNKNOWN
    if spec.has_default:
        otherwise = None if spec.default is None else read(spec.default, f"{path} 的缺省值")
    elif spec.kind in ("form", "map"):
        otherwise = {}

    def one(value: Any, path: str) -> Any:
        return otherwise if value is None or value is UNKNOWN else read(value, path)

    return one


def _group_reader(parts: dict[str, Read]) -> Read:
    items = tuple(parts.items())
    empty = {key: read(None, key) for key, read in items}

    def group(value: Any, path: str) -> Any:
        if value is None or value is UNKNOWN:
            return empty
        if not isinstance(value, Mapping):
            raise _refuse(path, "一组键和值", value)
        made = dict(empty)
        for key, read in items:
            given = value.get(key)
            if given is not None:
                made[key] = read(given, f"{path}.{key}")
        return made

    return group


def _list_reader(spec: FactSpec, path: str) -> Read:
    element = (
        reader(FactSpec.model_validate({"of": spec.many}), path)
        if isinstance(spec.many, dict)
        else reader(str(spec.many), path)
    )
    otherwise: Any = None if spec.optional else []

    def listed(value: Any, path: str) -> Any:
        if value is None or value is UNKNOWN:
            return otherwise
        if not isinstance(value, list | tuple):
            raise _refuse(path, "列表", value)
        made = [element(each, f"{path}[{at}]") for at, each in enumerate(value)]
        if any(each is UNKNOWN for each in made):
            raise _refuse(path, "没有空项的列表", value)
        return made

    return listed


def shape(spec: FactSpec | str) -> Shape:
    """What expressions may find in a fact."""
    if isinstance(spec, str):
        return ANY if spec in ("form", "map", "any") else PLAIN
    if spec.of is not None:
        return Shape(parts={key: shape(part) for key, part in spec.of.items()})
    if spec.many is not None:
        inner = FactSpec.model_validate({"of": spec.many}) if isinstance(spec.many, dict) else str(spec.many)
        return Shape(element=shape(inner))
    return shape(str(spec.kind))


class FactReader:
    """All facts of a pack."""

    def __init__(self, specs: Mapping[str, FactSpec]) -> None:
        self._readers = {name: reader(spec, name) for name, spec in specs.items()}
        self.names = frozenset(self._readers)
        self.request_keys = frozenset((specs["request"].of or {}) if "request" in specs else ())
        self.shapes = {name: shape(spec) for name, spec in specs.items()}

    def read(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every fact the pack knows; what was not given has its default or is unknown."""
        return {name: read(given.get(name), name) for name, read in self._readers.items()}

    def read_some(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Only the facts that are given."""
        readers = self._readers
        return {name: readers[name](value, name) for name, value in given.items() if name in readers}
