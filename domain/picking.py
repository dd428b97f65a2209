"""Who can be chosen for a card: everyone is answered for, with every reason, and each certificate or choice apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.expressions.env import Env
from domain.expressions.unknown import UNKNOWN
from domain.facts import account_facts, form_rows, person_facts, unit_facts
from domain.filling import is_empty, option_labels
from domain.judging import Frame, rules_at
from domain.operations import Finding, Severity
from domain.packs.forms import FieldSpec
from domain.packs.pack import Pack
from domain.packs.parameters import in_force
from domain.possible import possible_from
from domain.questions import Question
from domain.view import View

_PICKED = "1"  # the row under which a person is judged before being in the form


@dataclass(frozen=True, slots=True)
class OptionCheck:
    """One certificate or choice, judged by itself. `findings` are its own, beside those of the person."""

    value: str
    label: str
    eligible: bool
    findings: tuple[Finding, ...]
    possible_from: str | None = None


@dataclass(frozen=True, slots=True)
class PersonCheck:
    """Whether somebody can be chosen. With options: whether at least one of them can."""

    person: str
    eligible: bool
    findings: tuple[Finding, ...]
    warned: tuple[Finding, ...]
    possible_from: str | None
    options: tuple[OptionCheck, ...]
    satisfied: tuple[str, ...]  # labels of the rules that hold, for the panel


class Picker:
    """Judges many people for one card. What does not depend on the person is worked out once."""

    def __init__(
        self, pack: Pack, view: View, service: str, card: str, today: date, *, form: Mapping[str, Any] | None = None
    ) -> None:
        self._view, self._card = view, card
        base = {
            "today": today.isoformat(),
            "config": in_force(pack.parameters, view.config, today),
            **unit_facts(view, None),
            "account": account_facts(view),
            "request": {key: value for key, value in ((form or {}).get("values") or {}).items() if value is not None},
            "rows": [],
        }
        self._question = Question(pack, service, base)
        self._service = self._question.service.card_service(card)
        self._rules = rules_at(self._service, "submit", "row")
        self._group_rules = rules_at(self._question.service, "submit", "group")
        self._apart = next((field for field in self._service.spec.item if field.judged_apart), None)
        key = self._apart.key if self._apart is not None else ""
        self._apart_rules = [rule for rule in self._rules if key in rule.request_keys]
        self._mates = _mates(self._question, form)

    def check(self, person: str, values: Mapping[str, Any] | None = None, *, when: bool = True) -> PersonCheck:
        """`values`: what the row says already. `when`: also look for the first day on which it becomes possible."""
        given = {key: value for key, value in (values or {}).items() if not is_empty(value)}
        facts = self._env(person_facts(self._view, person))
        whole = self._frames(person, facts, given)
        common = [finding for frame in whole for finding in frame.findings()]
        blocked = any(each.severity is Severity.BLOCK for each in common)
        options = self._options(person, facts, given, blocked, when) if self._apart is not None else ()
        if self._apart is not None and not options:  # nothing to choose from: that is what the rules will say
            whole = self._frames(person, facts, given, known=self._apart.key)
            common = [finding for frame in whole for finding in frame.findings()]
        blocking = [each for each in common if each.severity is Severity.BLOCK]
        if options and not blocking and not any(each.eligible for each in options):
            blocking = list(dict.fromkeys(finding for option in options for finding in option.findings))
        eligible = not blocking
        day = None
        if when and not eligible:
            days = [each.possible_from for each in options if each.possible_from]
            day = min(days, default=None) if options else _iso(possible_from(whole))
        return PersonCheck(
            person,
            eligible,
            tuple(blocking),
            tuple(each for each in common if each.severity is Severity.WARN),
            day,
            options,
            tuple(
                rule.spec.label
                for frame in whole
                for rule in frame.rules
                if rule.spec.label and rule.spec.severity == "block" and frame.holds(rule) is True
            ),
        )

    def _env(self, facts: Mapping[str, Any]) -> Env:
        """The world of one person, before anything is filled in."""
        return self._question.env.overlaid(self._question.pack.fact_reader.read_some(facts))

    def _with(self, env: Env, values: Mapping[str, Any]) -> Env:
        reader = self._question.pack.fact_reader
        asked = {**self._question.given["request"], **{k: v for k, v in values.items() if k in reader.request_keys}}
        return env.overlaid(reader.read_some({"request": asked}))

    def _frames(self, person: str, outer: Env, values: Mapping[str, Any], *, known: str = "") -> list[Frame]:
        env = self._with(outer, values)
        unfilled = frozenset(field.key for field in self._service.spec.item if _unfilled(field, values)) - {known}
        part = self._service.id
        made = [Frame(self._service, env, self._rules, _PICKED, self._card, part, unfilled=unfilled)]
        combined = self._question.service
        if combined is not self._service:
            items = [*self._mates.get(person, ()), {**env.facts["request"], "service": part}]
            request = {**env.facts["request"], "items": items}
            made.append(Frame(combined, env.overlaid({"request": request}), self._group_rules, _PICKED, self._card))
        return made

    def _options(
        self, person: str, outer: Env, values: Mapping[str, Any], blocked: bool, when: bool
    ) -> tuple[OptionCheck, ...]:
        field = self._apart
        assert field is not None
        made = []
        for value, label in self._offered(field, outer, values):
            chosen = {**values, field.key: [value] if field.type in ("certificates", "choices") else value}
            env = self._with(outer, chosen)
            frame = Frame(self._service, env, self._apart_rules, _PICKED, self._card, self._service.id)
            failing = tuple(finding for finding in frame.findings() if finding.severity is Severity.BLOCK)
            eligible = not failing and not blocked
            day = _iso(possible_from(self._frames(person, outer, chosen))) if when and not eligible else None
            made.append(OptionCheck(value, label, eligible, failing, day))
        return tuple(made)

    def _offered(self, field: FieldSpec, outer: Env, values: Mapping[str, Any]) -> list[tuple[str, str]]:
        labels = option_labels(self._service, field)
        if field.offers is None:
            return list(labels.items())
        offered = self._service.offers(field)(self._with(outer, values))
        return [(str(each), labels.get(str(each), str(each))) for each in offered] if isinstance(offered, list) else []

    def values(self, person: str | None, values: Mapping[str, Any]) -> dict[str, Any]:
        """The row's fields with their defaults, and those that follow from the others."""
        outer, made = self._env(person_facts(self._view, person)), dict(values)
        for field in self._service.spec.item:
            rule = self._service.computed_field(field) or (
                self._service.default(field) if is_empty(made.get(field.key)) else None
            )
            value = rule(self._with(outer, _given(made))) if rule is not None else None
            if value is not UNKNOWN and value is not None:
                made[field.key] = value
        return made


