"""Bad input between a real desk's command and a real server: one sentence each, nothing lost, then all is delivered."""

from __future__ import annotations

import gzip
import os
import resource
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import text

from sync.failures import WORDS, FailureKind
from sync.login import Session, load_session, save_session
from sync.runner import sync_once
from sync.store.errors import DiskFull, StoreDamaged
from sync.store.keys import first_run, new_recovery_code
from sync.store.local import NAME, LocalStore
from sync.store.port import SyncStore
from tests.processes.plain import PlainServer, a_plain_server, logged_in, places, queue, roster
from tests.support.server import ROOT
from tests.support.waiting import PATIENCE
from tests.sync.answering import OURS, Reply, answering

pytestmark = pytest.mark.processes
SECRET = "a quiet river"
QUEUED, DONE = ("outbox", "queued"), ("answered", "applied")
ASKED = ("outbox", "unknown")  # asked and not answered: it is asked again under the same number


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlainServer]:
    with a_plain_server(tmp_path_factory.mktemp("plain")) as running:
        yield running


@dataclass
class DeskFolder:
    """A desk that logged in once and has something to send."""

    folder: Path
    key: bytes
    op_id: str

    def place(self) -> tuple[str, str]:
        with LocalStore.open(self.folder, self.key) as store:
            return places(store)[self.op_id]

    def session(self, address: str | None = None) -> Session:
        """As it stands; with an address, kept with that one from now on."""
        with LocalStore.open(self.folder, self.key) as store, store.reading() as reader:
            (one,) = reader.accounts.all()
            session = load_session(SyncStore(store), one.id)
            assert session is not None
            if address is not None:
                session = replace(session, address=address)
                save_session(SyncStore(store), session)
        return session

    def sync(self, passphrase: str = SECRET) -> tuple[int, list[str]]:
        """`huiban sync` as a person or a timer runs it: its status and the lines it said."""
        command = [sys.executable, "-m", "desktop.cli", "sync", "--data", str(self.folder)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        done = subprocess.run(
            command, input=passphrase + "\n", env=environment, capture_output=True, text=True, encoding="utf-8",
            timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert done.stdout == ""
        return done.returncode, done.stderr.splitlines()


_number = iter(range(900_000, 999_999))


@pytest.fixture
def desk(server: PlainServer, tmp_path: Path) -> DeskFolder:
    folder = tmp_path / "desk"
    key = first_run(folder, new_recovery_code(), SECRET)
    with LocalStore.create(folder, key) as store:
        session = logged_in(store, server)
        (op_id,) = queue(store, session.account, [roster(next(_number))])
    return DeskFolder(folder, key, op_id)


def words(kind: FailureKind) -> str:
    return WORDS[kind].sentence + WORDS[kind].remedy


def delivered_once(desk: DeskFolder, server: PlainServer) -> None:
    """Nothing more was needed than to try again."""
    assert desk.sync() == (0, [])
    assert desk.place() == DONE
    assert server.rows(f"SELECT count(*) FROM ledger WHERE op_id = '{desk.op_id}'") == [(1,)]


# ---- a wrong password, a damaged store ----


def test_a_wrong_passphrase_is_one_sentence_and_opens_nothing(desk: DeskFolder, server: PlainServer) -> None:
    assert desk.sync("a quiet rivet") == (2, ["口令不对。请再输一次；忘了口令就用恢复码。"])
    assert desk.place() == QUEUED
    delivered_once(desk, server)


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_a_damaged_store_is_one_sentence_and_is_left_as_it_is(desk: DeskFolder, share: float) -> None:
    path = desk.folder / NAME
    data = bytearray(path.read_bytes())
    start = int(len(data) * share)
    data[start:] = secrets.token_bytes(len(data) - start)
    path.write_bytes(data)
    assert desk.sync() == (2, [StoreDamaged.sentence + StoreDamaged.remedy])
    assert path.read_bytes() == data


# ---- an expired token ----


def test_an_expired_token_asks_for_the_password_and_what_waits_goes_afterwards(
    desk: DeskFolder, server: PlainServer
) -> None:
    with closing(sqlite3.connect(server.data / "server.db")) as database, database:
        database.execute("UPDATE token SET expires_at = '2020-01-01T00:00:00Z'")
    status, said = desk.sync()
    assert (status, said) == (3, [f"平常协会：{words(FailureKind.LOGIN_NEEDED)}", "平常协会：还有 1 件没有送达。"])
    assert desk.place() == ASKED
    with LocalStore.open(desk.folder, desk.key) as store:
        logged_in(store, server)
    delivered_once(desk, server)


# ---- a server that answers garbage ----


FORGED = b'{"outcomes":[{"op_id":"0190aaaa-0000-7000-8000-00000000abcd","status":"applied"}],"scopes":{}}'


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (FORGED, OURS),
        (b"\x00\xff" * 500, {**OURS, "Content-Type": "application/octet-stream"}),
        (gzip.compress(b"{}" * 5000)[:-9], {**OURS, "Content-Encoding": "gzip"}),
    ],
    ids=["forged", "binary", "cut-gzip"],
)
def test_garbage_for_an_answer_decides_nothing(
    desk: DeskFolder, server: PlainServer, body: bytes, headers: dict[str, str]
) -> None:
    with answering(lambda asked: Reply(200, headers, body)) as address:
        desk.session(address)
        status, said = desk.sync()
    assert (status, said) == (3, [f"平常协会：{words(FailureKind.GARBAGE)}", "平常协会：还有 1 件没有送达。"])
    assert desk.place() == ASKED
    desk.session(server.url)
    delivered_once(desk, server)


# ---- a full disk, here and there ----


def test_a_desk_without_room_says_so_and_goes_on_where_it_stood(desk: DeskFolder, server: PlainServer) -> None:
    session = desk.session()
    with LocalStore.open(desk.folder, desk.key) as store:
        port = SyncStore(store)
        with store.transaction() as writer:
            pages = writer.connection.scalar(text("PRAGMA page_count"))
            writer.connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        entries = [roster(next(_number), remark="长" * 400) for _ in range(1000)]
        with pytest.raises(DiskFull):
            queue(store, session.account, entries)  # each is durable by itself, until there is no room
        queued = len(places(store))
        assert 0 < queued < 1000
        report = sync_once(port, session)
        assert report.failure is not None
        assert report.failure.sentence == "磁盘满了，收发已暂停；已保存的都在。"
        with store.transaction() as writer:
            writer.connection.execute(text("PRAGMA max_page_count = 1073741823"))
        assert sync_once(port, session).exit_status == 0
        assert len(places(store)) == queued
        assert set(places(store).values()) == {DONE}
    delivered_once(desk, server)


def test_a_server_without_room_takes_nothing_half_and_all_of_it_later(desk: DeskFolder, server: PlainServer) -> None:
    before = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        status, said = desk.sync()
    finally:
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, before)
    assert (status, said) == (3, [f"平常协会：{words(FailureKind.BUSY)}", "平常协会：还有 1 件没有送达。"])
    assert server.rows(f"SELECT count(*) FROM ledger WHERE op_id = '{desk.op_id}'") == [(0,)]
    assert desk.place() == ASKED
    delivered_once(desk, server)
