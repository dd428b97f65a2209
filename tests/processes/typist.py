"""Somebody who types without ever pausing, in a process of its own, to be killed.

    python -m tests.processes.typist FOLDER

Prints `typed N SECONDS` for each key as it is pressed and `saved N` once the store has it; SECONDS of a clock that both
processes share.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from sync import actions
from sync.autosave import Pace
from sync.store.local import LocalStore

KEY = bytes(range(32))
GAP = 0.01  # seconds between two keys


def main(folder: Path) -> None:
    """Until killed."""
    with LocalStore.open(folder, KEY) as store:
        with store.reading() as reader:
            (account,) = [one.id for one in reader.accounts.all()]
            (draft,) = reader.drafts.all(account)
        number = int(draft.form["values"]["n"])
        pace = Pace()
        sys.stdout.write("ready\n")
        while True:
            number += 1
            pace.typed(time.monotonic())
            sys.stdout.write(f"typed {number} {time.monotonic()}\n")
            sys.stdout.flush()
            if pace.due(time.monotonic()) == 0:
                form = {"values": {"n": number, "text": "字" * 1_000}, "cards": {}}
                actions.save_draft_locally(store, account, draft.id, form, by="王芳", now=datetime.now(UTC))
                pace.saved()
                sys.stdout.write(f"saved {number}\n")
                sys.stdout.flush()
            time.sleep(GAP)  # somebody types: the pause is what is tried here, no test waits by it


if __name__ == "__main__":
    main(Path(sys.argv[1]))
