"""Attachments: rows that say what is known of each, and files of AES-256-GCM frames beside the store.

A file's name is a keyed hash, so that the folder tells nothing. A frame holds 64 KiB of plain bytes and knows its place
and whether it is the last: a file that was cut, mixed or changed is found out. Memory never depends on the size.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import hmac
import io
import os
import secrets
import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, case, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from sync import files
from sync.store.errors import BlobDamaged, BlobMissing, DiskFull
from sync.store.tables import blobs

MAGIC = b"HBB1"
SALT = 16
HEAD = len(MAGIC) + SALT
FRAME = 64 * 1024  # plain bytes
TAG = 16
SENT = "UPDATE blobs SET sent = ?, delivered = bytes <= ?, trouble = NULL WHERE account = ? AND sha256 = ?"
LACKING = "UPDATE blobs SET sent = 0, delivered = 0 WHERE account = ? AND sha256 = ?"
LAST, MORE = b"\1", b"\0"


@dataclass(frozen=True, slots=True)
class Blob:
    """What is known of one attachment."""

    sha256: str
    bytes: int
    type: str
    name: str
    here: bool
    sent: int
    delivered: bool
    trouble: str | None = None


class Blobs:
    """Rows; never begins a transaction, never commits one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, account: str, sha256: str) -> Blob | None:
        """One, if it was ever heard of."""
        return next(iter(self.many(account, [sha256])), None)

    def many(self, account: str, addresses: Sequence[str]) -> tuple[Blob, ...]:
        """Those known, smallest first."""
        asked = select(blobs).where(blobs.c.account == account, blobs.c.sha256.in_(addresses))
        return tuple(map(_blob, self._connection.execute(asked.order_by(blobs.c.bytes, blobs.c.sha256))))

    def keep(self, account: str, sha256: str, size: int, *, type: str, name: str, now: str, here: bool) -> None:
        """Known from now on; what was delivered stays delivered."""
        row = insert(blobs).values(
            account=account, sha256=sha256, bytes=size, type=type, name=name, here=int(here), used_at=now
        )
        newer = {"bytes": size, "used_at": now, "here": case((blobs.c.here == 1, 1), else_=int(here))}
        if here:
            newer["trouble"] = None
        self._connection.execute(row.on_conflict_do_update(index_elements=["account", "sha256"], set_=newer))

    def set(self, account: str, sha256: str, **values: Any) -> None:
        """Plain columns of one row."""
        self._connection.execute(
            update(blobs).where(blobs.c.account == account, blobs.c.sha256 == sha256).values(**values)
        )

    def sent(self, account: str, offsets: Mapping[str, int]) -> None:
        """The server holds this much of each; the whole size means it is there."""
        rows = [(offset, offset, account, sha256) for sha256, offset in offsets.items()]
        if rows:
            self._connection.exec_driver_sql(SENT, rows)

    def lacking(self, account: str, addresses: Collection[str]) -> None:
        """The server says that it has nothing of these."""
        if addresses:
            self._connection.exec_driver_sql(LACKING, [(account, sha256) for sha256 in addresses])

    def drop_others(self, account: str, needed: Collection[str]) -> list[str]:
        """Forget all but these; what went."""
        asked = select(blobs.c.sha256).where(blobs.c.account == account)
        gone = [address for address in self._connection.scalars(asked) if address not in needed]
        for address in gone:
            self._connection.execute(delete(blobs).where(blobs.c.account == account, blobs.c.sha256 == address))
        return gone

    def totals(self, account: str, addresses: Sequence[str]) -> tuple[int, int]:
        """(bytes, bytes sent) of these together."""
        sent = case((blobs.c.delivered == 1, blobs.c.bytes), else_=blobs.c.sent)
        asked = select(func.coalesce(func.sum(blobs.c.bytes), 0), func.coalesce(func.sum(sent), 0))
        size, gone = self._connection.execute(
            asked.where(blobs.c.account == account, blobs.c.sha256.in_(addresses))
        ).one()
        return size, gone


