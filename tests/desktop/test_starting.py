"""What a start imports, and in which order: the second that a person waits each morning."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from sync.store.migrate import HEAD, SCRIPTS

ROOT = Path(__file__).resolve().parents[2]


def imported_by(code: str) -> set[str]:
    """Names of the modules that a fresh process has after this."""
    asked = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_engine_is_loaded_without_qt_and_without_what_only_some_work_needs() -> None:
    found = imported_by("from desktop import cli\ncli.load_engine()")
    assert {"sync.runner", "sync.store.local", "domain.picking"} <= found
    slow = {"PySide6", "alembic", "pypinyin", "reportlab", "openpyxl", "xlsxwriter", "stdnum", "PIL"}
    assert not slow & found


def test_the_first_window_needs_no_paper_maker() -> None:
    found = imported_by("from desktop import cli\ncli.load_engine()\nimport desktop.app")
    assert not {"alembic", "pypinyin", "reportlab", "openpyxl", "fastapi"} & found


def test_a_store_opens_without_alembic_only_at_the_newest_schema() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD
