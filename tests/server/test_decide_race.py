"""Server processes side by side on one database: one person in one form, and a feed that skips nothing.

100 times each here; `HUIBAN_RACE=1000` for the long run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from server.repositories import entities, record
from tests.scenarios.education import education_form, member
from tests.server.desks import PACK, House, Mirror, a_house

TIMES = int(os.environ.get("HUIBAN_RACE", "100"))
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.processes
BOTH = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


@contextmanager
def two_racers(
    house: House, url: str, accounts: tuple[str, str] = ("account/main", "account/sub"), **more: Any
) -> Iterator[list[subprocess.Popen[str]]]:
    """Two processes, both ready and then both told to go; killed at the end should they still be there."""
    racers = []
    try:
        for account in accounts:
            desk = house.desk(account)
            told: dict[str, Any] = {
                "folder": str(house.work.settings.data),
                "url": url,
                "account": account,
                "device": desk.device,
            }
            told |= {"key": desk.key.private_bytes_raw().hex(), "times": TIMES, **more}
            command = [sys.executable, "-m", "tests.server.race"]
            racer = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            racers.append(racer)
            say(racer, json.dumps(told))
        for racer in racers:
            assert racer.stdout is not None
            assert racer.stdout.readline() == "ready\n"
        for racer in racers:
            say(racer, "go")
        yield racers
    finally:
        for racer in racers:
            racer.kill()
            racer.wait()


def say(racer: subprocess.Popen[str], line: str) -> None:
    assert racer.stdin is not None
    racer.stdin.write(line + "\n")
    racer.stdin.flush()


def counts(racers: list[subprocess.Popen[str]]) -> Counter[str]:
    """What both say in the end."""
    counted: Counter[str] = Counter()
    for racer in racers:
        out, _ = racer.communicate(timeout=300)
        assert racer.returncode == 0
        counted.update(json.loads(out))
    return counted


def url_of(request: pytest.FixtureRequest, kind: str, folder: Path) -> str:
    return str(request.getfixturevalue("postgres_url")) if kind == "postgres" else f"sqlite:///{folder / 'server.db'}"


@pytest.mark.parametrize("batch", [1, 10])
@BOTH
def test_of_two_processes_submitting_one_person_exactly_one_is_applied(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, batch: int
) -> None:
    url = url_of(request, kind, tmp_path)
    with a_house(tmp_path, url, PACK) as house:
        house.put(*member("1"))
        form = education_form(house, initial_education=["1"])
        with two_racers(house, url, service="education-registration", batch=batch, form=form) as racers:
            assert counts(racers) == {"applied": 1, "refused": 2 * TIMES - 1}
        with house.work.database.read() as connection:
            assert len(entities.of_kind(connection, "application")) == 1
            assert record.verify(connection) == 2 * TIMES + 2


@BOTH
def test_a_mirror_kept_up_while_two_processes_write_misses_nothing(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    url = url_of(request, kind, tmp_path)
    with a_house(tmp_path, url) as house:
        scopes = house.desk("account/main").caller.scopes
        kept = Mirror()
        with two_racers(house, url, batch=1, form=None) as racers:
            while any(racer.poll() is None for racer in racers):
                kept.pull(house, scopes)
            assert counts(racers) == {"applied": 2 * TIMES}
        kept.pull(house, scopes)
        whole = Mirror()
        whole.pull(house, scopes)
        assert len(whole.rows["unit:u1"]) == 2 * TIMES + 3  # the unit, its two accounts, every entry
        assert kept.rows == whole.rows
        with house.work.database.read() as connection:
            seq, receipts = connection.exec_driver_sql("SELECT seq, receipt_number FROM feed_head").one()
            seqs = set(connection.exec_driver_sql("SELECT seq FROM feed").scalars())
        assert receipts == 2 * TIMES
        assert seqs == set(range(1, seq + 1))  # nothing was changed twice: no position is missing


@BOTH
def test_two_processes_never_keep_more_sub_accounts_than_allowed(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    url = url_of(request, kind, tmp_path)
    with a_house(tmp_path, url, PACK) as house:
        both = ("account/main", "account/main")
        with two_racers(house, url, both, sub=True, batch=1, times=20) as racers:
            assert counts(racers) == Counter(applied=2, refused=38), "one is there already, three are allowed"
