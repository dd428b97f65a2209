"""A desk in a process of its own, at which somebody types without a pause until the process is killed.

    python -P -m desktop.demo.typist FOLDER DRAFT FIELD < passphrase

Opens the real window on the store in FOLDER, goes to the draft, and types figures into the field with real keys.
Prints `ready`, then `typed N SECONDS` as each key is pressed; SECONDS of a clock that both processes share.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop import theme
from desktop.app import Program
from desktop.demo import hands
from desktop.shell import Shell
from desktop.smoothness import Smoothness

PACE_MS = 25
MOST = 450  # keys: no field takes many more


def digits(count: int) -> str:
    """What stands in the field after so many keys."""
    return "".join(str(at % 10) for at in range(1, count + 1))


def main(folder: Path, draft: str, field: str, passphrase: str) -> int:
    """Until killed; 1 when the window does not come so far."""
    app = QApplication(["huiban"])
    theme.install(app)
    Smoothness(app)
    program = Program(folder, passphrase=passphrase)

    def type_on() -> None:
        hands.wait(lambda: isinstance(program.window, Shell), "主窗口")
        desk = program.desk
        assert desk is not None
        desk.shell.go(f"form/{draft}")
        editor = hands.editor_in(hands.find(desk.shell, f"form.field.{field}"))
        hands.reveal(editor)
        editor.setFocus()
        _say("ready")
        for count in range(1, MOST):
            QTest.keyClicks(editor, str(count % 10))
            _say(f"typed {count} {time.monotonic()}")
            QTest.qWait(PACE_MS)
        app.exit(1)

    program.start()
    QTimer.singleShot(0, type_on)
    return app.exec()


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.stdin.readline().rstrip("\n")))
