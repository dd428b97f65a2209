"""Durable autosave against a raw commit of the same row in the same SQLCipher database. Pass: p99 at most twice.

python tests/benchmarks/bench_autosave.py [ROUNDS]
"""

from __future__ import annotations

import json
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sync import actions
from sync.store.local import LocalStore
from tests.benchmarks.floors import autosave as floor

ROUNDS = 2_000
PACE = 0.02  # seconds between keys that save, for the round at a typist's pace


def a_form(people: int) -> dict[str, Any]:
    """A form of some 4 KB at five people."""
    rows = [
        {
            "row": secrets.token_hex(16),
            "person": f"person/{secrets.token_hex(16)}",
            "values": {
                "work_unit": "广州示例工程监理有限公司",
                "specialties": ["房屋建筑工程", "市政公用工程"],
                "note": "无" * 60,
            },
        }
        for _ in range(people)
    ]
    return {"values": {"remark": "备注" * 100, "mobile": "13800000000"}, "cards": {"initial-education": rows}}


def measure(save: Callable[[int], None], rounds: int, pace: float) -> tuple[float, float]:
    """(median, p99) in milliseconds."""
    took: list[float] = []
    for number in range(rounds):
        start = time.perf_counter()
        save(number)
        took.append((time.perf_counter() - start) * 1_000)
        if pace:
            time.sleep(pace)  # what is measured is a save at the pace of somebody who types
    took.sort()
    return took[len(took) // 2], took[int(len(took) * 0.99)]


def main(rounds: int = ROUNDS) -> int:
    """Both in turns, so that a busy machine troubles both."""
    key, now = secrets.token_bytes(32), datetime.now(UTC)
    worst = 0.0
    with tempfile.TemporaryDirectory() as home, LocalStore.create(Path(home), key) as store:
        with store.transaction() as writer:
            account = writer.accounts.put("a", "l", body={"id": "account/1"})
        draft = actions.new_draft(store, account, "s", now=now)
        bare = floor.opened(Path(home), key)
        form = a_form(5)
        print(f"autosave of a form of {len(json.dumps(form, ensure_ascii=False).encode())} bytes")

        def ours(number: int) -> None:
            form["values"]["remark"] = str(number)
            actions.save_draft_locally(store, account, draft.id, form, by="王芳", now=now)

        def raw(number: int) -> None:
            form["values"]["remark"] = str(number)
            floor.save(bare, account, draft.id, json.dumps(form, ensure_ascii=False), now.isoformat())

        for words, times, pace in (("back to back", rounds, 0.0), ("at a typist's pace", rounds // 10, PACE)):
            ours_took: list[tuple[float, float]] = []
            raw_took: list[tuple[float, float]] = []
            for _ in range(5):
                raw_took.append(measure(raw, times // 5, pace))
                ours_took.append(measure(ours, times // 5, pace))
            (our_median, our_p99), (raw_median, raw_p99) = (
                (sorted(one[0] for one in took)[2], sorted(one[1] for one in took)[2]) for took in (ours_took, raw_took)
            )
            worst = max(worst, our_p99 / raw_p99)
            print(
                f"  {words}: {our_median:.2f} ms (p99 {our_p99:.2f}) against {raw_median:.2f} ms (p99 {raw_p99:.2f}):"
                f" ratio {our_median / raw_median:.2f}, p99 {our_p99 / raw_p99:.2f} (pass: 2)"
            )
        bare.close()
    return 0 if worst <= 2 else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
