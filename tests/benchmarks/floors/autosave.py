"""The least an autosave can cost: one update of the same row in the same database, committed durably."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sync.store.engine import raw_connection
from sync.store.local import NAME


def opened(folder: Path, key: bytes) -> Any:
    """A bare SQLCipher connection, WAL and synchronous=FULL as the store has them."""
    return raw_connection(folder / NAME, key)


def save(connection: Any, account: str, draft: str, form: str, at: str) -> None:
    """No layer of ours."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "UPDATE drafts SET form = ?, edited_by = ?, edited_at = ? WHERE account = ? AND id = ?",
        (form, "王芳", at, account, draft),
    )
    connection.execute("COMMIT")
