"""Bringing a database to the schema of this program, and no further."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from server.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaError(Exception):
    """A database that this program cannot serve: one sentence for the person who keeps it."""


def newest() -> str:
    """The schema of this program."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert head is not None
    return head


def current(database: Database) -> str | None:
    """The schema of this database; None when it is empty."""
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database) -> None:
    """To the newest, in one transaction; a database made by a later program is refused."""
    found = current(database)
    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if found is not None and found not in known:
        raise SchemaError(f"数据库的版本（{found}）比本程序新：请更新会办服务器后再启动。")
    if found == newest():
        return
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
