"""The end of a paper: the last rows of its table stand on one page with what is said and sealed below them."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.platypus import Flowable, KeepTogether

from documents.flowables import Grid

LAST = 2  # rows that go along with what follows


class Tail(Flowable):
    """A table that may be cut, but not between its last rows and what stands below it."""

    def __init__(self, grid: Grid, below: Sequence[Flowable]) -> None:
        super().__init__()
        self._grid, self._below = grid, tuple(below)

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return width, 0xFFFFFF  # it is never drawn as one: always split into what it is made of

    def split(self, width: float, height: float) -> list[Flowable]:
        tall = self._grid.wrap(width, height)[1]
        needed = tall + sum(one.getSpaceBefore() + one.wrap(width, height)[1] for one in self._below)
        if needed <= height:
            return [self._grid, *self._below]
        front = min(self._grid.rows_within(height), self._grid.count - LAST)
        if front >= 1:
            first, rest = self._grid.cut(front)
            return [first, Tail(rest, self._below)]
        if hasattr(self, "_postponed"):  # a whole page is not enough: at least nothing below is torn
            parts = [self._grid] if tall <= height else self._grid.split(width, height)
            return [*parts, KeepTogether(list(self._below))]
        return []
