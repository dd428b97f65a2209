"""A backup: one file with the header, the encrypted store at one moment, and the attachments; nothing in it is plain.

It is made while the program runs or while it does not, and opens again with the recovery code, on any machine. What
comes out of it is another desk: the one it was made on may live on, so it gets no device key and must log in anew.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher

from sync import files
from sync.store.accounts import RESTORED, SESSION
from sync.store.blobs import disk_errors
from sync.store.engine import known_failure, raw_connection
from sync.store.errors import (
    BackupUnreadable,
    FileUnreadable,
    FileUnwritable,
    NoKeyring,
    StoreDamaged,
    StoreFailure,
    StoreHasWork,
    StoreMissing,
)
from sync.store.keys import COPY, HEADER, Header
from sync.store.local import BLOBS, NAME, LocalStore
from sync.store.lock import Lock

FORMAT = 1
ABOUT = "huiban-backup.json"
BEFORE = "before-restore-"  # folder in which a store lies that was replaced
MEMBER = re.compile(rf"{BLOBS}/[0-9a-f]{{2}}/[0-9a-f]{{64}}")
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """What a backup holds."""

    drafts: int
    outbox: int
    attachments: int
    bytes: int


def backup(folder: Path, key: bytes, target: Path, now: datetime) -> Kept:
    """Write the store of `folder` into the file `target`, whole or not at all. Raises StoreFailure."""
    if not (folder / NAME).exists():
        raise StoreMissing()
    header = Header.load(folder)
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    copy = part.with_suffix(".db")
    try:
        with disk_errors(), _writable(target):
            part.touch(mode=0o600, exist_ok=False)
            drafts, outbox = _copy_store(folder / NAME, key, copy)
            with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as file:
                about = {"format": FORMAT, "store": header.store, "made_at": now.isoformat(timespec="seconds")}
                file.writestr(ABOUT, json.dumps(about))
                file.writestr(HEADER, header.text())
                file.write(copy, NAME)
                attachments = _add_attachments(file, folder / BLOBS)
            _flush(part)
            files.replace(part, target)
    finally:
        files.remove(copy)
        files.remove(part)
    return Kept(drafts, outbox, attachments, target.stat().st_size)


def restore(source: Path, folder: Path, code: str, now: datetime) -> Kept:
    """Put the store of a backup into `folder`. One that is there without unsent work is put aside, never deleted.

    Raises WrongSecret, BackupUnreadable, StoreHasWork, StoreInUse and what writing a disk raises; then nothing changed.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = Lock(folder)
    fresh = folder / f"restoring-{secrets.token_hex(4)}"
    try:
        with disk_errors():
            fresh.mkdir(mode=0o700)
            header, attachments, made_at = _unpack(source, fresh)
            key = header.open_with_recovery_code(code)
            drafts, outbox = _proved(fresh / NAME, key)
            _make_another_desk(fresh, key, made_at)
            _may_be_replaced(folder, code)
            _put_aside(folder, now)
            with contextlib.suppress(NoKeyring):  # then the code or the passphrase is asked for at the next start
                header = header.with_keyring(key)
            header.save(folder)
            if (fresh / BLOBS).exists():
                files.replace(fresh / BLOBS, folder / BLOBS)
            files.replace(fresh / NAME, folder / NAME)  # last: only now there is a store
        return Kept(drafts, outbox, attachments, source.stat().st_size)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        lock.release()


def _copy_store(path: Path, key: bytes, target: Path) -> tuple[int, int]:
    """One moment of the database, under the same key, also while another process writes."""
    with _connected(path, key, read_only=True) as here, _connected(target, key) as there:
        here.backup(there)
        there.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
        return _work(there)


def _work(connection: sqlcipher.Connection) -> tuple[int, int]:
    """(drafts, Operations that wait)."""
    drafts = connection.execute("SELECT count(*) FROM drafts").fetchone()[0]
    return drafts, connection.execute("SELECT count(*) FROM operations WHERE place = 'outbox'").fetchone()[0]


