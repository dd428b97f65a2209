"""The wheel's fault with None on Python 3.11, and that the desktop is safe from it."""

import subprocess
import sys

import pytest

from tests.support.waiting import PATIENCE

CALLS = "from PySide6.QtCore import QTimer\nt = QTimer()\nfor _ in range(30000): t.setInterval(3)\nprint('alive')"


TRUTHS = "from PySide6.QtCore import QObject\nt = QObject()\nfor _ in range(30000): t.signalsBlocked()\nprint('alive')"


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=PATIENCE)


@pytest.mark.parametrize("calls", [CALLS, TRUTHS], ids=["nothing", "a truth value"])
def test_the_desktop_outlives_many_calls_that_return_it(calls: str) -> None:
    done = run(f"import desktop\n{calls}")
    assert (done.returncode, done.stdout.strip()) == (0, "alive"), done.stderr


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None cannot die from Python 3.12 on")
def test_without_the_guard_the_interpreter_stops() -> None:
    """When this fails the wheels were mended: take desktop/none_guard.py out."""
    assert run(CALLS).returncode != 0
