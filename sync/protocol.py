"""The wire between desk and server: every message, its limits, how an Operation is signed and how a receipt is proved.

The only part of `sync` that the server knows. Messages are pydantic models (their field names are the JSON keys); the
two hot paths, Outcomes of a push and Changes of a pull, are written from JSON texts that the server already holds.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import (
    Annotated,
    Any,
    NotRequired,  # pydantic takes no other before Python 3.12
)

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import from_json
from typing_extensions import TypedDict

from domain.operations import Body, Finding, Kind, Operation, Outcome, Receipt, Severity, Status, receipt_text

PROTOCOL = 1
HEADER = "Huiban-Protocol"  # on every request and every answer: an answer without it is not ours
BASE = "/api/v1"
JSON_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"
PROBLEM_PREFIX = "urn:huiban:problem:"
TUS_VERSION = "1.0.0"
TUS_TYPE = "application/offset+octet-stream"
TUS_EXTENSIONS = "creation,checksum"

GZIP_LEVEL = 5  # 3 times fewer bytes for 0.12 ms a form; higher levels buy nearly nothing
MAX_OPERATION_BYTES = 1 << 20  # the content of one Operation
MAX_REQUEST_BYTES = 8 << 20  # a JSON request, after gunzip
MAX_ANSWER_BYTES = 64 << 20  # a JSON answer, after gunzip: a desk reads no further
PUSH_BYTES = 64 << 10  # contents of a first batch, before gzip
PULL_BYTES = 1 << 20  # bodies of one page, before gzip, unless the desk asks for less
MAX_PULL_BYTES = 4 << 20
MAX_PULL_CHANGES = 5_000  # in one answer
WAIT_SECONDS = 50  # the longest a wake-up is held


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the protocol: since when, and what changed."""

    number: int
    since: date
    what: str


VERSIONS = (Version(1, date(2025, 11, 1), "first"),)


class Problem(StrEnum):
    """Every kind of refusal on the wire; `type` of a problem is PROBLEM_PREFIX + slug. Never reused, never renamed."""

    MALFORMED = "malformed"  # 400: not JSON, or not of the described shape
    PROTOCOL_VERSION = "protocol-version"  # 426: this desk speaks a version the server does not
    LOGIN_NEEDED = "login-needed"  # 401: no token, an unknown or an expired one
    LOGIN_WRONG = "login-wrong"  # 401: login name or password
    LOCKED_OUT = "locked-out"  # 429: too many failures; Retry-After
    PASSWORD_CHANGE_NEEDED = "password-change-needed"  # 403: the first password must be changed first
    PASSWORD_WEAK = "password-weak"  # 422
    REVOKED = "revoked"  # 403: the account or this device was shut out
    NOT_ALLOWED = "not-allowed"  # 403: this role may not call this
    NOT_FOUND = "not-found"  # 404
    METHOD_NOT_ALLOWED = "method-not-allowed"  # 405
    TOO_LARGE = "too-large"  # 413
    MEDIA_TYPE = "media-type"  # 415
    BUSY = "busy"  # 503 or 429; Retry-After
    INTERNAL = "internal"  # 500
    BLOB_OFFSET = "blob-offset"  # 409: PATCH does not begin where the server stands
    BLOB_CHECKSUM = "blob-checksum"  # 460: bytes do not have the SHA-256 or Upload-Checksum named
    BLOB_KIND = "blob-kind"  # 415 or 413: the pack does not allow this type or size
    # Of one Operation in a push, never of the batch: an Outcome `refused` without a receipt, its one finding's rule is
    # the slug. Nothing was decided and nothing is kept under the op_id.
    DEVICE_UNKNOWN = "device-unknown"  # the desk logs in again, which registers its key, and sends again
    SIGNATURE_WRONG = "signature-wrong"
    OPERATION_UNREADABLE = "operation-unreadable"
    OP_ID_REUSED = "op-id-reused"  # other bytes were decided under this op_id
    ACCOUNT_WRONG = "account-wrong"  # made by another account than the one whose token carries it


