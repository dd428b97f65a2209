"""A seeded association on a real server process, for tests that need both ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from desktop.demo.server_process import ServerProcess

ROOT = Path(__file__).resolve().parents[2]
PACK = "gdjlxh-2025"
SEED = ROOT / "resources" / "demo" / f"{PACK}.yaml"
TODAY = date(2026, 3, 18)


@contextmanager
def a_server(
    folder: Path,
    *,
    seed: Path = SEED,
    today: date = TODAY,
    pack: str = PACK,
    database: str | None = None,
    configured: bool = True,
) -> Iterator[ServerProcess]:
    """Initialised from the seed (its settings in force) and listening; killed at the end."""
    with ServerProcess(folder / "server", database=database) as server:
        server.init(pack=pack, seed=seed, today=today, configured=configured)
        server.start()
        yield server


def first_passwords(server: ServerProcess) -> dict[str, str]:
    """Login -> first password, from what the server spooled once."""
    return {str(note["login"]): str(note["password"]) for note in server.spooled() if "password" in note}
