"""Accounts that a unit's main account keeps for its own people: asked of the pack's rules, by desk and server alike."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from domain.eligibility import judge
from domain.operations import Finding
from domain.packs.pack import Pack
from domain.packs.parameters import in_force
from domain.questions import Question

Body = Mapping[str, Any]


def sub_role(pack: Pack) -> str | None:
    """The role of an account that a main account of a unit keeps; None: the pack has none."""
    roles = pack.spec.roles.items()
    return next((key for key, role in roles if pack.role(key) == "unit" and not role.main), None)


def is_sub(pack: Pack, body: Body) -> bool:
    """Whether it is such an account."""
    return body.get("role") == sub_role(pack)


def sub_account_findings(
    pack: Pack,
    acting: Body,
    others: Iterable[Body],
    before: Body | None,
    body: Body,
    *,
    config: Mapping[str, Any],
    today: date,
    taken: bool,
) -> tuple[Finding, ...]:
    """Why `acting` may not save `body` over `before`. `others`: the accounts of its unit; `taken`: the login is.

    How many there are is only asked where one more would be in use, and a login that stays is not judged again: one can
    always be stopped, or called by another name.
    """
    service = pack.spec.accounts.service
    if service is None:
        return ()
    in_use = [one for one in others if is_sub(pack, one) and one.get("active", True) and one["id"] != body["id"]]
    adds = body.get("active", True) and not (before is not None and before.get("active", True))

    def ask(login: str) -> tuple[Finding, ...]:
        account = {"id": acting.get("id"), "role": acting.get("role"), "unit_id": acting.get("unit")}
        facts = {
            "today": today.isoformat(),
            "config": in_force(pack.parameters, config, today),
            "account": account | {"active_sub_accounts": len(in_use) if adds else -1},
            "request": {"login": login},
        }
        return judge(Question(pack, service, facts), "permission").findings

    found = ask(str(body.get("login") or ""))
    rule = pack.spec.accounts.taken
    if before is not None and before.get("login") == body.get("login"):
        return tuple(one for one in found if one.rule != rule)
    if taken and all(one.rule != rule for one in found):
        found += tuple(one for one in ask("") if one.rule == rule)
    return found
