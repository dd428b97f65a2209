"""What Windows asks of a program that an interpreter runs: a name of its own, and leave to come to the front.

Elsewhere both are nothing.
"""

from __future__ import annotations

import sys

NAME = "Huiban.Desk"  # under which the task bar groups our windows, and not with those of every other Python program
ANYBODY = -1

if sys.platform == "win32":
    import ctypes

    def take_a_name() -> None:
        """Before the first window."""
        ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID(NAME)

    def let_others_come_forward() -> None:
        """Whoever a person has just started may be in front; it hands that on to the one that runs already."""
        ctypes.windll.user32.AllowSetForegroundWindow(ANYBODY)

else:

    def take_a_name() -> None:
        """Windows have our own name here."""

    def let_others_come_forward() -> None:
        """Nobody needs leave here."""
