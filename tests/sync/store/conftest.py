"""A real store in a temporary folder, with one account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.store.local import LocalStore
from sync.store.port import SyncStore
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
