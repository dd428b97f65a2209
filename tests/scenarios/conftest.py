"""What every story begins with: an association that lives by the real pack, and its desks."""

from __future__ import annotations

import pytest

from tests.scenarios.education import Desks
from tests.server.desks import House
from tests.server.houses import real_house

__all__ = ["desks", "real_house"]


@pytest.fixture
def desks(real_house: House) -> Desks:
    """The desks of that association."""
    return Desks(real_house)
