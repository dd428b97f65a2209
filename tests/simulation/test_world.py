"""Desks and a server on a line where everything goes wrong: nothing lost, nothing doubled, mirrors equal the feed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.world import CALM, World

pytestmark = pytest.mark.simulation
ACTIONS = 30  # of each person
Worlds = Callable[..., World]


@pytest.fixture
def worlds(tmp_path: Path, request: pytest.FixtureRequest) -> Worlds:
    made = 0

    def make(seed: int, **more: Any) -> World:
        nonlocal made
        made += 1
        world = World(tmp_path / f"world-{made}", seed, **more)
        request.addfinalizer(world.close)
        return world

    return make


def test_whatever_goes_wrong_nothing_is_lost_or_doubled(worlds: Worlds, request: pytest.FixtureRequest) -> None:
    first = int(request.config.getoption("--first", default=1))
    ends = []
    for seed in range(first, first + int(request.config.getoption("--worlds", default=4))):
        world = worlds(seed)
        world.busy(ACTIONS)
        world.settle()
        ends.append(world.check())
        assert ends[-1]["applied"] > ACTIONS, f"seed {seed}: hardly anything was asked"
    assert any(end["conflict"] for end in ends), "no two desks ever met on one entry"


def test_the_same_seed_gives_the_same_trace(worlds: Worlds) -> None:
    traces = []
    for _ in range(2):
        world = worlds(77)
        world.busy(ACTIONS)
        world.settle()
        traces.append(world.trace)
    assert traces[0] == traces[1]
    assert len(traces[0]) > 10 * ACTIONS


def test_on_a_good_line_nothing_is_asked_twice(worlds: Worlds) -> None:
    world = worlds(3, mishaps=CALM, edits=False)
    world.busy(ACTIONS)
    world.settle()
    assert set(world.check()) == {"applied"}


def test_after_a_backup_is_put_back_the_desks_bring_what_the_server_forgot(worlds: Worlds) -> None:
    world = worlds(5, edits=False)
    world.busy(ACTIONS // 2)
    world.settle()
    saved = world.save_server()
    world.busy(ACTIONS // 2)
    world.settle()
    before = world.check()
    world.restore_server(saved)
    world.settle()
    assert world.check() == before