UNDECIDED = frozenset(
    {
        Problem.DEVICE_UNKNOWN,
        Problem.SIGNATURE_WRONG,
        Problem.OPERATION_UNREADABLE,
        Problem.OP_ID_REUSED,
        Problem.ACCOUNT_WRONG,
    }
)


def undecided(outcome: Outcome) -> Problem | None:
    """Which problem kept the server from deciding this Operation at all; None: it was decided or waits."""
    if outcome.status is Status.REFUSED and outcome.receipt is None and len(outcome.findings) == 1:
        rule = outcome.findings[0].rule
        return Problem(rule) if rule in UNDECIDED else None
    return None


# ---- messages ----------------------------------------------------------------------------------------------


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


class PasswordRequest(Message):
    """POST /password"""

    old: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    new: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class SignedOperation(Message):
    """An Operation as it travels: the very text that was signed."""

    content: Annotated[str, StringConstraints(max_length=MAX_OPERATION_BYTES)]
    signature: Annotated[str, StringConstraints(max_length=88)]


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


# ---- the content of an Operation ---------------------------------------------------------------------------

Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class OperationContent(BaseModel):
    """The JSON text that is signed. All keys, in this order, compact separators, UTF-8."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    op_id: Id
    device: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    account: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    kind: Kind
    entity: Annotated[str, StringConstraints(pattern=r"^[a-z-]+/[^\s/]+$", max_length=120)]
    base_version: Position = 0
    after: Annotated[list[Id], Field(max_length=5_000)] = []
    supersedes: Id | None = None
    edition: Annotated[str, StringConstraints(max_length=100)] = ""
    payload: dict[str, Any]
    blobs: Annotated[list[Sha256], Field(max_length=5_000)] = []
    made_at: datetime


class Unreadable(ValueError):
    """Bytes that are no Operation; the message says where."""


def encode_content(operation: Operation) -> bytes:
    """The bytes to sign and to send, for ever the same."""
    return json_bytes(
        {
            "op_id": operation.op_id,
            "device": operation.device,
            "account": operation.account,
            "kind": operation.kind.value,
            "entity": operation.entity,
            "base_version": operation.base_version,
            "after": list(operation.after),
            "supersedes": operation.supersedes,
            "edition": operation.edition,
            "payload": operation.payload,
            "blobs": list(operation.blobs),
            "made_at": instant_text(operation.made_at),
        }
    )


def decode_content(content: bytes | str) -> Operation:
    """The Operation in these bytes, every field checked; raises Unreadable."""
    try:
        data = content.encode() if isinstance(content, str) else content
        tree = from_json(data, allow_inf_nan=False)
        read = OperationContent.model_validate(tree)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Unreadable(f"{'.'.join(map(str, first['loc'])) or 'content'}: {first['msg']}") from error
    except ValueError as error:
        raise Unreadable(str(error)) from error
    if b"\\u0000" in data and _has_nul(tree):
        raise Unreadable("a text holds the character U+0000")
    if read.made_at.tzinfo is None:
        raise Unreadable("made_at: an instant names its offset")
    return Operation(
        op_id=read.op_id,
        device=read.device,
        account=read.account,
        kind=read.kind,
        entity=read.entity,
        payload=read.payload,
        made_at=read.made_at,
        base_version=read.base_version,
        after=tuple(read.after),
        supersedes=read.supersedes,
        edition=read.edition,
        blobs=tuple(read.blobs),
    )


def content_hash(content: bytes) -> str:
    """SHA-256 (hex) of an Operation's bytes: what the ledger compares and a receipt names."""
    return hashlib.sha256(content).hexdigest()


# ---- signatures and receipts -------------------------------------------------------------------------------


