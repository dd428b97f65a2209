"""How a pack describes what people fill in: fields, cards, the papers they attach, and the checks on both."""

from typing import Any, Literal

from pydantic import Field, model_validator

from domain.packs.base import FIELD_KEY, Condition, Expr, Id, Part, Severity, Stage, Text, Values

FieldType = Literal[
    "text", "long-text", "int", "money", "bool", "date", "month", "choice", "choices", "ordered", "certificates",
    "agency", "mobile", "email", "identity", "unit", "person", "quantity", "lookup", "pledge", "note", "file",
]  # fmt: skip


class FieldSpec(Part):
    """One field of a form or of a row."""

    key: str = Field(pattern=FIELD_KEY)
    label: Text
    type: FieldType = "text"
    required: Condition = False
    options: str | list[Text] | None = None  # an enumeration, a parameter that holds a list, or the options themselves
    options_when: dict[str, Expr] = Field(default_factory=dict)  # an option is offered only where this holds
    default: Expr | None = None
    shown: Condition = True
    computed: Expr | None = None
    read_only: bool = False
    judged_apart: bool = False  # the picker judges each option by itself
    offers: Expr | None = None  # the options of this very person
    pattern: str | None = None
    max_length: int | None = None
    least: int | None = None
    most: int | None = None
    measure: str | None = None  # unit of measure, options of it
    fills: dict[str, str] = Field(default_factory=dict)
    placeholder: str = ""
    help: str = ""
    clause: str = ""
    renamed_from: str | None = None
    locked_from: tuple[str, ...] = ()  # states from which nobody changes it any more


class SaysSpec(Part):
    """One of several messages of a rule: the first whose condition holds is the one."""

    when: Expr | None = None
    finding: Text
    values: Values = Field(default_factory=dict)
    about: Expr | None = None  # id of the bill, application or study task that stands in the way


class RuleSpec(Part):
    """A condition. Where it does not hold it is a finding: what is wrong, and what to do."""

    id: Id
    clause: str = ""
    label: str = ""
    stage: tuple[Stage, ...] = ("submit",)
    severity: Severity = "block"
    scope: Literal["row", "form", "group"] = "row"
    when: Expr | None = None  # otherwise the rule does not apply and is not reported
    unless_failed: tuple[Id, ...] = ()  # another rule already names the cause
    holds: Expr
    needs: tuple[str, ...] = ()  # row fields without which the picker does not ask yet
    field: str | None = None
    material: str | None = None
    finding: Text | None = None
    says: tuple[SaysSpec, ...] = ()
    values: Values = Field(default_factory=dict)
    about: Expr | None = None  # as with `says`
    short: str = Field(default="", max_length=8)
    next_service: str | None = None
    contact: str | None = None

    @model_validator(mode="after")
    def _speaks(self) -> "RuleSpec":
        if self.severity != "info" and not self.finding and not self.says:
            raise ValueError("条件要说明哪里不对、怎么办：请写 finding 或 says")
        return self


class MaterialSpec(Part):
    """A paper the service asks for."""

    id: Id
    rule: Id | None = None
    label: Text
    clause: str = ""
    scope: Literal["form", "row"] = "row"
    required: Condition = False
    asked: Condition = True  # otherwise it is not part of the question at all
    kind: Literal["electronic", "paper"] = "electronic"
    types: tuple[str, ...] | Expr = ()  # extensions; empty: the pack's
    max_mb: int | Expr | None = None
    max_bytes: int | Expr | None = None
    max_files: int | None = None
    pages: int | None = None
    photo: dict[str, Any] = Field(default_factory=dict)
    copies: dict[str, int] = Field(default_factory=dict)
    reuse: Condition = False  # what lies in the person's profile serves
    satisfied_by: tuple[Id, ...] = ()  # any of these in its place
    also: Expr | None = None  # anything else that serves in its place, such as an approved payment on file
    proof: Expr | None = None  # the subject that a proof must be about, where the paper is a proof
    signed_version_of: str | None = None  # a document of the pack
    hand_over: bool = False
    check: tuple[Text, ...] = ()  # what the reviewer looks at
    limit_rules: dict[Literal["types", "bytes", "files", "pages", "name"], Id] = Field(default_factory=dict)
    finding: Text | None = None
    short: str = Field(default="", max_length=8)


class CardSpec(Part):
    """A table of rows in a form. In a combined form each card follows the rules of a service of its own."""

    key: Id
    label: Text
    service: str | None = None
    least: int | None = None
    most: int | None = None
    adds: Literal["person", "bill", "application", "certificate", "free"] = "person"
    offers: Expr | None = None  # which bills or applications may be chosen


class DocumentSpec(Part):
    """A paper that the program makes."""

    id: Id
    label: Text
    clause: str = ""
    page: Literal["A4", "A4-landscape"] = "A4"
    title: Text
    intro: tuple[str, ...] = ()
    table: dict[str, Any] | None = None
    closing: tuple[str, ...] = ()
    blocks: tuple[dict[str, str], ...] = ()
    signed_version_of: str | None = None
    footnote: str = ""
