"""What the demo left behind is believed only if it proves itself: a forged receipt or a doubled Operation does not."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.demo.verify import main, problems
from domain.operations import Receipt, Status, receipt_text

OP, SHA = "0197-op-1", "ab" * 32
Story = list[dict[str, Any]]


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """A story of one delivered Operation whose answer was lost, and its evidence."""
    key = Ed25519PrivateKey.generate()
    receipt = Receipt(7, "2026-01-02T03:04:05.000Z", "")
    signature = base64url(key.sign(receipt_text("gd", OP, SHA, Status.APPLIED, receipt)))
    signed = {"number": 7, "received_at": receipt.received_at, "signature": signature}
    step = {
        "step": "送达",
        "picture": "01.png",
        "files": ["letter.pdf"],
        "op_id": OP,
        "outcome": "applied",
        "receipt": {**signed, "association": "gd", "content_sha256": SHA},
        "server_rows": 1,
        "facts": {"answer_lost": True, "notified": "已送达"},
    }
    for name in ("01.png", "letter.pdf"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "story.json").write_text(json.dumps([step]), encoding="utf-8")
    (tmp_path / "server-public-key.txt").write_text(base64url(key.public_key().public_bytes_raw()) + "\n")
    log = [json.dumps({"event": event}) for event in ("down", "answer-lost", "cut")]
    (tmp_path / "proxy.log").write_text("\n".join(log), encoding="utf-8")
    with sqlite3.connect(tmp_path / "server.db") as database:
        database.execute("create table ledger (op_id, content_sha256, status, receipt_number)")
        database.execute("insert into ledger values (?, ?, 'applied', 7)", (OP, SHA))
        database.execute("create table record (op_id, entity, action)")
        database.execute("insert into record values (?, 'application/1', 'submit')", (OP,))
    database.close()
    return tmp_path


def change(folder: Path, how: Callable[[Story], object]) -> None:
    story = json.loads((folder / "story.json").read_text(encoding="utf-8"))
    how(story)
    (folder / "story.json").write_text(json.dumps(story), encoding="utf-8")


def sql(folder: Path, text: str) -> None:
    with sqlite3.connect(folder / "server.db") as database:
        database.execute(text)
    database.close()


def test_a_true_story_proves_itself_from_its_files(left: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert problems(left) == []
    monkeypatch.setattr("sys.argv", ["verify", str(left)])
    assert main() == 0


def test_a_forged_receipt_is_found(left: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(left, lambda story: story[0]["receipt"].update(received_at="2026-01-02T03:04:06.000Z"))
    assert problems(left) == ["“送达”：回执与协会的公钥不符。"]
    monkeypatch.setattr("sys.argv", ["verify", str(left)])
    assert main() == 1


def test_a_receipt_of_other_content_is_found(left: Path) -> None:
    sql(left, f"update ledger set content_sha256 = '{'cd' * 32}'")
    assert problems(left) == ["“送达”：回执说的和协会数据库里的不是一回事。"]


def test_an_operation_that_stands_twice_is_found(left: Path) -> None:
    sql(left, "insert into ledger select * from ledger")
    assert problems(left) == [f"“送达”：{OP} 在协会的数据库里有 2 行，应该正好一行。"]


def test_an_operation_that_is_missing_is_found(left: Path) -> None:
    sql(left, "delete from ledger")
    assert problems(left) == [f"“送达”：{OP} 在协会的数据库里有 0 行，应该正好一行。"]


def test_an_operation_that_was_carried_out_twice_is_found(left: Path) -> None:
    sql(left, "insert into record select * from record")
    assert problems(left) == [f"“送达”：{OP} 被办了不止一次。"]


def test_what_was_counted_on_the_way_counts_too(left: Path) -> None:
    change(left, lambda story: story[0].update(server_rows=2))
    assert problems(left) == ["“送达”：记下的行数是 2，应该正好一行。"]


@pytest.mark.parametrize("name", ["01.png", "letter.pdf"])
def test_a_picture_or_paper_that_is_not_there_is_named(left: Path, name: str) -> None:
    (left / name).unlink()
    assert problems(left) == [f"“送达”：没有文件 {name}。"]


def test_a_story_without_its_evidence_is_not_believed(left: Path) -> None:
    (left / "server.db").unlink()
    assert problems(left) == ["没有文件 server.db。"]


def test_the_line_must_have_been_as_bad_as_the_story_says(left: Path) -> None:
    (left / "proxy.log").write_text(json.dumps({"event": "down"}), encoding="utf-8")
    change(left, lambda story: story[0].update(facts={}))
    assert problems(left) == [
        "线路记录里没有答复在路上丢失。",
        "线路记录里没有线路中断。",
        "故事里没有答复丢失的那一件。",
        "故事里没有一次桌面通知。",
    ]
