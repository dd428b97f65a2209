"""Is each field filled in as it should be? Empty though required, malformed, or one person twice in a card."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.expressions.compiling import Compiled
from domain.expressions.env import Env
from domain.facts import form_rows
from domain.judging import fill, row_path
from domain.operations import Finding
from domain.packs.forms import FieldSpec
from domain.packs.service import Service
from domain.questions import Question

_MOBILE = re.compile(r"1[3-9]\d{9}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
MOST_YUAN = Decimal("100000000")


def filling_findings(question: Question, form: Mapping[str, Any]) -> list[Finding]:
    """Findings of the form's own fields, of each card, and of each row's fields."""
    service, values = question.service, form.get("values") or {}
    made = list(_fields(service, question.env, service.fields, values, "", None))
    made.extend(_cards(service, form))
    written = {row["row"]: row for _, row in form_rows(service, form)}
    for row in question.rows or ():
        typed = (written.get(row.id) or {}).get("values") or {}
        made.extend(_fields(row.service, row.env, row.service.spec.item, typed, row.card, row.id))
    return made


def _fields(
    service: Service, env: Env, fields: Sequence[FieldSpec], values: Mapping[str, Any], card: str, row: str | None
) -> Iterator[Finding]:
    words = service.pack.spec.required
    for field in fields:
        if field.read_only or field.computed is not None or not _holds(service.shown(field), env):
            continue
        value = values.get(field.key)
        if is_empty(value):
            if field.default is None and _holds(service.required(field), env):
                yield _finding(service, words.finding, words.short, field, card, row)
            continue
        wrong = malformed(service, field, value)
        if wrong is not None:
            text = fill(words.malformed, {"字段": field.label, "要求": wrong})
            yield _finding(service, text, words.malformed_short, field, card, row)


def is_empty(value: Any) -> bool:
    return value is None or value in ("", [])


def _holds(condition: Compiled | bool, env: Env) -> bool:
    return (condition(env) if isinstance(condition, Compiled) else condition) is True


def _finding(service: Service, text: str, short: str, field: FieldSpec, card: str, row: str | None) -> Finding:
    return Finding(
        service.pack.spec.required.id,
        fill(text, {"字段": field.label}),
        clause=field.clause,
        short=short,
        path=row_path(card, row, field.key),
        row=row,
    )


def malformed(service: Service, field: FieldSpec, value: Any) -> str | None:
    """What a filled field should have been, or None when it is in order."""
    check = _CHECKS.get(field.type)
    wrong = check(field, value) if check is not None else None
    if wrong is not None:
        return wrong
    if isinstance(value, str):
        if field.max_length is not None and len(value) > field.max_length:
            return f"不超过{field.max_length}个字"
        if field.pattern is not None and not re.fullmatch(field.pattern, value):
            return field.placeholder or field.help or "格式正确"
    options = option_labels(service, field)
    if field.type == "choice" and options and str(value) not in options:
        return "从选项中选择"
    return None


def option_labels(service: Service, field: FieldSpec) -> dict[str, str]:
    """What may be chosen, by value; empty where the options come from elsewhere."""
    if isinstance(field.options, str):
        return dict(service.pack.enums.get(field.options, {}))
    return {each: each for each in field.options or ()}


def _whole(field: FieldSpec, value: Any) -> str | None:
    if not re.fullmatch(r"-?\d{1,9}", str(value)):
        return "整数"
    number = int(value)
    if field.least is not None and number < field.least:
        return f"不小于{field.least}"
    return f"不大于{field.most}" if field.most is not None and number > field.most else None


def _money(field: FieldSpec, value: Any) -> str | None:
    try:
        amount = Decimal(str(value))
        exact = amount.is_finite() and amount == amount.quantize(Decimal("0.01"))
    except InvalidOperation:
        exact, amount = False, Decimal(0)
    return None if exact and 0 < amount < MOST_YUAN else "大于零的金额，最多两位小数"


def _date(field: FieldSpec, value: Any) -> str | None:
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return "日期（年-月-日）"
    return None


def _month(field: FieldSpec, value: Any) -> str | None:
    return None if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", str(value)) else "月份（年-月）"


def _mobile(field: FieldSpec, value: Any) -> str | None:
    return None if _MOBILE.fullmatch(str(value)) else "11位手机号码"


def _email(field: FieldSpec, value: Any) -> str | None:
    return None if _EMAIL.fullmatch(str(value)) else "电子邮箱"


_CHECKS = {"int": _whole, "money": _money, "date": _date, "month": _month, "mobile": _mobile, "email": _email}


def _cards(service: Service, form: Mapping[str, Any]) -> Iterator[Finding]:
    """Too few or too many rows, and the same person, bill or form twice in one card."""
    words, cards = service.pack.spec.required, form.get("cards") or {}
    if service.cards and not any(cards.get(key) for key in service.cards):
        text = fill(words.finding, {"字段": "、".join(card.label for card in service.cards.values())})
        yield Finding(words.id, text, short=words.short, path=next(iter(service.cards)))
    for key, card in service.cards.items():
        rows = cards.get(key) or ()
        if card.most is not None and len(rows) > card.most:
            yield Finding(words.id, f"“{card.label}”最多{card.most}行", short=words.malformed_short, path=key)
        seen: set[Any] = set()
        for row in rows:
            name = row.get("person") or row.get("roster") or row.get("bill") or row.get("application")
            if name is not None and name in seen:
                yield Finding(
                    words.id,
                    fill(words.duplicate, {"卡片": card.label}),
                    short=words.duplicate_short,
                    path=row_path(key, row["row"], ""),
                    row=row["row"],
                )
            seen.add(name)
