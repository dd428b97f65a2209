"""A hand-over kit as a file: one account's sealed work and attachments under the store's key, and who may open it.

It carries the header with nothing but the recovery wrap, so that it opens with the recovery code of the computer it was
made on, and with nothing else. Attachments lie in it as they lie beside the store; nothing in it is plain.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync import files
from sync.store.blobs import BlobFolder, BlobReader, disk_errors
from sync.store.errors import BlobDamaged, FileUnreadable, FileUnwritable, KitUnreadable, StoreDamaged, StoreFailure
from sync.store.keys import HEADER, RECOVERY, Header
from sync.store.local import BLOBS

FORMAT = 1
ABOUT, WORK = "huiban-handover.json", "work"
BLOCK = 1 << 20
LARGEST_WORK = 256 << 20  # bytes: what is read into memory at once
NEWER = "这份移交文件是更新版本的会办做的。"


def write(target: Path, folder: Path, key: bytes, work: Mapping[str, Any], papers: Mapping[str, Path]) -> int:
    """The file, whole or not at all; its size. `papers`: SHA-256 -> where its encrypted bytes lie."""
    header = Header.load(folder)
    if RECOVERY not in header.kinds:
        raise StoreFailure("这台电脑的资料没有恢复码，做不了移交文件。", "请先在“本机设置”里做一份备份。")
    header = replace(header, wraps=tuple(wrap for wrap in header.wraps if wrap.kind == RECOVERY))
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    about = json.dumps({"format": FORMAT, "salt": salt.hex(), "nonce": nonce.hex()}).encode()
    sealed = AESGCM(_key(key, salt)).encrypt(nonce, json.dumps(work, ensure_ascii=False).encode(), about)
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        with disk_errors():
            part.touch(mode=0o600, exist_ok=False)
            with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as file:
                file.writestr(ABOUT, about)
                file.writestr(HEADER, header.text())
                file.writestr(WORK, sealed)
                for address, path in papers.items():
                    file.write(path, _member(key, address))
            with open(part, "rb+") as whole:
                os.fsync(whole.fileno())
            files.replace(part, target)
    except (PermissionError, FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise FileUnwritable(target) from error
    finally:
        files.remove(part)
    return target.stat().st_size


class Kit:
    """An open kit: what was handed over, and its attachments by address."""

    def __init__(self, file: zipfile.ZipFile, key: bytes, work: dict[str, Any]) -> None:
        self._file, self._key, self.work = file, key, work

    @contextlib.contextmanager
    def paper(self, address: str) -> Iterator[BlobReader]:
        """Its plain bytes, frame by frame; raises KitUnreadable."""
        try:
            with self._file.open(_member(self._key, address)) as inside, tempfile.TemporaryFile() as there:
                while data := inside.read(BLOCK):
                    there.write(data)
                there.flush()
                there.seek(0)
                yield BlobReader(there, self._key)
        except (KeyError, zipfile.BadZipFile, EOFError, BlobDamaged) as error:
            raise KitUnreadable() from error


@contextlib.contextmanager
def opened(source: Path, code: str) -> Iterator[Kit]:
    """Raises WrongSecret, KitUnreadable, FileUnreadable."""
    try:
        file = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, ValueError) as error:
        raise KitUnreadable() from error
    except OSError as error:
        raise FileUnreadable(source) from error
    with file:
        about, header, sealed = _parts(file)
        key = header.open_with_recovery_code(code)
        try:
            told = json.loads(about)
            salt, nonce = bytes.fromhex(told["salt"]), bytes.fromhex(told["nonce"])
            work = json.loads(AESGCM(_key(key, salt)).decrypt(nonce, sealed, about))
        except (InvalidTag, ValueError, KeyError, TypeError) as error:
            raise KitUnreadable() from error
        yield Kit(file, key, work)


def _parts(file: zipfile.ZipFile) -> tuple[bytes, Header, bytes]:
    try:
        about = file.read(ABOUT)
        if json.loads(about)["format"] > FORMAT:
            raise KitUnreadable(NEWER, "请安装新版会办后再接收。")
        if file.getinfo(WORK).file_size > LARGEST_WORK:
            raise KitUnreadable()
        return about, Header.read(file.read(HEADER).decode()), file.read(WORK)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError, StoreDamaged) as error:
        raise KitUnreadable() from error


def _key(key: bytes, salt: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, b"huiban-handover").derive(key)


def _member(key: bytes, address: str) -> str:
    """A keyed name, as beside the store: the file's own list of names tells nothing."""
    return f"{BLOBS}/{BlobFolder(Path(BLOBS), key).path('handover', address).name}"
