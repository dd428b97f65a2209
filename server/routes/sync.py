"""The one door: Operations in, Changes out, and a wake-up between.

Push and pull are called straight from the edge: they admit their caller themselves, before they read anything.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from server import feed
from server.access import EVERYONE, Caller, Everyone
from server.decide.batch import batch as decide
from server.messages import message, reader, takes
from server.problems import problems
from server.repositories import ledger
from server.work import Work, work
from sync.protocol import (
    JSON_TYPE,
    WAIT_SECONDS,
    Problem,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    WaitReply,
    WaitRequest,
    pull_reply,
    push_reply,
    whole_operations,
)

router = APIRouter(tags=["sync"])
P = Problem
Parts = Annotated[Work, Depends(work)]
ALWAYS = (P.MALFORMED, P.PROTOCOL_VERSION, P.LOGIN_NEEDED, P.PASSWORD_CHANGE_NEEDED, P.MEDIA_TYPE, P.BUSY)


async def cut_short(request: Request, body: bytes) -> None:
    """What came whole of a push whose line died is decided: the desk asks for it, and sends only the rest."""
    if operations := whole_operations(body):
        parts: Work = request.app.state.work
        await asyncio.to_thread(decide, parts, request.state.caller, operations, parts.clock())


READ_PUSH, READ_PULL = reader(PushRequest, cut_short), reader(PullRequest)


@router.post(
    "/push",
    summary="Push Operations",
    dependencies=[Depends(EVERYONE)],
    response_model=PushReply,
    openapi_extra=takes(PushRequest),
    responses=problems(*ALWAYS, P.TOO_LARGE),
)
async def push(request: Request, parts: Parts) -> Response:
    """Decides each Operation once, in the order given, each for itself: a bad one stops no other."""
    caller = await run_in_threadpool(EVERYONE, request, parts, None)
    asked = await READ_PUSH(request)
    return Response(await run_in_threadpool(_pushed, parts, caller, asked), media_type=JSON_TYPE)


def _pushed(parts: Work, caller: Caller, asked: PushRequest) -> bytes:
    outcomes = decide(parts, caller, asked.operations, parts.clock())
    with parts.database.read() as connection:
        epoch, _ = feed.position(connection)
        if asked.ask:
            known = ledger.told(connection, caller.account, asked.ask)
            outcomes = [known[op_id] for op_id in asked.ask if op_id in known] + outcomes
    return push_reply(epoch, outcomes)


@router.post(
    "/pull",
    summary="Pull Changes",
    dependencies=[Depends(EVERYONE)],
    response_model=PullReply,
    openapi_extra=takes(PullRequest),
    responses=problems(*ALWAYS),
)
async def pull(request: Request, parts: Parts) -> Response:
    """What is new in each scope since a position, page by page; from 0, all of it."""
    caller = await run_in_threadpool(EVERYONE, request, parts, None)
    asked = await READ_PULL(request)
    return Response(await run_in_threadpool(_pulled, parts, caller, asked), media_type=JSON_TYPE)


def _pulled(parts: Work, caller: Caller, asked: PullRequest) -> bytes:
    with parts.database.read() as connection:
        found = feed.pull(connection, caller.scopes, asked.cursors, asked.max_bytes, asked.epoch, asked.begun)
    return pull_reply(found.epoch, found.head, found.pages, reset=found.reset)


@router.post(
    "/wait",
    summary="Wait for news",
    response_model=WaitReply,
    openapi_extra=takes(WaitRequest),
    responses={204: {"description": "Nothing moved in this time"}, **problems(*ALWAYS)},
)
async def wait(
    request: Request,
    caller: Everyone,
    parts: Parts,
    asked: Annotated[WaitRequest, message(WaitRequest)],
) -> Response:
    """Answers as soon as one of these scopes is ahead of its position; says which, not what. Holds no connection."""
    cursors = {scope: seq for scope, seq in asked.cursors.items() if scope in caller.scopes}
    moved = await parts.notifier.moved(cursors, asked.epoch, WAIT_SECONDS, request.is_disconnected)
    if not moved:
        return Response(status_code=204)
    return Response(WaitReply(moved=moved).model_dump_json(), media_type=JSON_TYPE)


def look(parts: Work) -> tuple[str, dict[str, int]]:
    """For the wake-up: the epoch and the newest position of each scope."""
    with parts.database.read() as connection:
        return feed.position(connection)[0], feed.heads(connection)
