"""Who sees what: the scopes of the feed that an entity belongs to, and how much of it each may see. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic_core import from_json, to_json

OFFICE, FINANCE, PUBLIC = "office", "finance", "public"
REGISTER = ("person", "membership", "certificate", "study-task")  # they go where their person goes
Body = Mapping[str, Any]


def key_of(entity: str) -> str:
    """The second half of an id."""
    return entity.partition("/")[2]


def unit_scope(unit: str) -> str:
    """All of one unit."""
    return f"unit:{key_of(unit)}"


def drafts_scope(unit: str) -> str:
    """The unit's drafts: its own accounts' business alone."""
    return f"drafts:{key_of(unit)}"


def agency_scope(agency: str) -> str:
    """What one agency has or had on its desk."""
    return f"agency:{key_of(agency)}"


def is_payment(body: Body) -> bool:
    """An application that pays for others names what it covers."""
    return "covers" in body


def scopes_of(entity: str, unit: str | None, body: Body) -> set[str]:
    """The scopes that follow from an entity alone; `unit` is the unit whose archive it lies in."""
    own = {unit_scope(unit)} if unit else set()
    match entity.partition("/")[0]:
        case "unit":
            return {unit_scope(entity), OFFICE, FINANCE}
        case "person" | "membership" | "certificate" | "study-task":
            return own | {OFFICE}
        case "application":
            desks = {OFFICE} | ({agency_scope(body["agency"])} if body.get("agency") else set())
            return own | desks | ({FINANCE} if is_payment(body) or body.get("bills") else set())
        case "bill":
            return own | {OFFICE, FINANCE}
        case "roster":
            return own
        case "draft":
            return {drafts_scope(unit)} if unit else set()
        case "account":
            return own | {OFFICE} | ({agency_scope(body["agency"])} if body.get("agency") else set())
        case "queue-entry":
            return {OFFICE, FINANCE}
        case _:  # config, agency, desk, pack
            return {PUBLIC}


def draws(scope: str, body: Body) -> bool:
    """Whether an application that enters this scope draws the register rows of its people and its unit after it.

    An agency judges people that it would not see otherwise, finance has to name the payers. Once drawn they stay.
    """
    return scope.startswith("agency:") or (scope == FINANCE and is_payment(body))


def is_drawn(scope: str) -> bool:
    """Whether rows of the register are in this scope only because something drew them there."""
    return scope.startswith("agency:") or scope == FINANCE


def drawn_kinds(scope: str) -> tuple[str, ...]:
    """What is drawn into it."""
    return ("person", "membership") if scope == FINANCE else REGISTER


def may_see(scopes: Iterable[str], entity: str, unit: str | None, body: Body) -> bool:
    """Whether somebody who reads these scopes sees this entity at all."""
    return not scopes_of(entity, unit, body).isdisjoint(scopes)


def projected(scope: str, entity: str, text: str) -> str:
    """A body as one scope may see it: the very text, but for finance, which sees no education data."""
    if scope != FINANCE:
        return text
    project = FINANCE_VIEWS.get(entity.partition("/")[0])
    return text if project is None else to_json(project(from_json(text))).decode()


def projected_body(scopes: Iterable[str], entity: str, body: Body) -> Body:
    """The same for a body that goes out in an Outcome: by the widest of the caller's scopes."""
    project = FINANCE_VIEWS.get(entity.partition("/")[0])
    return body if project is None or FINANCE not in scopes else project(body)


def _application_for_finance(body: Body) -> Body:
    if is_payment(body):
        return body
    hidden = ("form", "previous", "marks", "reason", "history", "people")
    return {key: value for key, value in body.items() if key not in hidden}


def _person_for_finance(body: Body) -> Body:
    number = str(body.get("id_number") or "")
    masked = f"{number[:3]}{'*' * max(0, len(number) - 7)}{number[-4:]}" if len(number) > 7 else ""
    return {"id": body["id"], "name": body.get("name"), "unit": body.get("unit"), "id_number": masked}


FINANCE_VIEWS: Mapping[str, Callable[[Body], Body]] = {
    "application": _application_for_finance,
    "person": _person_for_finance,
}