def _add_attachments(file: zipfile.ZipFile, folder: Path) -> int:
    """After the store: whatever its rows name lay there before."""
    count = 0
    for path in sorted(folder.glob("*/*")):
        name = f"{BLOBS}/{path.parent.name}/{path.name}"
        if MEMBER.fullmatch(name):
            with contextlib.suppress(FileNotFoundError):  # delivered and let go of meanwhile
                file.write(path, name)
                count += 1
    return count


def _unpack(source: Path, fresh: Path) -> tuple[Header, int, str]:
    try:
        with zipfile.ZipFile(source) as file:
            about = json.loads(file.read(ABOUT))
            if about["format"] > FORMAT:
                raise BackupUnreadable("这份备份是更新版本的会办做的。", "请安装新版会办后再恢复；现有资料没有动过。")
            header = Header.read(file.read(HEADER).decode())
            names = [name for name in file.namelist() if MEMBER.fullmatch(name)]
            for name in (NAME, *names):
                (fresh / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with file.open(name) as inside, open(fresh / name, "xb") as out:
                    shutil.copyfileobj(inside, out, BLOCK)
            return header, len(names), str(about.get("made_at") or "")
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError, StoreDamaged) as error:
        raise BackupUnreadable() from error
    except FileNotFoundError as error:
        raise FileUnreadable(source) from error


def _proved(path: Path, key: bytes) -> tuple[int, int]:
    """The database is whole and this key opens it."""
    try:
        with _connected(path, key) as connection:
            if connection.execute("PRAGMA cipher_integrity_check").fetchall():
                raise BackupUnreadable()
            return _work(connection)
    except (StoreDamaged, sqlcipher.Error) as error:
        raise BackupUnreadable() from error


def _make_another_desk(folder: Path, key: bytes, made_at: str) -> None:
    """No device key, no token, and nothing in the outbox of which one could say that it was never sent."""
    with LocalStore.create(folder, key) as store, store.transaction() as writer:
        for one in writer.accounts.all():
            writer.accounts.forget_device(one.id)
            writer.operations.may_have_left(one.id)
            writer.settings.put(one.id, RESTORED, {"made_at": made_at, "told": False})
            session = writer.settings.get(one.id, SESSION)
            if session is not None:
                writer.settings.put(one.id, SESSION, json.dumps({**json.loads(session), "token": ""}))


def _may_be_replaced(folder: Path, code: str) -> None:
    """Raises StoreHasWork when a store is there that has something only it has, or that cannot be looked into."""
    if not (folder / NAME).exists():
        return
    key = _key_of(folder, code)
    if key is None:
        raise StoreHasWork("这台电脑上已有资料，而且打不开，不知道里面有没有没送出的内容。")
    with _connected(folder / NAME, key) as connection:
        drafts, outbox = _work(connection)
    if drafts or outbox:
        raise StoreHasWork(f"这台电脑上的资料里还有草稿 {drafts} 份、待发送 {outbox} 件。")


def _key_of(folder: Path, code: str) -> bytes | None:
    with contextlib.suppress(StoreFailure):
        return Header.load(folder).open_with_keyring()
    with contextlib.suppress(StoreFailure):
        return Header.load(folder).open_with_recovery_code(code)
    return None


def _put_aside(folder: Path, now: datetime) -> None:
    there = [folder / name for name in (NAME, f"{NAME}-wal", f"{NAME}-shm", HEADER, COPY, BLOBS)]
    there = [path for path in there if path.exists()]
    if there:
        aside = folder / f"{BEFORE}{now:%Y%m%d-%H%M%S}"
        aside.mkdir(mode=0o700)
        for path in there:
            files.replace(path, aside / path.name)


@contextlib.contextmanager
def _connected(path: Path, key: bytes, *, read_only: bool = False) -> Iterator[sqlcipher.Connection]:
    """A connection that is closed again; its errors told as known failures."""
    connection = raw_connection(path, key, read_only=read_only)
    try:
        yield connection
    except sqlcipher.Error as error:
        raise known_failure(error, path) or error from error
    finally:
        connection.close()


@contextlib.contextmanager
def _writable(target: Path) -> Iterator[None]:
    try:
        yield
    except (PermissionError, FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise FileUnwritable(target) from error


def _flush(path: Path) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())
