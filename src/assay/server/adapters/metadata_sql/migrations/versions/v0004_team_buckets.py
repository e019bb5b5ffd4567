"""Buckets of teams; contents, versions, drafts and files of runs know which place they are in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _time(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), server_default="0", nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, _WORDS, server_default="", nullable=False)


def _bucket(name: str = "bucket") -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def upgrade() -> None:
    op.create_table(
        "team_buckets",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("entity_id", _KEY, nullable=False),
        sa.Column("address", _WORDS, nullable=False),
        _text("endpoint"),
        _text("region"),
        sa.Column("is_direct", sa.Boolean(), nullable=False),
        sa.Column("is_trusted", sa.Boolean(), nullable=False),
        sa.Column("folder", _WORDS, nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        _time("created_at"),
        _text("created_by"),
        _time("rotated_at"),
        _text("rotated_by"),
        _time("ended_at"),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_team_buckets_entity_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_team_buckets")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_team_buckets_entity_id"), "team_buckets", ["entity_id"])
    op.create_table(
        "bucket_clearings",
        sa.Column("bucket", _KEY, autoincrement=False, nullable=False),
        sa.Column("run_key", _KEY, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("bucket", "run_key", name=op.f("pk_bucket_clearings")),
    )
    for table in ("run_files", "artifact_versions", "artifact_drafts"):
        op.add_column(table, _bucket())
    op.add_column("artifact_drafts", _bucket("base_bucket"))
    # An entity's own id stays the name of what it has in the server's place.
    for table in ("contents", "content_releases"):
        op.execute(f"ALTER TABLE {table} RENAME COLUMN entity_id TO home")
