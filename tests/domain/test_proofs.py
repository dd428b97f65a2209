"""One signature over many texts: each proves itself alone, and nothing else does."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.proofs import LEAVES, LONGEST, MANY, groups, signed
from sync.protocol import public_text, sign_all, verify

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = public_text(KEY)


def some(count: int) -> list[bytes]:
    return [f"第 {number} 份".encode() for number in range(count)]


@pytest.mark.parametrize("count", [1, 2, 3, 5, 7, 8, 11, 15, LEAVES, LEAVES + 1, 3 * LEAVES + 9])
def test_each_of_them_proves_itself_without_the_others(count: int) -> None:
    texts = some(count)
    proofs = sign_all(KEY, texts)
    assert [verify(PUBLIC, proof, text) for text, proof in zip(texts, proofs, strict=True)] == [True] * count
    assert max(map(len, proofs)) <= LONGEST


@pytest.mark.parametrize("count", [1, LEAVES + 1, MANY - 1, MANY, 2 * MANY + 5])
def test_many_under_one_signature_prove_themselves_as_well(count: int) -> None:
    texts = some(count)
    proofs = sign_all(KEY, texts, MANY)
    assert [verify(PUBLIC, proof, text) for text, proof in zip(texts, proofs, strict=True)] == [True] * count
    assert len({proof[:86] for proof in proofs}) == -(-count // MANY)
    assert max(map(len, proofs)) <= LONGEST


def test_a_proof_is_of_its_own_text_only() -> None:
    texts = some(LEAVES)
    proofs = sign_all(KEY, texts)
    assert not any(verify(PUBLIC, proof, text + b" ") for text, proof in zip(texts, proofs, strict=True))
    assert not verify(PUBLIC, proofs[0], texts[1])
    assert not verify(public_text(Ed25519PrivateKey.generate()), proofs[0], texts[0])


def test_every_character_of_a_proof_counts() -> None:
    text, *_ = texts = some(5)
    proof = sign_all(KEY, texts)[0]
    ends = {85, *range(86 + 43, len(proof), 44)}  # the last character of 32 or 64 bytes has bits that say nothing
    for at in set(range(len(proof))) - ends:
        other = "B" if proof[at] != "B" else "C"
        assert not verify(PUBLIC, proof[:at] + other + proof[at + 1 :], text), at
    for cut in (1, 44, 45, len(proof) - 86):
        assert not verify(PUBLIC, proof[:-cut], text)
    assert not verify(PUBLIC, proof + proof[-44:], text)


def test_what_was_proved_before_lets_nothing_else_through() -> None:
    """Neighbours of a proven text are known to stand in the tree; only they, and only by their own way."""
    texts = some(LEAVES)
    proofs = sign_all(KEY, texts)
    assert all(verify(PUBLIC, proof, text) for text, proof in zip(texts, proofs, strict=True))
    for at, (text, proof) in enumerate(zip(texts, proofs, strict=True)):
        other = proofs[at - 1]
        assert not verify(PUBLIC, other, text)
        assert not verify(PUBLIC, proof, text + b"!")
        assert not verify(PUBLIC, proof[:86] + other[86:130] + proof[130:], text)
        assert not verify(PUBLIC, proof[:-44] + other[86:130], text)
        assert not verify(PUBLIC, proof[:-44], text)
        assert verify(PUBLIC, proof, text)


def test_one_text_alone_is_signed_as_it_is() -> None:
    (text,) = some(1)
    assert signed(text, sign_all(KEY, [text])[0])[0] == text


def test_an_inner_node_is_no_text() -> None:
    """Somebody who shows the two halves of a node as a text of his own proves nothing with the shorter way."""
    texts = some(4)
    ((_, ways),) = groups(texts)
    proof = sign_all(KEY, texts)[0]
    forged = proof[:86] + ways[0][44:]
    assert not verify(PUBLIC, forged, texts[0])
    assert not verify(PUBLIC, forged, b"\1" + texts[0])
