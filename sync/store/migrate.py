"""Brings a store to the schema of this program; a store of a newer program is refused, untouched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from sync.store.errors import StoreTooNew
from sync.store.tables import metadata

SCRIPTS = Path(__file__).parent / "migrations"
HEAD = "0001"  # the newest of them: a store that is there already opens without Alembic, which is slow to import


def revision(connection: Connection) -> str | None:
    """What the store was last brought to; None: nothing yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def migrate(connection: Connection, target: str = "head") -> None:
    """Within the caller's transaction; raises StoreTooNew."""
    current = revision(connection)
    if current == HEAD:
        return
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    if current is not None and current not in {known.revision for known in script.walk_revisions()}:
        raise StoreTooNew()

    def steps(from_revision: Any, _context: Any) -> Any:
        return script._upgrade_revs(target, from_revision)

    with EnvironmentContext(config, script, fn=steps, destination_rev=target) as environment:
        environment.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
        environment.run_migrations()
