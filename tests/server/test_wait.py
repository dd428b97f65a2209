"""The wake-up: told at once what moved, by whomever, and nothing else."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from server.decide.install import install
from server.notifier import Notifier
from server.routes.sync import look
from server.work import build
from sync.protocol import instant_text
from tests.server.running import Line, Running
from tests.support.waiting import PATIENCE

pytest_plugins = ["tests.server.running"]


def heads(line: Line) -> dict[str, int]:
    """Where a desk stands that has pulled all."""
    answer = line.ask("POST", "/pull", json={"epoch": line.epoch, "cursors": dict.fromkeys(line.scopes, 0)}).json()
    return {scope: page["cursor"] for scope, page in answer["scopes"].items()}


def waiting(line: Line, cursors: dict[str, int], epoch: str = "") -> tuple[threading.Thread, list[Any]]:
    """A desk that waits, in a thread; what it is told comes into the list."""
    told: list[Any] = []

    def wait() -> None:
        answer = line.ask("POST", "/wait", json={"cursors": cursors, "epoch": epoch})
        told.append(answer.json() if answer.status_code == 200 else answer.status_code)

    thread = threading.Thread(target=wait)
    thread.start()
    return thread, told


def renamed(running: Running) -> None:
    """Something of the first unit changes, by this process."""
    body = {"id": "unit/u1", "name": "甲公司（新名）"}
    with running.work.database.write() as connection:
        install(connection, [body], instant_text(running.watch.now))


def test_what_moved_before_is_told_at_once(running: Running) -> None:
    line = running.line("甲公司")
    thread, told = waiting(line, dict.fromkeys(line.scopes, 0))
    thread.join()
    assert set(told[0]["moved"]) == {"unit:u1", "public"}


def test_a_decision_of_another_process_wakes_whoever_waits(either: Running) -> None:
    line = either.line("甲公司")
    thread, told = waiting(line, heads(line), line.epoch)
    other = build(either.work.settings, either.watch)  # the same database, another process's parts
    try:
        renamed(Running(either.url, other, either.watch))
    finally:
        other.database.close()
    thread.join()
    assert told == [{"moved": ["unit:u1"]}]


def test_scopes_of_others_wake_nobody_and_are_not_told(running: Running) -> None:
    line = running.line("乙公司")
    thread, told = waiting(line, {**heads(line), "unit:u1": 0, "office": 0})
    with running.work.database.write() as connection:
        install(connection, [{"id": "unit/u2", "name": "乙公司（新名）"}], instant_text(running.watch.now))
    running.work.notifier.poke()
    thread.join()
    assert told == [{"moved": ["unit:u2"]}]


def test_a_desk_of_another_epoch_is_told_to_look(running: Running) -> None:
    line = running.line("甲公司")
    thread, told = waiting(line, heads(line), "another-epoch")
    thread.join()
    assert told == [{"moved": ["drafts:u1", "public", "unit:u1"]}]


def test_a_server_that_ends_lets_everybody_go(running: Running) -> None:
    line = running.line("甲公司")
    thread, told = waiting(line, heads(line))
    while not running.work.notifier.waiting:
        line.ask("GET", "/hello")  # until the call has arrived
    running.work.notifier.close()
    thread.join()
    assert told == [204]


def test_nothing_new_is_no_news_and_looks_stop_with_the_last_who_waits() -> None:
    looks = threading.Semaphore(0)

    def counted() -> tuple[str, dict[str, int]]:
        looks.release()
        return "e", {"office": 7}

    async def seen(seconds: float) -> bool:
        return await asyncio.to_thread(looks.acquire, timeout=seconds)

    async def story() -> tuple[list[str], list[str], int]:
        notifier = Notifier(every=0.01)
        notifier.start(counted)
        news = await notifier.moved({"office": 6}, "e", PATIENCE)
        none = await notifier.moved({"office": 7}, "e", 0.01)
        waits = asyncio.create_task(notifier.moved({"office": 7}, "e", PATIENCE))
        for _ in range(5):
            assert await seen(PATIENCE), "while somebody waits there are looks"
        waits.cancel()
        await asyncio.gather(waits, return_exceptions=True)
        while looks.acquire(blocking=False):
            pass
        more = 0
        while more < 3 and await seen(0.2):
            more += 1
        await notifier.stop()
        return news, none, more

    news, none, more = asyncio.run(story())
    assert (news, none) == (["office"], [])
    assert more <= 1, "the look of that very moment"


def test_waiting_desks_hold_no_connection(either: Running) -> None:
    line = either.line("甲公司")
    cursors = heads(line)
    lines = [either.line("甲公司", f"device-{at}") for at in range(3)]
    threads = [waiting(each, cursors)[0] for each in lines]
    while either.work.notifier.waiting < 3:
        line.ask("GET", "/hello")
    pool: Any = either.work.database.engine.pool
    held = pool.checkedout()
    either.work.notifier.close()
    for thread in threads:
        thread.join()
    assert held <= 1  # at most the look of that very moment


def test_the_look_reads_the_feed(either: Running) -> None:
    epoch, found = look(either.work)
    assert epoch == either.line("甲公司").epoch
    assert {"unit:u1", "unit:u2", "office", "public"} <= found.keys()
