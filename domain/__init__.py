"""What the business is: packs, forms, eligibility, fees, workflow, effects. Pure: no I/O, no clock, no Qt, no SQL.

The names below are what desk and server call. They are imported on first use, so that a module which needs only the
shared words (entities, operations) does not pay for the whole engine.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from domain.answering import answer
    from domain.checking import FormCheck, RowCheck, check_form
    from domain.facts import config_on, facts_for
    from domain.picking import PersonCheck, Picker, check_person, row_values
    from domain.questions import CannotAsk
    from domain.transitions import ActionChoice, Refusal, Transition, Write, actions_for, study_step, transition
    from domain.view import View

_WHERE = {
    "ActionChoice": "domain.transitions",
    "CannotAsk": "domain.questions",
    "FormCheck": "domain.checking",
    "PersonCheck": "domain.picking",
    "Picker": "domain.picking",
    "Refusal": "domain.transitions",
    "RowCheck": "domain.checking",
    "Transition": "domain.transitions",
    "View": "domain.view",
    "Write": "domain.transitions",
    "actions_for": "domain.transitions",
    "answer": "domain.answering",
    "check_form": "domain.checking",
    "check_person": "domain.picking",
    "config_on": "domain.facts",
    "facts_for": "domain.facts",
    "row_values": "domain.picking",
    "study_step": "domain.transitions",
    "transition": "domain.transitions",
}

__all__ = [
    "ActionChoice",
    "CannotAsk",
    "FormCheck",
    "PersonCheck",
    "Picker",
    "Refusal",
    "RowCheck",
    "Transition",
    "View",
    "Write",
    "actions_for",
    "answer",
    "check_form",
    "check_person",
    "config_on",
    "facts_for",
    "row_values",
    "study_step",
    "transition",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'domain' has no attribute {name!r}")
    return getattr(importlib.import_module(_WHERE[name]), name)
