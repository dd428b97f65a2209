"""A real case put to the same function as a file of cases: its facts, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from domain.answering import answer
from domain.facts import facts_for
from domain.packs import Pack
from server.decide.views import view_of
from server.decide.workspace import Step, Workspace
from server.models import EntityRow

KINDS = ("eligibility", "materials", "fee")


class NoSuchCase(LookupError):
    """No application has this number or id."""


def find(connection: Connection, number: str) -> dict[str, Any]:
    """An application by its number (编号), its id, or the short code on its papers."""
    workspace = Workspace(connection)
    wanted = number if "/" in number else f"application/{number}"
    if (entry := workspace.get(wanted)) is not None:
        return entry.body
    query = select(EntityRow.id).where(EntityRow.kind == "application")
    by_number = EntityRow.body.contains(f'"number":"{number}"', autoescape=True)
    short = EntityRow.id.endswith(number.lower(), autoescape=True)
    for entity in connection.scalars(query.where(by_number | short)):
        entry = workspace.get(entity)
        if entry is not None and (entry.body.get("number") == number or entity.endswith(number.lower())):
            return entry.body
    raise NoSuchCase(number)


def facts_of(
    connection: Connection, pack: Pack, application: Mapping[str, Any], today: date, account: str | None = None
) -> dict[str, Any]:
    """The facts as they stand in the database now, in the shape of a case's `given`."""
    step = Step(Workspace(connection))
    view = view_of(step, dict(application), step.body(account))
    form = application.get("form") or {}
    return facts_for(pack, view, str(application["service"]), form, today, application=application)


def answers(pack: Pack, service: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What the facts answer, by kind of question."""
    return {kind: answer(pack, kind, service, facts) for kind in KINDS}
