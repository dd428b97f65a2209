"""Attachments in the core: they wait, overtake, break off and go on, and are told when they cannot go."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync.failures import FailureKind
from sync.notices import Warned
from sync.ports import BlobToSend, Upload
from tests.sync.desk import Desk

DELIVERED = ("answered", "applied")


def a_blob(desk: Desk, data: bytes) -> str:
    file = desk.store.receive_blob(desk.account)
    file.write(data)
    sha256 = file.finish()
    with desk.local.transaction() as writer:
        writer.blobs.keep(desk.account, sha256, len(data), type="pdf", name="x.pdf", now="", here=True)
    return sha256


def missing(desk: Desk) -> list[str]:
    return [blob.sha256 for blob in desk.store.missing_blobs(desk.account)]


def test_an_operation_waits_for_its_attachments_and_overtakes_those_of_others(desk: Desk) -> None:
    large, small = a_blob(desk, b"%PDF" + b"a" * 9_000), a_blob(desk, b"%PDF" + b"b" * 50)
    waits = desk.asks("附件", blobs=[large])
    desk.asks("小", blobs=[small])
    free = desk.asks("自由")
    desk.core.step()
    uploads = [request for request in desk.hand.started if isinstance(request, Upload)]
    assert [upload.blob.sha256 for upload in uploads] == [small, large]
    desk.answer()
    assert desk.state(free) == DELIVERED
    assert desk.state(waits) == ("outbox", "waiting")
    desk.association.blobs = {large, small}
    desk.settle()
    assert desk.state(waits) == DELIVERED
    assert desk.association.applied.count(waits) == 1


def test_a_broken_upload_goes_on_and_talks_to_nobody_else(desk: Desk) -> None:
    blob = a_blob(desk, b"%PDF" + b"a" * 9_000)
    waits = desk.asks("附件", blobs=[blob])
    desk.core.step()
    upload = desk.hand.open["blob-0"]
    desk.breaks(FailureKind.CUT, "blob-0", moved=True, offset=4_000)
    assert desk.path() == "/push"
    desk.later(0.1)
    again = desk.hand.open["blob-0"]
    assert isinstance(upload, Upload)
    assert isinstance(again, Upload)
    assert again.number != upload.number
    assert again.blob == BlobToSend(blob, 9_004, "x.pdf", 4_000, attempted=True)
    desk.association.blobs = {blob}
    desk.settle()
    assert desk.state(waits) == DELIVERED


def test_an_upload_that_broke_without_a_word_of_the_server_is_asked_for_first(desk: Desk) -> None:
    desk.asks("附件", blobs=[a_blob(desk, b"%PDF" + b"a" * 9_000)])
    desk.core.step()
    desk.breaks(FailureKind.CUT, "blob-0", moved=True)
    desk.later(0.1)
    again = desk.hand.open["blob-0"]
    assert isinstance(again, Upload)
    assert again.blob.attempted


def test_one_that_broke_when_all_its_bytes_were_there_is_not_taken_for_delivered(desk: Desk) -> None:
    blob = a_blob(desk, b"%PDF" + b"a" * 9_000)
    waits = desk.asks("附件", blobs=[blob])
    desk.core.step()
    desk.answer()  # it waits for its attachment
    desk.breaks(FailureKind.CUT, "blob-0", moved=True, offset=9_004)
    desk.later(0.1)
    assert isinstance(desk.hand.open["blob-0"], Upload)
    desk.association.blobs = {blob}
    desk.settle()
    assert desk.state(waits) == DELIVERED


def test_the_next_attachment_leaves_before_it_is_written_down_that_the_last_one_arrived(desk: Desk) -> None:
    blobs = [a_blob(desk, b"%PDF" + b"a" * size) for size in range(9, 14)]
    desk.asks("附件", blobs=blobs)
    desk.core.step()
    desk.answer()  # it waits for all of them
    desk.core.step()
    first = desk.hand.open["blob-0"]
    assert isinstance(first, Upload)
    desk.answer("blob-0")  # and nobody steps
    following = desk.hand.open["blob-0"]
    assert isinstance(following, Upload)
    assert following.blob.sha256 == blobs[3]
    assert first.blob.sha256 in missing(desk)
    desk.later(0.3)
    assert first.blob.sha256 not in missing(desk)


def test_what_arrived_is_written_down_when_the_sync_stops(desk: Desk) -> None:
    blobs = [a_blob(desk, b"%PDF" + b"a" * size) for size in range(9, 14)]
    desk.asks("附件", blobs=blobs)
    desk.core.step()
    desk.answer()
    desk.answer("blob-0")
    desk.core.stop()
    assert missing(desk) == blobs[1:]


@pytest.mark.parametrize("kind", [FailureKind.BLOB_REFUSED, FailureKind.BLOB_DAMAGED])
def test_an_attachment_that_cannot_go_is_told_and_the_others_go(desk: Desk, kind: FailureKind) -> None:
    bad, good = a_blob(desk, b"%PDF" + b"a" * 10), a_blob(desk, b"%PDF" + b"b" * 99)
    waits, goes = desk.asks("坏附件", blobs=[bad]), desk.asks("好附件", blobs=[good])
    desk.core.step()
    desk.breaks(kind, "blob-0")
    desk.association.blobs = {good}
    desk.settle()
    assert desk.state(goes) == DELIVERED
    assert desk.state(waits) == ("outbox", "waiting")
    warned = [notice for notice in desk.told if isinstance(notice, Warned)]
    assert [(notice.failure.kind, notice.sha256) for notice in warned] == [(kind, bad)]


def test_a_server_that_has_an_attachment_and_then_has_it_not_is_not_brought_it_all_the_time(desk: Desk) -> None:
    waits = desk.asks("附件", blobs=[a_blob(desk, b"%PDF" + b"a" * 99)])
    uploads = 0
    until = desk.now + timedelta(minutes=10)
    for _ in range(2_000):
        due = desk.core.step()
        lanes = [lane for lane in desk.hand.open if lane != "wait"]
        uploads += any(lane.startswith("blob") for lane in lanes)
        if lanes:
            desk.answer(lanes[0])
        elif due is None or due > until:
            break
        else:
            desk.now = due
    assert 3 <= uploads <= 12
    assert desk.state(waits) == ("outbox", "waiting")


# ---- stopping ----
