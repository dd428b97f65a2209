"""Answers from a lane may come after their page was put away: then nobody hears them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QObject

T = TypeVar("T")


def while_there(owner: QObject, call: Callable[[T], object]) -> Callable[[T], None]:
    """`call`, as long as its owner exists."""

    def answer(value: T) -> None:
        if shiboken6.isValid(owner):
            call(value)

    return answer
