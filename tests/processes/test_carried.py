"""Without a line: a desk's file is carried to a real server process, its answers back; each takes effect once."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from subprocess import DEVNULL

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from server.carried import TOGETHER
from sync import actions
from sync.failures import FailureKind, SyncFailure
from sync.handing_in import hand_in
from sync.login import Session
from sync.protocol import ANSWER_SUFFIX, sign
from sync.runner import sync_once
from sync.store.errors import NotAllowed
from sync.store.keys import first_run, new_recovery_code
from sync.store.local import LocalStore
from sync.store.port import SyncStore
from tests.processes.plain import PlainServer, a_store, attach, logged_in, places, queue, roster
from tests.support.sealing import seal, unsealed
from tests.support.waiting import PATIENCE, until

pytestmark = pytest.mark.processes
DONE, EXPORTED = ("answered", "applied"), ("outbox", "exported")
PAPER = b"%PDF-1.7 " + b"paper" * 20_000


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """Where the file lies."""
    return tmp_path / "stick.sealed"


def now() -> datetime:
    return datetime.now(UTC)


def exported(local: LocalStore, session: Session, stick: Path, numbers: range, *, paper: bytes = b"") -> list[str]:
    """Roster entries, carried away instead of sent."""
    blobs = [attach(local, session.account, paper)] if paper else []
    op_ids = queue(local, session.account, [roster(n) for n in numbers], blobs=blobs, together=True)
    assert actions.export_operations(local, session.account, op_ids, stick, now=now()) == len(op_ids)
    return op_ids


def taken_in(server: PlainServer, stick: Path) -> Path:
    """By the association, at the server itself; the file of answers."""
    server.run("take-in", str(stick))
    return stick.with_name(stick.name + ANSWER_SUFFIX)


def decisions(server: PlainServer, op_ids: list[str]) -> list[str]:
    """How each of these stands in the ledger, one line a decision."""
    rows = server.rows("SELECT op_id, status FROM ledger")
    return [status for op_id, status in rows if op_id in set(op_ids)]


def rewritten(server: PlainServer, stick: Path, change: dict[str, bytes]) -> None:
    """The same file with some of its entries changed, as only the association itself could do it."""
    with zipfile.ZipFile(unsealed(stick, server.key)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    plain = BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        for name, data in {**entries, **change}.items():
            archive.writestr(name, data)
    seal(stick, plain.getvalue(), server.key)


def test_what_was_carried_is_decided_and_its_answers_carried_back(
    server: PlainServer, local: LocalStore, stick: Path
) -> None:
    session = logged_in(local, server)
    op_ids = exported(local, session, stick, range(5), paper=PAPER)
    answer = taken_in(server, stick)
    assert decisions(server, op_ids) == ["applied"] * 5
    assert {places(local)[op_id] for op_id in op_ids} == {EXPORTED}
    told = actions.read_answers(local, session.account, answer.read_bytes(), now=now())
    assert (told.applied, told.returned, told.waiting, told.others) == (5, 0, 0, 0)
    assert {places(local)[op_id] for op_id in op_ids} == {DONE}
    with local.reading() as reader:
        kept = reader.operations.many(op_ids).values()
    assert all(one.outcome is not None and one.outcome.receipt is not None for one in kept)
    again = actions.read_answers(local, session.account, answer.read_bytes(), now=now())
    assert (again.applied, {places(local)[op_id] for op_id in op_ids}) == (5, {DONE})


def test_carried_twice_and_sent_by_the_network_too_is_decided_once(
    server: PlainServer, local: LocalStore, stick: Path
) -> None:
    session = logged_in(local, server)
    op_ids = exported(local, session, stick, range(10, 15))
    actions.resume_exported(local, session.account, op_ids[:3])
    assert sync_once(SyncStore(local), session).exit_status == 0
    first = json.loads(taken_in(server, stick).read_bytes())["outcomes"]
    second = json.loads(taken_in(server, stick).read_bytes())["outcomes"]
    assert first == second
    assert decisions(server, op_ids) == ["applied"] * 5
    actions.resume_exported(local, session.account, op_ids)
    assert sync_once(SyncStore(local), session).exit_status == 0
    assert decisions(server, op_ids) == ["applied"] * 5
    with local.reading() as reader:
        receipts = [kept.outcome.receipt for kept in reader.operations.many(op_ids).values() if kept.outcome]
    assert sorted(one.signature for one in receipts if one) == sorted(str(one["s"]) for one in first)


def test_a_desk_on_the_line_again_learns_the_answers_without_the_file(
    server: PlainServer, local: LocalStore, stick: Path
) -> None:
    session = logged_in(local, server)
    op_ids = exported(local, session, stick, range(20, 23))
    assert sync_once(SyncStore(local), session).exit_status == 0
    assert {places(local)[op_id] for op_id in op_ids} == {EXPORTED}, "not taken in yet: nothing is said of them"
    taken_in(server, stick)
    assert sync_once(SyncStore(local), session).exit_status == 0
    assert {places(local)[op_id] for op_id in op_ids} == {DONE}


@contextmanager
def stuck_after(server: PlainServer, more: int) -> Iterator[None]:
    """The database takes so many decisions more; the next is never written to its end."""
    (there,) = server.rows("SELECT count(*) FROM ledger")[0]
    endless = "SELECT count(*) FROM ledger a, ledger b, ledger c, ledger d, ledger e, ledger f"
    slow = f"AFTER INSERT ON ledger WHEN (SELECT count(*) FROM ledger) > {there + more} BEGIN {endless}; END"
    with closing(sqlite3.connect(server.data / "server.db")) as database:
        database.execute(f"CREATE TRIGGER endless {slow}")
        try:
            yield
        finally:
            database.execute("DROP TRIGGER endless")


def test_a_server_killed_while_it_takes_in_has_done_each_once_when_it_is_asked_again(
    server: PlainServer, local: LocalStore, stick: Path
) -> None:
    session = logged_in(local, server)
    op_ids = exported(local, session, stick, range(1_000, 2_200))
    command = [sys.executable, "-m", "server.cli", "take-in", "--data", str(server.data), str(stick)]
    with stuck_after(server, TOGETHER), subprocess.Popen(command, stdout=DEVNULL, stderr=DEVNULL) as taking:
        try:
            until(lambda: decisions(server, op_ids) or taking.poll() is not None)
        finally:
            taking.kill()
    assert len(decisions(server, op_ids)) == TOGETHER, "killed in its second batch"
    answer = taken_in(server, stick)
    assert decisions(server, op_ids) == ["applied"] * len(op_ids)
    assert actions.read_answers(local, session.account, answer.read_bytes(), now=now()).applied == len(op_ids)


def test_an_office_hands_a_file_in_over_its_own_line_and_a_unit_may_not(
    server: PlainServer, local: LocalStore, stick: Path, tmp_path: Path
) -> None:
    session = logged_in(local, server)
    op_ids = exported(local, session, stick, range(30, 33), paper=PAPER + b"2")
    with pytest.raises(SyncFailure) as refused:
        hand_in(session, stick)
    assert refused.value.failure.kind is FailureKind.REFUSED
    with a_store(tmp_path / "office") as other:
        office = logged_in(other, server, "admin")
    first, again = hand_in(office, stick), hand_in(office, stick)
    assert (first.applied, first.known) == (3, 0)
    assert (again.applied, again.known) == (0, 3), "what came before is not counted as new"
    assert decisions(server, op_ids) == ["applied"] * 3
    assert actions.read_answers(local, session.account, again.answer.read_bytes(), now=now()).applied == 3


def test_the_command_hands_in_at_an_office_and_reads_in_at_the_unit(
    server: PlainServer, stick: Path, tmp_path: Path
) -> None:
    def command(folder: Path, file: Path) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "desktop.cli", "take-in", "--data", str(folder), str(file)]
        return subprocess.run(
            words, input="a passphrase\n", capture_output=True, text=True, check=False, timeout=PATIENCE
        )

    def a_desk(name: str, login: str) -> tuple[LocalStore, Session]:
        key = first_run(tmp_path / name, new_recovery_code(), "a passphrase")
        store = LocalStore.create(tmp_path / name, key)
        return store, logged_in(store, server, login)

    a_desk("office", "admin")[0].close()
    unit, session = a_desk("unit", "jia")
    op_ids = exported(unit, session, stick, range(40, 42))
    unit.close()
    handed = command(tmp_path / "office", stick)
    assert (handed.returncode, handed.stderr) == (0, "")
    read = command(tmp_path / "unit", stick.with_name(stick.name + ANSWER_SUFFIX))
    assert (read.returncode, read.stderr) == (0, "")
    assert "已送达 2 件" in read.stdout
    assert decisions(server, op_ids) == ["applied"] * 2
    assert command(tmp_path / "unit", stick).returncode == 1, "a unit hands nothing in"


def test_nothing_can_be_changed_on_the_way(server: PlainServer, local: LocalStore, stick: Path) -> None:
    session = logged_in(local, server)
    op_ids = exported(local, session, stick, range(50, 52), paper=PAPER + b"3")
    data = stick.read_bytes()
    assert not any(word.encode() in data for word in ("张50", "operations.json", "D000050"))
    with zipfile.ZipFile(unsealed(stick, server.key)) as archive:
        told = json.loads(archive.read("operations.json"))
        (paper,) = [name for name in archive.namelist() if name != "operations.json"]
    forged = told["operations"][0]["content"].replace("张50", "李50")
    told["operations"][0] = {"content": forged, "signature": sign(Ed25519PrivateKey.generate(), forged.encode())}
    rewritten(server, stick, {"operations.json": json.dumps(told).encode(), paper: b"%PDF-1.7 another paper"})
    outcomes = json.loads(taken_in(server, stick).read_bytes())["outcomes"]
    assert [one["f"][0]["rule"] for one in outcomes if "f" in one] == ["signature-wrong"]
    assert outcomes[1]["m"] == [paper], "its attachment is not the one that was signed: it waits for the right one"
    assert decisions(server, op_ids) == []


def test_a_forged_answer_is_not_read_in(server: PlainServer, local: LocalStore, stick: Path) -> None:
    session = logged_in(local, server)
    op_ids = exported(local, session, stick, range(60, 62))
    answer = json.loads(taken_in(server, stick).read_bytes())
    answer["outcomes"][1] |= {"c": "refused", "f": [{"rule": "x", "message": "不收"}]}
    with pytest.raises(NotAllowed, match="密钥不符"):
        actions.read_answers(local, session.account, json.dumps(answer).encode(), now=now())
    assert {places(local)[op_id] for op_id in op_ids} == {EXPORTED}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"\xd0\xcf\x11\xe0 a Word file"])
def test_another_file_is_told_in_one_sentence(server: PlainServer, stick: Path, content: bytes) -> None:
    stick.write_bytes(content)
    words = [sys.executable, "-m", "server.cli", "take-in", "--data", str(server.data), str(stick)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "文件不完整或已损坏" in done.stderr
    assert not stick.with_name(stick.name + ANSWER_SUFFIX).exists()
