"""Every kind of refusal on the wire, in one closed list."""

from __future__ import annotations

from enum import StrEnum

from domain.operations import Outcome, Status


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


STUMBLED = "huiban-bug"  # rule of the finding in an Outcome `waiting`: a bug of the server, ask again later
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
