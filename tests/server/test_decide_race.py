"""Two server processes on one database are told to submit one person at the same time: exactly one form is accepted.

100 times each here; `HUIBAN_RACE=1000` for the long run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from server.repositories import entities, record
from tests.scenarios.education import education_form, member
from tests.server.desks import PACK, a_house

TIMES = int(os.environ.get("HUIBAN_RACE", "100"))
ROOT = Path(__file__).parents[2]


@pytest.mark.processes
@pytest.mark.parametrize("batch", [1, 10])
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_of_two_processes_submitting_one_person_exactly_one_is_applied(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, batch: int
) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgres" else f"sqlite:///{tmp_path / 'server.db'}"
    with a_house(tmp_path, url, PACK) as house:
        house.put(*member("1"))
        form = education_form(house, initial_education=["1"])
        racers = []
        for account in ("account/main", "account/sub"):
            desk = house.desk(account)
            told = {"folder": str(tmp_path), "url": url, "account": account, "device": desk.device, "times": TIMES}
            told |= {"key": desk.key.private_bytes_raw().hex(), "service": "education-registration", "batch": batch}
            command = [sys.executable, "-m", "tests.server.race"]
            racer = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            assert racer.stdin is not None
            racer.stdin.write(json.dumps({**told, "form": form}) + "\n")
            racer.stdin.flush()
            racers.append(racer)
        for racer in racers:
            assert racer.stdout is not None
            assert racer.stdout.readline() == "ready\n"
        for racer in racers:
            assert racer.stdin is not None
            racer.stdin.write("go\n")
            racer.stdin.flush()
        counted: Counter[str] = Counter()
        for racer in racers:
            out, _ = racer.communicate(timeout=300)
            assert racer.returncode == 0
            counted.update(json.loads(out))
        assert counted == {"applied": 1, "refused": 2 * TIMES - 1}
        with house.work.database.read() as connection:
            assert len(entities.of_kind(connection, "application")) == 1
            assert record.verify(connection) == 2 * TIMES + 2
