"""A page over a model that watches the store: the model reads while the page is on screen."""

from __future__ import annotations

from typing import Any

from desktop.page import Page
from desktop.watching import Watching


class WatchingPage(Page):
    """A subclass makes its `model` and says of which kind it is: `model: StudyModel`."""

    model: Watching[Any]

    def shown(self) -> None:
        self.model.awake()

    def hidden(self) -> None:
        self.model.sleep()

    @property
    def settled(self) -> bool:
        """Nothing of the page is on its way."""
        return self.model.is_settled
