"""Whole attachments on the server's disk: rows written down together, durable names, files that stay proven."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from server.blobs import BlobStore
from server.problems import Refused
from server.repositories import blobs
from server.settings import load
from server.uploads import Writers
from server.work import Work, build
from tests.server.running import START
from tests.server.watch import Watch
from tests.support.waiting import until

pytest_plugins = ["tests.server.running"]
DATA = b"%PDF-1.7 " + bytes(range(256)) * 40
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def work(data: Path) -> Iterator[Work]:
    made = build(load(data, None), Watch(START))
    yield made
    made.database.close()


def a_row(mark: str) -> blobs.Whole:
    return blobs.Whole("unit:u1", mark * 64, 1, "pdf", "account/1", "2026-03-18T02:00:00Z")


def present(work: Work, *marks: str) -> set[str]:
    with work.database.read() as connection:
        return {sha256[0] for sha256 in blobs.present(connection, ["unit:u1"], [mark * 64 for mark in marks])}


def test_those_that_arrive_during_a_commit_share_the_next_one(work: Work) -> None:
    commits: list[Connection] = []
    event.listen(work.database.engine, "commit", commits.append)
    arrivals = work.arrivals
    with work.database.write():  # the first of them has to wait for this
        first = threading.Thread(target=arrivals.add, args=(a_row("a"),))
        first.start()
        until(lambda: arrivals._turn.locked() and not arrivals._waiting)
        others = [threading.Thread(target=arrivals.add, args=(a_row(mark),)) for mark in "bcd"]
        for other in others:
            other.start()
        until(lambda: len(arrivals._waiting) == len(others))
        assert present(work, "a", "b", "c", "d") == set()
    for thread in (first, *others):
        thread.join()
    assert present(work, "a", "b", "c", "d") == {"a", "b", "c", "d"}
    assert len(commits) == 3  # ours, that of the first, that of all the others


def test_a_row_that_cannot_be_written_is_told_to_whoever_brought_it_and_to_nobody_after(work: Work) -> None:
    with work.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE blob RENAME TO away")
    with pytest.raises(OperationalError):
        work.arrivals.add(a_row("a"))
    with work.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO blob")
    work.arrivals.add(a_row("b"))
    assert present(work, "a", "b") == {"b"}


def proven(store: BlobStore, writers: Writers, data: bytes) -> None:
    """One upload from its announcement to its place."""
    writer = writers.open(store.begin("unit:u1", SHA, len(DATA)).path, 0)
    try:
        writer.write(data)
        writer.finish(store, SHA)
    finally:
        writer.close()


@pytest.mark.skipif(os.name != "posix", reason="a name is durable by itself there")
def test_bytes_and_name_are_durable_before_an_upload_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And where the name is taken, the bytes are durable before they take it: a row may already speak of it."""
    done: list[str] = []
    fsync, replace = os.fsync, os.replace

    def watched_fsync(handle: int) -> None:
        done.append("folder" if Path(f"/proc/self/fd/{handle}").resolve().is_dir() else "bytes")
        fsync(handle)

    def watched_replace(source: Path, target: Path) -> None:
        done.append("name")
        replace(source, target)

    store = BlobStore(tmp_path)
    proven(store, Writers(), DATA)
    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(os, "replace", watched_replace)
    store.erase(SHA)
    proven(store, Writers(), DATA)
    assert done == ["name", "bytes", "folder"]
    done.clear()
    proven(store, Writers(), DATA)
    assert done == ["bytes", "name", "bytes", "folder"]
    assert store.path(SHA).read_bytes() == DATA


@pytest.mark.skipif(os.name != "posix", reason="one process serves there")
def test_whoever_still_has_an_upload_open_cannot_write_into_what_was_proven(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    part = store.begin("unit:u1", SHA, len(DATA)).path
    ours, theirs = Writers().open(part, 0), Writers().open(part, 0)  # as two servers on one folder have it
    ours.write(DATA)
    ours.finish(store, SHA)
    ours.close()
    theirs.write(b"x" * len(DATA))
    assert store.path(SHA).read_bytes() == DATA
    with pytest.raises(Refused, match="blob-offset"):
        theirs.finish(store, SHA)
    theirs.close()
    assert store.path(SHA).read_bytes() == DATA


def test_of_one_upload_in_one_server_only_the_newest_line_has_the_file_open(tmp_path: Path) -> None:
    """An old line may be dead without knowing it: on Windows its open file could be neither moved nor thrown away."""
    store, writers = BlobStore(tmp_path), Writers()
    part = store.begin("unit:u1", SHA, len(DATA)).path
    old = writers.open(part, 0)
    old.write(DATA[:1])
    new = writers.open(part, 1)
    for late in (partial(old.write, DATA[1:]), old.durable, old.cut_back, partial(old.finish, store, SHA)):
        with pytest.raises(Refused, match="blob-offset"):
            late()
    old.close()
    new.write(DATA[1:])
    new.finish(store, SHA)
    new.close()
    assert store.path(SHA).read_bytes() == DATA
    assert store.growing("unit:u1", SHA) is None


@pytest.mark.skipif(os.name != "posix", reason="one process serves there")
def test_whoever_opens_an_upload_while_it_is_put_in_its_place_asks_again_where_it_stands(tmp_path: Path) -> None:
    import fcntl

    store = BlobStore(tmp_path)
    part = store.begin("unit:u1", SHA, len(DATA)).path
    told: list[str] = []

    def open_late() -> None:
        try:
            Writers().open(part, 0)
        except Refused as refused:
            told.append(refused.problem.value)

    with part.open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # as whoever finishes it holds it
        late = threading.Thread(target=open_late)
        late.start()
        until(lambda: sum(Path(fd).exists() and os.readlink(fd) == str(part) for fd in fds()) == 2)
        store.path(SHA).parent.mkdir(parents=True)
        part.replace(store.path(SHA))
    late.join()
    assert told == ["blob-offset"]


def fds() -> list[str]:
    return [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
