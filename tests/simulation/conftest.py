"""A longer soak: `pytest tests/simulation --worlds 1000 --first 5000`."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--worlds", type=int, default=4, help="how many seeds to try (4)")
    parser.addoption("--first", type=int, default=1, help="the first of them (1)")
