"""A desk is killed while somebody types: the last second at most is gone, and what was told as saved never."""

from __future__ import annotations

import random
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from sync import actions
from sync.autosave import LIMIT
from sync.store.local import LocalStore
from tests.processes.typist import KEY, KEYS
from tests.sync.store.building import NOW, an_account

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]
KILLS = 5


def test_kill_9_while_typing_loses_at_most_the_last_second(tmp_path: Path) -> None:
    with LocalStore.create(tmp_path, KEY) as store:
        account = an_account(store)
        draft = actions.new_draft(store, account, "s", form={"values": {"n": 0}}, now=NOW)
    chance = random.Random(11)
    for _ in range(KILLS):
        command = [sys.executable, "-m", "tests.processes.typist", str(tmp_path)]
        typist = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert typist.stdout is not None
        heard = list(islice(typist.stdout, chance.randrange(30, 600)))
        typist.kill()  # SIGKILL
        heard += typist.stdout.readlines()
        typist.wait()
        typist.stdout.close()
        whole = [line.split() for line in heard if line.endswith("\n")]
        typed, saved = (max((int(n) for word, n in whole if word == what), default=0) for what in ("typed", "saved"))
        with LocalStore.open(tmp_path, KEY) as store, store.reading() as reader:
            found = reader.drafts.get(account, draft.id)
        assert found is not None
        there = int(found.form["values"]["n"])
        assert there >= saved, "what was told as saved is there"
        assert typed - there <= LIMIT * KEYS + 2, "only what was typed in the last second is gone"
