"""Keeps None alive on Python 3.11, where the PySide6 6.12 wheels give it away one reference a call.

The wheels are built as if None could not die (true from Python 3.12 on): each Qt call that returns nothing hands out
None without taking a reference. A fresh interpreter has some 5,000, so after about as many calls it stops with
"deallocating None". Adding 2**40 makes it last for centuries. tests/desktop/test_none_guard.py shows both; when it says
that the fault is gone, this module can go.
"""

import ctypes
import sys

_MANY = 1 << 40


def keep_none_alive() -> None:
    """Once, before the first Qt call; nothing is done where None cannot die or objects are laid out otherwise."""
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython":
        return
    count = ctypes.c_ssize_t.from_address(id(None))
    if count.value < _MANY and abs(count.value - sys.getrefcount(None)) < 100:
        count.value += _MANY
