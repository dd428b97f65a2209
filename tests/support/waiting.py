"""How long tests wait for what has to come, and for whom nobody waits."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 120.0  # seconds: ends what hangs; on a machine that is merely busy nothing takes as long


def until(ask: Callable[[], T], what: str = "what had to come") -> T:
    """The first true answer, asked again and again: each question is work for the one who is to answer."""
    end = time.monotonic() + PATIENCE
    while not (found := ask()):
        assert time.monotonic() < end, f"{what} did not come in {PATIENCE:g} s"
    return found


@contextmanager
def nobody_listens() -> Iterator[int]:
    """A port of this machine that refuses everybody, and that nobody else can take meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])
