"""A desk in a process of its own, to be killed: `python -m tests.processes.sender STORE ACCOUNT COUNT START`.

Opens the store when a line comes on standard input: until then it may start beside the one before it.

Queues COUNT roster entries, every fourth with an attachment, each durable by itself, and syncs all the while. Prints
`queued OP_ID NAME` once it is durable, `answered OP_ID` when the store has the Outcome, `done` when nothing is left.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from sync.login import load_session
from sync.notices import Notice, OutcomeArrived, StatusChanged
from sync.runner import SyncRunner
from sync.store.local import LocalStore
from sync.store.port import SyncStore
from tests.processes.plain import KEY, attach, queue, roster


def say(*words: str) -> None:
    """One line, at once."""
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def main(folder: Path, account: str, count: int, start: int) -> None:
    """Until everything is answered, or until it is killed."""
    sys.stdin.readline()
    local = LocalStore.open(folder, KEY)
    store = SyncStore(local)
    session = load_session(store, account)
    assert session is not None
    heard = threading.Event()

    def tell(notice: Notice) -> None:
        if isinstance(notice, OutcomeArrived) and notice.outcome.final:
            say("answered", notice.outcome.op_id)
        if not isinstance(notice, StatusChanged):
            heard.set()

    runner = SyncRunner(store, session, tell)
    say("ready")
    runner.start()
    for number in range(start, start + count):
        blobs = (
            [attach(local, account, b"%PDF-1.7 " + bytes([number % 251]) * (40_000 + number))]
            if number % 4 == 0
            else []
        )
        (op_id,) = queue(local, account, [roster(number)], blobs=blobs)
        say("queued", op_id, f"张{number}")
        runner.wake()
    while store.queued(account):
        heard.wait(1.0)
        heard.clear()
    say("done")
    runner.stop()
    local.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
