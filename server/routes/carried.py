"""A unit's file of Operations, handed in for it by an office."""

from __future__ import annotations

import asyncio
import tempfile
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from server.access import Offices
from server.carried import take_in
from server.problems import Refused, problems
from server.uploads import disk
from server.work import Work, work
from sync.protocol import CARRY_TYPE, JSON_TYPE, MAX_CARRIED_BYTES, AnswerFile, NotCarried, Problem

router = APIRouter(tags=["sync"])
P = Problem
ALWAYS = (P.MALFORMED, P.PROTOCOL_VERSION, P.LOGIN_NEEDED, P.PASSWORD_CHANGE_NEEDED, P.MEDIA_TYPE, P.BUSY, P.TOO_LARGE)
TAKES = {"requestBody": {"required": True, "content": {CARRY_TYPE: {"schema": {"type": "string", "format": "binary"}}}}}


@router.post(
    "/take-in",
    summary="Hand in a file of Operations for a unit",
    response_model=AnswerFile,
    openapi_extra=TAKES,
    responses=problems(*ALWAYS),
)
async def hand_in(request: Request, caller: Offices, parts: Annotated[Work, Depends(work)]) -> Response:
    """Decides each as if its own desk had pushed it: the caller only carries it. The answers go back as a file."""
    if request.headers.get("content-type", "") != CARRY_TYPE:
        raise Refused(P.MEDIA_TYPE, f"内容的类型须是 {CARRY_TYPE}。")
    with disk(), tempfile.TemporaryFile(dir=parts.settings.data) as file:
        async for piece in request.stream():
            if file.tell() + len(piece) > MAX_CARRIED_BYTES:
                raise Refused(P.TOO_LARGE)
            file.write(piece)
        try:
            answer = await asyncio.to_thread(take_in, parts, file)
        except NotCarried as error:
            raise Refused(P.MALFORMED, str(error)) from error
    parts.notifier.poke()
    return Response(answer, media_type=JSON_TYPE)
