"""Keeps None, True, False, NotImplemented and Ellipsis alive on Python 3.11, where PySide6 6.12 gives them away.

The wheels are built as if these objects could not die (true from Python 3.12 on): each Qt call that returns one hands
it out without taking a reference. A fresh interpreter has some thousands, so after about as many calls, or on the way
out, it stops with "deallocating None" or "deallocating True or False". Adding 2**40 makes them last for centuries.
tests/desktop/test_none_guard.py shows both; when it says that the fault is gone, this module can go.
"""

import ctypes
import sys

_MANY = 1 << 40
_LASTING = (None, True, False, NotImplemented, Ellipsis)  # what Python 3.12 made immortal and C code returns


def keep_none_alive() -> None:
    """Once, before the first Qt call; nothing is done where they cannot die or objects are laid out otherwise."""
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython":
        return
    for thing in _LASTING:
        count = ctypes.c_ssize_t.from_address(id(thing))
        if count.value < _MANY and abs(count.value - sys.getrefcount(thing)) < 100:
            count.value += _MANY
