"""What every test finds: no window on anybody's screen, and the fixtures of tests/support."""

from __future__ import annotations

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # `packaging/dev.py test` gives the windows a private screen
pytest.register_assert_rewrite("tests.server.running", "tests.server.houses")  # also when a test module imports them
pytest_plugins = ["tests.support.postgres", "tests.support.windows"]