class BlobFolder:
    """The encrypted files of a store."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder
        self._key = key
        self._names = _derive(key, b"", b"huiban-blob-names")

    def path(self, account: str, sha256: str) -> Path:
        """Where this account's copy lies, or will."""
        name = hmac.new(self._names, f"{account}\n{sha256}".encode(), hashlib.sha256).hexdigest()
        return self._folder / name[:2] / name

    def write(self, account: str) -> BlobWriter:
        """A new file, under a temporary name until `finish`."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return BlobWriter(self, account)

    def open(self, account: str, sha256: str) -> BlobReader:
        """The plain bytes, from anywhere on; raises BlobMissing, BlobDamaged."""
        try:
            file = open(self.path(account, sha256), "rb")  # noqa: SIM115 - the reader closes it
        except FileNotFoundError as error:
            raise BlobMissing() from error
        try:
            return BlobReader(file, self._key)
        except BaseException:
            file.close()
            raise

    def remove(self, account: str, sha256: str) -> None:
        """Its bytes leave this machine."""
        files.remove(self.path(account, sha256))

    def sweep(self) -> None:
        """What a crash left half-written goes."""
        for path in self._folder.glob("*.part"):
            files.remove(path)

    def seal(self, salt: bytes) -> AESGCM:
        """The key of one file."""
        return AESGCM(_derive(self._key, salt, b"huiban-blob"))

    @property
    def folder(self) -> Path:
        """Where the files lie."""
        return self._folder


class BlobWriter:
    """Takes plain bytes, counts and hashes them, keeps one frame in memory."""

    def __init__(self, folder: BlobFolder, account: str) -> None:
        self._folder = folder
        self._account = account
        self._salt = secrets.token_bytes(SALT)
        self._cipher = folder.seal(self._salt)
        self._hash = hashlib.sha256()
        self._buffer = bytearray()
        self._frames = 0
        self.size = 0
        self._part = folder.folder / f"{secrets.token_hex(16)}.part"
        with disk_errors():
            self._file = open(self._part, "xb")  # noqa: SIM115 - finish and abandon close it
            self._file.write(MAGIC + self._salt)

    def write(self, data: bytes) -> None:
        """Raises DiskFull."""
        self._hash.update(data)
        self.size += len(data)
        self._buffer += data
        with disk_errors():
            while len(self._buffer) > FRAME:  # the last frame is only known at the end
                self._frame(bytes(self._buffer[:FRAME]), MORE)
                del self._buffer[:FRAME]

    def finish(self, expected: str | None = None) -> str:
        """Durable under its address, which is returned; raises BlobDamaged when it is not the `expected` one."""
        address = self._hash.hexdigest()
        if expected is not None and address != expected:
            self.abandon()
            raise BlobDamaged("收到的附件与登记的不一致。", "会自动重新取。")
        try:
            with disk_errors():
                self._frame(bytes(self._buffer), LAST)
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
                target = self._folder.path(self._account, address)
                target.parent.mkdir(mode=0o700, exist_ok=True)
                files.replace(self._part, target)
        except BaseException:
            self.abandon()
            raise
        return address

    def abandon(self) -> None:
        """As if it had never been begun."""
        with contextlib.suppress(OSError):
            self._file.close()
        files.remove(self._part)

    def _frame(self, plain: bytes, mark: bytes) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._frames), plain, mark))
        self._frames += 1


class BlobReader(io.RawIOBase):
    """A plain, seekable file over the frames; raises BlobDamaged where one does not prove itself."""

    def __init__(self, file: IO[bytes], key: bytes) -> None:
        self._file = file
        head = file.read(HEAD)
        if len(head) != HEAD or not head.startswith(MAGIC):
            raise BlobDamaged()
        self._cipher = AESGCM(_derive(key, head[len(MAGIC) :], b"huiban-blob"))
        sealed = os.fstat(file.fileno()).st_size - HEAD
        self._frames = max(1, -(-sealed // (FRAME + TAG)))
        self.size = sealed - self._frames * TAG
        if self.size < 0:
            raise BlobDamaged()
        self._at = 0
        self._loaded = -1
        self._frame = b""
        self._load(self._frames - 1)  # a file that was cut has no last frame

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Where the next read begins."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """As files do."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        """Up to the end of one frame."""
        data = self.read(min(len(buffer), FRAME - self._at % FRAME))
        buffer[: len(data)] = data
        return len(data)

    def read(self, size: int = -1, /) -> bytes:
        """Exactly `size` bytes while there are as many; all that is left for a negative size."""
        left = max(0, self.size - self._at)
        left = left if size < 0 else min(size, left)
        parts = []
        while left > 0:
            number, inside = divmod(self._at, FRAME)
            self._load(number)
            part = self._frame[inside : inside + left]  # no copy of a whole frame
            if not part:
                break
            parts.append(part)
            self._at += len(part)
            left -= len(part)
        return b"".join(parts)

    def chunks(self) -> Iterator[bytes]:
        """Frame by frame, from here to the end."""
        while data := self.read(FRAME):
            yield data

    def close(self) -> None:
        """And the file below."""
        self._file.close()
        super().close()

    def _load(self, number: int) -> None:
        if number == self._loaded:
            return
        self._file.seek(HEAD + number * (FRAME + TAG))
        mark = LAST if number == self._frames - 1 else MORE
        try:
            self._frame = self._cipher.decrypt(_nonce(number), self._file.read(FRAME + TAG), mark)
        except (InvalidTag, ValueError) as error:
            raise BlobDamaged() from error
        self._loaded = number


@contextlib.contextmanager
def disk_errors() -> Iterator[None]:
    """A full disk by its name."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFull() from error
        raise


def _nonce(number: int) -> bytes:
    return struct.pack(">4xQ", number)  # each file has a key of its own, so a counter is never used twice


def _derive(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt or None, purpose).derive(key)


def _blob(row: Any) -> Blob:
    return Blob(row.sha256, row.bytes, row.type, row.name, bool(row.here), row.sent, bool(row.delivered), row.trouble)
