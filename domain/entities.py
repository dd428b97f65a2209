"""The shapes of what the association keeps and a desk mirrors: JSON bodies, so keys stand here and values are plain.

An entity id is "<kind>/<key>"; the key is a UUIDv7 unless said otherwise. Dates are ISO texts (Asia/Shanghai days),
instants ISO texts in UTC, money text with two decimals in yuan. References hold whole entity ids. Every key may be
absent unless marked; readers use `.get`. Labels and enumerations are the pack's, never this module's.
"""

from __future__ import annotations

from typing import Any, Literal, Required, TypedDict

EntityKind = Literal[
    "unit", "person", "membership", "certificate", "study-task", "application", "bill", "roster", "draft",
    "config", "agency", "desk", "account", "pack", "queue-entry",
]  # fmt: skip


class Attachment(TypedDict, total=False):
    """A blob that serves for a material."""

    material: Required[str]
    row: str | None  # row id; None: the whole form
    blob: Required[str]  # SHA-256 of the plain bytes, hex
    name: str  # file name as chosen
    type: str  # extension by content, lower case
    bytes: int
    pages: int
    proof: dict[str, Any]  # what the paper proves, where the pack asks: subject, kind, valid_until, url_remark


class Row(TypedDict, total=False):
    """One line of a card. Its id is made at the desk and stays through return and resubmission."""

    row: Required[str]
    person: str  # "person/…"
    roster: str  # "roster/…", where the person is not a member yet
    application: str  # payments: the covered application
    bill: str  # payments: the covered bill
    values: dict[str, Any]  # the card's fields by key


class Form(TypedDict, total=False):
    """What a person fills in: the same shape in a draft, in a submit payload and in an application."""

    values: dict[str, Any]  # the form's fields by key
    cards: dict[str, list[Row]]
    attachments: list[Attachment]


class Mark(TypedDict, total=False):
    """A reviewer's words beside the place they concern."""

    path: Required[str]  # as Finding.path
    text: Required[str]


class Hop(TypedDict, total=False):
    """One step of an application's history."""

    at: Required[str]
    actor: Required[str]  # actor id of the pack
    name: str  # who, as people read it
    action: Required[str]
    source: str  # state before
    target: str  # state after
    reason: str
    marks: list[Mark]
    op_id: str


class Holder(TypedDict, total=False):
    """Who has a case now."""

    actor: str
    name: str
    phone: str
    since: str  # instant


class Application(TypedDict, total=False):
    """application/…: one request to the association."""

    id: Required[str]
    number: str  # given at first acceptance
    service: Required[str]
    unit: str
    agency: str | None
    initiator: str  # account
    state: Required[str]
    edition: str
    round: int  # 1, 2, …: counts submissions
    form: Form
    previous: Form  # the form of the round before, for comparison
    marks: list[Mark]  # of the last return
    reason: str  # of the last return
    history: list[Hop]
    bills: list[str]
    covers: list[str]  # payments: covered applications
    holder: Holder
    submitted_on: str  # Shanghai day on which the bytes first arrived
    completed_on: str
    people: list[str]  # person ids, for search and in-flight facts
    summary: str  # "初始教育 4 人", made by the server from the pack's labels


class Unit(TypedDict, total=False):
    """unit/…"""

    id: Required[str]
    name: Required[str]
    kind: str
    entity_kind: str
    credit_code: str
    former_names: list[str]
    membership_valid_until: str | None
    city: str
    mobiles: dict[str, str]
    invoice: dict[str, str]


class Person(TypedDict, total=False):
    """person/…: somebody the association knows; `unit` is the archive the person is in."""

    id: Required[str]
    unit: str | None
    name: Required[str]
    gender: str
    id_document_type: str
    id_number: str
    birth_date: str
    mobile: str
    education: dict[str, Any]
    title: dict[str, Any]
    registrations: list[dict[str, Any]]
    social_insurance: dict[str, Any]
    origin: str
    identity_supplemented: bool
    bad_record: bool
    materials: list[Attachment]  # the profile: serves for materials without a new upload


class Membership(TypedDict, total=False):
    """membership/<key of the person>: at most one a person."""

    id: Required[str]
    person: Required[str]
    type: str
    valid_from: str | None
    valid_until: str | None
    ended: bool


class Certificate(TypedDict, total=False):
    """certificate/…"""

    id: Required[str]
    number: str
    person: Required[str]
    type: str
    status: str
    specialties: list[str]
    unit: str
    unit_name: str
    issue_date: str
    valid_until: str


class StudyTask(TypedDict, total=False):
    """study-task/…"""

    id: Required[str]
    person: Required[str]
    application: str
    row: str
    service: str
    certificate_type: str | None
    specialties: list[str]
    certificates: list[str]  # the ones it concerns
    status: str
    attempts_used: int
    opened_on: str
    finished_on: str | None
    results: list[dict[str, Any]]


class BillLine(TypedDict, total=False):
    """One line of a bill, with the rule that made it."""

    rule: Required[str]
    type: str
    label: str
    clause: str
    person: str
    row: str
    quantity: int
    amount: str | None
    receipt: str


class Bill(TypedDict, total=False):
    """bill/…: never edited, only voided and made anew; notes record differences, refunds, other payers, invoices."""

    id: Required[str]
    number: str
    kind: Required[str]
    unit: str
    application: str  # whose transition made it
    lines: list[BillLine]
    total: str | None
    status: Required[str]
    made_on: str
    payment: str | None  # the payment application that covers it now
    paid_on: str | None
    notes: list[dict[str, Any]]


class Roster(TypedDict, total=False):
    """roster/…: the unit's own entry of one of its people; `person` when the association knows the document number."""

    id: Required[str]
    unit: str
    name: Required[str]
    document_type: str
    document_number: str
    gender: str
    birth_date: str
    mobile: str
    department: str
    education_level: str
    school: str
    specialty: str
    graduation_date: str
    title_level: str
    insurance_month: str
    remark: str
    person: str | None
    same_as: str | None  # an alias of that entry, kept for ever


class Draft(TypedDict, total=False):
    """draft/<key of the application it will become>."""

    id: Required[str]
    application: Required[str]
    service: Required[str]
    title: str
    form: Form
    returned: bool  # made from a returned application
    edited_by: str
    edited_at: str


class ConfigValue(TypedDict, total=False):
    """One value of a parameter from a day on."""

    value: Any
    since: Required[str]
    why: str
    by: str
    at: str


class Config(TypedDict, total=False):
    """config/<parameter key>."""

    id: Required[str]
    key: Required[str]
    values: list[ConfigValue]  # oldest first


class Agency(TypedDict, total=False):
    """agency/…"""

    id: Required[str]
    name: Required[str]
    city: str
    contact: str
    phone: str
    active: bool


class Desk(TypedDict, total=False):
    """desk/<desk role>: whom to call at the association."""

    id: Required[str]
    role: Required[str]
    name: str
    contact: str
    phone: str


class Account(TypedDict, total=False):
    """account/…: never with a secret."""

    id: Required[str]
    login: Required[str]
    role: Required[str]  # account role of the pack
    name: str
    mobile: str
    unit: str | None
    agency: str | None
    active: bool


class PackEdition(TypedDict, total=False):
    """pack/<edition>: a whole edition, as text, signed."""

    id: Required[str]
    pack: Required[str]
    edition: Required[str]
    files: dict[str, str]  # path in the folder -> text
    signature: str
    since: str
