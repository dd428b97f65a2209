"""`huiban handover` as a command: what a shut-out desk had is handed to another and sent from there, once."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.actions_settings import save_account
from sync.failures import FailureKind, SyncFailure
from sync.login import Session
from sync.runner import sync_once
from sync.store.keys import Header, first_run, new_recovery_code
from sync.store.local import LocalStore
from sync.store.port import SyncStore
from tests.processes.plain import PlainServer, logged_in, queue, roster
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "a quiet river"


def huiban(*words: str, said: str) -> subprocess.CompletedProcess[str]:
    """One command, with these lines on its standard input."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    command = [sys.executable, "-m", "desktop.cli", *words]
    return subprocess.run(
        command, env=environment, input=said, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def a_desk(folder: Path, server: PlainServer, login: str) -> tuple[LocalStore, Session, str]:
    code = new_recovery_code()
    store = LocalStore.create(folder, first_run(folder, code, PASSPHRASE))
    return store, logged_in(store, server, login), code


def people(server: PlainServer) -> list[str]:
    return [name for (name,) in server.rows("SELECT json_extract(body, '$.name') FROM entity WHERE kind = 'roster'")]


def test_work_of_a_desk_that_was_shut_out_is_sent_from_another(server: PlainServer, tmp_path: Path) -> None:
    here, there, kit = tmp_path / "here", tmp_path / "there", tmp_path / "work.handover"
    mine, session, code = a_desk(here, server, "jia")
    assert sync_once(SyncStore(mine), session).exit_status == 0
    with mine.reading() as reader:
        device = reader.accounts.device(session.account)
    assert device is not None
    queue(mine, session.account, [roster(n) for n in range(900, 903)])
    server.run("revoke", "jia", device.id)
    failure = sync_once(SyncStore(mine), session).failure
    assert failure is not None
    assert failure.kind is FailureKind.LOGIN_NEEDED, "its session ended with it"
    with pytest.raises(SyncFailure) as told:
        logged_in(mine, server, "jia")
    assert told.value.failure.kind is FailureKind.REVOKED
    with mine.reading() as reader:
        assert reader.accounts.need(session.account).revoked
        assert reader.mirror.cursors(session.account).keys() == {"public"}
    mine.close()

    given = huiban("handover", "give", str(kit), "--data", str(here), said=PASSPHRASE + "\n")
    assert (given.returncode, given.stderr) == (0, "")
    assert "人员 3 位" in given.stdout
    other, session, _ = a_desk(there, server, "jia")
    other.close()
    wrong = huiban("handover", "take", str(kit), "--data", str(there), said=f"{PASSPHRASE}\n{new_recovery_code()}\n")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (1, 1)
    for words in ("人员 3 位", "以前接收过"):
        taken = huiban("handover", "take", str(kit), "--data", str(there), said=f"{PASSPHRASE}\n{code}\n")
        assert (taken.returncode, taken.stderr) == (0, "")
        assert words in taken.stdout
    with LocalStore.open(there, Header.load(there).open_with_passphrase(PASSPHRASE)) as store:
        assert sync_once(SyncStore(store), session).exit_status == 0
    found = people(server)
    assert sorted(name for name in found if name.startswith("张90")) == ["张900", "张901", "张902"]


def test_an_account_that_is_stopped_is_sealed_by_the_next_answer_and_open_again_after_a_log_in(
    server: PlainServer, tmp_path: Path
) -> None:
    mine, session, _ = a_desk(tmp_path / "yi", server, "yi")
    office, admin, _ = a_desk(tmp_path / "office", server, "admin")
    try:
        assert sync_once(SyncStore(mine), session).exit_status == 0
        assert sync_once(SyncStore(office), admin).exit_status == 0
        (queued,) = queue(mine, session.account, [roster(910)])
        for active in (False, True):
            save_account(office, admin.account, {"active": active}, now=datetime.now(UTC), entity=session.entity)
            assert sync_once(SyncStore(office), admin).exit_status == 0
            if active:
                break
            failure = sync_once(SyncStore(mine), session).failure
            assert failure is not None
            assert failure.kind is FailureKind.REVOKED
            with mine.reading() as reader:
                assert reader.accounts.need(session.account).revoked
                assert reader.mirror.cursors(session.account).keys() == {"public"}
                assert [kept.op_id for kept in reader.operations.outbox(session.account)] == [queued]
        assert sync_once(SyncStore(mine), logged_in(mine, server, "yi")).exit_status == 0
        with mine.reading() as reader:
            assert not reader.accounts.need(session.account).revoked
            assert reader.mirror.cursors(session.account).keys() > {"public"}
            kept = reader.operations.get(queued)
        assert kept is not None
        assert kept.state == "applied"
    finally:
        mine.close()
        office.close()
