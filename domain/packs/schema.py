"""The whole of a pack as it is written down: who, which words, which facts, which services."""

from typing import Any, Literal

from pydantic import Field, model_validator

from domain.packs.base import DeskRole, Expr, Id, Part, Text, Values, Verb
from domain.packs.forms import DocumentSpec, RuleSpec
from domain.packs.services import ServiceSpec, TableSpec

FactType = Literal["text", "int", "number", "bool", "date", "month", "instant", "form", "map", "any"]


class FactSpec(Part):
    """One fact: a value (`is`), a group (`of`) or a list (`list`). Without a default, absent means unknown."""

    kind: FactType | None = Field(default=None, alias="is")
    of: "dict[str, FactSpec | FactType] | None" = None
    many: "dict[str, FactSpec | FactType] | FactType | None" = Field(default=None, alias="list")
    default: Any = None
    has_default: bool = False
    month_end: bool = False  # a date known only to the month means its last day
    optional: bool = False  # an absent list stays none: nothing was said about it
    source: str = ""

    @model_validator(mode="before")
    @classmethod
    def _notes_default(cls, written: Any) -> Any:
        if isinstance(written, dict) and "default" in written:
            return {**written, "has_default": True}
        return written

    @model_validator(mode="after")
    def _one_of(self) -> "FactSpec":
        if sum(each is not None for each in (self.kind, self.of, self.many)) != 1:
            raise ValueError("is、of、list 三者写且只写一个")
        return self


class ActorSpec(Part):
    """Somebody who acts in a workflow."""

    label: Text
    desk: DeskRole


class AccountsSpec(Part):
    """How accounts are called, and what judges those that a unit keeps for its own people."""

    login: dict[str, Text] = Field(default_factory=dict)  # by account role, in words
    sub_accounts: str | None = None  # the parameter that says how many of them a unit may have
    service: str | None = None  # whose permission rules judge one before it is saved
    taken: str | None = None  # the rule of it that fails where somebody else has the login
    listed: Text = "账号"  # what the list of them is called
    save: Text = "保存"  # and the button under one


class RoleSpec(Part):
    """A kind of account: the actor it acts as, and whether it may look after other accounts."""

    label: Text
    actor: str
    desk: DeskRole | None = None
    main: bool = False


class ActionWord(Part):
    """A name of an action, the verb it is, and the word on the button."""

    verb: Verb
    label: Text


class ParameterSpec(Part):
    """A value that the association may set. `default: null` means unset."""

    type: Literal["int", "money", "bool", "text", "date", "choice", "weekday", "time", "table", "list", "map"]
    label: Text
    default: Any = None
    group: Text = "其他"
    clause: str = ""
    unset: str = ""  # what stops while it is not set
    help: str = ""
    measure: str = ""
    options: dict[str, str] = Field(default_factory=dict)
    least: int | None = None
    most: int | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    row_key: str | None = None


class WriteSpec(Part):
    """One thing an effect changes, from a closed vocabulary."""

    op: Literal["set", "extend", "create", "close", "number", "notify", "queue"]
    kind: Id
    when: Expr | None = None
    each: Expr | None = None  # a list; its element is `item`
    target: Expr | None = None
    sequence: str | None = None  # the created entity is numbered from this sequence
    values: Values = Field(default_factory=dict)


class EffectSpec(Part):
    """A consequence by its id: the writes it means, or an explicit `none`."""

    label: str = ""
    clause: str = ""
    writes: Literal["none"] | list[WriteSpec]


class MenuSpec(Part):
    """An entry of the menu: a service, a view, or a group of entries."""

    label: Text
    service: str | None = None
    view: str | None = None
    shown: Expr | None = None
    help: str = ""
    items: "tuple[MenuSpec, ...]" = ()


class RenewalSpec(Part):
    """What is begun for people whose membership or certificate runs out: a card of a service."""

    of: Literal["membership", "certificate"]
    service: Id
    card: Id


class HelpSpec(Part):
    id: Id
    question: Text
    answer: Text
    clause: str = ""


class NotificationSpec(Part):
    id: Id
    event: Text
    channel: Text
    receiver: Text
    text: Text


