"""Logging in and out, and the password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from server import feed
from server.access import Anybody, Anyone, bearer_token
from server.login import change_password, log_in
from server.messages import message, takes
from server.problems import problems
from server.repositories import accounts
from server.work import Work, work
from sync.protocol import Association, LoginReply, LoginRequest, PasswordRequest, Problem, instant_text

router = APIRouter(tags=["session"])
Open = Depends(Anybody("this is where one logs in"))
P = Problem


@router.post(
    "/login",
    summary="Log in on a device",
    dependencies=[Open],
    openapi_extra=takes(LoginRequest),
    responses=problems(P.MALFORMED, P.LOGIN_WRONG, P.LOCKED_OUT, P.REVOKED, P.MEDIA_TYPE, P.PROTOCOL_VERSION),
)
def login(
    request: Request,
    parts: Annotated[Work, Depends(work)],
    asked: Annotated[LoginRequest, message(LoginRequest)],
) -> LoginReply:
    """A token for this account on this device, whose key is registered by it."""
    done = log_in(parts, asked, request.client.host if request.client else "")
    with parts.database.read() as connection:
        epoch, _ = feed.position(connection)
    return LoginReply(
        token=done.token,
        expires_at=done.expires_at,
        account=done.account,
        must_change_password=done.caller.must_change,
        scopes=list(done.caller.scopes),
        epoch=epoch,
        association=Association(id=parts.association, name=parts.settings.name),
        key=parts.public_key,
        sealing=parts.sealing,
    )


@router.post(
    "/password",
    summary="Change the password",
    status_code=204,
    openapi_extra=takes(PasswordRequest),
    responses=problems(P.MALFORMED, P.LOGIN_NEEDED, P.NOT_ALLOWED, P.PASSWORD_WEAK, P.LOCKED_OUT, P.MEDIA_TYPE),
)
def password(
    request: Request,
    caller: Anyone,
    parts: Annotated[Work, Depends(work)],
    asked: Annotated[PasswordRequest, message(PasswordRequest)],
) -> Response:
    """The new password holds at once; other sessions of the account end."""
    change_password(parts, caller, asked.old, asked.new, bearer_token(request))
    return Response(status_code=204)


@router.post("/logout", summary="Log out", status_code=204, responses=problems(P.LOGIN_NEEDED))
def logout(request: Request, caller: Anyone, parts: Annotated[Work, Depends(work)]) -> Response:
    """This session ends; what is queued on the desk stays there."""
    with parts.database.write() as connection:
        accounts.revoke_tokens(connection, instant_text(parts.clock()), token=bearer_token(request))
    return Response(status_code=204)
