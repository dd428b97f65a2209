"""What a reviewer is told of a form beside its findings: each rule that holds, and what is left to somebody's eyes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.facts import facts_for
from domain.packs.pack import Pack
from domain.questions import Question
from domain.view import View


@dataclass(frozen=True, slots=True)
class Held:
    """A rule in the words of the pack, and where the association says so."""

    label: str
    clause: str


@dataclass(frozen=True, slots=True)
class Judged:
    """Of the whole form (under None) or of one row: what the machine found in order, and what somebody must look at."""

    held: tuple[Held, ...] = ()
    to_look_at: tuple[Held, ...] = ()


def judged(
    pack: Pack,
    view: View,
    service: str,
    form: Mapping[str, Any],
    today: date,
    *,
    application: Mapping[str, Any] | None = None,
) -> dict[str | None, Judged]:
    """By row id. Rules that do not apply are left out, those that fail are findings of `check_form`."""
    question = Question(pack, service, facts_for(pack, view, service, form, today, application=application))
    held: dict[str | None, dict[Held, None]] = {}
    for frame in question.frames("submit"):
        mine = held.setdefault(frame.row, {})
        for rule in frame.rules:
            if rule.spec.label and frame.holds(rule) is True:
                mine[Held(rule.spec.label, rule.spec.clause)] = None
    looks: dict[str | None, dict[Held, None]] = {}
    for frame in question.frames("review"):
        for rule in frame.rules:
            if rule.spec.label and frame.holds(rule) is not True:
                looks.setdefault(frame.row, {})[Held(rule.spec.label, rule.spec.clause)] = None
    return {row: Judged(tuple(held.get(row, ())), tuple(looks.get(row, ()))) for row in {*held, *looks}}
