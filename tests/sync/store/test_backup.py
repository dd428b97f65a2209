"""A backup is whole, opens with the recovery code only, and never replaces what is nowhere else."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from domain.operations import Finding, Outcome, Status
from sync import actions
from sync.actions_papers import keep
from sync.protocol import public_text, verify
from sync.store.accounts import RESTORED, SESSION
from sync.store.backup import BEFORE, backup, restore
from sync.store.errors import (
    BackupUnreadable,
    FileUnreadable,
    FileUnwritable,
    StoreHasWork,
    StoreInUse,
    StoreMissing,
    WrongSecret,
)
from sync.store.keys import Header, first_run, new_recovery_code
from sync.store.local import NAME, LocalStore
from sync.store.port import SyncStore
from tests.sync.store.building import NOW, an_account, an_operation, kept, later

PASSPHRASE = "a quiet river"


class Desk:
    """A store with a draft, an attachment and a recovery code, and a backup of it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file, self.code = folder / "desk", folder / "desk.backup", new_recovery_code()
        self.key = first_run(self.folder, self.code, PASSPHRASE)
        with LocalStore.create(self.folder, self.key) as store:
            self.account = an_account(store)
            self.draft = actions.new_draft(store, self.account, "s", form={"values": {"n": 1}}, now=NOW).id
            self.paper, _ = keep(store, self.account, b"scan " * 50_000)
            self.made = backup(self.folder, self.key, self.file, NOW)  # while it is open


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_what_was_backed_up_comes_back_with_the_recovery_code(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "another computer"
    restored = restore(desk.file, other, desk.code, NOW)
    assert (restored.drafts, restored.outbox, restored.attachments) == (1, 0, 1)
    assert restored == desk.made
    key = Header.load(other).open_with_recovery_code(desk.code)
    with LocalStore.open(other, key) as store, store.reading() as reader:
        draft = reader.drafts.get(desk.account, desk.draft)
        assert draft is not None
        assert draft.form["values"] == {"n": 1}
        assert reader.files.open(desk.account, desk.paper).read() == b"scan " * 50_000
    assert Header.load(other).open_with_passphrase(PASSPHRASE) == key


def test_nothing_in_it_is_plain(desk: Desk) -> None:
    with zipfile.ZipFile(desk.file) as file:
        everything = b"".join(file.read(name) for name in file.namelist())
    assert b"SQLite format 3" not in everything
    assert b"scan scan" not in everything
    assert "王芳".encode() not in everything


def test_another_code_opens_it_not_and_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with pytest.raises(WrongSecret):
        restore(desk.file, other, new_recovery_code(), NOW)
    assert not (other / NAME).exists()
    assert [path.name for path in other.iterdir()] == ["store.lock"]


def test_a_store_with_unsent_work_is_not_replaced(desk: Desk) -> None:
    before = (desk.folder / NAME).read_bytes()
    with pytest.raises(StoreHasWork, match="草稿 1 份"):
        restore(desk.file, desk.folder, desk.code, NOW)
    assert (desk.folder / NAME).read_bytes() == before


def test_a_store_that_cannot_be_looked_into_is_not_replaced(desk: Desk, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger"
    LocalStore.create(stranger, first_run(stranger, new_recovery_code(), "another")).close()
    with pytest.raises(StoreHasWork, match="打不开"):
        restore(desk.file, stranger, desk.code, NOW)


def test_a_store_without_work_is_put_aside(desk: Desk) -> None:
    with LocalStore.open(desk.folder, desk.key) as store:
        actions.delete_draft(store, desk.account, desk.draft, now=later(minutes=1))
        with store.reading() as reader:
            assert not reader.drafts.all(desk.account)
    restore(desk.file, desk.folder, desk.code, NOW)
    with LocalStore.open(desk.folder, desk.key) as store, store.reading() as reader:
        assert [draft.id for draft in reader.drafts.all(desk.account)] == [desk.draft]
    (aside,) = desk.folder.glob(f"{BEFORE}*")
    assert (aside / NAME).exists()


def test_a_program_that_is_open_is_not_pulled_from_under(desk: Desk) -> None:
    with LocalStore.open(desk.folder, desk.key), pytest.raises(StoreInUse):
        restore(desk.file, desk.folder, desk.code, NOW)


@pytest.mark.parametrize("part", ["end", "store", "other"])
def test_a_damaged_file_is_refused(desk: Desk, tmp_path: Path, part: str) -> None:
    data = bytearray(desk.file.read_bytes())
    if part == "end":
        del data[-100:]
    elif part == "store":
        data[len(data) // 8] ^= 1
    else:
        data = bytearray("一份表格".encode())
    bad = tmp_path / "bad.backup"
    bad.write_bytes(data)
    with pytest.raises(BackupUnreadable):
        restore(bad, tmp_path / "other", desk.code, NOW)
    assert not (tmp_path / "other" / NAME).exists()


def test_files_that_are_not_there_are_named(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable):
        restore(tmp_path / "none.backup", tmp_path / "other", desk.code, NOW)
    with pytest.raises(FileUnwritable):
        backup(desk.folder, desk.key, tmp_path / "no such folder" / "x.backup", NOW)
    with pytest.raises(StoreMissing):
        backup(tmp_path / "nothing", desk.key, tmp_path / "x.backup", NOW)
    assert not list(tmp_path.glob("*.part*"))


def test_a_restored_desk_is_another_desk(desk: Desk, tmp_path: Path) -> None:
    with LocalStore.open(desk.folder, desk.key) as store:
        op_id = an_operation(store, desk.account)
        SyncStore(store).set_setting(desk.account, SESSION, '{"token": "secret", "address": "https://a"}')
        with store.reading() as reader:
            before = reader.accounts.device(desk.account)
        backup(desk.folder, desk.key, desk.file, NOW)
    other = tmp_path / "another computer"
    restore(desk.file, other, desk.code, later(days=1))
    with LocalStore.open(other, desk.key) as store:
        with store.reading() as reader:
            assert reader.accounts.device(desk.account) is None
            assert reader.settings.get(desk.account, RESTORED)["made_at"] == NOW.isoformat(timespec="seconds")
        session = json.loads(SyncStore(store).setting(desk.account, SESSION) or "")
        assert (session["token"], session["address"]) == ("", "https://a")
        (item,) = SyncStore(store).doubtful(desk.account)
        assert item.op_id == op_id, "it is asked for before it is sent"
        assert not kept(store, op_id).can_cancel, "the other computer may have sent it"
        mine = an_operation(store, desk.account, "application/a2")
        with store.reading() as reader:
            device = reader.accounts.device(desk.account)
        assert before is not None
        assert device is not None
        assert device.id != before.id
        first, second = SyncStore(store).next_batch(desk.account, 1_000_000, later(days=1))
        assert (first.op_id, second.op_id) == (op_id, mine)
        assert verify(public_text(before.key), first.signature, first.content)
        assert verify(public_text(device.key), second.signature, second.content)


def test_what_a_desk_shut_out_meanwhile_had_signed_comes_back_as_a_draft(desk: Desk, tmp_path: Path) -> None:
    with LocalStore.open(desk.folder, desk.key) as store:
        op_id = an_operation(store, desk.account)
        backup(desk.folder, desk.key, desk.file, NOW)
    other = tmp_path / "another computer"
    restore(desk.file, other, desk.code, NOW)
    with LocalStore.open(other, desk.key) as store:
        own = an_operation(store, desk.account, "application/a2")
        finding = (Finding("device-unknown", "协会不认识这台电脑的密钥"),)
        port, told = SyncStore(store), [Outcome(one, Status.REFUSED, findings=finding) for one in (op_id, own)]
        assert port.record_outcomes(desk.account, told[:1], NOW) is False, "a log-in would not help"
        assert kept(store, op_id).state == "refused"
        draft = actions.edit_refused(store, desk.account, op_id)
        assert (draft.entity, draft.form["values"]) == ("application/a1", {"x": "1"})
        assert "停用" in draft.findings[0].message
        assert port.record_outcomes(desk.account, told[1:], NOW) is True
        assert kept(store, own).place == "outbox"
