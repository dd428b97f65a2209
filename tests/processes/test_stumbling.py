"""A server with a bug in one thing: all else of the desk goes on, that waits and is done once the server is mended."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync import actions
from sync.runner import sync_once
from sync.store.local import LocalStore
from sync.store.port import SyncStore
from sync.views import outbox
from tests.processes.plain import PlainServer, a_plain_server, a_store, logged_in, places, queue, roster

pytestmark = pytest.mark.processes
DONE = ("answered", "applied")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PlainServer]:
    with a_plain_server(tmp_path) as running:
        yield running


def write(server: PlainServer, statement: str) -> None:
    """Straight into the server's database, as a clumsy repair would."""
    with closing(sqlite3.connect(server.data / "server.db")) as database:
        database.execute(statement)
        database.commit()


def test_one_waits_the_others_go_on_and_it_is_done_later(server: PlainServer, tmp_path: Path) -> None:
    with a_store(tmp_path / "desk") as local:
        session = logged_in(local, server)
        (first,) = queue(local, session.account, [roster(1)])
        assert sync_once(SyncStore(local), session).exit_status == 0
        write(server, "UPDATE entity SET body = replace(body, '\"D000001\"', '1') WHERE kind = 'roster'")
        bad = again(local, session.account, first)
        good = queue(local, session.account, [roster(n) for n in range(2, 6)])
        report = sync_once(SyncStore(local), session)
        assert (report.left, report.failure) == (1, None)
        assert {places(local)[op_id] for op_id in good} == {DONE}
        with local.reading() as reader:
            (row,) = outbox(reader, session.account, now=datetime.now(UTC))
        assert (row.op_id, row.word, row.reason) == (bad, "等下次", "协会服务器暂时办不了这一件")
        told = server.run("status")
        assert f"{bad} save-roster：TypeError at server.decide.roster:" in told
        for text in (told, server.log.read_text(encoding="utf-8")):
            assert "李一" not in text
            assert "D000001" not in text
        write(server, "UPDATE entity SET body = replace(body, ':1,', ':\"D000001\",') WHERE kind = 'roster'")
        tomorrow = sync_once(SyncStore(local), session, clock=lambda: datetime.now(UTC) + timedelta(days=1))
        assert tomorrow.exit_status == 0
        assert places(local)[bad] == DONE
        assert "暂时办不了的：0 件" in server.run("status")


def again(local: LocalStore, account: str, first: str) -> str:
    """The same entry, mended by its unit."""
    before = places(local).keys()
    with local.reading() as reader:
        kept = reader.operations.get(first)
    assert kept is not None
    entry = {"name": "李一", "document_type": "other", "document_number": "D000001"}
    actions.save_roster(local, account, entry, roster=kept.entity, now=datetime.now(UTC))
    (asked,) = places(local).keys() - before
    return asked
