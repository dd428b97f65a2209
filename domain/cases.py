"""Questions written as cases: a file of them read, each asked, and answers compared as the contract says."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.answering import answer
from domain.packs.errors import PackError
from domain.packs.pack import Pack
from domain.packs.reading import read_plain
from domain.questions import CannotAsk

_SETS = frozenset(
    {"failed_rules", "warned_rules", "missing_materials", "invalid_materials", "next_services", "editable"}
)


LONGEST = 200  # letters of an error: what was given may be a book


class CasesUnreadable(ValueError):
    """A file that is not a list of cases. One clear sentence."""


def read_cases(text: str) -> list[Any]:
    """The cases of a file; other keys are ignored."""
    try:
        value = read_plain("cases", text)
    except PackError as error:
        raise CasesUnreadable(f"第 {error.line} 行，{error.message}") from None
    cases = value.get("cases") if isinstance(value, dict) else None
    if not isinstance(cases, list):
        raise CasesUnreadable("文件里没有 cases 列表")
    return cases


def ask(pack: Pack, case: Any) -> dict[str, Any]:
    """`{"id", "answer"}`, or `{"id", "error"}` for a case that cannot be asked."""
    identity = case.get("id") if isinstance(case, Mapping) else None
    try:
        if not isinstance(case, Mapping):
            raise CannotAsk("一个用例应为一组键和值")
        kind, service = case.get("kind"), case.get("service")
        if not isinstance(kind, str) or not isinstance(service, str):
            raise CannotAsk("用例缺少 kind 或 service")
        given = case.get("given")
        return {"id": identity, "answer": answer(pack, kind, service, {} if given is None else given)}
    except CannotAsk as error:
        return {"id": identity, "error": " ".join(str(error).split())[:LONGEST]}


def differences(expected: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    """Where an answer is not what was expected; empty when it is."""
    found: list[str] = []
    for key, wanted in expected.items():
        if key == "not_effects":
            found.extend(f"effects has {each}" for each in wanted if each in given.get("effects", []))
            continue
        default: Any = [] if isinstance(wanted, list) else None
        actual = given.get(key, default)
        found.extend(f"{key}: {each}" for each in _compare(key, wanted, actual))
    return found


def _compare(key: str, wanted: Any, actual: Any) -> list[str]:
    if key in _SETS:
        same = sorted(map(str, wanted)) == sorted(map(str, actual or []))
    elif key == "effects":
        same = set(wanted) <= set(actual or [])
    elif key == "messages":
        same = all(text in (actual or {}).get(rule, "") for rule, text in wanted.items())
    elif key == "rows":
        return _rows(wanted, actual or [])
    elif key in ("bills", "lines", "receipts"):
        return _paired(wanted, actual or [])
    elif key == "computed":
        same = all((actual or {}).get(name) == value for name, value in wanted.items())
    else:
        same = wanted == actual
    return [] if same else [f"wanted {wanted!r}, got {actual!r}"]


def _rows(wanted: Sequence[Mapping[str, Any]], actual: Sequence[Mapping[str, Any]]) -> list[str]:
    found: list[str] = []
    for each in wanted:
        row = next((row for row in actual if str(row.get("row")) == str(each.get("row"))), None)
        inner = {key: value for key, value in each.items() if key != "row"}
        found.extend([f"row {each.get('row')} is not there"] if row is None else differences(inner, row))
    return found


def _paired(wanted: Sequence[Mapping[str, Any]], actual: Sequence[Mapping[str, Any]]) -> list[str]:
    if len(wanted) != len(actual):
        return [f"wanted {len(wanted)} elements, got {actual!r}"]
    left = list(actual)
    for each in wanted:
        match = next((other for other in left if not differences(each, other)), None)
        if match is None:
            return [f"nothing like {each!r} in {left!r}"]
        left.remove(match)
    return []
