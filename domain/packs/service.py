"""One service of a pack, ready to be asked. Its parts are compiled when first needed, all of them by `check`."""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from domain.expressions.compiling import Compiled
from domain.packs.compiling import Builder
from domain.packs.errors import Path
from domain.packs.forms import CardSpec, FieldSpec
from domain.packs.rules import Action, Fee, Material, Rule
from domain.packs.services import ServiceSpec, StateSpec

if TYPE_CHECKING:
    from domain.packs.pack import Origin, Pack


class Service:
    """A thing one can apply for, or a question one can ask."""

    def __init__(self, pack: "Pack", spec: ServiceSpec, origin: "Origin") -> None:
        self.pack = pack
        self.spec = spec
        self._origin = origin

    @property
    def id(self) -> str:
        return self.spec.service

    @property
    def label(self) -> str:
        return self.spec.name

    @property
    def kind(self) -> str:
        return self.spec.kind

    @property
    def fields(self) -> list[FieldSpec]:
        """The form's own fields, those of a payment included."""
        return [*self.spec.fields, *(self.spec.payment.fields if self.spec.payment else [])]

    @cached_property
    def cards(self) -> dict[str, CardSpec]:
        return {card.key: card for card in self.spec.cards}

    def card_service(self, card: str) -> "Service":
        """The service whose rules the rows of a card follow."""
        found = self.cards.get(card)
        part = found.service if found is not None else None
        return self.pack.services.get(part, self) if part else self

    def row_fields(self, card: str) -> tuple[FieldSpec, ...]:
        return self.card_service(card).spec.item

    @cached_property
    def builder(self) -> Builder:
        return Builder(self.pack, self._origin, self.spec.define)

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """All rules by id: those of the sets it uses, then its own."""
        made: dict[str, Rule] = {}
        for name in self.spec.use:
            if name not in self.pack.spec.rule_sets:
                self.builder.trouble(("use",), f"规则包里没有条件组“{name}”")
            for spec in self.pack.spec.rule_sets.get(name, ()):
                made[spec.id] = self.builder.rule(spec, ("rule_sets", name))
        for at, spec in enumerate(self.spec.rules):
            if spec.id in made:
                self.builder.trouble(("rules", at), f"条件 {spec.id} 在这里有两条")
            made[spec.id] = self.builder.rule(spec, ("rules", at))
        for rule in made.values():
            for other in {*rule.spec.unless_failed, *rule.holds.rules, *(rule.when.rules if rule.when else ())}:
                if other not in made:
                    self.builder.trouble(("rules",), f"{rule.id} 提到的 {other} 不是这项业务的条件")
        return made

    @cached_property
    def materials(self) -> tuple[Material, ...]:
        return tuple(self.builder.material(spec, ("materials", at)) for at, spec in enumerate(self.spec.materials))

    @cached_property
    def fees(self) -> tuple[Fee, ...]:
        return tuple(self.builder.fee(spec, ("fees", at)) for at, spec in enumerate(self.spec.fees))

    @cached_property
    def workflow(self) -> "Service":
        """The service whose states these are: this one, or the one it follows."""
        follows = self.spec.workflow.follows if self.spec.workflow else None
        return self.pack.services.get(follows, self) if follows else self

    @property
    def states(self) -> dict[str, StateSpec]:
        flow = self.workflow.spec.workflow
        return flow.states if flow else {}

    @cached_property
    def actions(self) -> dict[str, tuple[Action, ...]]:
        """What can be done, by state, in the order in which it is tried. `none` is where nothing exists yet."""
        flow = self.spec.workflow
        if flow is None:
            return {}
        made: dict[str, list[Action]] = {}
        for state, spec in flow.states.items():
            where: Path = ("workflow", "states", state, "actions")
            made[state] = [self.builder.action(each, spec.actor, (*where, at)) for at, each in enumerate(spec.actions)]
        for at, shared in enumerate(flow.everywhere):
            for state in shared.states:
                where = ("workflow", "everywhere", at, "actions")
                if state not in flow.states:
                    self.builder.trouble(where, f"没有状态“{state}”")
                actor = flow.states[state].actor if state in flow.states else None
                made.setdefault(state, []).extend(
                    self.builder.action(each, actor, (*where, number)) for number, each in enumerate(shared.actions)
                )
        for state, actions in made.items():
            for action in actions:
                if action.spec.to not in flow.states:
                    self.builder.trouble(
                        ("workflow", "states", state),
                        f"“{action.spec.do}”要转到“{action.spec.to}”，没有这个状态",
                    )
        return {state: tuple(actions) for state, actions in made.items()}

    @cached_property
    def calendar(self) -> dict[str, Compiled]:
        return {key: self.builder.compile(text, ("calendar", key)) for key, text in self.spec.calendar.items()}

    @cached_property
    def document(self) -> dict[str, Compiled]:
        return {key: self.builder.compile(text, ("document", key)) for key, text in self.spec.document.items()}

    @cached_property
    def computed(self) -> dict[str, Compiled]:
        return {key: self.builder.compile(text, ("computed", key)) for key, text in self.spec.computed.items()}

    @cached_property
    def combined_items(self) -> Compiled | None:
        combined = self.spec.combined
        return self.builder.compile(combined.items, ("combined", "items")) if combined else None

    def shown(self, field: FieldSpec) -> Compiled | bool:
        return self._condition(field, "shown", field.shown)

    def required(self, field: FieldSpec) -> Compiled | bool:
        return self._condition(field, "required", field.required)

    def offers(self, field: FieldSpec) -> Compiled:
        return self._expression(field, "offers", field.offers or "[]")

    def default(self, field: FieldSpec) -> Compiled | None:
        return self._expression(field, "default", field.default) if field.default is not None else None

    def computed_field(self, field: FieldSpec) -> Compiled | None:
        return self._expression(field, "computed", field.computed) if field.computed is not None else None

    def _expression(self, field: FieldSpec, key: str, text: str) -> Compiled:
        made = self._expressions.get(text)
        if made is None:
            made = self._expressions[text] = self.builder.compile(text, ("fields", field.key, key))
        return made

    @cached_property
    def _expressions(self) -> dict[str, Compiled]:
        return {}

    def _condition(self, field: FieldSpec, key: str, value: bool | str) -> Compiled | bool:
        if isinstance(value, bool):
            return value
        made: Compiled | bool | None = self._conditions.get((field.key, value))
        if made is None:
            made = self._conditions[field.key, value] = self.builder.condition(value, ("fields", field.key, key))
        return made

    @cached_property
    def _conditions(self) -> dict[tuple[str, str], Compiled | bool]:
        return {}

    def everything(self) -> Iterator[object]:
        """Compiles all of it; afterwards `builder.problems` says what is wrong."""
        spec = self.spec
        yield from (self.rules, self.materials, self.fees, self.actions, self.calendar, self.document, self.computed)
        yield self.combined_items
        for field in (*self.fields, *spec.item, *(f for state in self.states.values() for f in state.fields)):
            yield from (self.shown(field), self.required(field))
            yield from (self.offers(field), self.default(field), self.computed_field(field))
            if isinstance(field.options, str) and not (
                field.options in self.pack.spec.enums or field.options in self.pack.spec.parameters
            ):
                self.builder.trouble(("fields", field.key), f"规则包里没有选项或参数“{field.options}”")
        self._references()

    def _references(self) -> None:
        spec, services = self.spec, self.pack.spec.services
        named = [spec.fees_of, spec.workflow.follows if spec.workflow else None, *(card.service for card in spec.cards)]
        for name in named:
            if name is not None and name not in services:
                self.builder.trouble(("service",), f"规则包里没有业务“{name}”")
        for role in spec.applicant:
            if role not in self.pack.spec.actors:
                self.builder.trouble(("applicant",), f"规则包里没有办事角色“{role}”")
        for rule in self.rules.values():
            after = rule.spec.next_service
            if after is not None and after not in services:
                self.builder.trouble(("rules",), f"{rule.id} 的 next_service：规则包里没有业务“{after}”")
        for fee in spec.fees:
            if fee.bill not in self.pack.spec.bill_kinds:
                self.builder.trouble(("fees",), f"{fee.id}：规则包里没有账单种类“{fee.bill}”")
        for template in spec.templates:
            if template not in self.pack.spec.documents:
                self.builder.trouble(("templates",), f"规则包里没有文书“{template}”")
