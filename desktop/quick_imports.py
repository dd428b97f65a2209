"""Imports after Qt cost what they cost without it.

PySide6 reads the source text of every module that is imported after it, to see whether it says "PySide6": only then
its switch of spellings (`from __feature__ import snake_case`) is looked at there. Nobody here uses that switch, and a
second of each start went into it. tests/desktop/test_starting.py shows that it is spared.
"""

import sys
from typing import Any


def spare_sources() -> None:
    """Once PySide6 has been imported: every module counts as one that uses it, without its source being read."""
    feature: Any = sys.modules.get("shibokensupport.feature")
    if hasattr(feature, "_mod_uses_pyside"):
        feature._mod_uses_pyside = lambda module: True
