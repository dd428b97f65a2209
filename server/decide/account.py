"""Accounts: made by the association, or by a unit's main account for its own people. Never with a secret."""

from __future__ import annotations

from typing import Any

from domain.accounts import is_sub, sub_account_findings
from domain.operations import Finding, Severity
from server.decide import reading
from server.decide.caller import Asked
from server.decide.verdict import APPLIED, Refusal, Verdict, refused, refused_with
from server.decide.versions import outdated
from server.decide.workspace import Step

LOGIN = "login"  # the key space
RESET = "reset_password"  # asked beside or without changes: another first password, by notification
READERS = dict.fromkeys(("login", "role", "name", "mobile"), lambda v, place: reading.text(v, place, limit=100)) | {
    "unit": lambda value, place: reading.entity_id(value, place, "unit"),
    "agency": lambda value, place: reading.entity_id(value, place, "agency"),
    "active": lambda value, _: bool(value),
    RESET: lambda value, _: value is True,
}


def save(step: Step, asked: Asked) -> Verdict:
    """Make or change an account; a new one gets its first password by notification, made where passwords are kept."""
    read = reading.only(asked.payload, READERS)
    reset = read.pop(RESET, False)
    before = step.get(asked.entity)
    body: dict[str, Any] = {"active": True, **(before.body if before else {}), **read, "id": asked.entity}
    if findings := _by_the_pack(step, asked, body, before.body if before else None):
        return refused_with(findings)
    if not _may(asked, body, before.body if before else None):
        return refused(Refusal.NOT_ALLOWED)
    if verdict := outdated(step, asked):
        return verdict
    if verdict := _checked(step, asked, body):
        return verdict
    old = before.body.get("login") if before else None
    if old and old != body["login"]:
        step.claim(LOGIN, old, None)
    step.claim(LOGIN, body["login"], asked.entity)
    step.put(asked.entity, body, unit=body.get("unit"))
    if before is None or reset:
        step.dispatch("first-secret", {"account": asked.entity})
    return APPLIED


def _by_the_pack(step: Step, asked: Asked, body: dict[str, Any], before: dict[str, Any] | None) -> tuple[Finding, ...]:
    """What the association's rules say where a unit keeps an account for its own people."""
    caller, pack = asked.caller, asked.pack
    if caller.desk != "unit" or not caller.unit or not is_sub(pack, body):
        return ()
    acting = {"id": caller.account, "role": caller.role, "unit": caller.unit}
    others, config = step.accounts_of(caller.unit), step.base.config()
    taken = step.owner(LOGIN, str(body.get("login") or "")) not in (None, asked.entity)
    found = sub_account_findings(pack, acting, others, before, body, config=config, today=asked.day, taken=taken)
    return tuple(one for one in found if one.severity is Severity.BLOCK)


def _may(asked: Asked, body: dict[str, Any], before: dict[str, Any] | None) -> bool:
    caller = asked.caller
    if caller.desk in ("admin", "system"):
        return True
    role = asked.pack.spec.roles.get(body.get("role", ""))
    own = asked.pack.spec.roles.get(caller.role)
    if own is None or not own.main or role is None or role.main or not caller.unit:
        return False
    if before is not None and (before.get("unit") != caller.unit or before.get("role") != body.get("role")):
        return False
    body.setdefault("unit", caller.unit)
    return body["unit"] == caller.unit and asked.pack.role(body["role"]) == "unit" and not body.get("agency")


def _checked(step: Step, asked: Asked, body: dict[str, Any]) -> Verdict | None:
    """What an account must have: a login of its own, a role of the pack, and the place that the role sits at."""
    if not body.get("login"):
        return refused(Refusal.MALFORMED, "登录名：必填", path="login")
    if step.owner(LOGIN, body["login"]) not in (None, asked.entity):
        return refused(Refusal.TAKEN, "登录名已被占用，请换一个。", path="login")
    if body.get("role") not in asked.pack.spec.roles:
        return refused(Refusal.MALFORMED, "role：没有这种账号", path="role")
    if asked.pack.spec.roles[body["role"]].main and body["active"] and _has_main(step, asked, body):
        return refused(Refusal.TAKEN, "这个单位已有主账号，一个单位只有一个。", path="role")
    desk = asked.pack.role(body["role"])
    for place in ("unit", "agency"):
        if desk == place and step.get(str(body.get(place))) is None:
            return refused(Refusal.MALFORMED, f"{place}：必填", path=place)
    if asked.entity == asked.caller.account and not body["active"]:
        return refused(Refusal.NOT_ALLOWED, "不能停用自己的账号。")
    return None


def _has_main(step: Step, asked: Asked, body: dict[str, Any]) -> bool:
    """Whether another account in use is the main one of this unit already."""
    roles = asked.pack.spec.roles
    return any(
        one["id"] != asked.entity and one.get("active", True) and one["role"] in roles and roles[one["role"]].main
        for one in (step.accounts_of(body["unit"]) if body.get("unit") else ())
    )
