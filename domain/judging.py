"""Rules over facts: which apply, which fail, what they say. A finding for each that fails, never only the first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.expressions.env import Env
from domain.expressions.functions import as_text
from domain.expressions.unknown import UNKNOWN
from domain.operations import Finding, Severity
from domain.packs.rules import PLACEHOLDER, Rule, Says
from domain.packs.service import Service


@dataclass(slots=True)
class Frame:
    """One thing that is judged: a form, or one row of it, with the facts as they stand for that row."""

    service: Service
    env: Env
    rules: Sequence[Rule]
    row: str | None = None
    card: str = ""
    part: str = ""  # the service of the row, where a form combines several
    stage: str = "submit"
    unfilled: frozenset[str] = frozenset()  # row fields not filled in yet: rules that need them are not asked
    _outcomes: dict[str, bool | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        facts = dict(self.env.facts)
        facts["service"] = {"id": self.service.id, "name": self.service.label}
        facts["stage"] = self.stage
        facts["failed rules"] = self.failed
        self.env = Env(facts, self.env.params)

    def on(self, env: Env) -> "Frame":
        """The same row in another world."""
        return Frame(self.service, env, self.rules, self.row, self.card, self.part, self.stage, self.unfilled)

    def failed(self, rule_id: str, env: Env | None = None) -> bool:
        """Whether a rule of this service is reported as failing here."""
        rule = self.service.rules.get(rule_id)
        return rule is not None and self.holds(rule) is False

    def holds(self, rule: Rule) -> bool | None:
        """None: it does not apply. A rule whose facts are missing does not hold."""
        if rule.id not in self._outcomes:
            self._outcomes[rule.id] = None  # a rule that asks about itself does not apply
            self._outcomes[rule.id] = self._judge(rule)
        return self._outcomes[rule.id]

    def _judge(self, rule: Rule) -> bool | None:
        if self.unfilled and (self.unfilled & rule.request_keys or self.unfilled.intersection(rule.spec.needs)):
            return None
        if rule.when is not None and rule.when(self.env) is False:
            return None
        if any(self.failed(other) for other in rule.spec.unless_failed):
            return None
        return rule.holds(self.env) is True

    def failing(self, severity: str) -> list[Rule]:
        """Rules of that severity that fail. A warning speaks up only when it is sure."""
        return [
            rule
            for rule in self.rules
            if rule.spec.severity == severity
            and self.holds(rule) is False
            and (severity == "block" or rule.holds(self.env) is False)
        ]

    def findings(self) -> list[Finding]:
        """Everything that fails here, in the order of the pack."""
        failing = {rule.id for severity in ("block", "warn") for rule in self.failing(severity)}
        return [self.finding(rule) for rule in self.rules if rule.id in failing]

    def finding(self, rule: Rule) -> Finding:
        spec = rule.spec
        place = spec.field or spec.material or ""
        return Finding(
            rule=rule.id,
            message=message(rule, self.env, self.service.pack.spec.required.unknown),
            severity=Severity(spec.severity),
            clause=spec.clause,
            short=spec.short,
            path=row_path(self.card, self.row, place),
            row=self.row,
            next_service=spec.next_service,
            contact=spec.contact,
            about=_about(rule, self.env),
        )


def row_path(card: str, row: str | None, place: str) -> str:
    """`card[row].place`, or the place alone where it concerns the whole form."""
    if row is None:
        return place
    return f"{card}[{row}].{place}" if place else f"{card}[{row}]"


def message(rule: Rule, env: Env, unknown: str) -> str:
    """What the rule says of these facts: the first message that fits, with its values filled in."""
    chosen = _said(rule, env)
    if chosen is None:
        return rule.spec.label or rule.id
    text = fill(chosen.text, {name: value(env) for name, value in chosen.values.items()})
    return text + unknown if rule.holds(env) is UNKNOWN else text


def _said(rule: Rule, env: Env) -> Says | None:
    """The first that fits, or the last."""
    fitting = (says for says in rule.says if says.when is None or says.when(env) is True)
    return next(fitting, rule.says[-1] if rule.says else None)


def _about(rule: Rule, env: Env) -> str | None:
    chosen = _said(rule, env)
    found = chosen.about(env) if chosen is not None and chosen.about is not None else None
    return found if isinstance(found, str) and found else None


def fill(text: str, values: Mapping[str, Any]) -> str:
    """The text with `{name}` replaced by the values."""
    return PLACEHOLDER.sub(lambda found: as_text(values.get(found[1], UNKNOWN)), text)


def rules_at(service: Service, stage: str, *scopes: str) -> list[Rule]:
    """The rules of a service that speak at a stage, for these scopes (all, if none is named)."""
    return [
        rule
        for rule in service.rules.values()
        if stage in rule.spec.stage and (not scopes or rule.spec.scope in scopes)
    ]
