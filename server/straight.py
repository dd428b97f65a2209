"""The straight way: what is asked once for each attachment goes from the edge to its endpoint, past all between."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from server.edge import database_away
from server.problems import Refused, answer
from server.work import Work


class Straight:
    """Calls endpoints that read their headers and admit their caller themselves.

    Their routes are declared and described as all are. But to find one, to solve its dependencies on other threads and
    to guard its answer costs the server more than an attachment's bytes do, and there is one request to each file.
    """

    def __init__(self, app: ASGIApp, parts: Work, routes: Mapping[tuple[str, str], APIRoute]) -> None:
        self._app, self._parts = app, parts
        self._routes = routes  # by method and path

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
