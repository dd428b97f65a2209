"""The straight way: what is asked most goes from the edge to its endpoint, past all that lies between."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable

from fastapi import APIRouter
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.edge import database_away
from server.problems import Refused, answer
from server.work import Work
from sync.protocol import BASE

Endpoint = Callable[[Request, Work], Awaitable[Response]]


class Straight:
    """Calls endpoints that read their headers and admit their caller themselves.

    Their routes are declared and described as all are. But to find one, to solve its dependencies on other threads and
    to guard its answer costs the server more than an attachment's bytes do, or a pull that finds nothing new.
    """

    def __init__(
        self, app: ASGIApp, parts: Work, routers: Iterable[APIRouter], endpoints: Collection[Endpoint]
    ) -> None:
        self._app, self._parts = app, parts
        declared = (route for router in routers for route in router.routes if isinstance(route, APIRoute))
        chosen = [route for route in declared if route.endpoint in endpoints]
        self._routes = {(method, BASE + route.path): route for route in chosen for method in route.methods or ()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        route = self._routes.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if route is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = route
        try:
            response = await route.endpoint(Request(scope, receive), self._parts)
        except Refused as refused:
            response = answer(refused)
        except OperationalError as error:
            response = database_away(error)
        await response(scope, receive, send)
