"""Indexes that nothing asks for, and keys that stood twice, are gone: each was a page more in every commit"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step on."""
    op.drop_index("ix_ledger_entity", "ledger")
    op.drop_index("ix_record_entity", "record")
    op.drop_index("ix_record_op_id", "record")
    for name, columns in (("ix_entity_person_kind", ["person", "kind"]), ("ix_entity_application", ["application"])):
        there = sa.text(f"{columns[0]} IS NOT NULL")
        op.drop_index(name, "entity")
        op.create_index(name, "entity", columns, sqlite_where=there, postgresql_where=there)
    if op.get_bind().dialect.name == "sqlite":
        _texts_by_receipt_on_sqlite()
        op.drop_index("ix_ledger_receipt_number", "ledger")
        with op.batch_alter_table("ledger", recreate="always", table_kwargs={"sqlite_with_rowid": False}):
            pass
        with op.batch_alter_table("record", recreate="always") as record:
            record.alter_column("number", type_=sa.Integer(), existing_nullable=False, autoincrement=False)
    else:
        _texts_by_receipt_on_postgresql()
        op.drop_index("ix_ledger_receipt_number", "ledger")


def _texts_by_receipt_on_sqlite() -> None:
    op.create_table(
        "ledger_text_new",
        sa.Column("receipt_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("receipt_number", name="pk_ledger_text"),
    )
    op.execute(
        "INSERT INTO ledger_text_new SELECT ledger.receipt_number, content, signature, outcome"
        " FROM ledger_text JOIN ledger ON ledger.op_id = ledger_text.op_id ORDER BY ledger.receipt_number"
    )
    op.drop_table("ledger_text")
    op.rename_table("ledger_text_new", "ledger_text")


def _texts_by_receipt_on_postgresql() -> None:
    op.add_column("ledger_text", sa.Column("receipt_number", sa.BigInteger(), nullable=True))
    op.execute(
        "UPDATE ledger_text SET receipt_number = ledger.receipt_number"
        " FROM ledger WHERE ledger.op_id = ledger_text.op_id"
    )
    op.drop_constraint("pk_ledger_text", "ledger_text")
    op.drop_column("ledger_text", "op_id")
    op.alter_column("ledger_text", "receipt_number", nullable=False)
    op.create_primary_key("pk_ledger_text", "ledger_text", ["receipt_number"])
