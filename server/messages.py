"""Reading a request's message: after the caller was checked, straight from its bytes; and how it is described."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from fastapi import Depends
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from server.problems import Refused
from sync.protocol import JSON_TYPE, Problem

M = TypeVar("M", bound=BaseModel)
CutShort = Callable[[Request, bytes], Awaitable[None]]
Reader = Callable[[Request], Coroutine[Any, Any, M]]
MODELS: dict[str, type[BaseModel]] = {}  # every message that is read here, for the API's description


def message(model: type[BaseModel]) -> Any:
    """As a parameter's dependency: the request's body as this message. Name it after the caller."""
    return Depends(reader(model))


def reader(model: type[M], cut_short: CutShort | None = None) -> Reader[M]:
    """What reads the request's body as this message; to be called when the caller is known.

    `cut_short` is given what had come of a body whose line died.
    """
    MODELS[model.__name__] = model

    async def read(request: Request) -> M:
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media != JSON_TYPE:
            raise Refused(Problem.MEDIA_TYPE, f"内容的类型须是 {JSON_TYPE}。")
        try:
            return model.model_validate_json(await _whole(request, cut_short))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            at = ".".join(map(str, first["loc"]))
            raise Refused(Problem.MALFORMED, f"{at or '内容'}：{first['msg']}", at=at) from None

    return read


async def _whole(request: Request, cut_short: CutShort | None) -> bytes:
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
    except ClientDisconnect:
        if cut_short is not None:
            await cut_short(request, bytes(body))
        raise
    return bytes(body)


def takes(model: type[BaseModel]) -> dict[str, Any]:
    """For a route's `openapi_extra`: what it reads."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": True, "content": {JSON_TYPE: {"schema": schema}}}}
