"""The line is measured on what is sent anyway: attachments side by side count together, tiny requests not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from sync.core_speed import KEPT_EVERY, LEAST, SPEED, LineSpeed
from sync.notices import LineMeasured
from sync.ports import Answered, BlobToSend, Call, Progress, Upload, Uploaded
from tests.sync.desk import SCOPE, Desk, a_desk

START = datetime(2026, 3, 16, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield from a_desk(tmp_path)


def test_an_attachment_is_measured_from_its_first_byte_to_its_last() -> None:
    speed = LineSpeed()
    speed.stands("blob-0", 0, START)
    speed.stands("blob-0", 400_000, after(0.5))
    speed.ended("blob-0", 1_000_000, after(1))
    assert speed.rate == 1_000_000


def test_what_the_server_had_already_is_not_counted() -> None:
    speed = LineSpeed()
    speed.stands("blob-0", 900_000, START)
    speed.ended("blob-0", 1_000_000, after(1))
    assert speed.rate == 100_000


def test_two_attachments_side_by_side_are_one_line() -> None:
    speed = LineSpeed()
    for lane in ("blob-0", "blob-1"):
        speed.stands(lane, 0, START)
    for lane in ("blob-0", "blob-1"):
        speed.ended(lane, 500_000, after(1))
    assert speed.rate == 1_000_000


def test_a_request_of_a_few_bytes_says_nothing_about_the_line() -> None:
    speed = LineSpeed()
    speed.sent(LEAST - 1, 0.05)
    assert speed.rate == 0
    speed.sent(LEAST, 0.5)
    assert speed.rate == LEAST / 0.5


def test_a_large_attachment_is_measured_before_its_end() -> None:
    speed = LineSpeed()
    speed.stands("blob-0", 0, START)
    speed.stands("blob-0", 4_000_000, after(4))
    assert speed.rate == 1_000_000


def test_a_line_that_hardly_changed_is_not_told_again() -> None:
    speed = LineSpeed()
    speed.sent(LEAST * 10, 1.0)
    assert speed.news() == LEAST * 10
    speed.sent(LEAST * 11, 1.0)
    assert speed.news() is None


def test_the_core_tells_the_speed_and_remembers_it_for_the_next_start(desk: Desk) -> None:
    desk.asks("张伟")
    desk.core.step()
    call = desk.hand.open["talk"]
    assert isinstance(call, Call)
    desk.core.handle(Answered(call, 503, b"{}", seconds=2.0, sent_bytes=LEAST * 8))
    assert not [one for one in desk.told if isinstance(one, LineMeasured)]  # a refusal is no measure
    desk.store.set_setting(desk.account, SPEED, "250000")
    desk.core.stop()
    desk.core.start()
    assert [one.rate for one in desk.told if isinstance(one, LineMeasured)] == [250_000]


def unopened() -> NoReturn:
    raise AssertionError("the core never reads an attachment itself")


def test_an_attachment_that_arrives_is_told_and_kept_as_the_speed_of_the_line(desk: Desk) -> None:
    upload = Upload(1, "blob-0", BlobToSend("a" * 64, 600_000), SCOPE, unopened)
    desk.core.handle(Progress(upload, 0))
    desk.now += timedelta(seconds=2)
    desk.core.handle(Uploaded(upload))
    assert [one.rate for one in desk.told if isinstance(one, LineMeasured)] == [300_000]
    assert desk.store.setting(desk.account, SPEED) == "300000"


def test_what_changes_from_file_to_file_is_told_each_time_and_written_down_now_and_then(desk: Desk) -> None:
    def arrives(size: int, seconds: float) -> None:
        upload = Upload(1, "blob-0", BlobToSend("a" * 64, size), SCOPE, unopened)
        desk.core.handle(Progress(upload, 0))
        desk.now += timedelta(seconds=seconds)
        desk.core.handle(Uploaded(upload))

    arrives(600_000, 2)
    arrives(6_000_000, 2)
    told = [one.rate for one in desk.told if isinstance(one, LineMeasured)]
    assert told == [300_000, 1_110_000]
    assert desk.store.setting(desk.account, SPEED) == "300000"
    arrives(60_000_000, KEPT_EVERY.total_seconds())
    assert desk.store.setting(desk.account, SPEED) == "2577000"
