"""The collector rests while any batch sits, and comes to its own where they never pause."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from server.decide.calm import LONG, Calm


@pytest.fixture(autouse=True)
def collecting() -> Iterator[None]:
    """As it is in a server, whatever the other tests left."""
    was = gc.isenabled()
    gc.enable()
    yield
    if not was:
        gc.disable()


class Knot:
    """Rubbish that only the collector finds."""

    def __init__(self) -> None:
        self.own = self


def knots() -> int:
    """How many are left."""
    return sum(isinstance(one, Knot) for one in gc.get_objects())


def test_the_collector_rests_until_the_last_of_those_that_overlap() -> None:
    calm = Calm()
    first, second = ExitStack(), ExitStack()
    first.enter_context(calm)
    second.enter_context(calm)
    first.close()
    assert not gc.isenabled()
    second.close()
    assert gc.isenabled()


def test_a_collector_that_rested_before_rests_after_it() -> None:
    gc.disable()
    with Calm():
        pass
    assert not gc.isenabled()
    gc.enable()


def test_where_batches_never_pause_rubbish_still_goes() -> None:
    calm = Calm()
    with calm:
        Knot()
        assert knots() == 1
        for _ in range(LONG):
            with calm:
                pass
        assert knots() == 0
        assert not gc.isenabled()
