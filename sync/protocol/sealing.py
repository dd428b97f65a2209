"""A file that only the association can read: sealed to its key by HPKE (RFC 9180), in frames, whatever its size.

The association's sealing key is an X25519 key of its own, told at each log-in under the signature of the server's key.
HPKE carries a fresh key for each file; the content follows in AES-256-GCM frames of 64 KiB that know their place and
whether they are the last. Who sealed it is not told here: the Operations inside are signed.
"""

from __future__ import annotations

import io
import secrets
import struct
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.protocol.signatures import b64url, from_b64url, sign, verify

MAGIC = b"huiban-sealed-1\n"
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
WRAPPED = KEM.X25519.enc_length() + 32 + 16  # bytes: encapsulation, the file's key, tag
FRAME, TAG = 64 * 1024, 16
LAST, MORE = b"\1", b"\0"
PROVED = b"huiban-sealing-key-1\n"


class NotSealed(ValueError):
    """Not sealed to this key, or not as it was sealed."""


def sealing_key(key: Ed25519PrivateKey) -> X25519PrivateKey:
    """The server's other key: nothing but files is sealed to it, and it is as lasting as the first."""
    derived = HKDF(SHA256(), 32, None, PROVED).derive(key.private_bytes_raw())
    return X25519PrivateKey.from_private_bytes(derived)


def sealing_text(key: Ed25519PrivateKey) -> str:
    """What desks are told: the public half, and the server's signature under it."""
    public = sealing_key(key).public_key().public_bytes_raw()
    return f"{b64url(public)}.{sign(key, PROVED + public)}"


def proved_sealing(text: str, server_key: str) -> str | None:
    """The public half, if the server's key stands behind it."""
    public, _, proof = text.partition(".")
    try:
        holds = verify(server_key, proof, PROVED + from_b64url(public))
    except ValueError:
        return None
    return public if holds else None


def is_sealed(source: IO[bytes]) -> bool:
    """By its first bytes; the file stands at its beginning again."""
    found = source.read(len(MAGIC)) == MAGIC
    source.seek(0)
    return found


class Sealing(io.RawIOBase):
    """Takes plain bytes in order; what lies in the file below can be read by the holder of the key alone."""

    def __init__(self, file: IO[bytes], public: str) -> None:
        key = secrets.token_bytes(32)
        self._file, self._cipher = file, AESGCM(key)
        self._buffer, self._frames = bytearray(), 0
        to = X25519PublicKey.from_public_bytes(from_b64url(public))
        file.write(MAGIC + SUITE.encrypt(key, to, info=MAGIC))

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: Any, /) -> int:
        """The last frame is only known at the end: call `finish`."""
        self._buffer += data
        while len(self._buffer) > FRAME:
            self._frame(bytes(self._buffer[:FRAME]), MORE)
            del self._buffer[:FRAME]
        return len(data)

    def finish(self) -> None:
        """Nothing follows."""
        self._frame(bytes(self._buffer), LAST)
        self._buffer.clear()

    def _frame(self, plain: bytes, mark: bytes) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._frames), plain, mark))
        self._frames += 1


def unseal(source: IO[bytes], key: X25519PrivateKey, target: IO[bytes]) -> None:
    """The plain bytes into `target`; raises NotSealed where one frame is missing, changed or for another."""
    if source.read(len(MAGIC)) != MAGIC:
        raise NotSealed("magic")
    try:
        cipher = AESGCM(SUITE.decrypt(source.read(WRAPPED), key, info=MAGIC))
        frame, number = source.read(FRAME + TAG), 0
        while True:
            following = source.read(FRAME + TAG)
            target.write(cipher.decrypt(_nonce(number), frame, MORE if following else LAST))
            if not following:
                return
            frame, number = following, number + 1
    except (InvalidTag, ValueError) as error:
        raise NotSealed(type(error).__name__) from error


def _nonce(number: int) -> bytes:
    return struct.pack(">4xQ", number)  # each file has a key of its own, so a counter is never used twice
