"""Reading a payload: what is not as its kind says is refused with its place, never an exception for the batch."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from server.decide.verdict import Malformed

ENTITY = re.compile(r"[a-z]+(-[a-z]+)*/[A-Za-z0-9._:-]{1,80}")
TEXT_LIMIT = 4_000
REFERENCES = frozenset({"person", "roster", "application", "bill"})  # of a row, each to its own kind
SHA256 = re.compile(r"[0-9a-f]{64}")


def is_entity(value: Any, *kinds: str) -> bool:
    """Whether it is an id of one of these kinds, or of any."""
    there = isinstance(value, str) and ENTITY.fullmatch(value)
    return bool(there and (not kinds or value.partition("/")[0] in kinds))


def entity_id(value: Any, place: str, *kinds: str) -> str:
    """An id of one of these kinds, with nothing in it that a feed or a log could stumble over."""
    if is_entity(value, *kinds):
        return str(value)
    raise Malformed(f"{place}：应为 {'、'.join(kinds) or '对象'} 的编号")


def text(value: Any, place: str, *, needed: bool = False, limit: int = TEXT_LIMIT) -> str:
    """A text of a decent length; without it, the empty one."""
    if value is None or value == "":
        if needed:
            raise Malformed(f"{place}：必填")
        return ""
    if not isinstance(value, str) or len(value) > limit:
        raise Malformed(f"{place}：应为不超过 {limit} 字的文字")
    return value


def day(value: Any, place: str) -> str:
    """An ISO date."""
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise Malformed(f"{place}：应为日期，如 2025-11-03") from None


def money(value: Any, place: str) -> str:
    """Yuan with fen, as text."""
    try:
        amount = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or amount != amount.quantize(Decimal("0.01")):
        raise Malformed(f"{place}：应为金额，如 320.00")
    return f"{amount:.2f}"


def mapping(value: Any, place: str) -> dict[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise Malformed(f"{place}：格式不对")
    return value


def listing(value: Any, place: str) -> list[Any]:
    """A JSON array; without it, the empty one."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise Malformed(f"{place}：格式不对")
    return value


def only(payload: Mapping[str, Any], readers: Mapping[str, Callable[[Any, str], Any]]) -> dict[str, Any]:
    """Those keys that are there, each read; a key nobody knows is refused."""
    if unknown := payload.keys() - readers.keys():
        raise Malformed(f"{sorted(unknown)[0]}：没有这一项")
    return {key: readers[key](value, key) for key, value in payload.items() if value is not None}


def form(value: Any) -> dict[str, Any]:
    """The shape of domain.entities.Form: what the fields mean is the pack's business."""
    read = mapping(value, "form")
    if unknown := read.keys() - {"values", "cards", "attachments"}:
        raise Malformed(f"form.{sorted(unknown)[0]}：没有这一项")
    mapping(read.get("values") or {}, "form.values")
    seen: set[str] = set()
    for card, rows in mapping(read.get("cards") or {}, "form.cards").items():
        for row in listing(rows, card):
            own = mapping(row, card).get("row")
            if not isinstance(own, str) or not 0 < len(own) <= 80 or own in seen:
                raise Malformed(f"{card}：每一行要有各自的编号")
            seen.add(own)
            for key, told in row.items():
                if key == "values" and not isinstance(told or {}, dict):
                    raise Malformed(f"{card}[{own}].values：格式不对")
                if key in REFERENCES and told is not None and not is_entity(told, key):
                    raise Malformed(f"{card}[{own}].{key}：应为 {key} 的编号")
    for attachment in listing(read.get("attachments"), "attachments"):
        blob = mapping(attachment, "attachments").get("blob")
        text(attachment.get("material"), "attachments.material", needed=True, limit=100)
        if not isinstance(blob, str) or not SHA256.fullmatch(blob):
            raise Malformed("attachments.blob：应为附件的校验值")
    return read
