"""Versions that are used although a fault reaches them; which versions of a view were shared; runs searched without accents."""

from __future__ import annotations

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "artifact_acceptances",
        sa.Column("fault_id", _WORDS, nullable=False),
        sa.Column("version_key", _KEY, nullable=False),
        sa.Column("reason", _WORDS, server_default="", nullable=False),
        sa.Column("by", _WORDS, server_default="", nullable=False),
        sa.Column("at", sa.Double(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["fault_id"],
            ["artifact_faults.id"],
            name=op.f("fk_artifact_acceptances_fault_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["version_key"],
            ["artifact_versions.key"],
            name=op.f("fk_artifact_acceptances_version_key"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("fault_id", "version_key", name=op.f("pk_artifact_acceptances")),
    )
    op.create_index(op.f("ix_artifact_acceptances_version_key"), "artifact_acceptances", ["version_key"])
    # A view that is shared by now has shown all of its versions already; one that is not has shown none.
    op.add_column("view_versions", sa.Column("sharing", sa.Text(), server_default="personal", nullable=False))
    op.execute("UPDATE view_versions SET sharing = 'shared' WHERE view_key IN (SELECT key FROM views WHERE sharing = 'shared')")
    _fold_words()


def _fold_words() -> None:
    """What is searched for of runs: it had its case folded, and has no accents any more. As `domain/folding.py` at this time."""
    connection, table = op.get_bind(), sa.table("run_search", sa.column("run_key"), sa.column("words"))
    is_beyond_ascii = sa.func.length(sa.cast(table.c.words, sa.LargeBinary)) > sa.func.length(table.c.words)
    keys = connection.execute(sa.select(table.c.run_key).where(is_beyond_ascii)).scalars().all()
    for key in keys:
        words = connection.execute(sa.select(table.c.words).where(table.c.run_key == key)).scalar_one()
        plain = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", unicodedata.normalize("NFKD", words).casefold()))
        connection.execute(sa.update(table).where(table.c.run_key == key).values(words=unicodedata.normalize("NFC", plain)))
