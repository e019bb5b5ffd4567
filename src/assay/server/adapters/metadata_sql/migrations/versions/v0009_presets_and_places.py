"""Presets of custom charts and their versions; where the thing that a comment is about was seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, _WORDS, server_default="", nullable=False)


def _time(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), server_default="0", nullable=False)


def upgrade() -> None:
    op.add_column("comments", _text("run"))
    op.add_column("comments", _text("link"))
    op.create_table(
        "presets",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("entity_id", _KEY, nullable=False),
        sa.Column("name", _WORDS, nullable=False),
        _text("label"),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        _time("created_at"),
        _text("created_by"),
        _time("updated_at"),
        _text("updated_by"),
        _time("deleted_at"),
        sa.Column("spec", _WORDS, nullable=False),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_presets_entity_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_presets")),
        sa.UniqueConstraint("entity_id", "name", name=op.f("uq_presets_entity_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "preset_versions",
        sa.Column("preset_key", _KEY, autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        _time("at"),
        _text("who"),
        _text("label"),
        sa.Column("spec", _WORDS, nullable=False),
        sa.ForeignKeyConstraint(["preset_key"], ["presets.key"], name=op.f("fk_preset_versions_preset_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("preset_key", "revision", name=op.f("pk_preset_versions")),
    )
