"""Proof of delivery: what the server signs for every Operation it has decided for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.operations import Receipt, Status, receipt_text
from server.feed import Head
from sync.protocol import sign_all


@dataclass(frozen=True, slots=True)
class ReceiptBook:
    """Numbers without gaps, taken from the locked head; signed with the association's key."""

    association: str
    key: Ed25519PrivateKey
    head: Head

    def enter(self, decided: Sequence[tuple[str, str, Status, str]]) -> list[Receipt]:
        """(op_id, SHA-256 of the content, status, received_at) of each: its receipt, which holds without the others."""
        bare, texts = [], []
        for op_id, sha256, status, received_at in decided:
            self.head.receipt_number += 1
            bare.append(Receipt(self.head.receipt_number, received_at, ""))
            texts.append(receipt_text(self.association, op_id, sha256, status, bare[-1]))
        return [
            Receipt(one.number, one.received_at, proof)
            for one, proof in zip(bare, sign_all(self.key, texts), strict=True)
        ]
