"""What may be said of a bug: its kind and its place. Not its words, which may hold a name or a number."""

from __future__ import annotations

import traceback
from collections.abc import Iterator


def place_of(error: BaseException) -> str:
    """Kind and innermost place, on one line: `KeyError at server.decide.act:52`."""
    frames = list(_frames(error))
    return f"{type(error).__name__} at {frames[-1].partition(' ')[0] if frames else '?'}"


def report_of(error: BaseException) -> str:
    """Kind and places, innermost first, of the error and of what it came from; for a log."""
    told, seen = [], set()
    here: BaseException | None = error
    while here is not None and id(here) not in seen:
        seen.add(id(here))
        places = "".join(f"\n  {place}" for place in reversed(list(_frames(here))))
        told.append(type(here).__name__ + places)
        here = here.__cause__ or (None if here.__suppress_context__ else here.__context__)
    return "\nfrom ".join(told)


def _frames(error: BaseException) -> Iterator[str]:
    """Modules and lines, no folders: a folder may be named after a person."""
    for frame, line in traceback.walk_tb(error.__traceback__):
        yield f"{frame.f_globals.get('__name__', '?')}:{line} in {frame.f_code.co_name}"
