"""What set-up says, and how it stops: standard error only, one plain line at a time."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WINDOWS = os.name == "nt"
LINUX = sys.platform.startswith("linux")


class SetupError(Exception):
    """Something the person at the keyboard has to do first, in one clear sentence."""


def say(line: str) -> None:
    """One line for the person who waits. Standard output belongs to the program that is run."""
    print(f"huiban set-up: {line}", file=sys.stderr, flush=True)


def under_ci() -> bool:
    """Whether nobody is there to install a missing part by hand."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}
