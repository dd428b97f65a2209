"""Bad input as a person meets it at a window: one sentence that says what happened and what to do, nothing lost."""

from __future__ import annotations

import resource
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from desktop.app import Program
from desktop.editions import SETTING as PACK_SETTING
from desktop.opening import RECOVERY_KEPT
from desktop.pages import form, materials
from desktop.pages.first_run import FirstRunWindow
from desktop.pages.unlock import UnlockWindow
from desktop.widgets.inputs import TextInput
from sync import actions
from sync.login import Session, save_session
from sync.protocol import public_text
from sync.store.errors import DiskFull
from sync.store.keys import COPY, HEADER, first_run, new_recovery_code
from sync.store.local import NAME, LocalStore
from sync.store.port import SyncStore
from tests.desktop.form_builders import ABLE, EDUCATION, INITIAL, a_form, beginners
from tests.desktop.on_screen import on_screen, settle
from tests.desktop.sample_desk import UNIT, SampleDesk, entities
from tests.support.windows import press
from tests.sync.store.building import pull

pytestmark = pytest.mark.windows
PASSPHRASE = "a quiet river"
SCOPE = f"unit:{UNIT}"
NOW = datetime(2026, 3, 16, 2, 30, tzinfo=UTC)
NOBODY = "http://127.0.0.1:9"  # where nothing listens


# ---- a damaged store ----


def a_folder(folder: Path, *more: dict[str, Any]) -> tuple[str, str]:
    """The store of a desk as a first run leaves it, with one draft and one thing to be sent: (account, draft)."""
    key = first_run(folder, new_recovery_code(), PASSPHRASE)
    with LocalStore.create(folder, key) as store:
        told = {"id": "account/wen", "login": "wen", "role": "unit_main", "name": "温晓岚", "unit": UNIT}
        with store.transaction() as writer:
            account = writer.accounts.put("gdjlxh", "wen", name="广东省示例建设监理协会", body=told, key="K")
            writer.accounts.set(account, epoch="e1")
            device = writer.accounts.make_device(account)
            writer.settings.put("", RECOVERY_KEPT, "1")
            writer.settings.put(account, PACK_SETTING, "gdjlxh-2025")
        session = Session(
            NOBODY, account, "account/wen", "wen", told, "token", "2027-01-01T00:00:00Z", (SCOPE,), "gdjlxh",
            "广东省示例建设监理协会", public_text(device.key),
        )  # fmt: skip
        save_session(SyncStore(store), session)
        draft = actions.new_draft(store, account, EDUCATION, form={"values": {"contact_name": "未送"}}, now=NOW)
        entry = {"name": "钟慧敏", "document_type": "mainland_id", "document_number": "440104199210015029"}
        actions.save_roster(store, account, entry, now=NOW)
        pull(store, account, *entities(NOW), *more, scope=SCOPE)
    return account, draft.id


def damage(path: Path, share: float) -> None:
    """Nothing from there on is as it was written."""
    data = bytearray(path.read_bytes())
    start = int(len(data) * share)
    data[start:] = secrets.token_bytes(len(data) - start)
    path.write_bytes(data)


@contextmanager
def started(folder: Path) -> Iterator[Program]:
    program = Program(folder, passphrase=PASSPHRASE, clock=lambda: NOW)
    program.start()
    try:
        yield program
    finally:
        program.close()


def unlocking(program: Program, qtbot: QtBot) -> UnlockWindow:
    """The window that says what is wrong with the store."""
    qtbot.waitUntil(lambda: isinstance(program.window, UnlockWindow))
    assert isinstance(program.window, UnlockWindow)
    return program.window


def visible(window: QWidget, name: str) -> bool:
    part = window.findChild(QWidget, name)
    assert part is not None
    return part.isVisibleTo(window)


def test_a_store_damaged_in_the_middle_is_rebuilt_with_what_was_not_sent(tmp_path: Path, qtbot: QtBot) -> None:
    crowd = [{"id": f"notice/{n}", "title": "x" * 2000} for n in range(900)]  # fills the end of the file
    account, draft = a_folder(tmp_path, *crowd)
    damage(tmp_path / NAME, 0.6)
    with started(tmp_path) as program:
        window = unlocking(program, qtbot)
        said = window.page.words.text()
        assert "本机资料文件损坏" in said
        assert "请选“重建”" in said
        assert not visible(window, "unlock.secret")
        told: list[str] = []
        program.opened.connect(lambda desk: told.append(desk.shell.notice.accessibleName()))
        with qtbot.waitSignal(program.opened):
            press(window, "unlock.rebuild")
        assert "找回草稿 1 份、待发送 1 件" in told[0]
        assert program.store is not None
        with program.store.reading() as reader:
            found = reader.drafts.get(account, draft)
            assert len(reader.operations.outbox(account)) == 1
        assert found is not None
        assert (found.form or {})["values"] == {"contact_name": "未送"}
    assert list(tmp_path.glob(f"{NAME}.damaged-*")), "the damaged file is kept"


def test_a_store_of_which_nothing_can_be_read_begins_anew_and_the_file_is_kept(tmp_path: Path, qtbot: QtBot) -> None:
    a_folder(tmp_path)
    damage(tmp_path / NAME, 0.0)
    damaged = (tmp_path / NAME).read_bytes()
    with started(tmp_path) as program:
        window = unlocking(program, qtbot)
        assert "本机资料文件损坏" in window.page.words.text()
        press(window, "unlock.rebuild")
        qtbot.waitUntil(lambda: isinstance(program.window, FirstRunWindow))
    (kept,) = [path for path in tmp_path.glob(f"{NAME}.damaged-*") if not path.name.endswith(("-wal", "-shm"))]
    assert kept.read_bytes() == damaged


