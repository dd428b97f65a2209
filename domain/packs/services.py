"""How a pack describes a service: its form, rules, workflow, fees, and the answers that follow from facts."""

from typing import Any, Literal

from pydantic import Field

from domain.packs.base import Expr, Id, Part, Text
from domain.packs.forms import CardSpec, FieldSpec, MaterialSpec, RuleSpec


class EffectUse(Part):
    """An effect that happens only under a condition."""

    effect: Id
    when: Expr


class ActionSpec(Part):
    """What an actor may do in a state, and where it leads. Of several that fit, the first counts."""

    do: Id
    by: list[str] | str | None = None  # actors; without it the actor of the state
    label: str = ""
    when: Expr | None = None
    to: Text
    effects: tuple[Id | EffectUse, ...] = ()
    notify: Expr | str = "none"
    reason: Literal["none", "optional", "required"] = "none"
    fixed_reason: str | None = None
    rules: tuple[Id, ...] = ()  # asked with this action
    materials: tuple[Id, ...] = ()
    fires: str | None = None  # the action carried out on every covered application
    keeps: tuple[str, ...] = ()  # what survives, such as a paid bill
    fields: tuple[str, ...] = ()  # fields of the state's own form that this action sends
    confirm: str = ""
    hidden: bool = False  # understood, but not offered: another word for an action beside it
    clause: str = ""


class StateSpec(Part):
    """A place in the workflow: who has it, what it is called, what may be changed and done."""

    label: Text
    labels: dict[str, str] = Field(default_factory=dict)  # another word for the same state, by desk role
    actor: str | None = None
    category: Literal["draft", "review", "pay", "confirm", "study", "done", "returned", "closed"] = "review"
    outcome: Literal["open", "completed", "closed"] = "open"
    editable: tuple[Literal["form", "rows", "payment"], ...] = ()
    locked_for: tuple[str, ...] = ()
    fields: tuple[FieldSpec, ...] = ()  # completed only here
    actions: tuple[ActionSpec, ...] = ()
    explain: str = ""
    timers: tuple[dict[str, Any], ...] = ()
    clause: str = ""


class EverywhereSpec(Part):
    """Actions that several states share."""

    states: list[str]
    actions: list[ActionSpec]


class WorkflowSpec(Part):
    """The states of a service, or the service whose workflow it follows."""

    follows: str | None = None
    states: dict[str, StateSpec] = Field(default_factory=dict)
    everywhere: tuple[EverywhereSpec, ...] = ()
    row_states: dict[str, StateSpec] = Field(default_factory=dict)


class FeeSpec(Part):
    """One named part of what is owed. An amount that is not set blocks the bill; it is never zero."""

    id: Id
    type: Id
    bill: Id
    label: Text
    clause: str = ""
    each: Expr  # a list; its element is `item`
    person: Expr | None = None
    row: Expr | None = None
    quantity: Expr = "1"
    amount: Expr  # yuan for one
    receipt: str = ""
    moment: str = ""  # the state or action after which it is owed, in words


class PaymentSpec(Part):
    """How money is sent: when, with which fields, for how many businesses at once."""

    moment: Literal["none", "before", "after-state"] = "none"
    combine: Literal["never", "allowed"] = "allowed"
    remark: str = ""
    fields: tuple[FieldSpec, ...] = ()
    bills: tuple[str, ...] = ()


class ComposeSpec(Part):
    """One form for several services: each row or item follows the service it names."""

    items: Expr = "request.items"


class ServiceSpec(Part):
    """A thing one can apply for, or a question one can ask (kind `check`)."""

    service: Id
    name: Text
    clause: str = ""
    kind: Literal["form", "combined", "card", "payment", "batch", "direct-edit", "message", "query", "check"] = "form"
    applicant: tuple[str, ...] = ()
    subject: Literal["person", "unit", "none"] = "person"
    menu: bool = False
    gates: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    intro: str = ""
    pledge: str = ""
    define: dict[str, Expr] = Field(default_factory=dict)
    use: tuple[str, ...] = ()
    combined: ComposeSpec | None = None
    cards: tuple[CardSpec, ...] = ()
    fields: tuple[FieldSpec, ...] = ()
    item: tuple[FieldSpec, ...] = ()
    rules: tuple[RuleSpec, ...] = ()
    materials: tuple[MaterialSpec, ...] = ()
    workflow: WorkflowSpec | None = None
    fees: tuple[FeeSpec, ...] = ()
    fees_of: str | None = None
    payment: PaymentSpec | None = None
    calendar: dict[str, Expr] = Field(default_factory=dict)
    document: dict[str, Expr] = Field(default_factory=dict)
    computed: dict[str, Expr] = Field(default_factory=dict)
    result: str = ""
    templates: tuple[Id, ...] = ()
    delivery: dict[str, Any] = Field(default_factory=dict)
    help_topics: tuple[Id, ...] = Field(default=(), alias="help")
    contact: str | None = None


class TableSpec(Part):
    """A table the association keeps, such as hours and fees by specialty."""

    table: Id
    name: Text
    clause: str = ""
    columns: list[FieldSpec]
    rows: tuple[dict[str, Any], ...] = ()
    parameter: str | None = None
