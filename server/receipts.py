"""Proof of delivery: what the server signs for every Operation it has decided for good."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.operations import Receipt, Status
from server.feed import Head
from sync.protocol import sign_receipt


@dataclass(frozen=True, slots=True)
class ReceiptBook:
    """Numbers without gaps, taken from the locked head; signed with the association's key."""

    association: str
    key: Ed25519PrivateKey
    head: Head

    def next(self, op_id: str, content_sha256: str, status: Status, received_at: str) -> Receipt:
        """The receipt of one Outcome."""
        self.head.receipt_number += 1
        number = self.head.receipt_number
        return sign_receipt(self.key, self.association, op_id, content_sha256, status, number, received_at)
