"""What every test finds: no window on anybody's screen, time for a busy machine, and the fixtures of tests/support."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # `packaging/dev.py test` gives the windows a private screen
pytest.register_assert_rewrite("tests.server.running", "tests.server.houses")  # also when a test module imports them
# on top of Hypothesis's own profile, which under CI tries the same values each time
settings.register_profile("house", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
pytest_plugins = ["tests.support.postgres", "tests.support.windows"]
