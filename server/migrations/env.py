"""Alembic's way in: on the connection it is handed, or on the URL a developer names with `-x url=…`."""

from __future__ import annotations

from alembic import context

from server.database import WRITING, Database
from server.models import Base
from server.models_access import SecretRow

assert SecretRow.metadata is Base.metadata  # every table hangs on the one metadata


def run() -> None:
    """Migrate in one transaction."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    database = Database(context.get_x_argument(as_dictionary=True)["url"])
    with database.engine.execution_options(**{WRITING: True}).begin() as own:
        _migrate(own)


def _migrate(connection: object) -> None:
    # `connection` is an attribute that Alembic types as anything
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)  # type: ignore[arg-type]
    with context.begin_transaction():
        context.run_migrations()


run()
