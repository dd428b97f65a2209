"""Plain servers and desks; how long the kill tests go on: `pytest tests/processes --kills 200 --attachments 30`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.store.local import LocalStore
from tests.processes.plain import PlainServer, a_plain_server, a_store


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=20, help="how often each side is killed (20)")
    parser.addoption("--attachments", type=int, default=15, help="how many go over the bad line (15)")
    parser.addoption("--seed", type=int, default=1, help="of the moments at which it is killed (1)")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlainServer]:
    """A server that the tests of a module share."""
    with a_plain_server(tmp_path_factory.mktemp("plain")) as running:
        yield running


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalStore]:
    """The store of one desk."""
    with a_store(tmp_path / "desk") as store:
        yield store
