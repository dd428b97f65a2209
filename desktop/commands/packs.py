"""Where packs are found: by id beside the program, or as a folder."""

import sys
from pathlib import Path


def packs_folder() -> Path:
    """The folder that holds one folder an association."""
    return Path(__file__).resolve().parents[2] / "resources" / "packs"


def find_pack(name: str) -> Path:
    """The folder of a pack named by its id or by a path."""
    by_id = packs_folder() / name
    return by_id if "/" not in name and "\\" not in name and (by_id / "pack.yaml").is_file() else Path(name)


def complain(sentence: str) -> None:
    """One clear sentence on standard error."""
    sys.stderr.write(sentence + "\n")
