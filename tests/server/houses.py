"""Fixtures: an association in SQLite, and the same in PostgreSQL where the run has one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.desks import House, a_house


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A founded association with its first stock."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    with a_house(tmp_path, url) as made:
        yield made
