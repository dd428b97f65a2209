"""When typing is saved."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync.autosave import LIMIT, PAUSE, Pace


def test_nothing_typed_is_nothing_to_save() -> None:
    assert Pace().due(5.0) is None


def test_a_pause_saves() -> None:
    pace = Pace()
    assert pace.typed(0.0) == PAUSE
    assert pace.due(PAUSE) == 0
    pace.saved()
    assert pace.due(1.0) is None


@given(st.lists(st.floats(0.001, 0.39), min_size=1, max_size=200))
def test_whoever_never_pauses_loses_a_second_at_most(gaps: list[float]) -> None:
    pace, now, unsaved = Pace(), 0.0, 0.0
    for gap in gaps:
        wait = pace.typed(now)
        if pace.first == now:
            unsaved = now
        if wait <= gap:
            now += wait
            assert now - unsaved <= LIMIT + 1e-9
            pace.saved()
            gap -= wait
        now += gap
        due = pace.due(now)
        assert due is None or now + due - unsaved <= LIMIT + 1e-9
