"""What a parameter's new value would change: judged twice, once as it is and once as it would be. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from domain.checking import check_form
from domain.entities import Config
from domain.expressions.compiling import Compiled
from domain.judging import rules_at
from domain.operations import Severity
from domain.packs.pack import Pack
from domain.packs.service import Service
from domain.picking import Picker
from domain.questions import CannotAsk
from domain.view import View


@dataclass(frozen=True, slots=True)
class Change:
    """One form or person that would be judged otherwise; `gains`: it would become possible, `loses`: the reverse."""

    name: str
    about: str
    gains: bool
    loses: bool
    before: tuple[str, ...]  # rules that fail
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a parameter from a day on."""

    key: str
    value: Any
    since: date


def with_value(view: View, new: Value) -> View:
    """The same world after the parameter was set."""
    entity = f"config/{new.key}"
    body: Mapping[str, Any] = view.config.get(entity, {"id": entity, "key": new.key})
    since = new.since.isoformat()
    values = [one for one in body.get("values") or () if one.get("since") != since]
    changed = {**body, "values": sorted([*values, {"value": new.value, "since": since}], key=lambda one: one["since"])}
    return replace(view, config={**view.config, entity: cast(Config, changed)})


def cards_reading(pack: Pack, key: str) -> tuple[tuple[str, str], ...]:
    """(service, card) of every card for people whose rules or fields may look at this parameter."""
    return tuple(
        (service.id, card)
        for service in pack.services.values()
        for card, spec in service.cards.items()
        if spec.adds == "person" and any(key in one.parameters for one in _looked_at(service, card))
    )


def _looked_at(service: Service, card: str) -> Iterator[Compiled]:
    own = service.card_service(card)
    rules = [*rules_at(own, "submit", "row"), *rules_at(service, "submit", "group")]
    for rule in rules:
        yield from (one for one in (rule.when, rule.holds) if one is not None)
    for field in own.spec.item:
        yield from (one for one in (own.offers(field), own.default(field)) if isinstance(one, Compiled))


class PersonTrial:
    """Everybody for one card, as it is and as it would be."""

    def __init__(self, pack: Pack, view: View, service: str, card: str, day: date, new: Value) -> None:
        self._names = {person: str(body.get("name") or "") for person, body in view.people.items()}
        self._about = pack.services[service].cards[card].label
        self._now = Picker(pack, view, service, card, day)
        self._then = Picker(pack, with_value(view, new), service, card, day)

    def check(self, person: str) -> Change | None:
        """None: nothing would be different."""
        now, then = self._now.check(person, when=False), self._then.check(person, when=False)
        before = tuple(sorted({finding.rule for finding in now.findings}))
        after = tuple(sorted({finding.rule for finding in then.findings}))
        if (now.eligible, before) == (then.eligible, after):
            return None
        gains, loses = then.eligible and not now.eligible, now.eligible and not then.eligible
        return Change(self._names.get(person, ""), self._about, gains, loses, before, after)


def form_trial(pack: Pack, view: View, application: Mapping[str, Any], day: date, new: Value) -> Change | None:
    """An open application, as it is and as it would be: its findings, and what it would cost. None: no difference."""
    service, form = str(application.get("service")), application.get("form") or {}
    if service not in pack.services:
        return None
    try:
        now, then = (
            check_form(pack, world, service, form, day, application=application)
            for world in (view, with_value(view, new))
        )
    except CannotAsk:
        return None
    before, after = (
        tuple(sorted({one.rule for one in check.findings if one.severity is Severity.BLOCK})) for check in (now, then)
    )
    costs = [[bill.get("total") for bill in check.bills] for check in (now, then)]
    if (now.ok, before, costs[0]) == (then.ok, after, costs[1]):
        return None
    about = pack.services[service].label
    return Change(
        str(application.get("number") or ""), about, then.ok and not now.ok, now.ok and not then.ok, before, after
    )
