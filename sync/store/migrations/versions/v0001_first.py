"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Tokens of one, two and three characters: a trigram index finds no two-character name. Without positions it is a third
# of the size; a longer query is proved by looking at `people.words`.
PEOPLE_INDEX = """
CREATE VIRTUAL TABLE people_index USING fts5(
    tokens, content = '', contentless_delete = 1, detail = none, tokenize = "ascii")
"""

# The law of the outbox: an op_id never leaves, its content never changes, an answer is never taken back by accident.
NEVER_DELETED = """
CREATE TRIGGER operations_never_deleted BEFORE DELETE ON operations
BEGIN SELECT RAISE(ABORT, 'an operation is for ever'); END
"""
CONTENT_NEVER_DELETED = """
CREATE TRIGGER contents_never_deleted BEFORE DELETE ON contents
BEGIN SELECT RAISE(ABORT, 'what was signed is for ever'); END
"""
CONTENT_NEVER_REWRITTEN = """
CREATE TRIGGER contents_never_rewritten BEFORE UPDATE ON contents
BEGIN SELECT RAISE(ABORT, 'what was signed stays as it was signed'); END
"""
NEVER_REWRITTEN = """
CREATE TRIGGER operations_never_rewritten
BEFORE UPDATE OF seq, op_id, account, entity, kind ON operations
BEGIN SELECT RAISE(ABORT, 'what was signed stays as it was signed'); END
"""
NEVER_CANCELLED_LATE = """
CREATE TRIGGER operations_attempted BEFORE UPDATE OF place ON operations
WHEN NEW.place = 'taken-back' AND (OLD.place <> 'outbox' OR OLD.exposed > 0 OR OLD.state <> 'queued')
BEGIN SELECT RAISE(ABORT, 'an attempted operation cannot be taken back'); END
"""


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("association", sa.Text(), nullable=False),
        sa.Column("association_name", sa.Text(), server_default="", nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), server_default="{}", nullable=False),
        sa.Column("server_key", sa.Text(), server_default="", nullable=False),
        sa.Column("epoch", sa.Text(), server_default="", nullable=False),
        sa.Column("last_contact", sa.Text(), nullable=True),
        sa.Column("revoked", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("device_key", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "blobs",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("here", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("sent", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("delivered", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("wanted", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("used_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "sha256"),
    )
    op.create_table(
        "cursors",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("sum", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("generation", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("whole", sa.Integer(), server_default=sa.text("-1"), nullable=False),
        sa.Column("pulled_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("account", "scope"),
    )
    op.create_table(
        "drafts",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="act", nullable=False),
        sa.Column("action", sa.Text(), server_default="", nullable=False),
        sa.Column("service", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), server_default="{}", nullable=False),
        sa.Column("base_version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("base", sa.Text(), server_default="null", nullable=False),
        sa.Column("shared_version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("share", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("returned", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("history", sa.Text(), server_default="[]", nullable=False),
        sa.Column("asks", sa.Text(), server_default="[]", nullable=False),
        sa.Column("findings", sa.Text(), server_default="[]", nullable=False),
        sa.Column("supersedes", sa.Text(), nullable=True),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.Column("sent", sa.Text(), nullable=True),
        sa.Column("edited_by", sa.Text(), server_default="", nullable=False),
        sa.Column("edited_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "id"),
    )
    op.create_table(
        "links",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "person", "entity"),
        sqlite_with_rowid=False,
    )
    op.create_index("links_entity", "links", ["account", "entity"], unique=False)
    op.create_table(
        "mirror",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("application", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "mirror_application",
        "mirror",
        ["account", "application"],
        unique=False,
        sqlite_where=sa.text("application IS NOT NULL"),
    )
    op.create_index(
        "mirror_document", "mirror", ["account", "document"], unique=False, sqlite_where=sa.text("document IS NOT NULL")
    )
    op.create_index("mirror_entity", "mirror", ["account", "entity"], unique=False)
    op.create_index("mirror_kind", "mirror", ["account", "kind", "state"], unique=False)
    op.create_index(
        "mirror_person", "mirror", ["account", "person"], unique=False, sqlite_where=sa.text("person IS NOT NULL")
    )
    op.create_index("mirror_scope", "mirror", ["account", "scope", "entity"], unique=True)
    op.create_table(
        "contents",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("overlay", sa.Text(), server_default="null", nullable=False),
        sa.Column("base", sa.Text(), server_default="null", nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "operations",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("op_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), server_default="", nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), server_default="[]", nullable=False),
        sa.Column("blobs", sa.Text(), server_default="[]", nullable=False),
        sa.Column("supersedes", sa.Text(), nullable=True),
        sa.Column("draft", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("exposed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_try", sa.Text(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("missing", sa.Text(), server_default="[]", nullable=False),
        sa.Column("waits_for", sa.Text(), server_default="[]", nullable=False),
        sa.Column("first_sent_at", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="null", nullable=False),
        sa.Column("lifted", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("seen", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(place = 'outbox' AND state IN ('queued', 'sending', 'unknown', 'waiting', 'exported')) "
            "OR (place = 'answered' AND state IN ('applied', 'refused', 'conflict')) "
            "OR (place = 'taken-back' AND state IN ('cancelled', 'suspended'))",
            name="operations_place",
        ),
        sa.ForeignKeyConstraint(["seq"], ["contents.seq"]),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("op_id"),
    )
    op.create_index(
        "operations_answered",
        "operations",
        ["account", "answered_at"],
        unique=False,
        sqlite_where=sa.text("place = 'answered'"),
    )
    op.create_index("operations_entity", "operations", ["account", "entity"], unique=False)
    op.create_index(
        "operations_outbox",
        "operations",
        ["account", "entity", "seq"],
        unique=False,
        sqlite_where=sa.text("place = 'outbox'"),
    )
    op.create_index(
        "operations_pending",
        "operations",
        ["account", "seq"],
        unique=False,
        sqlite_where=sa.text("place = 'outbox' OR (place = 'answered' AND lifted = 0)"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("roster", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("people_document", "people", ["account", "document"], unique=False)
    op.create_index("people_roster", "people", ["account", "roster"], unique=False)
    op.create_index("people_sort", "people", ["account", "sort", "id"], unique=False)
    op.create_index("people_subject", "people", ["account", "subject"], unique=True)
    op.create_table(
        "reminders",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "id"),
    )
    op.create_table(
        "settings",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "key"),
    )
    contents = (CONTENT_NEVER_DELETED, CONTENT_NEVER_REWRITTEN)
    for statement in (PEOPLE_INDEX, *contents, NEVER_DELETED, NEVER_REWRITTEN, NEVER_CANCELLED_LATE):
        op.execute(statement)
