"""A keyring in a file, where no operating system's vault is at hand: what keeps a store's key for a benchmark.

PYTHON_KEYRING_BACKEND=tests.benchmarks.vault.FileVault BENCH_VAULT=FILE
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend


class FileVault(KeyringBackend):
    """Not for secrets that matter."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        """What was set."""
        return _read().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """For good."""
        _file().write_text(json.dumps(_read() | {f"{service}/{username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        """Forget it."""
        _file().write_text(json.dumps({k: v for k, v in _read().items() if k != f"{service}/{username}"}))


def _file() -> Path:
    return Path(os.environ["BENCH_VAULT"])


def _read() -> dict[str, str]:
    return dict(json.loads(_file().read_text())) if _file().exists() else {}
