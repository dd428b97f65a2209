"""Values of parameters: the pack's default, overlaid by what the association has set and by what a question gives."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from domain.expressions.calendar import WEEKDAYS
from domain.packs.facts import FactError, read_bool, read_date, read_int, read_number, read_text
from domain.packs.schema import ParameterSpec

MOST_MONEY = Decimal("9999999999.99")  # what a bill of the associations can show


def _money(value: Any, path: str) -> Decimal:
    amount = read_number(value, path)
    if not 0 <= amount <= MOST_MONEY or amount != amount.quantize(Decimal("0.01")):
        raise FactError(f"参数 {path} 应为不小于零、精确到分的金额，不能是“{str(value)[:40]}”")
    return amount


def _weekday(value: Any, path: str) -> str:
    if str(value).strip().lower() not in WEEKDAYS:
        raise FactError(f"参数 {path} 应为星期（Monday … Sunday），不能是“{value}”")
    return str(value)


def _time(value: Any, path: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", str(value)):
        raise FactError(f"参数 {path} 应为时刻 HH:MM，不能是“{value}”")
    return str(value)


def _list(value: Any, path: str) -> list[Any]:
    if isinstance(value, str):
        return value.replace("、", " ").replace(",", " ").split()
    if not isinstance(value, list | tuple):
        raise FactError(f"参数 {path} 应为列表")
    return list(value)


def _map(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise FactError(f"参数 {path} 应为一组键和值")
    return {str(key): each for key, each in value.items()}


def _table(spec: ParameterSpec) -> Callable[[Any, str], dict[str, Any]]:
    """Rows by their key; a list of rows is taken too. Columns of money become exact amounts."""

    def read(value: Any, path: str) -> dict[str, Any]:
        if isinstance(value, list | tuple) and spec.row_key:
            value = {str(row.get(spec.row_key)): row for row in value if isinstance(row, Mapping)}
        made: dict[str, Any] = {}
        for key, row in _map(value, path).items():
            cells = _map(row, f"{path}.{key}")
            for column, kind in spec.columns.items():
                if cells.get(column) is not None and kind in ("money", "int"):
                    convert = _money if kind == "money" else read_int
                    cells[column] = convert(cells[column], f"{path}.{key}.{column}")
            made[key] = cells
        return made

    return read


_READERS: dict[str, Callable[[Any, str], Any]] = {
    "int": read_int, "money": _money, "bool": read_bool, "text": read_text, "choice": read_text, "date": read_date,
    "weekday": _weekday, "time": _time, "list": _list, "map": _map,
}  # fmt: skip


def read_parameter(key: str, spec: ParameterSpec, value: Any) -> Any:
    """A typed value, or None when it is unset. Raises FactError with one clear sentence."""
    if value is None or (value in ("none", "unset", "") and spec.type not in ("text", "choice")):
        return None
    made: Any = (_table(spec) if spec.type == "table" else _READERS[spec.type])(value, key)
    if spec.type == "choice" and made not in spec.options:
        raise FactError(f"参数 {key} 只能是 {'、'.join(spec.options)} 之一，不能是“{value}”")
    if spec.type == "int" and (
        (spec.least is not None and made < spec.least) or (spec.most is not None and made > spec.most)
    ):
        raise FactError(f"参数 {key} 超出范围：{value}")
    return made


def defaults(specs: Mapping[str, ParameterSpec]) -> dict[str, Any]:
    return {key: read_parameter(key, spec, spec.default) for key, spec in specs.items()}


def overlay(base: Mapping[str, Any], specs: Mapping[str, ParameterSpec], given: Any) -> Mapping[str, Any]:
    """The values with those of the question in place of the defaults; keys the pack does not know are ignored."""
    if not given:
        return base
    if not isinstance(given, Mapping):
        raise FactError("事实 config 应为一组键和值")
    changed = {key: read_parameter(key, specs[key], value) for key, value in given.items() if key in specs}
    return {**base, **changed}


def in_force(specs: Mapping[str, ParameterSpec], config: Mapping[str, Any], day: date) -> dict[str, Any]:
    """What the association has set, by key, as in force on that day: of the values begun, the one begun last."""
    found: dict[str, Any] = {}
    for entity in config.values():
        key = entity.get("key")
        if key not in specs:
            continue
        begun = [value for value in entity.get("values", ()) if str(value.get("since", "")) <= day.isoformat()]
        if begun:
            found[key] = max(enumerate(begun), key=lambda pair: (str(pair[1]["since"]), pair[0]))[1].get("value")
    return found
