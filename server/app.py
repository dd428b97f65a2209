"""The application: routes behind the edge, problems for whatever goes wrong, the description of it all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.edge import Edge, database_away
from server.messages import MODELS
from server.problems import Refused, answer
from server.routes import blobs, carried, hello, session, sync
from server.straight import Straight
from server.work import Work
from sync.protocol import BASE, HEADER, PROTOCOL, Problem, ProblemDetails

KINDS = {404: Problem.NOT_FOUND, 405: Problem.METHOD_NOT_ALLOWED, 413: Problem.TOO_LARGE, 415: Problem.MEDIA_TYPE}


def create_app(parts: Work) -> FastAPI:
    """A server's application on these parts."""
    app = FastAPI(
        title="会办协会服务器",
        version=str(PROTOCOL),
        description="一个协会的服务器：登录、提交、下发、附件。一切请求都是 Operation，一切结果都是 Change。",
        lifespan=_lifespan,
        openapi_url=f"{BASE}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={422: {"description": "unused"}},
    )
    app.state.work = parts
    for module in (hello, session, sync, blobs, carried):
        app.include_router(module.router, prefix=BASE)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(OperationalError, _busy)
    most = (sync.push, sync.pull, blobs.create)
    app.add_middleware(Straight, parts=parts, routers=(sync.router, blobs.router), endpoints=most)
    app.add_middleware(Edge)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]  # as FastAPI says to do it
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    parts: Work = app.state.work
    parts.notifier.start(lambda: sync.look(parts))
    yield
    await parts.notifier.stop()


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return answer(error)


def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = KINDS.get(error.status_code, Problem.MALFORMED)
    return answer(Refused(kind, status=error.status_code, headers=error.headers))


def _malformed(_: Request, error: Exception) -> Response:
    """Path and headers; bodies are read by server.messages."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    at = ".".join(map(str, first["loc"]))
    return answer(Refused(Problem.MALFORMED, f"{at}：{first['msg']}", at=at))


def _busy(_: Request, error: Exception) -> Response:
    return database_away(error)


def _described(app: FastAPI) -> dict[str, Any]:
    """OpenAPI with the messages that are read from raw bytes, the problems, and the header every request carries."""
    if app.openapi_schema is None:
        told = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        models = [(model, "validation") for model in (*MODELS.values(), ProblemDetails)]
        # a list of pairs with a literal in them is wider to the checker than what pydantic asks for
        _, extra = models_json_schema(models, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
        schemas = told.setdefault("components", {}).setdefault("schemas", {})
        schemas.update(extra["$defs"])
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        header = {"name": HEADER, "in": "header", "required": True, "schema": {"const": str(PROTOCOL)}}
        for methods in told["paths"].values():
            for operation in methods.values():
                operation.setdefault("parameters", []).append(header)
                operation["responses"].pop("422", None)
        app.openapi_schema = told
    return app.openapi_schema
