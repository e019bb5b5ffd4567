"""Where people were named in notes and comments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _reference(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_mentions_{column}"), ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "mentions",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("project_key", _KEY, nullable=False),
        sa.Column("run_key", _KEY, nullable=True),
        sa.Column("comment_id", _KEY, nullable=True),
        sa.Column("at", sa.Double(), server_default="0", nullable=False),
        sa.Column("by", _WORDS, server_default="", nullable=False),
        sa.Column("text", _WORDS, server_default="", nullable=False),
        sa.Column("read_at", sa.Double(), server_default="0", nullable=False),
        _reference("user_id", "users.id"),
        _reference("project_key", "projects.key"),
        _reference("run_key", "runs.key"),
        _reference("comment_id", "comments.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mentions_user_id_id"), "mentions", ["user_id", "id"], unique=False)
    for column in ("project_key", "run_key", "comment_id"):
        op.create_index(op.f(f"ix_mentions_{column}"), "mentions", [column], unique=False)