@pytest.mark.parametrize("gone", [False, True])
def test_without_its_key_file_a_store_says_so_and_asks_for_nothing(tmp_path: Path, qtbot: QtBot, gone: bool) -> None:
    a_folder(tmp_path)
    for name in (HEADER, COPY):
        (tmp_path / name).unlink() if gone else (tmp_path / name).write_bytes(b"\0" * 200)
    before = (tmp_path / NAME).read_bytes()
    with started(tmp_path) as program:
        window = unlocking(program, qtbot)
        said = window.page.words.text()
        assert "钥匙文件损坏" in said
        assert "邀请文件" in said
        assert not visible(window, "unlock.secret")
        assert not visible(window, "unlock.rebuild")
    assert (tmp_path / NAME).read_bytes() == before


# ---- a full disk ----


@contextmanager
def no_room(store: LocalStore) -> Iterator[None]:
    """The database's file may not grow any more."""
    with store.transaction() as writer:
        pages = writer.connection.scalar(text("PRAGMA page_count"))
        writer.connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    try:
        yield
    finally:
        with store.transaction() as writer:
            writer.connection.execute(text("PRAGMA max_page_count = 1073741823"))


def test_what_is_typed_on_a_full_disk_stays_on_screen_and_is_saved_when_there_is_room(
    desk: SampleDesk, qtbot: QtBot
) -> None:
    key = desk.draft(EDUCATION, {"values": {"contact_name": "温晓岚"}})
    page = on_screen(qtbot, form.make(desk.context, key))
    before = desk.form_of(key)
    editor = page.findChild(TextInput, "form.field.contact_mobile")
    with no_room(desk.store), qtbot.waitSignal(page.form.failed):
        page.form.edit("remark", "很长的说明" * 200_000)
        editor.setFocus()
        QTest.keyClicks(editor, "13800000000")
    assert page.notice.accessibleName() == DiskFull.sentence + DiskFull.remedy
    assert editor.text() == "13800000000"
    assert page.form.saved_words == "还没有保存"
    assert desk.form_of(key) == before
    with qtbot.waitSignal(page.form.saved):
        page.form._again.setInterval(0)  # what it waits for is tested, not how long
    settle(qtbot, page)
    assert desk.form_of(key)["values"]["contact_mobile"] == "13800000000"
    assert page.form.saved_words.startswith("已保存")


@contextmanager
def files_of_at_most(limit: int) -> Iterator[None]:
    """The operating system refuses what is written beyond so many bytes of any file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def a_page_of_papers(qtbot: QtBot, desk: SampleDesk) -> tuple[str, Any]:
    listed = beginners(desk, ABLE)
    key = desk.draft(EDUCATION, {**a_form({INITIAL: listed}), "attachments": []})
    return key, on_screen(qtbot, materials.make(desk.context, f"{key}:{INITIAL}"))


def test_an_attachment_that_finds_no_room_is_told_and_leaves_nothing_half(
    desk: SampleDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    key, page = a_page_of_papers(qtbot, desk)
    scan = tmp_path / "社保.png"
    Image.frombytes("L", (800, 800), secrets.token_bytes(640_000)).save(scan)
    kept = sorted(path for path in desk.store.folder.rglob("*") if path.is_file())
    with files_of_at_most(100_000), qtbot.waitSignal(page.intake.failed):
        page._one_dropped(page.rows.row_at(0), [str(scan)])
    settle(qtbot, page)
    assert page.notice.accessibleName() == DiskFull.sentence + DiskFull.remedy
    assert not desk.form_of(key)["attachments"]
    assert sorted(path for path in desk.store.folder.rglob("*") if path.is_file()) == kept
    with qtbot.waitSignal(page.intake.finished):
        page._one_dropped(page.rows.row_at(0), [str(scan)])
    settle(qtbot, page)
    assert [one["name"] for one in desk.form_of(key)["attachments"]] == ["社保.png"]


# ---- a file that is not what its name says ----


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("身份证.jpg", b"MZ\x90\x00" + b"\0" * 400, "EXE"),
        ("毕业证.pdf", b"PK\x03\x04" + b"\0" * 400, "ZIP"),
        ("社保.png", b"", "空文件"),
        ("社保.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"\x07" * 400, "损坏"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused_by_name_and_nothing_is_attached(
    desk: SampleDesk, qtbot: QtBot, tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    key, page = a_page_of_papers(qtbot, desk)
    file = tmp_path / name
    file.write_bytes(data)
    with qtbot.waitSignal(page.intake.finished):
        page._one_dropped(page.rows.row_at(0), [str(file)])
    settle(qtbot, page)
    told = page.notice.accessibleName()
    assert told.startswith(f"“{name}”")
    assert said in told
    assert "请" in told, "what to do"
    assert told.count("。") <= 2
    assert not desk.form_of(key)["attachments"]


# ---- a pack with an error ----


def test_rules_that_cannot_be_read_are_told_at_the_window_and_nothing_is_lost(tmp_path: Path, qtbot: QtBot) -> None:
    files = {"pack.yaml": "pack: gdjlxh-2025\nname: 某协会\nprice: 1.5\n"}
    account, draft = a_folder(tmp_path, {"id": "pack/next", "since": "2026-01-01", "files": files})
    with started(tmp_path) as program:
        window = unlocking(program, qtbot)
        assert "请安装新版会办" in window.page.words.text()
        assert not visible(window, "unlock.secret")
        assert program.store is not None
        with program.store.reading() as reader:
            assert reader.drafts.get(account, draft) is not None
            assert len(reader.operations.outbox(account)) == 1
