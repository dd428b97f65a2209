"""Where this operating-system user's things lie. Knows no Qt."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def data_folder() -> Path:
    """Where this operating-system user's store lies; HUIBAN_DATA names another place."""
    told = os.environ.get("HUIBAN_DATA")
    if told:
        return Path(told)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "Huiban"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Huiban"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "huiban"


def log_folder(data: Path) -> Path:
    """Where reports of failures lie: kinds and places, no words of anybody."""
    return data / "log"
