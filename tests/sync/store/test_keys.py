"""The key of a store: three ways in, and none beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoBackend

from sync.store.errors import NoKeyring, StoreDamaged, StoreLocked, StoreMissing, StoreTooNew, WrongSecret
from sync.store.keys import (
    HEADER,
    KEYRING,
    PASSPHRASE,
    RECOVERY,
    Header,
    first_run,
    new_key,
    new_recovery_code,
    read_recovery_code,
)

CODE = "SC3Q-1KK4-FP07-Q205-5RJG-S8Q2-AXYR-7PMC-DGBN"  # one slip in 32 has the same check letter; none of these


class InMemory(KeyringBackend):
    """A keyring as the operating system has one."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring does not say
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def vault() -> Iterator[InMemory]:
    before = keyring.get_keyring()
    vault = InMemory()
    keyring.set_keyring(vault)
    yield vault
    keyring.set_keyring(before)


@pytest.fixture
def headless() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(NoBackend())  # type: ignore[no-untyped-call]  # keyring does not say
    yield
    keyring.set_keyring(before)


def test_the_keyring_opens_the_store_without_a_question(vault: InMemory, tmp_path: Path) -> None:
    key = first_run(tmp_path, new_recovery_code())
    assert Header.load(tmp_path).open_with_keyring() == key
    assert key.hex() not in "".join(vault.kept.values()), "the keyring holds a key to the key, never the key"


def test_without_a_keyring_a_passphrase_is_asked_for(headless: None, tmp_path: Path) -> None:
    with pytest.raises(NoKeyring):
        first_run(tmp_path, new_recovery_code())
    key = first_run(tmp_path, new_recovery_code(), passphrase="春眠不觉晓")
    with pytest.raises(StoreLocked):
        Header.load(tmp_path).open_with_keyring()
    assert Header.load(tmp_path).open_with_passphrase("春眠不觉晓") == key


class Refusing(InMemory):
    """The vault of Windows where nobody is logged on at the screen: its errors are its own, and none of keyring's."""

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError(1312, "CredRead")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(1312, "CredWrite")

    def delete_password(self, service: str, username: str) -> None:
        raise RuntimeError(1312, "CredDelete")


def test_a_keyring_that_fails_in_its_own_way_is_none_and_a_passphrase_is_asked_for(
    vault: InMemory, tmp_path: Path
) -> None:
    key = first_run(tmp_path, new_recovery_code())
    keyring.set_keyring(Refusing())
    with pytest.raises(NoKeyring):
        first_run(tmp_path / "other", new_recovery_code())
    with pytest.raises(StoreLocked):
        Header.load(tmp_path).open_with_keyring()
    header = Header.load(tmp_path).with_passphrase(key, "春眠不觉晓").without(KEYRING)
    assert header.open_with_passphrase("春眠不觉晓") == key


def test_a_keyring_that_lost_our_secret_leaves_the_store_locked_not_damaged(vault: InMemory, tmp_path: Path) -> None:
    code = new_recovery_code()
    key = first_run(tmp_path, code)
    vault.kept.clear()
    with pytest.raises(StoreLocked):
        Header.load(tmp_path).open_with_keyring()
    assert Header.load(tmp_path).open_with_recovery_code(code) == key


def test_a_wrong_passphrase_is_named_as_such() -> None:
    header = Header().with_passphrase(new_key(), "right")
    with pytest.raises(WrongSecret) as failure:
        header.open_with_passphrase("wrong")
    assert failure.value.sentence == "口令不对。"
    assert failure.value.remedy


def test_a_changed_passphrase_replaces_the_old_one() -> None:
    key = new_key()
    header = Header().with_passphrase(key, "old").change_passphrase("old", "new")
    assert header.open_with_passphrase("new") == key
    with pytest.raises(WrongSecret):
        header.open_with_passphrase("old")
    with pytest.raises(WrongSecret):
        header.change_passphrase("old", "newer")


def test_the_recovery_code_opens_however_it_is_typed() -> None:
    key, code = new_key(), new_recovery_code()
    header = Header().with_recovery_code(key, code)
    sloppy = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert header.open_with_recovery_code(sloppy) == key


@pytest.mark.parametrize("group", range(9))
def test_a_slip_in_the_recovery_code_is_found_in_its_group(group: int) -> None:
    groups = CODE.split("-")
    letter = groups[group][0]
    groups[group] = ("2" if letter != "2" else "3") + groups[group][1:]
    with pytest.raises(WrongSecret, match=f"第 {group + 1} 组"):
        read_recovery_code("-".join(groups))


def test_a_code_of_another_store_is_refused() -> None:
    header = Header().with_recovery_code(new_key(), new_recovery_code())
    with pytest.raises(WrongSecret, match="不是这份资料的恢复码"):
        header.open_with_recovery_code(new_recovery_code())


def test_wraps_of_one_store_open_no_other() -> None:
    one = Header().with_passphrase(new_key(), "same")
    other = Header(wraps=one.wraps)
    with pytest.raises(WrongSecret):
        other.open_with_passphrase("same")


def test_a_way_in_can_be_taken_away(vault: InMemory) -> None:
    key = new_key()
    header = Header().with_keyring(key).with_passphrase(key, "p")
    left = header.without(KEYRING)
    assert left.kinds == {PASSPHRASE}
    assert not vault.kept


def test_the_header_survives_the_damage_of_one_of_its_files(tmp_path: Path) -> None:
    key, code = new_key(), new_recovery_code()
    Header().with_recovery_code(key, code).save(tmp_path)
    (tmp_path / HEADER).write_bytes(b"\0\xff" * 100)
    assert Header.load(tmp_path).open_with_recovery_code(code) == key
    assert Header.load(tmp_path).kinds == {RECOVERY}


def test_both_header_files_damaged_is_said(tmp_path: Path) -> None:
    Header().save(tmp_path)
    for path in tmp_path.iterdir():
        path.write_text("{}")
    with pytest.raises(StoreDamaged):
        Header.load(tmp_path)


def test_no_header_and_a_newer_one_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing):
        Header.load(tmp_path)
    with pytest.raises(StoreTooNew):
        Header.read('{"format": 99, "store": "x", "wraps": []}')
