"""Whether what the demo left behind proves what it says, from its files alone: no server, no network, no desk.

python -P -m desktop.demo.verify DIR      0 when all of it holds, otherwise a sentence for each thing that does not
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from documents.receipt import Delivery
from domain.operations import Receipt, Status
from sync.files import sqlite_address

STORY, KEY, DATABASE, LINE = "story.json", "server-public-key.txt", "server.db", "proxy.log"


def problems(folder: Path, *, whole: bool = True) -> list[str]:
    """What does not hold; empty when all of it does. Not `whole`: only part of the story was told."""
    missing = [name for name in (STORY, KEY, DATABASE, LINE) if not (folder / name).is_file()]
    if missing:
        return [f"没有文件 {'、'.join(missing)}。"]
    steps = json.loads((folder / STORY).read_text(encoding="utf-8"))
    key = (folder / KEY).read_text(encoding="utf-8").strip()
    with closing(sqlite3.connect(sqlite_address((folder / DATABASE).absolute(), "ro"), uri=True)) as database:
        found = [words for step in steps for words in _step(folder, step, key, database)]
    return found + (list(_whole(folder, steps)) if whole else [])


def _step(folder: Path, step: Mapping[str, Any], key: str, database: sqlite3.Connection) -> Iterator[str]:
    """One line of the story."""
    name = step["step"]
    for file in (step["picture"], *step["files"]):
        if file and not ((folder / file).is_file() and (folder / file).stat().st_size):
            yield f"“{name}”：没有文件 {file}。"
    op_id = step["op_id"]
    if op_id is None:
        return
    if step["server_rows"] != 1:
        yield f"“{name}”：记下的行数是 {step['server_rows']}，应该正好一行。"
    rows = database.execute("select content_sha256, status, receipt_number from ledger where op_id = ?", (op_id,))
    kept = rows.fetchall()
    if len(kept) != 1:
        yield f"“{name}”：{op_id} 在协会的数据库里有 {len(kept)} 行，应该正好一行。"
        return
    twice = database.execute(
        "select count(*) from (select 1 from record where op_id = ? group by entity, action having count(*) > 1)",
        (op_id,),
    )
    if twice.fetchone()[0]:
        yield f"“{name}”：{op_id} 被办了不止一次。"
    receipt = step["receipt"]
    if not receipt:
        yield f"“{name}”：没有回执。"
        return
    (sha256, status, number) = kept[0]
    if (sha256, status, number) != (receipt["content_sha256"], step["outcome"], receipt["number"]):
        yield f"“{name}”：回执说的和协会数据库里的不是一回事。"
    signed = Receipt(receipt["number"], receipt["received_at"], receipt["signature"])
    delivery = Delivery(receipt["association"], op_id, receipt["content_sha256"], Status(step["outcome"]), signed)
    if not delivery.holds(key):
        yield f"“{name}”：回执与协会的公钥不符。"


def _whole(folder: Path, steps: list[dict[str, Any]]) -> Iterator[str]:
    """What the story as a whole must show."""
    log = [json.loads(line) for line in (folder / LINE).read_text(encoding="utf-8").splitlines() if line]
    heard = {one["event"] for one in log}
    for event, words in (("down", "断网"), ("answer-lost", "答复在路上丢失"), ("cut", "线路中断")):
        if event not in heard:
            yield f"线路记录里没有{words}。"
    if not any(step["facts"].get("answer_lost") for step in steps):
        yield "故事里没有答复丢失的那一件。"
    if not any(step["facts"].get("notified") for step in steps):
        yield "故事里没有一次桌面通知。"


def main() -> int:
    """As a command."""
    found = problems(Path(sys.argv[1]))
    for words in found:
        sys.stderr.write(f"{words}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
