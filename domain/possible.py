"""From which day on it would be possible, with everything else as it is: the first on which no block rule fails."""

import heapq
from collections.abc import Callable, Sequence
from datetime import date

from domain.expressions.calendar import months_ahead
from domain.expressions.nodes import HORIZON_MONTHS
from domain.judging import Frame
from domain.packs.rules import Rule

MOST_DAYS = 400  # days looked at before giving up


def possible_from(frames: Sequence[Frame]) -> date | None:
    """None: time alone will not do within the horizon. Only days on which a comparison may turn are looked at."""
    today = next((frame.env.today for frame in frames if frame.env.today is not None), None)
    if today is None:
        return None
    failing = [(frame, rule) for frame in frames for rule in frame.failing("block")]
    if any(not rule.moves for _, rule in failing):
        return None
    horizon = months_ahead(today, HORIZON_MONTHS)
    waiting: list[date] = []
    seen: set[date] = set()

    def add(day: date) -> None:
        if today < day <= horizon and day not in seen:
            seen.add(day)
            heapq.heappush(waiting, day)

    _collect(frames, add)
    looked = 0
    while waiting and looked < MOST_DAYS:
        day = heapq.heappop(waiting)
        looked += 1
        moved = [frame.on(frame.env.on(day)) for frame in frames]
        if not any(frame.failing("block") for frame in moved):
            return day
        _collect(moved, add)  # days already passed are already seen, or too early to matter
    return None


def _collect(frames: Sequence[Frame], add: Callable[[date], None]) -> None:
    for frame in frames:
        for rule in frame.rules:
            for each in _watched(frame, rule):
                if each.when is not None and each.when.collect is not None:
                    each.when.collect(frame.env, add)
                if each.holds.collect is not None:
                    each.holds.collect(frame.env, add)


def _watched(frame: Frame, rule: Rule) -> list[Rule]:
    others = [frame.service.rules[other] for other in rule.spec.unless_failed if other in frame.service.rules]
    return [rule, *others] if rule.spec.severity == "block" else []
