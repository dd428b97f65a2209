"""Who is there: the one question that needs no log-in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from server import feed
from server.access import Anybody
from server.clock import shanghai_day
from server.problems import problems
from server.work import Work, work
from sync.protocol import PROTOCOL, Association, Hello, Problem, instant_text

router = APIRouter(tags=["hello"])
Open = Depends(Anybody("a desk proves whom it talks to before it sends a password"))


@router.get("/hello", summary="Who answers", dependencies=[Open], responses=problems(Problem.PROTOCOL_VERSION))
def hello(parts: Annotated[Work, Depends(work)]) -> Hello:
    """Association, pack edition in force, epoch, the server's key and its time."""
    now = parts.clock()
    with parts.database.read() as connection:
        pack = parts.editions.current(connection, shanghai_day(now))
        epoch, _ = feed.position(connection)
    return Hello(
        protocol=PROTOCOL,
        association=Association(id=parts.association, name=parts.settings.name),
        pack=pack.id,
        edition=pack.edition,
        epoch=epoch,
        key=parts.public_key,
        time=instant_text(now),
    )
