"""A plain association on a real server process, and desks that log in to it: what the tests of the line are made of."""

from __future__ import annotations

import atexit
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import uuid_utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.demo.server_process import ServerProcess
from domain.operations import Kind
from sync.login import Session, connect, read_invitation, sign_in
from sync.store.local import LocalStore
from sync.store.operations import Sketch
from sync.store.port import SyncStore
from sync.store.signing import ask

HERE = Path(__file__).parent
KEY = bytes(range(32))
TODAY = date(2026, 3, 18)
Plain = TypeVar("Plain", bound="PlainServer")


class PlainServer(ServerProcess):
    """A server with the least pack: no service, so that only the line is tried."""

    def found(self) -> None:
        """A copy of the one that was made first; the accounts of plain.yaml have the passwords given there."""
        shutil.copytree(made_once(), self.data)

    @property
    def pid(self) -> int:
        """The process that serves now."""
        assert self._process is not None
        return self._process.pid

    @property
    def key(self) -> Ed25519PrivateKey:
        """What it signs receipts with, from its folder."""
        return Ed25519PrivateKey.from_private_bytes((self.data / "keys" / "server.key").read_bytes())

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """Straight from the server's database."""
        with closing(sqlite3.connect(f"file:{self.data / 'server.db'}?mode=ro", uri=True)) as database:
            return database.execute(question).fetchall()


@cache
def made_once() -> Path:
    """The data of a server that nobody has asked anything: to make it anew takes as long as many a test."""
    folder = Path(tempfile.mkdtemp(prefix="huiban-plain-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    seed, pack = str(HERE / "plain.yaml"), str(HERE / "plain_pack")
    options = ("--pack", pack, "--name", "平常协会", "--seed", seed, "--today", TODAY.isoformat())
    PlainServer(folder / "server").run("init", *options)
    return folder / "server"


@contextmanager
def listening(server: Plain) -> Iterator[Plain]:
    """Made, listening, killed at the end."""
    with server:
        server.found()
        server.start()
        yield server


def a_plain_server(folder: Path) -> AbstractContextManager[PlainServer]:
    """One in this folder, made, listening, killed at the end."""
    return listening(PlainServer(folder / "server"))


@contextmanager
def a_store(folder: Path) -> Iterator[LocalStore]:
    """The encrypted store of one desk."""
    local = LocalStore.create(folder, KEY)
    try:
        yield local
    finally:
        local.close()


def logged_in(local: LocalStore, server: PlainServer, login: str = "jia", address: str | None = None) -> Session:
    """As a desk does it the first time: by the invitation, which names the server's key."""
    invitation = read_invitation((server.data / "invitation.huiban").read_bytes())
    invitation = invitation.model_copy(update={"address": address or server.url})
    hello = connect(invitation)
    return sign_in(local, invitation.address, hello, login, f"password-of-{login}", "test desk")


def roster(number: int, remark: str = "") -> dict[str, Any]:
    """A roster entry that nothing is wrong with."""
    return {"name": f"张{number}", "document_type": "other", "document_number": f"D{number:06}", "remark": remark}


def queue(
    local: LocalStore,
    account: str,
    entries: Sequence[Mapping[str, Any]],
    *,
    blobs: Sequence[str] = (),
    together: bool = False,
) -> list[str]:
    """Puts one save-roster for each into the outbox; each durable by itself unless `together`."""
    groups = [entries] if together else [[entry] for entry in entries]
    op_ids = []
    for group in groups:
        with local.transaction() as writer:
            for entry in group:
                op_ids.append(
                    ask(
                        writer,
                        account,
                        Kind.SAVE_ROSTER,
                        f"roster/{uuid_utils.uuid7()}",
                        entry,
                        now=datetime.now(UTC),
                        sketch=Sketch(str(entry["name"])),
                        blobs=blobs,
                    )
                )
    return op_ids


def attach(local: LocalStore, account: str, data: bytes, name: str = "附件.pdf") -> str:
    """An attachment chosen at the desk; its SHA-256."""
    file = SyncStore(local).receive_blob(account)
    file.write(data)
    sha256 = file.finish()
    with local.transaction() as writer:
        writer.blobs.keep(account, sha256, len(data), type="pdf", name=name, now="", here=True)
    return sha256


def places(local: LocalStore) -> dict[str, tuple[str, str]]:
    """op_id -> where it lies on the desk and in which state, of every Operation ever made there."""
    with local.reading() as reader:
        rows = reader.connection.exec_driver_sql("SELECT op_id, place, state FROM operations").all()
    return {str(op_id): (str(place), str(state)) for op_id, place, state in rows}
