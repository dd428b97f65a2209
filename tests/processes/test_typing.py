"""A desk is killed while somebody types: the last second at most is gone, and what was told as saved never."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sync import actions
from sync.store.local import LocalStore
from tests.processes.typist import KEY
from tests.sync.store.building import NOW, an_account

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]
KILLS = 5
SLACK = 0.75  # seconds in which a busy machine may not have let the typist run


def test_kill_9_while_typing_loses_at_most_the_last_second(tmp_path: Path) -> None:
    with LocalStore.create(tmp_path, KEY) as store:
        account = an_account(store)
        draft = actions.new_draft(store, account, "s", form={"values": {"n": 0}}, now=NOW)
    chance = random.Random(11)
    for _ in range(KILLS):
        command = [sys.executable, "-m", "tests.processes.typist", str(tmp_path)]
        typist = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert typist.stdout is not None
        keys: dict[int, float] = {}
        saved = 0
        stop_at: float | None = None
        while stop_at is None or time.monotonic() < stop_at:
            line = typist.stdout.readline().split()
            if line[0] == "ready":
                stop_at = time.monotonic() + chance.uniform(0.3, 2.5)
            elif line[0] == "typed":
                keys[int(line[1])] = float(line[2])
            else:
                saved = int(line[1])
        typist.kill()  # SIGKILL
        killed = time.monotonic()
        rest = typist.stdout.read().split("\n")
        typist.wait()
        typist.stdout.close()
        for words in (line.split() for line in rest if line):
            if words[0] == "typed" and len(words) == 3:
                keys[int(words[1])] = float(words[2])
            elif words[0] == "saved" and len(words) == 2:
                saved = int(words[1])
        with LocalStore.open(tmp_path, KEY) as store, store.reading() as reader:
            found = reader.drafts.get(account, draft.id)
        assert found is not None
        there = int(found.form["values"]["n"])
        assert there >= saved, "what was told as saved is there"
        lost = [at for number, at in keys.items() if number > there]
        assert not lost or killed - min(lost) <= 1.0 + SLACK, "only what was typed in the last second is gone"
