"""Study results: files in a watched folder become Operations of the study port, each line decided exactly once."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from domain.operations import Kind
from server.ports.study import Inbox, Unreadable, read_results
from server.study import take_in
from tests.server.running import Running

pytest_plugins = ["tests.server.running"]
NUMBER = "440104199003120811"
PASSED = {"id_number": NUMBER, "passed": True, "on": "2026-03-17", "score": 86}


def inbox_of(running: Running) -> Inbox:
    """The server's own."""
    return Inbox(running.work.settings.study_inbox)


def put(inbox: Inbox, name: str, content: Any) -> Path:
    """A result arrives."""
    path = inbox.folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def tasks(running: Running) -> list[dict[str, Any]]:
    """Study tasks as the unit sees them."""
    return [body for entity, body in running.line("甲公司").pull().items() if entity.startswith("study-task/")]


def reasons(inbox: Inbox, name: str) -> str:
    """Why a file was not taken."""
    return (inbox.folder / "rejected" / f"{name}.reason.txt").read_text(encoding="utf-8")


def test_a_result_is_decided_and_its_file_put_away(either: Running) -> None:
    inbox = inbox_of(either)
    put(inbox, "a.json", PASSED)
    assert take_in(either.work, inbox) == 1
    (task,) = tasks(either)
    assert task["results"] == [{"on": "2026-03-17", "passed": True, "score": "86"}]
    assert [path.name for path in (inbox.folder / "done").iterdir()] == ["a.json"]
    assert inbox.waiting(either.watch.now) == []
    with either.work.database.read() as connection:
        kinds = connection.exec_driver_sql("SELECT kind, account, device, status FROM ledger").all()
    assert [tuple(row) for row in kinds] == [("study-result", "account/system", "study-port", "applied")]


def test_a_table_with_chinese_headings_is_read(running: Running) -> None:
    inbox = inbox_of(running)
    put(inbox, "a.csv", f"\ufeff证件号码,是否通过,日期,成绩,备注\n{NUMBER},不合格,2026-03-17,52,补考\n")
    take_in(running.work, inbox)
    (task,) = tasks(running)
    assert task["results"] == [{"on": "2026-03-17", "passed": False, "score": "52", "note": "补考"}]


def test_a_file_that_was_decided_before_it_could_be_put_away_counts_once(either: Running) -> None:
    inbox = inbox_of(either)
    path = put(inbox, "a.json", PASSED)
    take_in(either.work, inbox)
    put(inbox, "a.json", PASSED)  # as after a crash: the same bytes are found again
    os.utime(path, (1, 1))
    take_in(either.work, inbox)
    (task,) = tasks(either)
    assert len(task["results"]) == 1
    assert {path.name for path in (inbox.folder / "done").iterdir()} == {"a.json", "a-2.json"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "不是 JSON"),
        ("[]", "应为一条结果"),
        ({"passed": True, "on": "2026-03-17"}, "要有 task"),
        ({**PASSED, "passed": "perhaps"}, "passed"),
        ({**PASSED, "on": "17.3."}, "日期"),
        ({**PASSED, "id_number": "000"}, "没有未完成的学习任务"),
        ({**PASSED, "certificate_type": "other"}, "没有未完成的学习任务"),
        ({"task": "study-task/none", "passed": True, "on": "2026-03-17"}, "没有这个学习任务"),
    ],
)
def test_what_cannot_be_taken_is_put_aside_with_the_reason(running: Running, content: Any, words: str) -> None:
    inbox = inbox_of(running)
    put(inbox, "a.json", content)
    take_in(running.work, inbox)
    assert words in reasons(inbox, "a.json")
    assert (inbox.folder / "rejected" / "a.json").exists()
    (task,) = tasks(running)
    assert "results" not in task


def test_of_a_list_the_good_lines_count_and_the_bad_ones_are_named(running: Running) -> None:
    inbox = inbox_of(running)
    put(inbox, "a.json", [{**PASSED, "passed": False}, {**PASSED, "id_number": "000"}])
    take_in(running.work, inbox)
    told = reasons(inbox, "a.json")
    assert told.startswith("第 2 条：")
    assert "其余 1 条已经收下" in told
    (task,) = tasks(running)
    assert len(task["results"]) == 1


def test_a_file_that_is_still_being_written_waits(running: Running) -> None:
    inbox = inbox_of(running)
    put(inbox, ".a.json", PASSED)
    put(inbox, "a.json.part", PASSED)
    assert take_in(running.work, inbox) == 0


def test_nobody_else_tells_results(running: Running) -> None:
    line = running.line("admin")
    (task,) = tasks(running)
    said = line.push(
        line.operation("01970000-0000-7000-8000-00000000000a", Kind.STUDY_RESULT, task["id"], {"passed": True})
    )
    assert said[0]["c"] == "refused"


def test_a_file_of_another_encoding_and_a_huge_one_are_refused() -> None:
    with pytest.raises(Unreadable, match="UTF-8"):
        read_results("a.csv", "证件号码".encode("gbk"))
    with pytest.raises(Unreadable, match="太大"):
        read_results("a.json", b" " * (17 << 20))
