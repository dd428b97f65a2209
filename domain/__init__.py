"""What the business is: packs, forms, eligibility, fees, workflow, effects. Pure: no I/O, no clock, no Qt, no SQL.

The names below are what desk and server call. They are imported on first use, so that a module which needs only the
shared words (entities, operations) does not pay for the whole engine.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from domain.answering import answer
    from domain.questions import CannotAsk
    from domain.view import View

_WHERE = {
    "CannotAsk": "domain.questions",
    "View": "domain.view",
    "answer": "domain.answering",
}

__all__ = ["CannotAsk", "View", "answer"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'domain' has no attribute {name!r}")
    return getattr(importlib.import_module(_WHERE[name]), name)
