"""Opening the store of this computer: where it lies, what is needed to open it, who works here. Knows no Qt."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from sync.login import Session, load_session
from sync.store.errors import StoreDamaged, StoreLocked, StoreMissing
from sync.store.keys import NO_HEADER, Header
from sync.store.local import NAME, LocalStore
from sync.store.port import SyncStore

LAST = "last-account"  # setting of the store: whose desk was open last
RECOVERY_KEPT = "recovery-kept"  # setting of the store: the code was shown and asked back


def is_there(folder: Path) -> bool:
    """Whether a store was made here."""
    return (folder / NAME).exists()


def key_of(folder: Path, passphrase: str | None = None) -> bytes:
    """By the passphrase if there is one, else by the keyring; raises StoreLocked, WrongSecret, StoreDamaged …"""
    try:
        header = Header.load(folder)
    except StoreMissing as error:
        if not is_there(folder):
            raise
        raise StoreDamaged(*NO_HEADER) from error
    return header.open_with_keyring() if passphrase is None else header.open_with_passphrase(passphrase)


def open_store(folder: Path, passphrase: str | None = None) -> LocalStore:
    """The store, with what opens it; raises the store's own failures."""
    return LocalStore.open(folder, key_of(folder, passphrase))


def passphrase_from(stream: TextIO | None) -> str | None:
    """The first line of standard input, where no person sits at it; None when nothing is there."""
    if stream is None or stream.closed or stream.isatty():
        return None
    if isinstance(stream, io.TextIOWrapper):
        return _words(stream.buffer.readline(), stream.encoding).rstrip("\r\n") or None
    return stream.readline().rstrip("\r\n") or None


def _words(typed: bytes, encoding: str) -> str:
    """UTF-8, or else what this machine writes into a pipe: on a Chinese Windows that is GBK."""
    try:
        return typed.decode("utf-8-sig")
    except UnicodeDecodeError:
        return typed.decode(encoding, errors="replace")


def key_without_screen(folder: Path, stream: TextIO | None) -> bytes:
    """By the keyring, or by the passphrase on standard input."""
    try:
        return key_of(folder)
    except StoreLocked:
        passphrase = passphrase_from(stream)
        if passphrase is None:
            raise
        return key_of(folder, passphrase)


def open_without_screen(folder: Path, stream: TextIO | None) -> LocalStore:
    """With nobody at a window; raises the store's own failures."""
    return LocalStore.open(folder, key_without_screen(folder, stream))


@dataclass(frozen=True, slots=True)
class Sitting:
    """One account that may work here."""

    account: str
    association: str
    association_name: str
    unit_name: str  # of its unit or agency; empty for the association's own desks
    name: str


def sittings(store: LocalStore) -> tuple[Sitting, ...]:
    """Everybody with a session on this computer."""
    found = []
    port = SyncStore(store)
    with store.reading() as reader:
        accounts = reader.accounts.all()
        for one in accounts:
            if one.revoked or load_session(port, one.id) is None:
                continue
            place = one.unit or one.agency
            body = reader.mirror.get(one.id, place) if place else None
            unit = str(body.body.get("name") or "") if body else ""
            found.append(Sitting(one.id, one.association, one.association_name, unit, one.name))
    return tuple(found)


def last_session(store: LocalStore, account: str | None = None) -> Session | None:
    """Of this account, or of whoever sat here last; one that was shut out only where nobody else works here."""
    port = SyncStore(store)
    named = account is not None
    if account is None:
        with store.reading() as reader:
            account = reader.settings.get("", LAST)
    found = load_session(port, account) if account is not None else None
    if found is not None and (named or not _is_sealed(store, found.account)):
        return found
    return next((load_session(port, one.account) for one in sittings(store)), found)


def _is_sealed(store: LocalStore, account: str) -> bool:
    with store.reading() as reader:
        known = reader.accounts.get(account)
        return known is not None and known.revoked


def remember(store: LocalStore, account: str) -> None:
    """This desk opens next time."""
    with store.transaction() as writer:
        writer.settings.put("", LAST, account)
