"""Peak memory of a desk with 10,000 people and 200 drafts, used page by page, against an empty PySide6 process.

`python tests/benchmarks/bench_desk_memory.py [--people 10000] [--drafts 200]`
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sync import actions
from sync.store.local import LocalStore
from tests.benchmarks.bench_autosave import a_form
from tests.benchmarks.crowd import a_full_desk

ROOT = Path(__file__).resolve().parents[2]
SERVICE = "education-registration"


def main() -> int:
    """Print megabytes and ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--drafts", type=int, default=200)
    told = parser.parse_args()
    bare = dict(said([sys.executable, "-m", "tests.benchmarks.floors.window"]))["peak"]
    with tempfile.TemporaryDirectory() as name:
        with a_full_desk(Path(name), told.people, datetime.now(UTC)) as (store, account, key):
            draft = drafts(store, account, told.drafts)
        size = sum(path.stat().st_size for path in Path(name).rglob("*") if path.is_file())
        ours = said([sys.executable, "-m", "tests.benchmarks.sitting", name, key.hex(), account, draft])
    peak = dict(ours)["peak"]
    print(f"desk with {told.people:,} people and {told.drafts} drafts, store of {size / 1e6:.0f} MB:")
    print(f"  peak {peak:.0f} MB, empty PySide6 process {bare:.0f} MB, ratio {peak / bare:.1f}")
    print("  held after each page: " + ", ".join(f"{page} {held:.0f}" for page, held in ours[:-1]))
    return 0


def drafts(store: LocalStore, account: str, count: int) -> str:
    """So many forms of some 4 KB; the key of one more that the picker may fill."""
    now = datetime.now(UTC)
    for _ in range(count - 1):
        form = a_form(5)
        form["cards"] = {"initial-education": form["cards"]["initial-education"]}
        actions.new_draft(store, account, SERVICE, form=form, now=now)
    return actions.new_draft(store, account, SERVICE, now=now).id.partition("/")[2]


def said(command: list[str]) -> list[tuple[str, float]]:
    """What the process printed."""
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return [(name, float(number)) for name, number in map(str.split, done.stdout.splitlines())]


if __name__ == "__main__":
    sys.exit(main())
