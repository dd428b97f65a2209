"""Somebody who types without ever pausing, in a process of its own, to be killed.

    python -m tests.processes.typist FOLDER

Prints `typed N` for each key as it is pressed and `saved N` once the store has it. A hundred keys are a second: that
clock has no busy machine.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from sync import actions
from sync.autosave import Pace
from sync.store.local import LocalStore

KEY = bytes(range(32))
KEYS = 100  # a second


def main(folder: Path) -> None:
    """Until killed."""
    with LocalStore.open(folder, KEY) as store:
        with store.reading() as reader:
            (account,) = [one.id for one in reader.accounts.all()]
            (draft,) = reader.drafts.all(account)
        number = int(draft.form["values"]["n"])
        pace = Pace()
        while True:
            number += 1
            pace.typed(number / KEYS)
            sys.stdout.write(f"typed {number}\n")
            sys.stdout.flush()
            if pace.due(number / KEYS) == 0:
                form = {"values": {"n": number, "text": "字" * 1_000}, "cards": {}}
                actions.save_draft_locally(store, account, draft.id, form, by="王芳", now=datetime.now(UTC))
                pace.saved()
                sys.stdout.write(f"saved {number}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