def b64url(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_b64url(text: str) -> bytes:
    """The bytes; raises ValueError on anything else."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64url") from error


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half, base64url."""
    return b64url(key.public_key().public_bytes_raw())


def fingerprint(public: str) -> str:
    """SHA-256 (hex) of a public key: what an invitation names."""
    return hashlib.sha256(from_b64url(public)).hexdigest()


def sign(key: Ed25519PrivateKey, data: bytes) -> str:
    """Ed25519, base64url."""
    return b64url(key.sign(data))


def verify(public: str, signature: str, data: bytes) -> bool:
    """Whether `signature` over `data` was made with the key whose public half is `public`; nonsense is just false."""
    try:
        _public_key(public).verify(from_b64url(signature), data)
    except (InvalidSignature, ValueError):
        return False
    return True


def sign_receipt(
    key: Ed25519PrivateKey, association: str, op_id: str, sha256: str, status: Status, number: int, received_at: str
) -> Receipt:
    """The server's proof that it received these bytes and decided so."""
    bare = Receipt(number, received_at, "")
    return Receipt(number, received_at, sign(key, receipt_text(association, op_id, sha256, status, bare)))


def receipt_holds(public: str, association: str, content: bytes, outcome: Outcome) -> bool:
    """Whether the receipt of this Outcome was signed by that server for these very bytes; needs no network."""
    if outcome.receipt is None:
        return False
    text = receipt_text(association, outcome.op_id, content_hash(content), outcome.status, outcome.receipt)
    return verify(public, outcome.receipt.signature, text)


# ---- Outcomes and pages: written from texts ----------------------------------------------------------------


def outcome_text(outcome: Outcome) -> str:
    """The WireOutcome as JSON: what the ledger keeps and every answer repeats identically."""
    wire: dict[str, Any] = {"o": outcome.op_id}
    if outcome.status is not Status.APPLIED:
        wire["c"] = outcome.status.value
    if outcome.version:
        wire["v"] = outcome.version
    if outcome.positions:
        wire["p"] = dict(outcome.positions)
    if outcome.findings:
        wire["f"] = [finding_body(finding) for finding in outcome.findings]
    if outcome.rows:
        wire["r"] = list(outcome.rows)
    if outcome.missing:
        wire["m"] = list(outcome.missing)
    if outcome.waits_for:
        wire["w"] = list(outcome.waits_for)
    if outcome.current is not None:
        wire["b"] = outcome.current
    if (receipt := outcome.receipt) is not None:
        wire |= {"n": receipt.number, "t": receipt.received_at, "s": receipt.signature}
    return json_bytes(wire).decode()


def read_outcome(wire: WireOutcome | Mapping[str, Any]) -> Outcome:
    """The other way; raises ValueError when it is no Outcome."""
    try:
        receipt = Receipt(wire["n"], wire["t"], wire["s"]) if "n" in wire else None
        return Outcome(
            op_id=wire["o"],
            status=Status(wire.get("c", "applied")),
            version=wire.get("v", 0),
            positions=wire.get("p", {}),
            findings=tuple(map(read_finding, wire.get("f", ()))),
            rows=tuple(wire.get("r", ())),
            missing=tuple(wire.get("m", ())),
            waits_for=tuple(wire.get("w", ())),
            current=wire.get("b"),
            receipt=receipt,
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"no outcome: {error!r}") from error


def finding_body(finding: Finding) -> dict[str, Any]:
    """JSON of a finding; what is empty is left out."""
    body: dict[str, Any] = {"rule": finding.rule, "message": finding.message}
    if finding.severity is not Severity.BLOCK:
        body["severity"] = finding.severity.value
    for key in ("clause", "short", "path", "row", "next_service", "contact", "possible_from"):
        if value := getattr(finding, key):
            body[key] = value
    return body


def read_finding(body: Body) -> Finding:
    """The other way."""
    return Finding(**{**body, "severity": Severity(body.get("severity", "block"))})


def push_reply(epoch: str, outcomes: Iterable[str]) -> bytes:
    """A PushReply from texts of `outcome_text`."""
    return f'{{"epoch":{json.dumps(epoch)},"outcomes":[{",".join(outcomes)}]}}'.encode()


def push_request(signed: Iterable[tuple[bytes, str]]) -> bytes:
    """A PushRequest from contents and their signatures."""
    return json_bytes({"operations": [{"content": text.decode(), "signature": sig} for text, sig in signed]})


def ask_request(op_ids: Iterable[str]) -> bytes:
    """A PushRequest that only asks."""
    return json_bytes({"ask": list(op_ids)})


def whole_operations(cut: bytes) -> list[SignedOperation]:
    """The Operations that are complete in a PushRequest that broke off somewhere."""
    try:
        tree = from_json(cut, allow_partial=True)
        told = tree.get("operations") if isinstance(tree, dict) else None
        whole = (
            [one for one in told if isinstance(one, dict) and one.keys() >= _SIGNED] if isinstance(told, list) else []
        )
        return [SignedOperation.model_validate(one) for one in whole]
    except ValueError:
        return []


@dataclass(frozen=True, slots=True)
class RawPage:
    """A ScopePage whose bodies are JSON texts as they lie in the database (None: a tombstone)."""

    changes: Sequence[tuple[str, int, int, str | None]]
    cursor: int
    more: bool
    count: int
    sum: int
    fresh: bool = False


def pull_reply(epoch: str, head: int, pages: Mapping[str, RawPage], *, reset: bool = False) -> bytes:
    """A PullReply from raw pages, without parsing a body."""
    written = bytearray(f'{{"epoch":{json.dumps(epoch)},"reset":{json.dumps(reset)},"head":{head},"scopes":{{'.encode())
    for number, (scope, page) in enumerate(pages.items()):
        written += f'{"," if number else ""}{json.dumps(scope)}:{{"changes":['.encode()
        for at, (entity, seq, version, body) in enumerate(page.changes):  # row by row: a page is never there twice
            text = "null" if body is None else body
            written += f'{"," if at else ""}["{entity}",{seq},{version},{text}]'.encode()
        flags = (',"more":true' if page.more else "") + (',"fresh":true' if page.fresh else "")
        written += f'],"cursor":{page.cursor},"count":{page.count},"sum":{page.sum}{flags}}}'.encode()
    written += b"}}"
    return bytes(written)


# ---- what a scope adds up to -------------------------------------------------------------------------------

SUM_MODULUS = 1 << 63  # fits a signed 64-bit column everywhere


def row_hash(entity: str, version: int) -> int:
    """What one living row (a tombstone counts nothing) adds to the sum of its scope."""
    digest = hashlib.blake2b(f"{entity}\n{version}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % SUM_MODULUS


def add_to_sum(total: int, *, come: Iterable[tuple[str, int]] = (), gone: Iterable[tuple[str, int]] = ()) -> int:
    """The sum after rows (entity, version) came and others went; an update is the old row gone, the new one come."""
    return (total + sum(row_hash(*row) for row in come) - sum(row_hash(*row) for row in gone)) % SUM_MODULUS


# ---- bytes -------------------------------------------------------------------------------------------------


class TooLarge(ValueError):
    """More bytes than the reader is willing to hold."""


def compress(data: bytes) -> bytes:
    """gzip, the same bytes for the same data."""
    return zlib.compress(data, GZIP_LEVEL, wbits=31)


def decompress(data: bytes, limit: int) -> bytes:
    """gunzip up to `limit` bytes; raises TooLarge beyond, ValueError when it is not (whole) gzip."""
    machine = zlib.decompressobj(wbits=31)
    try:
        plain = machine.decompress(data, limit + 1)
    except zlib.error as error:
        raise ValueError("not gzip") from error
    if len(plain) > limit:
        raise TooLarge(f"more than {limit} bytes")
    if not machine.eof:
        raise ValueError("gzip cut short")
    return plain


def json_bytes(value: Any) -> bytes:
    """Compact UTF-8 JSON, keys in their order; NaN and Infinity are errors."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def instant_text(moment: datetime) -> str:
    """ISO instant in UTC with milliseconds: 2026-01-02T03:04:05.678Z"""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_SIGNED = frozenset(SignedOperation.model_fields)


@lru_cache(maxsize=4_096)
def _public_key(public: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(from_b64url(public))


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_has_nul(key) or _has_nul(part) for key, part in value.items())
    return isinstance(value, list) and any(map(_has_nul, value))
