"""What the sync tells the rest of the program: frozen values, made on the core's thread."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.operations import Outcome
from sync.failures import Failure


class Line(StrEnum):
    """How it stands with the server."""

    IDLE = "idle"  # not yet tried, or paused
    ONLINE = "online"
    TROUBLE = "trouble"  # tries again by itself; the failure says what it is
    STOPPED = "stopped"  # a person is needed: login, revoked, too old


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """The line, and what is wrong with it."""

    line: Line
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Warned:
    """Something a person ought to know; sending goes on."""

    failure: Failure
    scope: str = ""  # of a mirror that was about to shrink
    rows: int = 0  # … how many it has
    left: int = 0  # … how many the server would leave
    sha256: str = ""  # of an attachment


@dataclass(frozen=True, slots=True)
class StoreChanged:
    """The mirror of these scopes is newer; empty: only outbox or drafts changed."""

    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutcomeArrived:
    """The server answered one Operation, and the store has it."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class BlobProgress:
    """An attachment on its way; sent == size: it is there."""

    sha256: str
    sent: int
    size: int


@dataclass(frozen=True, slots=True)
class Contact:
    """The server answered something; how far its clock is ahead of ours, in seconds."""

    ahead: float


@dataclass(frozen=True, slots=True)
class LineMeasured:
    """How fast this line sends, in bytes a second."""

    rate: float


@dataclass(frozen=True, slots=True)
class Crashed:
    """The sync ended by a bug of ours; what is queued stays in the store and is sent after the next start."""

    error: BaseException


Notice = LineMeasured | StatusChanged | Warned | StoreChanged | OutcomeArrived | BlobProgress | Contact | Crashed
