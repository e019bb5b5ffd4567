"""Where people get mail; of which end of a version they have been told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("users", sa.Column("email", _WORDS, server_default="", nullable=False))
    op.add_column("artifact_versions", sa.Column("end_told", sa.Double(), server_default="0", nullable=False))
