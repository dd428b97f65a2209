"""Whether an Operation was made of the newest version, and what an account may be shown when it was not."""

from __future__ import annotations

from server.decide.caller import Asked
from server.decide.verdict import Refusal, Verdict, conflict, refused
from server.decide.workspace import Step
from server.repositories.entities import Entry
from server.scopes import may_see, projected_body


def outdated(step: Step, asked: Asked) -> Verdict | None:
    """A conflict with the current body, or None when base_version is the newest (0: there is none yet)."""
    entry = step.get(asked.entity)
    if asked.operation.base_version == (entry.version if entry else 0):
        return None
    if entry is None:
        return conflict(None)
    if not visible(asked, entry):
        return refused(Refusal.NOT_ALLOWED)
    return conflict({**projected_body(asked.caller.scopes, entry.id, entry.body), "version": entry.version})


def visible(asked: Asked, entry: Entry) -> bool:
    """Whether the caller sees this entity at all."""
    return may_see(asked.caller.scopes, entry.id, entry.unit, entry.body)
