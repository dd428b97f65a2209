"""Operation, Outcome, Change, Finding: the words that desk and server speak to each other.

An Operation is something asked of the association, an Outcome its answer, a Change what is so from then on. All are
frozen values; how they travel is `sync.protocol`'s business, how they are kept is the stores'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

Body = Mapping[str, Any]  # the JSON body of an entity or a payload; the shapes stand in domain.entities


class Kind(StrEnum):
    """Everything that can be asked. Closed: a new kind is a new edition of the protocol."""

    ACT = "act"  # one action of a workflow on an application: submit, pass, return, reinitiate, abandon …
    SAVE_DRAFT = "save-draft"
    DELETE_DRAFT = "delete-draft"
    SAVE_ROSTER = "save-roster"  # a roster entry of the unit, made or updated
    REMOVE_ROSTER = "remove-roster"  # … taken away again, while nothing names it
    SET_CONFIG = "set-config"  # a parameter from a day on
    SAVE_AGENCY = "save-agency"
    SAVE_DESK = "save-desk"  # name and telephone of a desk of the association
    SAVE_ACCOUNT = "save-account"
    NOTE_BILL = "note-bill"  # finance records a difference, a refund, another payer, an invoice, or voids it
    STUDY_RESULT = "study-result"  # an exam result from the study port
    PUBLISH_PACK = "publish-pack"


class Severity(StrEnum):
    """How much a finding weighs: a block stops sending, a warning asks, an info only tells."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One condition that is not met: what is wrong and what to do, where it stands, and what else helps."""

    rule: str  # stable id from the pack
    message: str  # for people; names filled in
    severity: Severity = Severity.BLOCK
    clause: str = ""  # where the association says so
    short: str = ""  # at most eight characters, for a table row
    path: str = ""  # "field", "card[row-id].field" or "card[row-id].material"; empty: the whole form
    row: str | None = None
    next_service: str | None = None
    contact: str | None = None
    possible_from: str | None = None  # ISO date; None: time alone will not do, or not asked
    about: str | None = None  # the bill, application or study task that stands in the way; known here, never sent


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing asked. Signed once; the very bytes that were signed travel, whatever carries them."""

    op_id: str  # UUIDv7
    device: str
    account: str
    kind: Kind
    entity: str  # "application/<uuid>", "roster/<uuid>", "config/<key>" …
    payload: Body
    made_at: datetime  # shown, never trusted
    base_version: int = 0
    after: tuple[str, ...] = ()  # op_ids it builds on
    supersedes: str | None = None  # op_id whose conflict this one solves
    edition: str = ""  # pack edition the desk judged by
    blobs: tuple[str, ...] = ()  # SHA-256 (hex) of every attachment it needs


class Status(StrEnum):
    """What the server says of an Operation. All but `waiting` are final."""

    APPLIED = "applied"
    REFUSED = "refused"
    CONFLICT = "conflict"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of delivery: what the server signs. Verified offline with the association's public key."""

    number: int  # counts up without gaps, per association
    received_at: str  # ISO instant, UTC: when the Operation's bytes first reached the server
    signature: str  # base64url, Ed25519 over receipt_text(), alone or with others (domain.proofs)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The server's answer to one Operation."""

    op_id: str
    status: Status
    version: int = 0  # of the entity, after it was applied
    positions: Mapping[str, int] = field(default_factory=dict)  # scope -> seq the mirror must reach
    findings: tuple[Finding, ...] = ()  # refused: every one, with row and field
    rows: tuple[Body, ...] = ()  # per-row answers, where the kind has them
    missing: tuple[str, ...] = ()  # waiting: SHA-256 of blobs not there yet
    waits_for: tuple[str, ...] = ()  # waiting: op_ids not decided yet
    current: Body | None = None  # conflict: the body as this account may see it
    receipt: Receipt | None = None  # every final outcome has one

    @property
    def final(self) -> bool:
        """Whether the server will never say anything else about this Operation."""
        return self.status is not Status.WAITING


@dataclass(frozen=True, slots=True)
class Change:
    """What the server says is so: the newest body of an entity as one scope may see it, or None for a tombstone."""

    scope: str
    seq: int
    entity: str
    version: int
    body: Body | None


def receipt_text(association: str, op_id: str, content_sha256: str, status: Status, receipt: Receipt) -> bytes:
    """The exact bytes a receipt signs; `content_sha256` is the hex digest of the Operation's bytes as sent."""
    lines = (
        "huiban-receipt-1",
        association,
        op_id,
        content_sha256,
        status.value,
        str(receipt.number),
        receipt.received_at,
    )
    return "\n".join(lines).encode()
