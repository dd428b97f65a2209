"""No log says a word about anybody: whatever fails, with whatever in its hands, it tells kind, place and ids."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from domain.bugs import place_of, report_of
from server.notifier import Notifier
from server.outlet import Ports, deliver
from server.ports.notifications import Mail, Webhook
from server.ports.spool import Spool
from server.serving import _duty
from server.study import ACCOUNT
from sync.login import Session
from sync.runner import SyncRunner
from sync.store.local import LocalStore
from sync.store.port import SyncStore
from tests.server.desks import House
from tests.support.waiting import PATIENCE, nobody_listens

pytest_plugins = ["tests.server.houses"]
NAME, NUMBER, PHONE = "陈喆𬱖", "440104199003120811", "13800138000"
SECRETS = (NAME, NUMBER, PHONE)


def says_nothing(caplog: pytest.LogCaptureFixture) -> str:
    """All that was logged, with every trace that a handler could write; none of it personal."""
    formatter = logging.Formatter()
    text = "\n".join(formatter.format(record) for record in caplog.records)
    for secret in SECRETS:
        assert secret not in text
    return text


@pytest.fixture
def nowhere(tmp_path: Path) -> Iterator[list[Any]]:
    """Ports whose other side does not answer."""
    (tmp_path / "file").write_text("")
    with nobody_listens() as port:
        yield [
            Webhook(f"http://127.0.0.1:{port}/hook"),
            Mail("127.0.0.1", port, "from@example.org", f"{NAME}@example.org", tls=False),
            Spool(tmp_path / "file" / "no folder"),
        ]


@pytest.mark.parametrize("which", range(3))
def test_a_port_that_fails(
    sqlite_house: House, nowhere: list[Any], caplog: pytest.LogCaptureFixture, which: int
) -> None:
    caplog.set_level(logging.DEBUG)
    port = nowhere[which]
    body = {"title": "通知", "text": f"{NAME} {NUMBER}", "mobile": PHONE, "email": f"{NAME}@example.org"}
    with sqlite_house.work.database.write() as connection:
        insert = "INSERT INTO dispatch (id, port, body, made_at) VALUES (?, 'notification', ?, '2026')"
        connection.exec_driver_sql(insert, (f"d{which}", json.dumps(body)))
    assert deliver(sqlite_house.work, Ports(port, port)) == 0
    assert f"dispatch d{which} waits" in says_nothing(caplog)


def test_a_look_at_the_feed_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    looks = threading.Semaphore(0)

    def look() -> tuple[str, dict[str, int]]:
        looks.release()
        raise OperationalError("SELECT body", {"number": NUMBER}, Exception(NAME))

    async def wait() -> None:
        notifier = Notifier(every=0.01)
        notifier.start(look)
        waits = asyncio.create_task(notifier.moved({"public": 0}, "", PATIENCE))
        for _ in range(2):  # at the second look the first is in the log
            assert await asyncio.to_thread(looks.acquire, timeout=PATIENCE)
        await notifier.stop()
        assert await waits == []

    asyncio.run(wait())
    assert "the feed could not be looked at: OperationalError at tests.security.test_logs:" in says_nothing(caplog)


def test_a_bug_in_a_duty_of_the_server(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """The results of an exam name a person; the account that decides them is damaged."""
    caplog.set_level(logging.DEBUG)
    work, stop = house.work, threading.Event()
    work.settings.study_inbox.mkdir()
    result = {"id_number": NUMBER, "passed": True, "on": "2025-11-01", "note": f"{NAME} {PHONE}"}
    (work.settings.study_inbox / "a.json").write_text(json.dumps(result), encoding="utf-8")
    house.put({"id": "person/x", "name": NAME, "id_document_type": "mainland_id", "id_number": NUMBER})
    house.put({"id": "study-task/1", "person": "person/x", "service": "letter", "status": "studying"})
    with work.database.write() as connection:
        connection.exec_driver_sql("UPDATE entity SET body = '[]' WHERE id = 'study-task/1'")
    duty = threading.Thread(target=_duty, args=(work, stop))
    duty.start()
    while "a bug in the duties" not in caplog.text and duty.is_alive():
        work.outlet.set()
    stop.set()
    work.outlet.set()
    duty.join()
    assert "a bug in the duties: " in says_nothing(caplog)
    assert ACCOUNT not in caplog.text


def test_a_bug_in_the_sync_of_a_desk(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    class Broken(SyncStore):
        def mark_unknown_on_start(self, account: str) -> int:
            raise RuntimeError(f"{NAME} {NUMBER} {PHONE}")

    with LocalStore.create(tmp_path / "desk", bytes(range(32))) as store:
        session = Session("http://127.0.0.1:9", "a", "account/a", "a", {}, "t", "", ("public",), "x", "x", "k")
        runner = SyncRunner(Broken(store), session, lambda notice: None)
        runner.start()
        runner._thread.join(PATIENCE)
        assert isinstance(runner.crashed, RuntimeError)
    text = says_nothing(caplog)
    assert "the sync stopped: a bug: RuntimeError" in text
    assert "sync.core:" in text


def fails(cause: Exception) -> Exception:
    """An error with this cause, as it comes up from below."""
    try:
        raise cause
    except Exception as below:  # whatever it was given
        error = KeyError(NUMBER)
        error.__cause__ = below
        return error.with_traceback(below.__traceback__)


@pytest.mark.parametrize("told", [report_of, place_of])
def test_what_is_said_of_a_bug_has_no_words_of_it(told: Callable[[BaseException], str]) -> None:
    words = told(fails(RuntimeError(NAME)))
    assert words.startswith("KeyError")
    assert "tests.security.test_logs:" in words
    assert not [secret for secret in SECRETS if secret in words]
    assert "/" not in words, "folders may be named after people"
    assert report_of(fails(ValueError(PHONE))).count("ValueError") == 1
