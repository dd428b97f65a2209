"""One of several processes that ask the same server's database at once, told what on stdin.

`python -m tests.server.race` reads one JSON line, says "ready", waits for the next line, pushes, and prints how many
were applied and refused. `form`: submit it again and again; `sub`: another sub-account each time; without one of them
a new roster entry each time.
"""

from __future__ import annotations

import json
import secrets
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.operations import Kind, Operation
from server.settings import Settings
from server.work import build
from tests.server.desks import START, Desk, House, new_key_id
from tests.server.watch import Watch


def an_operation(desk: Desk, told: Mapping[str, Any]) -> Operation:
    if told.get("sub"):
        login = f"138{secrets.randbelow(10**8):08d}"
        payload = {"name": "经办", "login": login, "mobile": login, "role": "unit_sub"}
        return desk.operation(Kind.SAVE_ACCOUNT, f"account/{new_key_id()}", payload)
    if told.get("form") is None:
        return desk.operation(Kind.SAVE_ROSTER, f"roster/{new_key_id()}", {"name": "张三"})
    payload = {"action": "submit", "service": told["service"], "form": told["form"]}
    return desk.operation(Kind.ACT, f"application/{new_key_id()}", payload)


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main() -> None:
    told = json.loads(sys.stdin.readline())
    settings = Settings(Path(told["folder"]), "gdjlxh", "广东省建设监理协会", "gdjlxh-2025", told["url"])
    watch = Watch(START)
    house = House(build(settings, watch), watch)
    desk = Desk(
        house, told["account"], told["device"], Ed25519PrivateKey.from_private_bytes(bytes.fromhex(told["key"]))
    )
    say("ready")
    sys.stdin.readline()
    counted: Counter[str] = Counter()
    for _ in range(told["times"] // told["batch"]):
        batch = [an_operation(desk, told) for _ in range(told["batch"])]
        counted.update(outcome.status.value for outcome in desk.push(*batch))
    say(json.dumps(counted))
    house.work.database.close()


if __name__ == "__main__":
    main()
