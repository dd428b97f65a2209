"""Indexes that nothing asks for, and keys that stood twice on SQLite, are gone"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step on."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.drop_index("ix_ledger_entity", "ledger")
    op.drop_index("ix_record_entity", "record")
    op.drop_index("ix_record_op_id", "record")
    for name, columns in (("ix_entity_person_kind", ["person", "kind"]), ("ix_entity_application", ["application"])):
        there = sa.text(f"{columns[0]} IS NOT NULL")
        op.drop_index(name, "entity")
        op.create_index(name, "entity", columns, sqlite_where=there, postgresql_where=there)
    if sqlite:
        with op.batch_alter_table("ledger", recreate="always", table_kwargs={"sqlite_with_rowid": False}):
            pass
        with op.batch_alter_table("record", recreate="always") as record:
            record.alter_column("number", type_=sa.Integer(), existing_nullable=False, autoincrement=False)
