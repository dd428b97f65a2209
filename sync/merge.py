"""Three-way merge of what two people made of one form: by field and by row. Pure.

What only one side changed is taken; what both changed alike is no conflict, nor what differs only in width of letters
or spaces. What both changed differently is asked: mine stays in the form until somebody decides, theirs beside it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_GONE = object()


@dataclass(frozen=True, slots=True)
class Ask:
    """One place that both sides changed; None stands for "taken out"."""

    path: str
    base: Any
    mine: Any
    theirs: Any
    by: str = ""
    at: str = ""

    def body(self) -> dict[str, Any]:
        """As a draft keeps it."""
        return {name: getattr(self, name) for name in ("path", "base", "mine", "theirs", "by", "at")}


@dataclass(slots=True)
class Merged:
    """The form that results, what must be asked, and what was taken over without asking."""

    form: dict[str, Any]
    asks: list[Ask] = field(default_factory=list)
    automatic: list[Ask] = field(default_factory=list)


def same(one: Any, other: Any) -> bool:
    """Equal as people see it: nothing and empty are one, width and spaces do not count."""
    return bool(_plain(one) == _plain(other))


def merge_values(
    base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any], *, by: str = "", at: str = ""
) -> Merged:
    """Flat bodies: roster entries, settings."""
    merged = Merged({})
    merged.form = _fields("", base, mine, theirs, merged, by, at)
    return merged


def merge_forms(
    base: Mapping[str, Any] | None,
    mine: Mapping[str, Any] | None,
    theirs: Mapping[str, Any] | None,
    *,
    by: str = "",
    at: str = "",
) -> Merged:
    """Whole forms (domain.entities.Form): values, cards with their rows, attachments."""
    base, mine, theirs = base or {}, mine or {}, theirs or {}
    merged = Merged({})
    values = [form.get("values") or {} for form in (base, mine, theirs)]
    merged.form["values"] = _fields("", values[0], values[1], values[2], merged, by, at)
    cards = [form.get("cards") or {} for form in (base, mine, theirs)]
    merged.form["cards"] = {
        card: _rows(card, cards[0].get(card) or [], cards[1].get(card) or [], cards[2].get(card) or [], merged, by, at)
        for card in dict.fromkeys([*cards[1], *cards[2]])
    }
    papers = [form.get("attachments") or [] for form in (base, mine, theirs)]
    merged.form["attachments"] = _set(papers[0], papers[1], papers[2], _paper)
    return merged


def decide(form: Mapping[str, Any], ask: Mapping[str, Any], *, theirs: bool) -> dict[str, Any]:
    """The form with one asked place decided; mine is what stands there already."""
    if not theirs:
        return dict(form)
    path, value = str(ask["path"]), ask["theirs"]
    card, bracket, rest = path.partition("[")
    if not bracket:
        return {**form, "values": _with(form.get("values") or {}, path, value)}
    row_id, _, key = rest.partition("]")
    rows = list((form.get("cards") or {}).get(card) or [])
    changed: list[Any] = []
    for row in rows:
        if row.get("row") != row_id:
            changed.append(row)
        elif key:
            changed.append({**row, "values": _with(row.get("values") or {}, key.removeprefix("."), value)})
        elif value is not None:
            changed.append(value)
    if not key and value is not None and all(row.get("row") != row_id for row in rows):
        changed.append(value)
    return {**form, "cards": {**(form.get("cards") or {}), card: changed}}


def _with(values: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    kept = {name: old for name, old in values.items() if name != key}
    return kept if value is None else {**kept, key: value}


def _fields(
    where: str,
    base: Mapping[str, Any],
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
    merged: Merged,
    by: str,
    at: str,
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key in dict.fromkeys([*mine, *theirs, *base]):
        was, ours, other = (side.get(key, _GONE) for side in (base, mine, theirs))
        value = ours
        if not same(ours, other) and not same(other, was):
            told = Ask(where + key, _shown(was), _shown(ours), _shown(other), by, at)
            if same(ours, was):
                value = other
                merged.automatic.append(told)
            else:
                merged.asks.append(told)
        elif ours is _GONE and same(other, _GONE):
            value = _GONE
        if value is not _GONE:
            result[key] = value
    return result


def _rows(
    card: str,
    base: Iterable[Mapping[str, Any]],
    mine: Iterable[Mapping[str, Any]],
    theirs: Iterable[Mapping[str, Any]],
    merged: Merged,
    by: str,
    at: str,
) -> list[dict[str, Any]]:
    was, ours, other = ({str(row["row"]): row for row in rows} for rows in (base, mine, theirs))
    result: list[dict[str, Any]] = []
    for row_id in dict.fromkeys([*ours, *other]):
        where = f"{card}[{row_id}]"
        old, left, right = was.get(row_id), ours.get(row_id), other.get(row_id)
        if left is not None and right is not None:
            fixed = {**right, **left}
            fixed["values"] = _fields(
                f"{where}.",
                (old or {}).get("values") or {},
                left.get("values") or {},
                right.get("values") or {},
                merged,
                by,
                at,
            )
            result.append(fixed)
        elif left is not None:  # they took it out, or I put it in
            if old is None:
                result.append(dict(left))
            elif same(left, old):
                merged.automatic.append(Ask(where, old, left, None, by, at))
            else:
                merged.asks.append(Ask(where, old, left, None, by, at))
                result.append(dict(left))
        elif right is not None:  # I took it out, or they put it in
            if old is None:
                merged.automatic.append(Ask(where, None, None, right, by, at))
                result.append(dict(right))
            elif not same(right, old):
                merged.asks.append(Ask(where, old, None, right, by, at))
    return result


def _set(
    base: Iterable[Mapping[str, Any]],
    mine: Iterable[Mapping[str, Any]],
    theirs: Iterable[Mapping[str, Any]],
    key: Callable[[Mapping[str, Any]], Hashable],
) -> list[dict[str, Any]]:
    """Things that are there or not: taken out by either side means out, put in by either side means in."""
    was, ours, other = ({key(thing): thing for thing in things} for things in (base, mine, theirs))
    return [
        dict(ours.get(name) or other[name])
        for name in dict.fromkeys([*ours, *other])
        if (name in ours and name in other) or name not in was
    ]


def _paper(attachment: Mapping[str, Any]) -> Hashable:
    return attachment.get("material"), attachment.get("row"), attachment.get("blob")


def _shown(value: Any) -> Any:
    return None if value is _GONE else value


def _plain(value: Any) -> Any:
    if value is _GONE or value is None or value == "" or value == [] or value == {}:
        return None
    if isinstance(value, str):
        return "".join(unicodedata.normalize("NFKC", value).split()) or None
    if isinstance(value, Mapping):
        return {key: plain for key, part in value.items() if (plain := _plain(part)) is not None} or None
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
