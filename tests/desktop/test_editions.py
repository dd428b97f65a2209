"""Rules are read and checked once; the next start takes them as they were kept."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop import editions
from desktop.app import pack_for
from desktop.commands.packs import packs_folder
from desktop.editions import shipped
from domain.packs import texts
from tests.desktop.offices import office

PACK = "gdjlxh-2025"
ROOT = Path(__file__).resolve().parents[2]
START = """
import sys
from pathlib import Path
from desktop.editions import shipped
print(shipped(sys.argv[1], Path(sys.argv[2])).digest, "yaml" in sys.modules)
"""


def start(folder: Path) -> tuple[str, bool]:
    """A fresh process: the digest of its rules, and whether it had to read them."""
    done = subprocess.run(
        [sys.executable, "-c", START, PACK, str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    digest, read = done.stdout.split()
    return digest, read == "True"


def test_the_second_start_reads_no_rules(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    first, second = start(folder), start(folder)
    assert first[0] == second[0]
    assert first[1]
    assert not second[1]


def test_damaged_kept_rules_are_read_anew(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    digest, _ = start(folder)
    (kept,) = folder.iterdir()
    kept.write_bytes(kept.read_bytes()[:1000])
    assert start(folder) == (digest, True)
    assert start(folder) == (digest, False)


def test_an_old_edition_goes_when_newer_ones_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "_parsed", {})
    files = texts(packs_folder() / PACK)
    for number in range(editions.MANY + 2):
        editions.parsed(files | {"note.txt": str(number)}, tmp_path / "rules")
    assert len(list((tmp_path / "rules").iterdir())) == editions.MANY


def test_rules_are_read_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "_parsed", {})
    blocked = tmp_path / "rules"
    blocked.write_text("a file, not a folder")
    assert shipped(PACK, blocked).id == PACK


@pytest.mark.windows
@pytest.mark.parametrize(("hour", "edition"), [(15, "2025.1"), (16, "2025.2")])
def test_the_day_of_an_edition_begins_in_shanghai(tmp_path: Path, hour: int, edition: str) -> None:
    old = dict(texts(packs_folder() / PACK))
    new = {**old, "pack.yaml": old["pack.yaml"].replace("2025.1", "2025.2")}
    both = (
        {"id": "pack/2025.1", "since": "2025-01-01", "files": old},
        {"id": "pack/2025.2", "since": "2026-03-19", "files": new},
    )
    with office(tmp_path, "admin", *both) as desk:
        pack = pack_for(desk.store, desk.account, lambda: datetime(2026, 3, 18, hour, 30, tzinfo=UTC))
        assert pack.edition == edition
