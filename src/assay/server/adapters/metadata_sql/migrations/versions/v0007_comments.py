"""Threads of comments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "comments",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("project_key", _KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", _WORDS, nullable=False),
        sa.Column("at", sa.Double(), server_default="0", nullable=False),
        sa.Column("who", _WORDS, server_default="", nullable=False),
        sa.Column("text", _WORDS, nullable=False),
        sa.Column("edited_at", sa.Double(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["project_key"], ["projects.key"], name=op.f("fk_comments_project_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_comments_project_key_kind_subject"), "comments", ["project_key", "kind", "subject"], unique=False)
