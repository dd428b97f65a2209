"""Who may call: declared at each endpoint as a type, checked before anything else of a request is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from fastapi.security import HTTPBearer
from sqlalchemy import Connection
from starlette.requests import HTTPConnection

from server.clock import shanghai_day
from server.problems import Refused
from server.repositories import accounts
from server.work import Work, work
from sync.protocol import Problem, instant_text

DESKS = ("person", "unit", "agency", "association", "finance", "secretariat", "admin", "system")
OFFICE = ("association", "secretariat", "admin", "system")
bearer = HTTPBearer(auto_error=False, description="令牌来自 POST /login")


@dataclass(frozen=True, slots=True)
class Caller:
    """The account that asks, as it stands at this moment."""

    account: str  # "account/…"
    login: str
    name: str
    role: str  # account role of the pack
    desk: str  # the desk role the pack maps it to
    unit: str | None
    agency: str | None
    device: str
    scopes: tuple[str, ...]  # what of the feed it may read
    must_change: bool = False  # only its first password was given so far


def scopes_of(desk: str, unit: str | None, agency: str | None) -> tuple[str, ...]:
    """The scopes of the feed that a desk mirrors."""
    own: tuple[str, ...] = ()
    if desk == "unit" and unit:
        key = unit.partition("/")[2]
        own = (f"unit:{key}", f"drafts:{key}")
    elif desk == "agency" and agency:
        own = (f"agency:{agency.partition('/')[2]}",)
    elif desk == "finance":
        own = ("finance",)
    elif desk in OFFICE:
        own = ("office",)
    return (*own, "public")


def caller_of(parts: Work, connection: Connection, account: dict[str, Any], device: str, must_change: bool) -> Caller:
    """An account as a caller; raises when it was shut out or its role is no role of the pack in force."""
    if not account.get("active", True):
        raise Refused(Problem.REVOKED)
    role = account["role"]
    pack = parts.editions.recent(connection, shanghai_day(parts.clock()))
    desk = "system" if role == "system" else pack.role(role)
    unit, agency = account.get("unit"), account.get("agency")
    return Caller(
        account=account["id"],
        login=account["login"],
        name=account.get("name") or account["login"],
        role=role,
        desk=desk,
        unit=unit,
        agency=agency,
        device=device,
        scopes=scopes_of(desk, unit, agency),
        must_change=must_change,
    )


@dataclass(frozen=True, slots=True)
class Allowed:
    """The declaration of an endpoint: which desks may call it. As a dependency it answers the caller."""

    desks: frozenset[str]
    before_password_change: bool = False

    def __call__(
        self, request: HTTPConnection, parts: Annotated[Work, Depends(work)], _: Annotated[Any, Depends(bearer)]
    ) -> Caller:
        """The caller, or the problem that keeps it out."""
        with parts.database.read() as connection:
            return self.admit(request, parts, connection)

    def admit(self, request: HTTPConnection, parts: Work, connection: Connection) -> Caller:
        """The same within a transaction that goes on to ask something else."""
        token = bearer_token(request)
        known = accounts.session_of(connection, token, instant_text(parts.clock()))
        if known is None:
            raise Refused(Problem.LOGIN_NEEDED)
        caller = caller_of(parts, connection, known.account, known.device, known.must_change)
        request.state.caller = caller
        if caller.desk not in self.desks:
            raise Refused(Problem.NOT_ALLOWED)
        if caller.must_change and not self.before_password_change:
            raise Refused(Problem.PASSWORD_CHANGE_NEEDED)
        return caller


@dataclass(frozen=True, slots=True)
class Anybody:
    """The declaration of an endpoint that needs no log-in."""

    reason: str

    async def __call__(self) -> None:
        """Nobody is kept out."""


def allowed(*desks: str, before_password_change: bool = False) -> Allowed:
    """Who may call an endpoint; an unknown desk is a mistake found at import."""
    if unknown := set(desks) - set(DESKS):
        raise ValueError(f"no such desk: {', '.join(sorted(unknown))}")
    return Allowed(frozenset(desks), before_password_change)


def bearer_token(request: HTTPConnection) -> str:
    """The token of a request; raises when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refused(Problem.LOGIN_NEEDED)
    return token.strip()


EVERYONE = allowed("unit", "agency", "association", "finance", "secretariat", "admin")
Everyone = Annotated[Caller, Depends(EVERYONE)]
Offices = Annotated[Caller, Depends(allowed("agency", "association", "finance", "secretariat", "admin"))]
Anyone = Annotated[Caller, Depends(allowed(*DESKS, before_password_change=True))]
