"""Where a typed form stands against the store: each save knows the form it began from, so nothing is overwritten.

Saves of one page follow each other on the writing lane; the base of a later one is what the one before it wrote, or,
if that one failed, what the store held before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop.pages.form_values import Form
from sync.actions_drafts import merged, without_papers


class Saved:
    """A form that is in the store, or will be once the lane has come to it."""

    def __init__(self, form: Form, before: Saved | None = None) -> None:
        self.form, self._before = form, before
        self._held = before is None

    @property
    def durable(self) -> Form:
        """What the store held of it: its own form, or what stood there before it failed."""
        return self.form if self._held or self._before is None else self._before.durable

    def wrote(self) -> None:
        """It is durable; what was before is of no more interest. Called on the writing lane."""
        self._held, self._before = True, None


def taken_in(base: Form, mine: Form, stored: Mapping[str, Any]) -> Form:
    """What stands on screen, with what the store has gained since `base`."""
    whole: Form = {"values": {}, "cards": {}, "attachments": [], **stored}
    if without_papers(mine) == without_papers(base):
        return whole
    return merged(base, mine, whole)
