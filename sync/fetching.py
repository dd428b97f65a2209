"""An attachment that is not on this machine, fetched when somebody wants to look at it. Blocking; run it on a lane."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from sync.core_reading import read_problem_body
from sync.failures import Failure, FailureKind, SyncFailure
from sync.login import load_session
from sync.store.errors import BlobMissing, StoreFailure
from sync.store.local import LocalStore
from sync.store.port import SyncStore

if TYPE_CHECKING:
    from sync.http import Http

Told = Callable[[int], object]  # bytes that are in; whoever raises in it stops the fetching


def read_here(store: LocalStore, account: str, sha256: str) -> bytes:
    """The plain bytes of an attachment on this machine; raises BlobMissing, BlobDamaged."""
    with store.files.open(account, sha256) as reader:
        return reader.read()


def fetch(
    store: LocalStore,
    account: str,
    sha256: str,
    *,
    type: str,
    name: str,
    now: datetime,
    told: Told = lambda count: None,
    http: Http | None = None,
) -> bytes:
    """From this machine, else from the association, kept encrypted here; raises SyncFailure, StoreFailure."""
    try:
        return read_here(store, account, sha256)
    except BlobMissing:
        pass
    port = SyncStore(store)
    session = load_session(port, account)
    if session is None:
        raise SyncFailure(Failure(FailureKind.LOGIN_NEEDED))
    file, line = port.receive_blob(account), http or session.http()
    count = 0

    def took(piece: bytes) -> None:
        nonlocal count
        file.write(piece)
        count += len(piece)
        told(count)

    try:
        answer = line.download(f"/blobs/{sha256}", took)
        if answer.status != 200:
            raise SyncFailure(read_problem_body(answer.status, answer.body, answer.retry_after))
        port.blob_received(account, file, sha256, type=type, name=name, now=now)
    except BaseException:
        file.abandon()
        raise
    finally:
        if http is None:
            line.close()
    return read_here(store, account, sha256)


def words_of(error: BaseException) -> tuple[str, str] | None:
    """What happened and what to do, of a known failure; None: a bug."""
    if isinstance(error, SyncFailure):
        return error.failure.sentence, error.failure.remedy
    if isinstance(error, StoreFailure):
        return error.sentence, error.remedy
    return None
