"""Fixtures: an association in SQLite, and the same in PostgreSQL where the run has one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.desks import PACK, House, a_house

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """An association with a tiny pack and its first stock."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    with a_house(tmp_path, url) as made:
        yield made


@pytest.fixture(scope="module")
def sqlite_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The same, one for a module: for questions that change nothing."""
    with a_house(tmp_path_factory.mktemp("house")) as made:
        yield made


@pytest.fixture(params=BOTH)
def real_house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """An association that lives by a real pack."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    with a_house(tmp_path, url, PACK) as made:
        yield made
