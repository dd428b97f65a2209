"""Attachments: encrypted, whole or found out, whatever their size."""

from __future__ import annotations

import hashlib
import secrets
import tracemalloc
from pathlib import Path

import pytest

from sync import actions
from sync.actions_papers import Stopped
from sync.store.blobs import FRAME, BlobFolder
from sync.store.errors import BlobDamaged, BlobMissing, FileUnreadable, NotAllowed
from sync.store.local import LocalStore
from sync.store.port import SyncStore
from tests.sync.store.building import NOW

SIZES = [0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME, 3 * FRAME + 7]


@pytest.fixture
def folder(tmp_path: Path) -> BlobFolder:
    return BlobFolder(tmp_path / "attachments", secrets.token_bytes(32))


def put(folder: BlobFolder, data: bytes, account: str = "a") -> str:
    file = folder.write(account)
    for start in range(0, len(data), 10_000):
        file.write(data[start : start + 10_000])
    return file.finish()


@pytest.mark.parametrize("size", SIZES)
def test_what_goes_in_comes_out_from_any_offset(folder: BlobFolder, size: int) -> None:
    data = secrets.token_bytes(size)
    address = put(folder, data)
    assert address == hashlib.sha256(data).hexdigest()
    with folder.open("a", address) as file:
        assert (file.size, file.read()) == (size, data)
        for offset in {0, size // 2, max(0, size - 1), size}:
            file.seek(offset)
            assert file.read() == data[offset:]
            file.seek(offset)
            assert file.read(100) == data[offset : offset + 100]


def test_the_same_paper_of_two_accounts_is_two_files(folder: BlobFolder) -> None:
    address = put(folder, b"x", "a")
    put(folder, b"x", "b")
    assert folder.path("a", address) != folder.path("b", address)
    folder.remove("a", address)
    with pytest.raises(BlobMissing):
        folder.open("a", address)
    with folder.open("b", address) as file:
        assert file.read() == b"x"


@pytest.mark.parametrize("size", [10, FRAME, 3 * FRAME + 7])
def test_a_file_that_was_cut_changed_or_reordered_is_found_out(folder: BlobFolder, size: int) -> None:
    data = secrets.token_bytes(size)
    address = put(folder, data)
    path = folder.path("a", address)
    whole = path.read_bytes()
    sealed = FRAME + 16
    head, frames = whole[:20], [whole[20 + start : 20 + start + sealed] for start in range(0, len(whole) - 20, sealed)]
    broken = [whole[:-1], whole[:19], head, whole[:30] + bytes([whole[30] ^ 1]) + whole[31:], b""]
    if len(frames) > 2:
        broken += [head + b"".join([frames[1], frames[0], *frames[2:]]), head + b"".join(frames[:-1])]
    for content in broken:
        path.write_bytes(content)
        with pytest.raises(BlobDamaged), folder.open("a", address) as file:
            file.read()


def test_bytes_that_are_not_the_ones_named_are_not_kept(store: LocalStore, port: SyncStore, account: str) -> None:
    file = port.receive_blob(account)
    file.write(b"other")
    with pytest.raises(BlobDamaged):
        port.blob_received(account, file, "0" * 64, type="pdf", name="n", now=NOW)
    assert [path for path in store.files.folder.rglob("*") if path.is_file()] == []


def test_memory_does_not_depend_on_the_size(folder: BlobFolder) -> None:
    piece = secrets.token_bytes(1 << 20)
    tracemalloc.start()
    file = folder.write("a")
    for _ in range(64):
        file.write(piece)
    address = file.finish()
    with folder.open("a", address) as opened:
        size = sum(len(chunk) for chunk in opened.chunks())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size == 64 << 20
    assert peak < 8 << 20


def test_attaching_names_the_paper_in_the_form(store: LocalStore, account: str, tmp_path: Path) -> None:
    path = tmp_path / "社保证明.pdf"
    path.write_bytes(b"%PDF" + b"x" * 100_000)
    draft = actions.new_draft(store, account, "s", now=NOW)
    paper = actions.attach(store, account, draft.id, "M4", path, now=NOW, type="pdf", row="r1", pages=2)
    assert (paper["name"], paper["bytes"], paper["row"]) == ("社保证明.pdf", 100_004, "r1")
    with store.reading() as reader:
        found = reader.drafts.get(account, draft.id)
        blob = reader.blobs.get(account, paper["blob"])
    assert found is not None
    assert found.form is not None
    assert found.form["attachments"] == [paper]
    assert blob is not None
    assert (blob.here, blob.delivered) == (True, False)
    with actions.fetch(store, account, paper["blob"]) as file:
        assert file.read(4) == b"%PDF"


def test_typing_while_a_paper_is_taken_in_loses_neither(store: LocalStore, account: str) -> None:
    draft = actions.new_draft(store, account, "s", now=NOW)
    stale = {"values": {"a": "1"}, "cards": {}, "attachments": []}
    paper = actions.attach(store, account, draft.id, "m", b"x", now=NOW, type="pdf")
    actions.save_draft_locally(store, account, draft.id, stale, by="王芳", now=NOW)
    with store.reading() as reader:
        found = reader.drafts.get(account, draft.id)
    assert found is not None
    assert found.form == {"values": {"a": "1"}, "cards": {}, "attachments": [paper]}


def test_a_paper_taken_off_can_be_put_back(store: LocalStore, account: str) -> None:
    draft = actions.new_draft(store, account, "s", now=NOW)
    one, two = (actions.attach(store, account, draft.id, "m", data, now=NOW, type="pdf") for data in (b"1", b"2"))
    gone = actions.detach(store, account, draft.id, material="m", row=None, blob=one["blob"], now=NOW)
    assert gone == (one,)
    actions.attach_known(store, account, draft.id, [{**one, "row": "r2"}, two], now=NOW)
    with store.reading() as reader:
        found = reader.drafts.get(account, draft.id)
    assert found is not None
    assert found.form is not None
    assert found.form["attachments"] == [two, {**one, "row": "r2"}]


def test_cancelling_the_intake_keeps_nothing(store: LocalStore, account: str, tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(b"x" * FRAME * 20)
    draft = actions.new_draft(store, account, "s", now=NOW)
    with pytest.raises(Stopped):
        actions.attach(store, account, draft.id, "m", path, now=NOW, type="pdf", going=lambda done: done < FRAME * 8)
    assert [file for file in store.files.folder.rglob("*") if file.is_file()] == []


def test_a_file_that_cannot_be_read_is_named(store: LocalStore, account: str, tmp_path: Path) -> None:
    draft = actions.new_draft(store, account, "s", now=NOW)
    with pytest.raises(FileUnreadable, match=r"没了\.pdf"):
        actions.attach(store, account, draft.id, "m", tmp_path / "没了.pdf", now=NOW, type="pdf")


def test_no_paper_is_put_on_what_is_on_its_way(store: LocalStore, account: str) -> None:
    draft = actions.new_draft(store, account, "s", now=NOW)
    with store.transaction() as writer:
        writer.drafts.freeze(account, draft.id, "op")
    with pytest.raises(NotAllowed, match="已放入待发送"):
        actions.attach(store, account, draft.id, "m", b"x", now=NOW, type="pdf")


def test_half_written_files_of_a_crash_are_swept_at_the_next_start(tmp_path: Path) -> None:
    key = secrets.token_bytes(32)
    LocalStore.create(tmp_path, key).close()
    part = tmp_path / "attachments" / "0.part"
    part.parent.mkdir(exist_ok=True)
    part.write_bytes(b"half")
    LocalStore.open(tmp_path, key).close()
    assert not part.exists()