class FileLimits(Part):
    """What may be attached, unless a material says otherwise. Values may be parameters."""

    types: Expr | list[str]
    max_mb: Expr | int
    finding_type: Text
    finding_size: Text
    finding_pages: Text = "“{材料}”的页数不对"
    short: str = Field(default="附件不符", max_length=8)
    finding_count: Text = "“{材料}”的文件太多"


class RequiredSpec(Part):
    """How an empty required field is reported."""

    id: Id
    finding: Text
    short: str = Field(default="未填", max_length=8)
    material: Text = "缺少材料：{材料}"
    material_short: str = Field(default="缺资料", max_length=8)
    malformed: Text = "“{字段}”填写不对：应为{要求}"
    malformed_short: str = Field(default="填写不对", max_length=8)
    duplicate: Text = "同一人在“{卡片}”里重复，请移出一行"
    duplicate_short: str = Field(default="重复", max_length=8)
    not_possible: Text = "“{状态}”时不能办理“{操作}”"
    reason: Text = "请填写原因"
    unknown: str = "（资料不全，无法判断）"
    parameter: Text = "“{参数}”尚未设置，暂不能办理。请联系协会"


class StudySpec(Part):
    """Which service's workflow study tasks follow, and which actions an exam result is."""

    service: str
    actor: str = "system"
    passed: Id
    failed: Id


class ViewSpec(Part):
    id: Id
    label: Text
    filters: dict[str, str] = Field(default_factory=dict)  # what can be narrowed by, and its label
    columns: tuple[dict[str, str], ...] = ()
    export: bool = False


class PackSpec(Part):
    """Everything in one folder."""

    pack: Id
    name: Text
    short_name: str = ""
    edition: Text
    schema_version: Literal[1] = 1
    actors: dict[str, ActorSpec]
    roles: dict[str, RoleSpec]
    actions: dict[str, ActionWord]
    enums: dict[str, dict[str, str]] = Field(default_factory=dict)
    written: dict[str, dict[str, str]] = Field(default_factory=dict)  # by enumeration: other words in lists -> value
    parameters: dict[str, ParameterSpec] = Field(default_factory=dict)
    facts: dict[str, FactSpec]
    define: dict[str, Expr] = Field(default_factory=dict)
    messages: dict[str, str] = Field(default_factory=dict)
    values: Values = Field(default_factory=dict)  # placeholders that every message may use
    rule_sets: dict[str, list[RuleSpec]] = Field(default_factory=dict)
    required: RequiredSpec
    files: FileLimits
    effects: dict[str, EffectSpec] = Field(default_factory=dict)
    menu: tuple[MenuSpec, ...] = ()
    before_login: tuple[MenuSpec, ...] = ()
    renewals: tuple[RenewalSpec, ...] = ()
    notifications: tuple[NotificationSpec, ...] = ()
    help: tuple[HelpSpec, ...] = ()
    contacts: dict[str, str] = Field(default_factory=dict)
    links: dict[str, str] = Field(default_factory=dict)
    payment_info: dict[str, str] = Field(default_factory=dict)
    accounts: AccountsSpec = Field(default_factory=AccountsSpec)
    certificates: tuple[dict[str, Any], ...] = ()
    views: tuple[ViewSpec, ...] = ()
    study: StudySpec | None = None
    sla: tuple[dict[str, Any], ...] = ()
    bill_kinds: dict[str, str] = Field(default_factory=dict)
    bill_statuses: dict[str, str] = Field(default_factory=dict)
    receipts: dict[str, str] = Field(default_factory=dict)
    number_format: dict[str, str] = Field(default_factory=dict)
    services: dict[str, ServiceSpec] = Field(default_factory=dict)
    documents: dict[str, DocumentSpec] = Field(default_factory=dict)
    tables: dict[str, TableSpec] = Field(default_factory=dict)


def json_schemas() -> dict[str, Any]:
    """The JSON Schema of each kind of file, for editors."""
    whole = PackSpec.model_json_schema(by_alias=True)
    whole.pop("required", None)  # the keys of a pack are spread over its files
    for folder in ("services", "documents", "tables"):
        whole["properties"].pop(folder, None)
    return {
        "pack": whole,
        "service": ServiceSpec.model_json_schema(by_alias=True),
        "document": DocumentSpec.model_json_schema(by_alias=True),
        "table": TableSpec.model_json_schema(by_alias=True),
    }
