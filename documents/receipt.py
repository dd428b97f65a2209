"""The receipt of delivery as a paper, with a code that carries all that is needed to check it without the network."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from documents.paper import Block, Code, Facts, Paper, Para, Title, moment_text
from domain.operations import Receipt, Status, receipt_text
from domain.proofs import signed

LINES = 7  # of a receipt text; the signature is the eighth, the key's fingerprint the ninth


class NotAReceipt(ValueError):
    """What was scanned or typed is not the code of a receipt."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a receipt speaks of: which bytes of which Operation, and what the association answered."""

    association: str  # id, as signed
    op_id: str
    content_sha256: str  # hex, of the Operation's bytes as they travelled
    status: Status
    receipt: Receipt

    def text(self) -> bytes:
        """The bytes that the association signed."""
        return receipt_text(self.association, self.op_id, self.content_sha256, self.status, self.receipt)

    def holds(self, key: str) -> bool:
        """Whether the association's key (base64url) signed exactly this, alone or with others."""
        try:
            public = Ed25519PublicKey.from_public_bytes(_bytes(key))
            text, signature = signed(self.text(), self.receipt.signature)
            public.verify(_bytes(signature), text)
        except (InvalidSignature, ValueError):
            return False
        return True


def fingerprint(key: str) -> str:
    """The fingerprint of a public key (base64url) as people compare it: SHA-256, the first 16 bytes in groups."""
    digest = hashlib.sha256(_bytes(key)).hexdigest()[:32].upper()
    return " ".join(digest[at : at + 4] for at in range(0, 32, 4))


def code_text(delivery: Delivery, key: str) -> str:
    """What the code on the receipt says: the signed text, the signature, the key's fingerprint, a line each."""
    return "\n".join((delivery.text().decode(), delivery.receipt.signature, fingerprint(key).replace(" ", "")))


def read_code(text: str) -> tuple[Delivery, str]:
    """The delivery a code speaks of and the fingerprint it names; `Delivery.holds` says whether it is true."""
    lines = text.strip().split("\n")
    if len(lines) != LINES + 2 or lines[0] != "huiban-receipt-1":
        raise NotAReceipt("这不是回执上的二维码。")
    _, association, op_id, sha256, status, number, received_at, signature, print_ = lines
    try:
        receipt = Receipt(int(number), received_at, signature)
        return Delivery(association, op_id, sha256, Status(status), receipt), print_
    except ValueError as wrong:
        raise NotAReceipt("回执上的二维码内容不完整。") from wrong


def receipt_sheet(
    delivery: Delivery,
    *,
    key: str,
    association: str,
    status: str,
    about: Sequence[tuple[str, str]] = (),
) -> Paper:
    """The receipt. `key` is the association's public key (base64url), `status` the answer in words, `about` what was
    delivered, for whom: label and value."""
    receipt = delivery.receipt
    holds = delivery.holds(key)
    facts = [
        ("回执编号：", str(receipt.number)),
        ("送达时间：", moment_text(receipt.received_at)),
        ("接收单位：", association),
        ("协会答复：", status),
        *about,
    ]
    proof = [
        ("操作编号：", delivery.op_id),
        ("内容摘要：", f"SHA-256 {delivery.content_sha256}"),
        ("协会签名：", receipt.signature),
        ("公钥指纹：", fingerprint(key)),
    ]
    words = (
        "本回执由协会服务器签名，证明上述内容已于所列时间送达。验证时无需联网：扫描左侧二维码，用协会公钥核对签名；"
        "公钥指纹应与协会邀请文件中的一致。"
    )
    warning = "签名核对不符：此件不能证明送达，请联系协会。"
    blocks: list[Block] = [
        Title("送达回执", association),
        Facts(facts, across=1),
        Para("核验信息", indent=0, bold=True, before=6, with_next=True),
        Facts(proof, across=1),
        Code(code_text(delivery, key), (words, "签名核对：相符。" if holds else warning), size=46),
    ]
    if not holds:
        blocks.insert(1, Para(warning, indent=0, bold=True, align="center"))
    return Paper(
        title=f"送达回执 {receipt.number}",
        blocks=blocks,
        author=association,
        subject="送达回执",
        keywords=(str(receipt.number), delivery.op_id),
        made=datetime.fromisoformat(receipt.received_at),
        foot=f"送达回执　{receipt.number}",
    )


def _bytes(text: str) -> bytes:
    """base64url, with or without its padding."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as wrong:
        raise ValueError("not base64url") from wrong
