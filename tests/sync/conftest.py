"""A real store in a temporary folder, one account, and the pack of the association it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.packs import load
from domain.packs.pack import Pack
from sync.store.local import LocalStore
from sync.store.port import SyncStore
from tests.sync.desk import Desk, a_desk
from tests.sync.store.building import a_store, an_account


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalStore]:
    with a_store(tmp_path / "store") as opened:
        yield opened


@pytest.fixture
def account(store: LocalStore) -> str:
    return an_account(store)


@pytest.fixture
def port(store: LocalStore) -> SyncStore:
    return SyncStore(store)


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load(Path(__file__).parents[2] / "resources" / "packs" / "gdjlxh-2025")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A whole core on a fake line: ports alone are played."""
    yield from a_desk(tmp_path)
