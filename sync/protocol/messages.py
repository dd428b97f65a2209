"""Every message between desk and server: pydantic models whose field names are the JSON keys."""

from __future__ import annotations

from typing import (
    Annotated,
    Any,
    NotRequired,  # pydantic takes no other before Python 3.12
)

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema
from typing_extensions import TypedDict

from domain.proofs import LONGEST
from sync.protocol.limits import MAX_OPERATION_BYTES, MAX_PULL_BYTES, PROBLEM_PREFIX, PULL_BYTES


class Message(BaseModel):
    """What all messages share: unknown keys are passed over, so that a later server may say more."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class ProblemDetails(Message):
    """RFC 9457."""

    type: str
    title: str = ""
    status: int = 0
    detail: str = ""
    at: str | None = None  # where in the request
    offset: int | None = None  # blob-offset: where the server stands

    @property
    def slug(self) -> str:
        """The kind, without the prefix."""
        return self.type.removeprefix(PROBLEM_PREFIX)


class Association(Message):
    """Who answers."""

    id: str
    name: str


class Hello(Message):
    """GET /hello: who is there. Needs no login."""

    protocol: int
    association: Association
    pack: str
    edition: str
    epoch: str
    key: str  # the server's Ed25519 public key, base64url: receipts are proved with it
    time: str  # ISO instant, UTC


class Device(Message):
    """The desk that logs in; `key` is the public half of its Ed25519 key, base64url."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    name: Annotated[str, StringConstraints(max_length=100)] = ""
    key: Annotated[str, StringConstraints(min_length=43, max_length=44)]


class LoginRequest(Message):
    """POST /login"""

    login: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    device: Device


class LoginReply(Message):
    """A session: the token goes into `Authorization: Bearer …`."""

    token: str
    expires_at: str
    account: dict[str, Any]  # domain.entities.Account
    must_change_password: bool = False
    scopes: list[str] = []
    epoch: str
    association: Association
    key: str
    sealing: str = ""  # the key that files carried by hand are sealed to, and `key`'s signature under it


class PasswordRequest(Message):
    """POST /password"""

    old: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    new: Annotated[str, StringConstraints(min_length=1, max_length=200)]


_TEXT = {"type": "string", "maxLength": MAX_OPERATION_BYTES}  # JSON has it as a text, we want its bytes


class SignedOperation(Message):
    """An Operation as it travels: the very text that was signed, alone or with others (domain.proofs)."""

    content: Annotated[bytes, Field(max_length=MAX_OPERATION_BYTES), WithJsonSchema(_TEXT)]
    signature: Annotated[str, StringConstraints(max_length=LONGEST)]


class PushRequest(Message):
    """POST /push: Operations in the order they were made.

    A server decides also what came whole of a request that broke off. `ask`: op_ids that may have been in one; those
    already decided are answered, before the Outcomes of `operations`; of the others nothing is said.
    """

    operations: Annotated[list[SignedOperation], Field(max_length=5_000)] = []
    ask: Annotated[list[str], Field(max_length=5_000)] = []


class WireOutcome(TypedDict):
    """An Outcome with short keys; what is absent is empty. A thousand applied forms are told in some 100 KB."""

    o: str  # op_id
    c: NotRequired[str]  # status; absent: applied
    v: NotRequired[int]  # version
    p: NotRequired[dict[str, int]]  # positions
    f: NotRequired[list[dict[str, Any]]]  # findings
    r: NotRequired[list[dict[str, Any]]]  # rows
    m: NotRequired[list[str]]  # missing blobs
    w: NotRequired[list[str]]  # op_ids it waits for
    b: NotRequired[dict[str, Any]]  # current body
    n: NotRequired[int]  # receipt: number
    t: NotRequired[str]  # receipt: received_at
    s: NotRequired[str]  # receipt: signature


class PushReply(Message):
    """One Outcome for each Operation, in the order sent; before them, those of `ask` that were decided."""

    epoch: str
    outcomes: list[WireOutcome]


Position = Annotated[int, Field(ge=0, le=(1 << 53))]


class PullRequest(Message):
    """POST /pull: what is new in these scopes since these positions (0: everything)."""

    epoch: str
    cursors: Annotated[dict[str, Position], Field(max_length=100)]
    max_bytes: Annotated[int, Field(ge=1, le=MAX_PULL_BYTES)] = PULL_BYTES
    begun: Annotated[list[str], Field(max_length=100)] = []  # a snapshot is under way there: no position is too old


class ScopePage(Message):
    """Part of one scope, in seq order; when `more` is false, `count` and `sum` (see `row_hash`) hold at `cursor`."""

    changes: list[tuple[str, int, int, dict[str, Any] | None]]  # entity, seq, version, body (None: a tombstone)
    cursor: int
    more: bool = False
    fresh: bool = False  # the cursor sent was too old: this page begins a snapshot, as if 0 had been sent
    count: int
    sum: int


class PullReply(Message):
    """`reset`: the epoch sent is not the server's; every cursor was taken as 0."""

    epoch: str
    reset: bool = False
    head: int
    scopes: dict[str, ScopePage]


class WaitRequest(Message):
    """POST /wait"""

    cursors: Annotated[dict[str, Position], Field(max_length=100)]
    epoch: str = ""


class WaitReply(Message):
    """Only which scopes moved; what is new comes by pull."""

    moved: list[str]
