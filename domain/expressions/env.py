"""What one evaluation sees: facts, parameters, and a place for loop variables and definitions already worked out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.expressions.unknown import UNKNOWN


class Env:
    """One question's world. Never changed from outside; another day is another Env."""

    __slots__ = ("facts", "params", "variables", "worked_out")

    def __init__(self, facts: Mapping[str, Any], params: Mapping[str, Any]) -> None:
        self.facts = facts
        self.params = params
        self.variables: dict[int, Any] = {}
        self.worked_out: dict[int, Any] = {}

    @property
    def today(self) -> date | None:
        """The day of the question, if one was given."""
        day = self.facts.get("today", UNKNOWN)
        return day if isinstance(day, date) else None

    def on(self, day: date) -> "Env":
        """The same world on another day, loop variables included."""
        moved = Env({**self.facts, "today": day}, self.params)
        moved.variables = dict(self.variables)
        return moved

    def overlaid(self, facts: Mapping[str, Any]) -> "Env":
        """The same world with some facts standing in place of others."""
        return Env({**self.facts, **facts}, self.params)
