"""`huiban backup` and `huiban restore` as commands, while another process writes the store."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sync import actions
from sync.store.keys import Header, new_recovery_code
from sync.store.local import LocalStore
from tests.processes.typist import KEY
from tests.support.waiting import PATIENCE
from tests.sync.store.building import NOW, an_account

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "a quiet river"


def huiban(*words: str, said: str) -> subprocess.CompletedProcess[str]:
    """One command, with one line on its standard input."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    return subprocess.run(
        [sys.executable, "-m", "desktop.cli", *words],
        env=environment,
        input=said + "\n",
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_a_desk_is_backed_up_while_it_is_typed_in_and_restored_elsewhere(tmp_path: Path) -> None:
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "desk.backup"
    code = new_recovery_code()
    Header().with_passphrase(KEY, PASSPHRASE).with_recovery_code(KEY, code).save(here)
    with LocalStore.create(here, KEY) as store:
        account = an_account(store)
        draft = actions.new_draft(store, account, "s", form={"values": {"n": 0}}, now=NOW)
    typist = subprocess.Popen(
        [sys.executable, "-m", "tests.processes.typist", str(here)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert typist.stdout is not None
        saved = 0
        while saved == 0:
            words = typist.stdout.readline().split()
            saved = int(words[1]) if words[0] == "saved" else 0
        made = huiban("backup", str(file), "--data", str(here), said=PASSPHRASE)
    finally:
        typist.kill()
        typist.communicate()
    assert (made.returncode, made.stderr) == (0, "")
    assert "草稿 1 份" in made.stdout
    wrong = huiban("restore", str(file), "--data", str(there), said=new_recovery_code())
    assert (wrong.returncode, wrong.stderr.count("\n")) == (1, 1)
    done = huiban("restore", str(file), "--data", str(there), said=code)
    assert (done.returncode, done.stderr) == (0, "")
    with LocalStore.open(there, Header.load(there).open_with_recovery_code(code)) as store, store.reading() as reader:
        found = reader.drafts.get(account, draft.id)
    assert found is not None
    assert found.form["values"]["n"] >= saved
    again = huiban("restore", str(file), "--data", str(there), said=code)
    assert again.returncode == 1
    assert "草稿 1 份" in again.stderr
