"""The store as a file: encrypted, one process, one writer, migrated, found out when damaged."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text

from sync import actions
from sync.store.errors import DiskFull, StoreDamaged, StoreInUse, StoreMissing, StoreTooNew
from sync.store.local import NAME, LocalStore
from sync.store.salvage import rebuild
from sync.store.tables import metadata
from tests.sync.store.building import NOW, a_person, a_store, an_account, an_operation, kept, pull, refused


def test_nothing_of_anybody_stands_readable_on_the_disk(tmp_path: Path) -> None:
    with a_store(tmp_path) as store:
        account = an_account(store)
        pull(store, account, a_person("1", "欧阳娜娜", "440104198001013019"))
        draft = actions.new_draft(store, account, "s", now=NOW, form={"values": {"remark": "SECRET-REMARK"}})
        actions.attach(store, account, draft.id, "m", b"SECRET-PAPER" * 9999, now=NOW, type="pdf")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 3
    content = b"".join(path.read_bytes() for path in files)
    for secret in (b"SECRET", "欧阳".encode(), b"440104198001013019", b"SQLite format 3", b"PRIVATE"):
        assert secret not in content


def test_what_was_written_is_there_again(tmp_path: Path) -> None:
    key = secrets.token_bytes(32)
    with a_store(tmp_path, key) as store:
        op_id = an_operation(store, an_account(store))
    with LocalStore.open(tmp_path, key) as store:
        assert kept(store, op_id).state == "queued"


def test_a_transaction_that_fails_changes_nothing_and_tells_nobody(store: LocalStore) -> None:
    told: list[frozenset[str]] = []
    store.on_change(told.append)

    def fail() -> None:
        with store.transaction() as writer:
            writer.settings.put("", "theme", "dark")
            writer.touch("settings")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.reading() as reader:
        assert reader.settings.get("", "theme") is None
    assert told == []


def test_listeners_hear_once_what_a_transaction_touched(store: LocalStore) -> None:
    told: list[frozenset[str]] = []
    stop = store.on_change(told.append)
    with store.transaction() as writer:
        writer.touch("drafts")
        with store.transaction() as inner:
            inner.touch("outbox")
    assert told == [frozenset({"drafts", "outbox"})]
    stop()
    with store.transaction() as writer:
        writer.touch("drafts")
    assert len(told) == 1


def test_a_reader_sees_one_moment_and_never_waits_for_the_writer(store: LocalStore) -> None:
    with store.reading() as reader:
        assert reader.settings.get("", "n") is None
        with store.transaction() as writer:
            writer.settings.put("", "n", 1)
        assert reader.settings.get("", "n") is None
    with store.transaction() as writer:
        writer.settings.put("", "n", 2)
        with store.reading() as reader:
            assert reader.settings.get("", "n") == 1


def test_a_reader_cannot_write(store: LocalStore) -> None:
    with pytest.raises(Exception, match=r"readonly|read-only|query_only"), store.reading() as reader:
        reader.settings.put("", "n", 1)


def test_writers_of_many_threads_take_turns(store: LocalStore) -> None:
    def count() -> None:
        for _ in range(50):
            with store.transaction() as writer:
                writer.settings.put("", "n", (writer.settings.get("", "n") or 0) + 1)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as reader:
        assert reader.settings.get("", "n") == 200


def test_a_second_process_is_told_who_has_the_store(tmp_path: Path) -> None:
    key = secrets.token_bytes(32)
    script = (
        "import sys; from pathlib import Path; from sync.store.local import LocalStore\n"
        "from sync.store.errors import StoreInUse\n"
        "try: LocalStore.open(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))\n"
        "except StoreInUse as failure: print(failure.pid, failure.sentence)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path), key.hex()]
    env = {**os.environ, "PYTHONUTF8": "1"}
    with a_store(tmp_path, key):
        told = subprocess.run(command, capture_output=True, encoding="utf-8", env=env, check=True).stdout
    assert told.startswith(f"{os.getpid()} 会办已经开着")
    assert subprocess.run(command, capture_output=True, env=env, check=True).stdout == b""


def test_the_lock_is_free_again_after_closing(tmp_path: Path) -> None:
    key = secrets.token_bytes(32)
    with a_store(tmp_path, key), pytest.raises(StoreInUse):
        LocalStore.open(tmp_path, key)
    LocalStore.open(tmp_path, key).close()


def test_the_schema_that_migrations_build_is_the_one_the_tables_declare(store: LocalStore) -> None:
    def ours(_: Any, name: str | None, kind: str, *__: Any) -> bool:
        return not (kind == "table" and (name or "").startswith("people_index"))

    with store.reading() as reader:
        options = {"compare_type": True, "include_object": ours}
        context = MigrationContext.configure(reader.connection, opts=options)
        assert compare_metadata(context, metadata) == []
        declared = create_engine("sqlite://")
        metadata.create_all(declared)
        with declared.connect() as other:
            for table in metadata.tables:
                asked = text(f"PRAGMA table_info({table})")  # names, types, defaults, keys
                assert list(reader.connection.execute(asked)) == list(other.execute(asked)), table
        declared.dispose()


def test_every_row_of_somebodys_work_carries_its_account() -> None:
    ours = set(metadata.tables) - {"accounts"}
    assert {name for name in ours if "account" in metadata.tables[name].c} == ours


def test_a_newer_store_is_refused_untouched(tmp_path: Path) -> None:
    key = secrets.token_bytes(32)
    with a_store(tmp_path, key) as store, store.transaction() as writer:
        writer.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = (tmp_path / NAME).read_bytes()
    with pytest.raises(StoreTooNew):
        LocalStore.open(tmp_path, key)
    assert (tmp_path / NAME).read_bytes() == before


def test_no_store_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing):
        LocalStore.open(tmp_path, secrets.token_bytes(32))


def test_a_full_disk_is_named_and_nothing_is_lost(store: LocalStore, account: str) -> None:
    draft = actions.new_draft(store, account, "s", now=NOW, form={"values": {"remark": "before"}})
    with store.transaction() as writer:
        pages = writer.connection.scalar(text("PRAGMA page_count"))
        writer.connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    huge = {"values": {"remark": "x" * 1_000_000}}
    with pytest.raises(DiskFull) as failure:
        actions.save_draft_locally(store, account, draft.id, huge, by="王芳", now=NOW)
    assert "磁盘满了" in failure.value.sentence
    with store.transaction() as writer:
        writer.connection.execute(text("PRAGMA max_page_count = 1073741823"))
    with store.reading() as reader:
        found = reader.drafts.get(account, draft.id)
    assert found is not None
    assert found.form is not None
    assert found.form["values"] == {"remark": "before"}
    actions.save_draft_locally(store, account, draft.id, huge, by="王芳", now=NOW)


def damage(folder: Path, share: float) -> None:
    """Overwrite the file from `share` on."""
    path = folder / NAME
    data = bytearray(path.read_bytes())
    start = int(len(data) * share)
    data[start:] = secrets.token_bytes(len(data) - start)
    path.write_bytes(data)


def test_a_damaged_store_is_set_aside_and_unsent_work_recovered(tmp_path: Path) -> None:
    key = secrets.token_bytes(32)
    with a_store(tmp_path, key) as store:
        account = an_account(store)
        draft = actions.new_draft(store, account, "s", now=NOW, form={"values": {"remark": "未送"}})
        sent, waiting = an_operation(store, account, "application/1"), an_operation(store, account, "application/2")
        with store.transaction() as writer:
            device = writer.accounts.device(account)
            writer.operations.sending(account, [sent], "2025-11-03T00:00:00Z")
            writer.operations.answer([refused(sent)], "2025-11-03T00:00:01Z")
        pull(store, account, *(a_person(str(n), remark="x" * 2000) for n in range(500)))  # the end of the file
    damage(tmp_path, 0.7)
    with pytest.raises(StoreDamaged) as failure, LocalStore.open(tmp_path, key) as store, store.reading() as reader:
        reader.mirror.of_kind(account, "person")
    assert failure.value.remedy.startswith("请选“重建”")
    store, salvaged = rebuild(tmp_path, key, NOW)
    with store:
        assert salvaged.aside is not None
        assert salvaged.aside.exists()
        assert (salvaged.drafts, salvaged.outbox, salvaged.whole) == (1, 1, True)
        assert (kept(store, sent).state, kept(store, waiting).state) == ("refused", "queued")
        with store.reading() as reader:
            found = reader.drafts.get(account, draft.id)
            again = reader.accounts.device(account)
            assert found is not None
            assert found.form is not None
            assert found.form["values"] == {"remark": "未送"}
            assert reader.mirror.of_kind(account, "person") == {}
            assert reader.mirror.cursors(account)["unit:u1"].seq == 0
        assert again is not None
        assert device is not None
        assert again.key.private_bytes_raw() == device.key.private_bytes_raw()


def test_a_store_damaged_from_its_first_byte_is_rebuilt_empty_and_kept(tmp_path: Path) -> None:
    key = secrets.token_bytes(32)
    with a_store(tmp_path, key) as store:
        an_operation(store, an_account(store))
    damage(tmp_path, 0.0)
    with pytest.raises(StoreDamaged):
        LocalStore.open(tmp_path, key)
    store, salvaged = rebuild(tmp_path, key, NOW)
    with store:
        assert (salvaged.outbox, salvaged.whole) == (0, False)
        assert salvaged.aside is not None
        an_operation(store, an_account(store))


@pytest.mark.parametrize("share", [0.05, 0.2, 0.35, 0.5, 0.65, 0.8])
def test_wherever_the_damage_begins_the_rebuilt_store_works(tmp_path: Path, share: float) -> None:
    key = secrets.token_bytes(32)
    with a_store(tmp_path, key) as store:
        account = an_account(store)
        for number in range(100):
            an_operation(store, account, f"application/{number}")
    damage(tmp_path, share)
    store, salvaged = rebuild(tmp_path, key, NOW)
    with store:
        assert salvaged.outbox <= 100
        assert salvaged.whole is False
        with store.reading() as reader:
            assert len(reader.operations.outbox(account)) == salvaged.outbox
