"""Where runs were resumed or rewound."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "run_turns",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("run_key", _KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), server_default="0", nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("who", _WORDS, server_default="", nullable=False),
        sa.ForeignKeyConstraint(["run_key"], ["runs.key"], name=op.f("fk_run_turns_run_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_turns")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_run_turns_run_key"), "run_turns", ["run_key"], unique=False)
