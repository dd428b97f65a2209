"""Putting in what is so without anybody having asked: the first stock of an association, real or made up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from server import feed
from server.decide import commit
from server.decide.account import LOGIN
from server.decide.people import keep_person
from server.decide.roster import PERSON_DOCUMENT, document_text
from server.decide.workspace import Step, Workspace
from server.repositories import record
from server.repositories.entities import key_hash
from server.repositories.record import Note

ORDER = ("unit", "agency", "person")  # what others refer to comes first


def install(connection: Connection, bodies: Iterable[Mapping[str, Any]], now: str, *, by: str = "import") -> int:
    """Write these entities as they are, replacing those of the same id; how many. The record tells that it was done.

    `connection` is a writing transaction of an association that was founded (feed.found).
    """
    chosen = sorted(bodies, key=lambda body: _rank(body["id"]))
    workspace = Workspace(connection)
    workspace.load(body["id"] for body in chosen)
    workspace.load_facts([body["id"] for body in chosen if body["id"].startswith("person/")], ())
    workspace.load_keys(_keys(chosen))
    step = Step(workspace)
    for body in chosen:
        put(step, body)
    workspace.take(step)
    head = feed.lock_head(connection)
    commit.store(connection, workspace, head, now)
    note = Note(now, "", by, "", "import", "import", "", len(chosen), "applied", "", "")
    head.record_number, head.record_head = record.append(connection, head.record_number, head.record_head, [note])
    feed.keep(connection, head)
    return len(chosen)


def put(step: Step, body: Mapping[str, Any]) -> None:
    """One entity with what goes with its kind."""
    entity = body["id"]
    match entity.partition("/")[0]:
        case "person":
            keep_person(step, entity, body)
        case "account":
            step.claim(LOGIN, body["login"], entity)
            step.put(entity, body, unit=body.get("unit"))
        case "application":
            is_open = not body.get("completed_on")
            step.put(entity, body, open=is_open)
            step.concern(entity, body.get("people") or [body.get("unit")], is_open)
        case _:
            step.put(entity, body)


def _rank(entity: str) -> tuple[int, str]:
    kind = entity.partition("/")[0]
    return (ORDER.index(kind) if kind in ORDER else len(ORDER), entity)


def _keys(bodies: Sequence[Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    for body in bodies:
        if body["id"].startswith("person/") and body.get("id_number"):
            document = document_text(body.get("id_document_type"), str(body["id_number"]))
            yield PERSON_DOCUMENT, key_hash(document)
            if body.get("unit"):
                yield f"roster-document:{body['unit']}", key_hash(document)
        elif body["id"].startswith("account/"):
            yield LOGIN, key_hash(body["login"])
