"""A sealed file opens with the association's key alone, whole, and tells nothing to whoever carries it."""

from __future__ import annotations

import secrets
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.protocol import NotSealed, Sealing, is_sealed, proved_sealing, public_text, sealing_key, sealing_text, unseal
from sync.protocol.sealing import FRAME, MAGIC, WRAPPED
from tests.support.sealing import KEY, seal, unsealed


@pytest.mark.parametrize("size", [0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME])
def test_it_comes_out_as_it_went_in_whatever_its_size(tmp_path: Path, size: int) -> None:
    plain, file = secrets.token_bytes(size), tmp_path / "x.sealed"
    seal(file, plain)
    with file.open("rb") as source:
        assert is_sealed(source)
    assert unsealed(file).read() == plain
    assert size < 64 or plain[:64] not in file.read_bytes()  # a single byte may well be among random ones


def test_pieces_written_one_after_the_other_are_one_file() -> None:
    file, pieces = BytesIO(), [secrets.token_bytes(n) for n in (5, FRAME, 7, 2 * FRAME, 1)]
    sealing = Sealing(file, sealing_text(KEY).partition(".")[0])
    for piece in pieces:
        sealing.write(piece)
    sealing.finish()
    file.seek(0)
    plain = BytesIO()
    unseal(file, sealing_key(KEY), plain)
    assert plain.getvalue() == b"".join(pieces)


def test_another_key_opens_it_not(tmp_path: Path) -> None:
    file = tmp_path / "x.sealed"
    seal(file, b"people")
    with pytest.raises(NotSealed):
        unsealed(file, Ed25519PrivateKey.generate())


@pytest.mark.parametrize(
    "place", ["key", "first frame", "last frame", "cut frame", "lost frame", "swapped", "appended"]
)
def test_a_file_that_was_changed_on_the_way_opens_not(tmp_path: Path, place: str) -> None:
    file = tmp_path / "x.sealed"
    seal(file, secrets.token_bytes(2 * FRAME + 100))
    data, head, step = bytearray(file.read_bytes()), len(MAGIC) + WRAPPED, FRAME + 16
    first, second = data[head : head + step], data[head + step : head + 2 * step]
    changed = {
        "key": data[: len(MAGIC) + 40] + bytes([data[len(MAGIC) + 40] ^ 1]) + data[len(MAGIC) + 41 :],
        "first frame": data[: head + 9] + bytes([data[head + 9] ^ 1]) + data[head + 10 :],
        "last frame": data[:-1] + bytes([data[-1] ^ 1]),
        "cut frame": data[:-50],
        "lost frame": data[: head + 2 * step],
        "swapped": data[:head] + second + first + data[head + 2 * step :],
        "appended": data + b"more",
    }[place]
    file.write_bytes(changed)
    with pytest.raises(NotSealed):
        unsealed(file)


def test_the_association_s_key_counts_only_under_its_server_s_signature() -> None:
    told, other = sealing_text(KEY), Ed25519PrivateKey.generate()
    public, _, proof = told.partition(".")
    assert proved_sealing(told, public_text(KEY)) == public
    assert proved_sealing(told, public_text(other)) is None
    assert proved_sealing(f"{sealing_text(other).partition('.')[0]}.{proof}", public_text(KEY)) is None
    for nonsense in ("", ".", public, f"{public}.", "x.y"):
        assert proved_sealing(nonsense, public_text(KEY)) is None
