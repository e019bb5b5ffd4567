"""Addresses that runs had before they moved to another project, and transfers that are under way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "run_addresses",
        sa.Column("project_key", _KEY, autoincrement=False, nullable=False),
        sa.Column("id", _WORDS, nullable=False),
        sa.Column("run_key", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["project_key"], ["projects.key"], name=op.f("fk_run_addresses_project_key"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["run_key"], ["runs.key"], name=op.f("fk_run_addresses_run_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("project_key", "id", name=op.f("pk_run_addresses")),
    )
    op.create_index(op.f("ix_run_addresses_run_key"), "run_addresses", ["run_key"], unique=False)
    op.create_table(
        "run_transfers",
        sa.Column("run_key", _KEY, autoincrement=False, nullable=False),
        sa.Column("source_key", _KEY, nullable=False),
        sa.Column("target_key", _KEY, nullable=False),
        sa.PrimaryKeyConstraint("run_key", name=op.f("pk_run_transfers")),
    )
