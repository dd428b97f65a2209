"""What the sync core needs from the world: a store, a transport, a clock, chance. It touches nothing else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.operations import Outcome
from sync.failures import Failure, FailureKind
from sync.protocol import ScopePage


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One Operation to send: the exact bytes that were signed."""

    op_id: str
    entity: str
    content: bytes
    signature: str
    attempts: int = 0  # before this one


@dataclass(frozen=True, slots=True)
class BlobToSend:
    """An attachment the server does not have whole yet."""

    sha256: str
    size: int  # of the plain bytes
    name: str = ""
    offset: int = 0  # as far as known here; only the server's word counts
    attempted: bool = False  # it was once begun: ask the server first where it stands


class BlobReader(Protocol):
    """The plain bytes of an attachment; used on the transport's thread."""

    def read(self, size: int = -1, /) -> bytes: ...
    def seek(self, offset: int, /) -> int: ...
    def close(self) -> None: ...


class StorePort(Protocol):
    """The desk's store as the core sees it. Each writing call is one durable transaction."""

    def mark_unknown_on_start(self, account: str) -> int:
        """After a crash: what was being sent is now `unknown, will ask again`; how many."""

    def next_batch(self, account: str, limit_bytes: int, now: datetime) -> Sequence[OutboxItem]:
        """What may be sent now, in the order made, at least one, contents together at most `limit_bytes`.

        Left out: items exported, whose next try is later, that wait for blobs not wholly sent or for op_ids unanswered.
        Operations on one entity keep their order; `after` is kept: a batch may hold both, the earlier first.
        """

    def doubtful(self, account: str) -> Sequence[OutboxItem]:
        """What may have come to the server some other way and is asked for, not sent: carried there as a file, or sent
        by the computer that this desk was restored from."""

    def next_due(self, account: str, now: datetime) -> datetime | None:
        """When the earliest item that only waits for its next try may be sent; None: there is none."""

    def queued(self, account: str) -> int:
        """How many Operations have no final answer yet (exported ones apart)."""

    def mark_sending(self, account: str, op_ids: Sequence[str], now: datetime) -> Collection[str]:
        """Durably `sending, attempt n`, before the wire; returns those still to be sent, not cancelled meanwhile."""

    def record_outcomes(
        self, account: str, outcomes: Sequence[Outcome], now: datetime, retry_at: datetime | None = None
    ) -> bool:
        """Final ones leave the outbox for `answered`; a waiting one stays, with what it waits for.

        Blobs that a waiting Outcome names `missing` are unsent again, whatever was believed. A waiting one may be tried
        again once its blobs are there; one that waits for op_ids no longer in this outbox, from `retry_at`. What was
        signed by a desk that was shut out since comes back as a draft. True: a log-in is needed, since the server does
        not know the key of this desk.
        """

    def record_failure(
        self,
        account: str,
        op_ids: Sequence[str],
        kind: FailureKind,
        next_try: datetime | None,
        *,
        unsent: bool = False,
    ) -> None:
        """Nothing is known of these; `unsent`: no connection came about, surely not a byte of them has left."""

    def apply_page(self, account: str, scope: str, page: ScopePage, *, now: datetime) -> bool:
        """Changes, tombstones and cursor (≤ 500 rows a transaction).

        A page with `fresh`, or the first one after `reset_scope`, begins anew: rows the new snapshot does not name
        are gone when its last page is in, not before, so that the screen stays full. False: count or sum do not agree
        at the end (`more` false).
        """

    def together(self) -> AbstractContextManager[object]:
        """What is written inside becomes durable at its end, all of it or nothing."""

    def counts(self, account: str, scopes: Collection[str]) -> Mapping[str, int]:
        """Living rows mirrored in each of these."""

    def cursors(self, account: str) -> dict[str, int]:
        """Scope -> position, for the scopes of `set_scopes`; 0 where nothing was pulled yet."""

    def unfinished(self, account: str) -> Collection[str]:
        """Scopes whose snapshot, the first or a newer one, has not come whole yet."""

    def set_scopes(self, account: str, scopes: Sequence[str]) -> None:
        """What this account may see, from its login; rows of other scopes go."""

    def reset_scope(self, account: str, scope: str) -> None:
        """Pull this scope again from 0; outbox and drafts untouched."""

    def epoch(self, account: str) -> str:
        """The server's epoch as last met; empty: never."""

    def meet_epoch(self, account: str, epoch: str, now: datetime) -> None:
        """Another epoch: all cursors to 0 and Operations answered `applied` within 90 days back into the outbox."""

    def revoke(self, account: str) -> None:
        """The association shut this account or desk out: mirror and attachments go, drafts and unsent work stay."""

    def missing_blobs(self, account: str) -> Sequence[BlobToSend]:
        """Blobs that queued Operations name and the server does not have whole: smallest first."""

    def blobs_sent(self, account: str, offsets: Mapping[str, int]) -> None:
        """The server keeps this much of each; the whole size means it is there, proved by its SHA-256."""

    def blob_failed(self, account: str, sha256: str, kind: FailureKind) -> None:
        """This attachment cannot go as it is (refused, or unreadable here): the outbox shows it."""

    def open_blob(self, account: str, sha256: str) -> BlobReader:
        """Raises OSError or StoreFailure when it cannot be read; so may its `read`."""

    def set_contact(self, account: str, now: datetime) -> None:
        """The server answered."""

    def setting(self, account: str, key: str) -> str | None:
        """A small text of this account, encrypted with the rest."""

    def set_setting(self, account: str, key: str, value: str | None) -> None:
        """None: forgotten."""


# ---- the transport ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Call:
    """One JSON request."""

    number: int  # counts up; an answer names it
    lane: str  # "talk" (push and pull) or "wait"
    path: str  # below the base of the API
    body: bytes  # JSON, before gzip
    held: bool = False  # the server may hold it for WAIT_SECONDS
    packed: bytes | None = None  # the body after gzip, where it was made ready before


@dataclass(frozen=True, slots=True)
class Upload:
    """Bring one attachment to the server, from wherever the server stands."""

    number: int
    lane: str  # "blob-0", "blob-1" …
    blob: BlobToSend
    scope: str
    open: Callable[[], BlobReader]


Request = Call | Upload


@dataclass(frozen=True, slots=True)
class Answered:
    """Our server's answer: any status it may give to a Call."""

    request: Call
    status: int
    body: bytes
    seconds: float
    sent_bytes: int  # on the wire, after gzip
    got_bytes: int = 0  # the same of the answer
    server_time: datetime | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """An Upload goes on: the server keeps, or was sent, so many bytes."""

    request: Upload
    offset: int


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The server has it whole and its SHA-256 agreed."""

    request: Upload


@dataclass(frozen=True, slots=True)
class Failed:
    """No answer, or none that counts."""

    request: Request
    failure: Failure
    moved: bool = False  # bytes went out or came in before it broke: the line lives
    unsent: bool = False  # surely nothing reached the server
    offset: int | None = None  # an Upload: what the server keeps, as far as told


Event = Answered | Progress | Uploaded | Failed


class TransportPort(Protocol):
    """Carries out one request a lane at a time; each ends in exactly one Answered, Uploaded or Failed event."""

    def start(self, request: Request) -> None: ...
    def cancel(self, lane: str) -> None: ...


Clock = Callable[[], datetime]
Chance = Callable[[], float]  # uniform in [0, 1)
