"""Words for passwords, times, sizes and amounts; what a bug leaves in the log; one program a store."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop import words
from desktop.alone import Alone
from desktop.bugs import Bugs
from desktop.editions import shipped
from desktop.pages.first_run_form import strength
from desktop.starting import startable
from desktop.troubles import BUG, NoPack, words_of
from sync.failures import Failure, FailureKind, SyncFailure
from sync.store.errors import DiskFull
from tests.desktop.sample_desk import the_pack

NOW = datetime(2026, 3, 16, 2, 30, tzinfo=UTC)  # 10:30 in Shanghai
pytestmark = pytest.mark.windows


@pytest.mark.parametrize(
    ("typed", "role", "said"),
    [
        ("", "", "至少 10 个字符"),
        ("short1", "warn", "还差 4 个字符"),
        ("19900001004x", "warn", "里面有账号"),
        ("oldpassword", "warn", "与旧密码相同"),
        ("aaaaaaaaaaaa", "warn", "重复的字符太多"),
        ("quietriver", "ok", "可以用"),
        ("quiet river runs", "ok", "够强"),
        ("Quiet7river", "ok", "够强"),
    ],
)
def test_a_password_is_judged_while_it_is_typed(typed: str, role: str, said: str) -> None:
    told = strength(typed, "19900001004", "oldpassword")
    assert told[0] == role
    assert said in told[1]


def test_times_are_said_as_people_say_them() -> None:
    assert words.moment("2026-03-16T02:18:00Z", NOW) == "今天 10:18"
    assert words.moment("2026-03-15T15:59:00Z", NOW) == "昨天 23:59"
    assert words.moment("2026-03-15T16:01:00Z", NOW) == "今天 00:01"
    assert words.moment("2026-02-14T01:12:00Z", NOW) == "02-14 09:12"
    assert words.moment("2025-02-14T01:12:00Z", NOW) == "2025-02-14"
    assert words.moment(None, NOW) == ""


def test_how_long_something_lies() -> None:
    ago = [timedelta(seconds=20), timedelta(minutes=59), timedelta(hours=3), timedelta(hours=47)]
    said = [words.since((NOW - one).isoformat(), NOW) for one in ago]
    assert said == ["1 分钟", "59 分钟", "3 小时", "1 天"]


def test_amounts_sizes_and_names() -> None:
    assert words.yuan("1440.00") == "1,440.00 元"
    assert words.yuan(None) == "金额未设置"
    assert words.size(4_020_000) == "4.0 MB"
    assert words.size(400) == "1 KB"
    assert words.took(14.4) == "14 秒"
    assert words.names(("甲", "乙", "丙", "丁")) == "甲、乙、丙 等 4 人"
    assert words.day_title(date(2026, 3, 16)) == "3 月 16 日　星期一"


def test_the_log_holds_where_and_what_kind_but_no_words_of_the_error(tmp_path: Path, qtbot: QtBot) -> None:
    bugs = Bugs(tmp_path)
    with qtbot.waitSignal(bugs.told) as told:
        try:
            raise ValueError("440104199003120811 陈喆")
        except ValueError as error:
            bugs.handle(error)
    bugs.close()
    text = (tmp_path / "huiban.log").read_text(encoding="utf-8")
    assert told.args == [BUG, "bad"]
    assert "ValueError" in text
    assert "test_program_parts.py" in text
    assert "陈喆" not in text
    assert "440104" not in text


def test_known_failures_are_told_with_their_remedy(qtbot: QtBot) -> None:
    bugs = Bugs()
    with qtbot.waitSignal(bugs.told) as told:
        bugs.handle(DiskFull())
    assert told.args == [DiskFull.sentence + DiskFull.remedy, "warn"]
    failure = Failure(FailureKind.PORTAL)
    assert words_of(SyncFailure(failure)) == (failure.sentence, failure.remedy)
    assert words_of(KeyError("x")) is None


def test_a_second_program_on_one_store_raises_the_first(tmp_path: Path, qtbot: QtBot) -> None:
    first, second, elsewhere = Alone(tmp_path / "a"), Alone(tmp_path / "a"), Alone(tmp_path / "b")
    assert not first.is_second()
    first.listen()
    with qtbot.waitSignal(first.asked):
        assert second.is_second()
    assert not elsewhere.is_second()
    first.close()
    assert not second.is_second()


def test_without_rules_a_desk_does_not_open() -> None:
    with pytest.raises(NoPack):
        shipped("no-such-association")
    assert shipped("gdjlxh-2025").digest == the_pack().digest


def test_what_can_be_begun_comes_from_the_packs_menu() -> None:
    begun = dict(startable(the_pack()))
    assert begun["education-registration"] == "学习报名申请"
    assert "certificate-lookup" not in begun
