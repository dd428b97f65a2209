"""A question put to a pack: its facts read and typed once, and the rows it is about laid over them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from domain.expressions.env import Env
from domain.expressions.unknown import UNKNOWN
from domain.judging import Frame, rules_at
from domain.packs.facts import FactError
from domain.packs.pack import Pack
from domain.packs.parameters import overlay
from domain.packs.service import Service


class CannotAsk(ValueError):
    """A question that makes no sense: an unknown kind or service, or a malformed fact. One clear sentence."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a question, with its facts in place of those outside the rows."""

    id: str
    card: str
    service: Service
    person: str
    env: Env
    given: Mapping[str, Any]
    materials: tuple[str, ...]
    laid: Mapping[str, Any]  # facts of its own, as they were read


class Question:
    """One service asked about, with everything given."""

    def __init__(self, pack: Pack, service: str, facts: Mapping[str, Any]) -> None:
        if not isinstance(facts, Mapping):
            raise CannotAsk("given 应为一组键和值")
        if service not in pack.services:
            raise CannotAsk(f"规则包 {pack.id} 没有业务“{service}”")
        self.pack = pack
        self.service = pack.services[service]
        if self.service.kind == "card":
            facts = _one_item(service, facts)
        self.given = facts
        try:
            self.params = overlay(pack.defaults, pack.parameters, facts.get("config"))
            self.env = Env(pack.fact_reader.read(facts), self.params)
            self.rows = self._rows(facts.get("rows"))
        except FactError as error:
            raise CannotAsk(str(error)) from None

    def told(self, more: Mapping[str, Any]) -> "Question":
        """The same question with some facts more: the others are not read again."""
        other = Question.__new__(Question)
        vars(other).update(vars(self))
        try:
            other.env = self.env.overlaid(self.pack.fact_reader.read_some(more))
        except FactError as error:
            raise CannotAsk(str(error)) from None
        other.given = {**self.given, **more}
        if self.rows is not None:
            other.rows = tuple(replace(row, env=other.env.overlaid(row.laid)) for row in self.rows)
        return other

    def _rows(self, given: Any) -> tuple[Row, ...] | None:
        """None where the question has no rows at all."""
        if given is None:
            return None
        if not isinstance(given, list | tuple):
            raise FactError("事实 rows 应为列表")
        rows = []
        for at, each in enumerate(given):
            if not isinstance(each, Mapping):
                raise FactError(f"事实 rows[{at}] 应为一组键和值")
            rows.append(self._row(at, each))
        return tuple(rows)

    def _row(self, at: int, given: Mapping[str, Any]) -> Row:
        reader, row_id = self.pack.fact_reader, str(given.get("row", at + 1))
        card = str(given.get("card") or given.get("service") or "")
        service = self.service.card_service(card)
        if service is self.service and self.service.spec.combined and str(given.get("service")) in self.pack.services:
            service = self.pack.services[str(given["service"])]
        request = given.get("request") if isinstance(given.get("request"), Mapping) else {}
        outer = self.given.get("request") if isinstance(self.given.get("request"), Mapping) else {}
        own = {key: value for key, value in given.items() if key in reader.request_keys}
        facts = {key: value for key, value in given.items() if key in reader.names and key not in ("request", "today")}
        merged = {**(outer or {}), **(request or {}), **own}
        if service is not self.service:
            merged.pop("items", None)
        laid = reader.read_some({**facts, "request": merged})
        person = given.get("person")
        key = person.get("id") if isinstance(person, Mapping) else None
        materials = given.get("materials") or ()
        if not isinstance(materials, list | tuple):
            raise FactError(f"事实 rows[{at}].materials 应为列表")
        return Row(
            row_id,
            card,
            service,
            str(key) if key else f"row {row_id}",
            self.env.overlaid(laid),
            given,
            tuple(str(each) for each in materials),
            laid,
        )

    def frames(self, stage: str) -> list[Frame]:
        """What is judged at that stage: the form, each row, and in a combined form each part of what a person asks."""
        if self.service.combined_items is not None:
            return self._combined(stage)
        if self.rows is None:
            return [Frame(self.service, self.env, rules_at(self.service, stage), stage=stage)]
        made = [Frame(self.service, self.env, rules_at(self.service, stage, "form"), stage=stage)]
        rules = rules_at(self.service, stage, "row", "group")
        made.extend(Frame(self.service, row.env, rules, row.id, row.card, stage=stage) for row in self.rows)
        return made

    def _combined(self, stage: str) -> list[Frame]:
        service, combined = self.service, self.service.combined_items
        assert combined is not None
        if self.rows is None:
            made = [Frame(service, self.env, rules_at(service, stage))]
            return [*made, *self._parts(stage, self.env, combined(self.env), None, "")]
        made = [Frame(service, self.env, rules_at(service, stage, "form"))]
        groups: dict[str, list[Row]] = {}
        for row in self.rows:
            groups.setdefault(row.person, []).append(row)
        rules = rules_at(service, stage, "row", "group")
        for row in self.rows:
            items = [item for mate in groups[row.person] for item in self._items(mate)]
            request = {**row.env.facts["request"], "items": items}
            made.append(Frame(service, row.env.overlaid({"request": request}), rules, row.id, row.card))
            if row.service is not service:
                made.append(Frame(row.service, row.env, rules_at(row.service, stage), row.id, row.card, row.service.id))
            else:
                made.extend(self._parts(stage, row.env, combined(row.env), row.id, row.card))
        return made

    def _items(self, row: Row) -> list[Any]:
        if row.service is not self.service:
            return [{**row.env.facts["request"], "service": row.service.id}]
        assert self.service.combined_items is not None
        items = self.service.combined_items(row.env)
        return items if isinstance(items, list) else []

    def _parts(self, stage: str, env: Env, items: Any, row: str | None, card: str) -> list[Frame]:
        made: list[Frame] = []
        for item in items if isinstance(items, list) else []:
            part = self.pack.services.get(str(item.get("service"))) if isinstance(item, Mapping) else None
            if part is None or part is self.service:
                continue
            try:
                laid = self.pack.fact_reader.read_some({"request": item})
            except FactError as error:
                raise CannotAsk(str(error)) from None
            made.append(Frame(part, env.overlaid(laid), rules_at(part, stage), row, card, part.id))
        return made


def _one_item(service: str, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """A card asked about by itself is an application with one item of its service, unless its items are given."""
    application = facts.get("application")
    if application is not None and (not isinstance(application, Mapping) or application.get("items") is not None):
        return facts
    return {**facts, "application": {**(application or {}), "items": [{"service": service}]}}


def is_given(value: Any) -> bool:
    """Whether a fact was told, by the question or by a default."""
    return value is not UNKNOWN and value is not None
