"""Saved views with their versions and links, what edits of many runs changed, earlier notes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _time(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), server_default="0", nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, _WORDS, server_default="", nullable=False)


def upgrade() -> None:
    op.create_table(
        "note_changes",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("project_key", _KEY, nullable=False),
        sa.Column("run_key", _KEY, nullable=True),
        _time("at"),
        _text("who"),
        _text("text"),
        sa.ForeignKeyConstraint(["project_key"], ["projects.key"], name=op.f("fk_note_changes_project_key"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["run_key"], ["runs.key"], name=op.f("fk_note_changes_run_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_changes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_note_changes_run_key"), "note_changes", ["run_key"], unique=False)
    op.create_index(op.f("ix_note_changes_project_key_run_key"), "note_changes", ["project_key", "run_key"], unique=False)
    op.create_table(
        "views",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("project_key", _KEY, nullable=False),
        sa.Column("id", _WORDS, nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        _text("name"),
        sa.Column("sharing", sa.Text(), nullable=False),
        _text("owner"),
        sa.Column("is_locked", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        _time("created_at"),
        _time("updated_at"),
        _text("updated_by"),
        _time("deleted_at"),
        sa.Column("spec", _WORDS, nullable=False),
        sa.ForeignKeyConstraint(["project_key"], ["projects.key"], name=op.f("fk_views_project_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_views")),
        sa.UniqueConstraint("project_key", "id", name=op.f("uq_views_project_key_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "view_versions",
        sa.Column("view_key", _KEY, autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        _time("at"),
        _text("who"),
        _text("name"),
        sa.Column("spec", _WORDS, nullable=False),
        sa.ForeignKeyConstraint(["view_key"], ["views.key"], name=op.f("fk_view_versions_view_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("view_key", "revision", name=op.f("pk_view_versions")),
    )
    op.create_table(
        "view_links",
        sa.Column("project_key", _KEY, autoincrement=False, nullable=False),
        sa.Column("id", _WORDS, nullable=False),
        _time("at"),
        _text("who"),
        sa.Column("spec", _WORDS, nullable=False),
        sa.ForeignKeyConstraint(["project_key"], ["projects.key"], name=op.f("fk_view_links_project_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("project_key", "id", name=op.f("pk_view_links")),
    )
    op.create_table(
        "undos",
        sa.Column("token", _WORDS, nullable=False),
        sa.Column("part", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("project_key", _KEY, nullable=False),
        _time("at"),
        _text("who"),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["project_key"], ["projects.key"], name=op.f("fk_undos_project_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token", "part", name=op.f("pk_undos")),
    )
    op.create_index(op.f("ix_undos_at"), "undos", ["at"], unique=False)
    op.create_index(op.f("ix_undos_project_key"), "undos", ["project_key"], unique=False)
