"""What a start imports, and in which order: the second that a person waits each morning."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from sync.store.migrate import HEAD, SCRIPTS
from tests.support.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[2]


def imported_by(code: str) -> set[str]:
    """Names of the modules that a fresh process has after this."""
    asked = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_first_window_knows_only_qt_and_the_look() -> None:
    found = imported_by("import desktop.launch")
    assert "PySide6.QtWidgets" in found
    slow = {"sqlalchemy", "pydantic", "requests", "yaml", "keyring", "cryptography", "domain.packs", "sync.runner"}
    assert not slow & found


def test_the_program_needs_no_paper_maker() -> None:
    found = imported_by("import desktop.app, desktop.pages.home")
    assert {"sync.store.local", "desktop.shell", "domain.packs"} <= found
    assert not {"alembic", "pypinyin", "reportlab", "openpyxl", "xlsxwriter", "PIL", "fastapi", "yaml"} & found
    assert "requests" not in found, "nothing on the screen talks to a server"
    seldom = {"desktop.pages.unlock", "desktop.pages.first_run", "sync.store.salvage", "sync.store.backup"}
    assert not seldom & found


def test_commands_without_a_window_need_no_qt() -> None:
    for command in ("explain", "pack", "sync", "backup", "restore", "take_in"):
        found = imported_by(f"from desktop import cli\nimport desktop.commands.{command}")
        assert not [name for name in found if name.startswith("PySide6")], command


READ = """
import inspect
read = []
source = inspect.getsource
inspect.getsource = lambda module: read.append(module) or source(module)
import PySide6.QtCore
from desktop.quick_imports import spare_sources
if {spare}:
    spare_sources()
import wave
raise SystemExit(len(read))
"""


def test_modules_imported_after_qt_are_not_read_by_it() -> None:
    """And it would read them: when this fails, PySide6 has changed and `quick_imports` can go."""
    spared, not_spared = (
        subprocess.run([sys.executable, "-c", READ.format(spare=spare)], cwd=ROOT, check=False).returncode
        for spare in (True, False)
    )
    assert spared < not_spared


def test_a_store_opens_without_alembic_only_at_the_newest_schema() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


BROKEN = """
import sys
sys.modules["sqlalchemy"] = None  # as where a file of the program is missing
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from desktop.launch import main
from desktop.opening_window import OpeningWindow
app = QApplication([])
def look():
    window = next((one for one in app.topLevelWidgets() if isinstance(one, OpeningWindow)), None)
    if window is not None and "差错" in window.words:
        print(window.words)
        window.close()
    else:
        QTimer.singleShot(20, look)
QTimer.singleShot(0, look)
sys.exit(main())
"""


def test_a_program_that_cannot_be_read_in_says_so_on_its_first_window(tmp_path: Path) -> None:
    environment = {**os.environ, "HUIBAN_DATA": str(tmp_path), "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", BROKEN], env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.stdout.startswith("会办自己出了差错")
    assert "Traceback" not in done.stderr
    assert done.returncode == 1