def _unfilled(field: FieldSpec, values: Mapping[str, Any]) -> bool:
    """A field that the picker cannot know yet. One with a default counts as filled in with it."""
    return field.key not in values and (field.judged_apart or (field.required is not False and field.default is None))


def _mates(question: Question, form: Mapping[str, Any] | None) -> dict[str, list[dict[str, Any]]]:
    """What each person asks for already in other cards of the form."""
    made: dict[str, list[dict[str, Any]]] = {}
    for card, row in form_rows(question.service, form or {}):
        part = question.service.card_service(card)
        if part is not question.service and row.get("person"):
            made.setdefault(row["person"], []).append({**(row.get("values") or {}), "service": part.id})
    return made


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def check_person(
    pack: Pack,
    view: View,
    service: str,
    card: str,
    person_id: str,
    today: date,
    values: Mapping[str, Any] | None = None,
) -> PersonCheck:
    """One person for one card. For many people make one Picker."""
    return Picker(pack, view, service, card, today).check(person_id, values)


def row_values(
    pack: Pack,
    view: View,
    service: str,
    card: str,
    person_id: str | None,
    today: date,
    values: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What a row's fields start with, and those that follow from the others, as far as they can be worked out."""
    return Picker(pack, view, service, card, today).values(person_id, values or {})


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if not is_empty(value)}
