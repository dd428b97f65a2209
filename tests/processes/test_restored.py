"""Two machines restored from one backup, and the one it was made on: three desks, nothing doubled, nothing lost."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.failures import FailureKind
from sync.login import load_session
from sync.runner import sync_once
from sync.store.backup import backup, restore
from sync.store.keys import first_run, new_recovery_code
from sync.store.local import LocalStore
from sync.store.port import SyncStore
from tests.processes.plain import PlainServer, attach, logged_in, places, queue, roster

pytestmark = pytest.mark.processes
DONE = ("answered", "applied")
PAPER = b"%PDF-1.7 " + b"restored" * 20_000


def device_of(store: LocalStore, account: str) -> str:
    with store.reading() as reader:
        device = reader.accounts.device(account)
    assert device is not None
    return device.id


def test_two_restores_of_one_backup_and_the_first_machine_send_everything_once(
    server: PlainServer, tmp_path: Path
) -> None:
    code = new_recovery_code()
    key = first_run(tmp_path / "first", code, "a quiet river")
    file, opened = tmp_path / "desk.backup", []
    first = LocalStore.create(tmp_path / "first", key)
    session = logged_in(first, server)
    account = session.account
    queued = queue(first, account, [roster(n) for n in range(700, 705)], blobs=[attach(first, account, PAPER)])
    backup(first.folder, first.key, file, datetime.now(UTC))
    for name in ("second", "third"):
        restore(file, tmp_path / name, code, datetime.now(UTC))
        opened.append(LocalStore.open(tmp_path / name, key))
    stores = [first, *opened]
    own: dict[str, str] = {}
    try:
        for at, store in enumerate(opened):
            known = load_session(SyncStore(store), account)
            assert known is not None
            failure = sync_once(SyncStore(store), known).failure
            assert failure is not None
            assert failure.kind is FailureKind.LOGIN_NEEDED, "it does not go on as the machine it was made on"
            (made,) = queue(store, account, [roster(710 + at)])
            own[made] = f"张{710 + at}"
        assert sync_once(SyncStore(first), session).exit_status == 0
        for store in opened:
            assert sync_once(SyncStore(store), logged_in(store, server)).exit_status == 0
        devices = {device_of(store, account) for store in stores}
        assert len(devices) == 3
        for store in stores:
            assert {places(store)[op_id] for op_id in queued} == {DONE}
        rows = server.rows("SELECT op_id, status FROM ledger")
        counted = Counter(op_id for op_id, _ in rows if op_id in {*queued, *own})
        assert counted == Counter([*queued, *own]), "each was decided once"
        names = [
            name
            for (name,) in server.rows("SELECT json_extract(body, '$.name') FROM entity WHERE kind = 'roster'")
            if str(name).startswith("张7")
        ]
        assert sorted(names) == sorted([*(f"张{n}" for n in range(700, 705)), *own.values()])
    finally:
        for store in stores:
            store.close()


def test_a_restored_machine_alone_delivers_what_was_queued(server: PlainServer, tmp_path: Path) -> None:
    """The first one is gone for good; its key is still known, so that its bytes are taken as they were signed."""
    code = new_recovery_code()
    key = first_run(tmp_path / "first", code, "a quiet river")
    file = tmp_path / "desk.backup"
    with LocalStore.create(tmp_path / "first", key) as first:
        account = logged_in(first, server).account
        queued = queue(
            first, account, [roster(n) for n in range(720, 723)], blobs=[attach(first, account, PAPER + b"2")]
        )
        backup(first.folder, first.key, file, datetime.now(UTC))
    restore(file, tmp_path / "second", code, datetime.now(UTC))
    with LocalStore.open(tmp_path / "second", key) as second:
        assert sync_once(SyncStore(second), logged_in(second, server)).exit_status == 0
        assert {places(second)[op_id] for op_id in queued} == {DONE}


def test_what_a_machine_signed_that_is_shut_out_now_is_asked_by_the_one_in_its_place(
    server: PlainServer, tmp_path: Path
) -> None:
    code = new_recovery_code()
    key = first_run(tmp_path / "first", code, "a quiet river")
    file = tmp_path / "desk.backup"
    with LocalStore.create(tmp_path / "first", key) as first:
        account = logged_in(first, server).account
        (lost,) = queue(first, account, [roster(730)])
        backup(first.folder, first.key, file, datetime.now(UTC))
        server.run("revoke", "jia", device_of(first, account))
    restore(file, tmp_path / "second", code, datetime.now(UTC))
    with LocalStore.open(tmp_path / "second", key) as second:
        assert sync_once(SyncStore(second), logged_in(second, server)).exit_status == 0
        assert places(second)[lost] == ("answered", "refused")
        assert [place for op_id, place in places(second).items() if op_id != lost] == [DONE]
        with second.reading() as reader:
            assert reader.operations.attention(account) == 0
    names = [name for (name,) in server.rows("SELECT json_extract(body, '$.name') FROM entity WHERE kind = 'roster'")]
    assert names.count("张730") == 1
