"""Files that are carried by hand: opened, and sealed anew, by whoever has the association's key."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.login import Session
from sync.protocol import Sealing, public_text, sealing_key, sealing_text, unseal
from sync.store.accounts import SESSION
from sync.store.local import LocalStore
from sync.store.port import SyncStore

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def may_seal(store: LocalStore, account: str) -> None:
    """This account has logged in at the association whose key is KEY."""
    session = Session(
        address="https://example.invalid",
        account=account,
        entity="",
        login="",
        body={},
        token="",
        expires_at="",
        scopes=(),
        association="",
        association_name="",
        key=public_text(KEY),
        sealing=sealing_text(KEY).partition(".")[0],
    )
    told = json.dumps({name: getattr(session, name) for name in Session.__slots__})
    SyncStore(store).set_setting(account, SESSION, told)


def unsealed(path: Path, key: Ed25519PrivateKey = KEY) -> BytesIO:
    """The plain zip."""
    plain = BytesIO()
    with path.open("rb") as source:
        unseal(source, sealing_key(key), plain)
    plain.seek(0)
    return plain


def seal(path: Path, plain: bytes, key: Ed25519PrivateKey = KEY) -> None:
    """Anybody may seal anything to the association."""
    with path.open("wb") as target:
        sealing = Sealing(target, sealing_text(key).partition(".")[0])
        sealing.write(plain)
        sealing.finish()
