"""What we expect an Operation to lead to, shown until the mirror has what it really led to; the server decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.packs.pack import Pack
from sync.store.accounts import LocalAccount
from sync.store.mirror import people_of
from sync.store.text import instant

NOTHING_YET = "none"  # the state of an application that was never sent


def first_action(pack: Pack, service: str, state: str, actor: str) -> str | None:
    """The action that sends a form on from this state, if this actor has one."""
    found = pack.services.get(service)
    if found is None:
        return None
    for action in found.workflow.actions.get(state, ()):
        if actor in action.actors and pack.verb(action.spec.do) in ("submit", "resubmit", "pay"):
            return action.spec.do
    return None


def next_state(pack: Pack, service: str, state: str, actor: str, action: str) -> str:
    """Where the action leads as far as can be told from here; the same state where it cannot."""
    found = pack.services.get(service)
    for fitting in found.workflow.actions.get(state, ()) if found else ():
        if fitting.spec.do == action and actor in fitting.actors:
            return fitting.spec.to
    return state


def is_open(pack: Pack, application: Mapping[str, Any]) -> bool:
    """Whether it may still move; one whose state the pack does not know is taken as open."""
    service = pack.services.get(str(application.get("service")))
    state = service.states.get(str(application.get("state"))) if service else None
    return state is None or state.outcome == "open"


def _agency(pack: Pack, service: str, form: Mapping[str, Any]) -> str | None:
    """The agency chosen in the form, in whichever field the pack asks for one."""
    known = pack.services.get(service)
    fields = [field.key for field in known.fields if field.type == "agency"] if known else []
    return next((value for key in fields if (value := (form.get("values") or {}).get(key))), None)


def application_after(
    pack: Pack,
    account: LocalAccount,
    before: Mapping[str, Any] | None,
    entity: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    op_id: str = "",
) -> dict[str, Any]:
    """The application as it will probably look when this `act` is applied."""
    actor = pack.actor_of(account.role)
    service, action = str(payload["service"]), str(payload["action"])
    body: dict[str, Any] = dict(before or {"id": entity, "service": service, "state": NOTHING_YET, "round": 0})
    source = str(body.get("state") or NOTHING_YET)
    if payload.get("form"):
        if body.get("form"):
            body["previous"] = body["form"]
        body["form"] = payload["form"]
        body["round"] = int(body.get("round") or 0) + 1
        body["people"] = sorted(people_of(entity, {"form": payload["form"]}))
        body["agency"] = _agency(pack, service, payload["form"]) or body.get("agency")
        body["summary"] = pack.describe(body)
    body.setdefault("unit", account.unit)
    body.setdefault("initiator", account.entity)
    body["edition"] = body.get("edition") or pack.edition
    body["state"] = next_state(pack, service, source, actor, action)
    hop: dict[str, Any] = {
        "at": instant(now),
        "actor": actor,
        "name": account.name,
        "action": action,
        "source": source,
        "target": body["state"],
        "op_id": op_id,
    }
    for key in ("reason", "marks"):
        if payload.get(key):
            hop[key] = payload[key]
    body["history"] = [*(body.get("history") or ()), hop]
    return body
