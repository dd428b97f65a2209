"""One of several processes that submit the same person again and again, told what on stdin.

`python -m tests.server.race` reads one JSON line, says "ready", waits for the next line, then pushes and prints how
many were applied and refused.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.operations import Kind
from server.settings import Settings
from server.work import build
from tests.server.desks import Desk, House, Watch, new_key_id


def main() -> None:
    told = json.loads(sys.stdin.readline())
    settings = Settings(Path(told["folder"]), "gdjlxh", "广东省建设监理协会", "gdjlxh-2025", told["url"])
    watch = Watch()
    house = House(build(settings, watch), watch)
    desk = Desk(
        house, told["account"], told["device"], Ed25519PrivateKey.from_private_bytes(bytes.fromhex(told["key"]))
    )
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    counted: Counter[str] = Counter()
    payload = {"action": "submit", "service": told["service"], "form": told["form"]}
    for _ in range(told["times"] // told["batch"]):
        batch = [desk.operation(Kind.ACT, f"application/{new_key_id()}", payload) for _ in range(told["batch"])]
        counted.update(outcome.status.value for outcome in desk.push(*batch))
    print(json.dumps(counted), flush=True)  # noqa: T201
    house.work.database.close()


if __name__ == "__main__":
    main()
