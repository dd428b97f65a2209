"""What one compiled part of an expression is, and how truth with three values combines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from domain.expressions import calendar
from domain.expressions.env import Env
from domain.expressions.shapes import PLAIN, Shape
from domain.expressions.unknown import UNKNOWN

Evaluate = Callable[[Env], Any]
Collect = Callable[[Env, Callable[[date], None]], None]
HORIZON_MONTHS = 36  # how far ahead a "possible from" looks


@dataclass(frozen=True, slots=True)
class Node:
    """One compiled part. `collect` is there only if its value hangs on today: the days on which it may change."""

    evaluate: Evaluate
    collect: Collect | None = None
    shape: Shape = PLAIN
    is_today: bool = False


def collect_all(parts: Sequence[Node]) -> Collect | None:
    """The days of every part, whether or not a short cut would have skipped it."""
    collects = [part.collect for part in parts if part.collect is not None]
    if not collects:
        return None

    def collect(env: Env, add: Callable[[date], None]) -> None:
        for each in collects:
            each(env, add)

    return collect


def conjunction(parts: Sequence[Evaluate]) -> Evaluate:
    """True if all are, false if any is, else unknown. What is neither true nor false counts as unknown."""

    def evaluate(env: Env) -> Any:
        unknown = False
        for part in parts:
            value = part(env)
            if value is False:
                return False
            if value is not True:
                unknown = True
        return UNKNOWN if unknown else True

    return parts[0] if len(parts) == 1 else evaluate


def disjunction(parts: Sequence[Evaluate]) -> Evaluate:
    """True if any is, false if all are, else unknown."""

    def evaluate(env: Env) -> Any:
        unknown = False
        for part in parts:
            value = part(env)
            if value is True:
                return True
            if value is not False:
                unknown = True
        return UNKNOWN if unknown else False

    return parts[0] if len(parts) == 1 else evaluate


def negation(part: Evaluate) -> Evaluate:
    def evaluate(env: Env) -> Any:
        value = part(env)
        return UNKNOWN if value is not True and value is not False else not value

    return evaluate


def comparison_collect(parts: Sequence[Node], evaluate: Evaluate) -> Collect | None:
    """The days on which a comparison may turn: beside a plain `today` the other side says so, otherwise we look."""
    inner = collect_all([part for part in parts if not part.is_today])
    if inner is None:
        if not any(part.is_today for part in parts):
            return None
        others = [part.evaluate for part in parts if not part.is_today]

        def beside_today(env: Env, add: Callable[[date], None]) -> None:
            for other in others:
                value = other(env)
                for day in value if isinstance(value, list | tuple) else (value,):
                    if type(day) is date and day < date.max:
                        add(day)
                        add(day + timedelta(days=1))

        return beside_today

    def looked_for(env: Env, add: Callable[[date], None]) -> None:
        inner(env, add)
        _turning_days(evaluate, env, add)

    return looked_for


def _turning_days(evaluate: Evaluate, env: Env, add: Callable[[date], None]) -> None:
    """Look at each month within the horizon, and halve the months within which the value changed."""
    start = env.today
    if start is None:
        return
    before, seen = start, evaluate(env)
    for ahead in range(1, HORIZON_MONTHS + 1):
        after = calendar.months_ahead(start, ahead)
        value = evaluate(env.on(after))
        if value is not seen and value != seen:
            low, high = before, after
            while (high - low).days > 1:
                middle = low + (high - low) // 2
                low, high = (middle, high) if evaluate(env.on(middle)) == seen else (low, middle)
            add(high)
        before, seen = after, value
