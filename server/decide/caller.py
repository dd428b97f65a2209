"""Who asks and what is asked: what every decision is handed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from domain.operations import Operation

if TYPE_CHECKING:
    from domain.packs import Pack


class Caller(Protocol):
    """The account whose token carries the Operations (server.access.Caller is one)."""

    @property
    def account(self) -> str:
        """Its entity id."""

    @property
    def name(self) -> str:
        """As people read it."""

    @property
    def role(self) -> str:
        """Account role of the pack."""

    @property
    def desk(self) -> str:
        """The desk role the pack maps it to."""

    @property
    def unit(self) -> str | None:
        """Whose unit it is, for a desk of a unit."""

    @property
    def agency(self) -> str | None:
        """Whose agency it is, for a desk of an agency."""

    @property
    def device(self) -> str:
        """The desk that logged in."""

    @property
    def scopes(self) -> Sequence[str]:
        """What of the feed it may read."""


class Asked(NamedTuple):
    """One Operation before its judge."""

    operation: Operation
    caller: Caller
    pack: Pack  # the edition in force
    edition: Callable[[str], Pack]  # any other, by its name
    day: date  # the Shanghai day on which its bytes first came
    received_at: str  # that instant
    now: str  # the instant of deciding
    publisher: str = ""  # public key that signs editions of the pack

    @property
    def payload(self) -> dict[str, Any]:
        """What it says."""
        return dict(self.operation.payload)

    @property
    def entity(self) -> str:
        """What it is about."""
        return self.operation.entity

    def edition_of(self, application: Mapping[str, Any]) -> Pack:
        """The edition that an application lives by: that of its last submission."""
        name = application.get("edition")
        return self.pack if name in (None, "", self.pack.edition) else self.edition(str(name))
