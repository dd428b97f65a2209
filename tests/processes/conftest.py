"""How long the kill tests go on: `pytest tests/processes --kills 200 --attachments 30`."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=20, help="how often each side is killed (20)")
    parser.addoption("--attachments", type=int, default=15, help="how many go over the bad line (15)")
    parser.addoption("--seed", type=int, default=1, help="of the moments at which it is killed (1)")
