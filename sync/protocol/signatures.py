"""Signatures, and receipts that prove themselves without a network."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from domain.operations import Outcome, Receipt, Status, receipt_text
from domain.proofs import LEAVES, climb, groups, parts
from sync.protocol.content import content_hash


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


def sign_all(key: Ed25519PrivateKey, texts: Sequence[bytes], leaves: int = LEAVES) -> list[str]:
    """A proof for each of these: one signature for up to so many (domain.proofs), and each holds alone."""
    proofs: list[str] = []
    for text, ways in groups(texts, leaves):
        signature = sign(key, text)
        proofs += [signature + way for way in ways]
    return proofs


def verify(public: str, signature: str, data: bytes) -> bool:
    """Whether `data` was signed, alone or with others, by the key whose public half this is; nonsense is false."""
    try:
        bare, way = parts(signature)
        if not way:
            _public_key(public).verify(from_b64url(bare), data)
            return True
        known = _known(public, bare)
        root, met = climb(data, way, known)
        if root is not None:
            _public_key(public).verify(from_b64url(bare), root)
    except (InvalidSignature, ValueError):
        return False
    known.update(met)
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


@lru_cache(maxsize=64)
def _known(public: str, signature: str) -> dict[bytes, str]:
    """What this signature was found to cover: what travels together is proved together."""
    return {}


@lru_cache(maxsize=4_096)
def _public_key(public: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(from_b64url(public))
