"""Artifacts: collections, versions, aliases with their history, lineage, drafts, contents, faults."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _time(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), server_default="0", nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, _WORDS, server_default="", nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def upgrade() -> None:
    _collections()
    _lineage()
    _drafts()
    _contents()


def _collections() -> None:
    op.create_table(
        "artifact_collections",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("project_key", _KEY, nullable=False),
        sa.Column("name", _WORDS, nullable=False),
        sa.Column("type", _WORDS, nullable=False),
        _text("description"),
        _text("tags"),
        sa.Column("ttl_s", sa.Double(), nullable=True),
        _time("created_at"),
        _time("updated_at"),
        _time("deleted_at"),
        _number("next_number"),
        _number("version_count"),
        _number("size"),
        _reference("artifact_collections", "project_key", "projects.key"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_artifact_collections")),
        sa.UniqueConstraint("project_key", "name", name=op.f("uq_artifact_collections_project_key_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_artifact_collections_project_key_type"), "artifact_collections", ["project_key", "type"])
    op.create_table(
        "artifact_versions",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("collection_key", _KEY, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        _text("manifest"),
        _number("size"),
        _number("new_size"),
        _number("file_count"),
        _time("created_at"),
        _text("created_by"),
        _time("updated_at"),
        _time("deleted_at"),
        _text("deleted_as"),
        _number("run_key"),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("ttl_s", sa.Double(), nullable=True),
        sa.Column("span_start", sa.Double(), nullable=True),
        sa.Column("span_end", sa.Double(), nullable=True),
        _text("tags"),
        _text("description"),
        _text("metadata"),
        _reference("artifact_versions", "collection_key", "artifact_collections.key"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_artifact_versions")),
        sa.UniqueConstraint("collection_key", "number", name=op.f("uq_artifact_versions_collection_key_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_artifact_versions_collection_key_digest"), "artifact_versions", ["collection_key", "digest"])
    op.create_index(op.f("ix_artifact_versions_deleted_at"), "artifact_versions", ["deleted_at"])
    op.create_table(
        "artifact_aliases",
        sa.Column("collection_key", _KEY, autoincrement=False, nullable=False),
        sa.Column("alias", _WORDS, nullable=False),
        sa.Column("version_key", _KEY, nullable=False),
        _reference("artifact_aliases", "collection_key", "artifact_collections.key"),
        _reference("artifact_aliases", "version_key", "artifact_versions.key"),
        sa.PrimaryKeyConstraint("collection_key", "alias", name=op.f("pk_artifact_aliases")),
    )
    op.create_index(op.f("ix_artifact_aliases_version_key"), "artifact_aliases", ["version_key"])
    op.create_table(
        "alias_changes",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("collection_key", _KEY, nullable=False),
        sa.Column("alias", _WORDS, nullable=False),
        _number("from_version"),
        _number("to_version"),
        _time("at"),
        _text("by"),
        _reference("alias_changes", "collection_key", "artifact_collections.key"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alias_changes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_alias_changes_collection_key"), "alias_changes", ["collection_key"])


def _lineage() -> None:
    op.create_table(
        "artifact_edges",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("version_key", _KEY, nullable=False),
        sa.Column("run_key", _KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        _text("role"),
        _time("at"),
        _number("project_key"),
        _text("run_id"),
        _text("run_name"),
        _reference("artifact_edges", "version_key", "artifact_versions.key"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifact_edges")),
        sa.UniqueConstraint("version_key", "run_key", "kind", name=op.f("uq_artifact_edges_version_key_run_key_kind")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_artifact_edges_run_key"), "artifact_edges", ["run_key"])
    op.create_table(
        "artifact_faults",
        sa.Column("id", _WORDS, nullable=False),
        sa.Column("entity_id", _KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target", _WORDS, nullable=False),
        _text("reason"),
        _text("by"),
        _time("at"),
        _text("versions"),
        _text("runs"),
        _text("freeze"),
        _time("taken_back_at"),
        _reference("artifact_faults", "entity_id", "entities.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifact_faults")),
    )
    op.create_index(op.f("ix_artifact_faults_entity_id"), "artifact_faults", ["entity_id"])


def _drafts() -> None:
    op.create_table(
        "artifact_drafts",
        sa.Column("id", _WORDS, nullable=False),
        sa.Column("project_key", _KEY, nullable=False),
        sa.Column("name", _WORDS, nullable=False),
        sa.Column("type", _WORDS, nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        _time("created_at"),
        _time("touched_at"),
        _text("by"),
        _text("base_manifest"),
        _text("shared_id"),
        _number("page_count"),
        _number("entry_count"),
        _number("version_key"),
        _reference("artifact_drafts", "project_key", "projects.key"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifact_drafts")),
    )
    op.create_index(op.f("ix_artifact_drafts_project_key_shared_id"), "artifact_drafts", ["project_key", "shared_id"])
    op.create_index(op.f("ix_artifact_drafts_touched_at"), "artifact_drafts", ["touched_at"])
    op.create_table(
        "artifact_draft_pages",
        sa.Column("draft_id", _WORDS, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        _reference("artifact_draft_pages", "draft_id", "artifact_drafts.id"),
        sa.PrimaryKeyConstraint("draft_id", "number", name=op.f("pk_artifact_draft_pages")),
    )


def _contents() -> None:
    op.create_table(
        "contents",
        sa.Column("entity_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        _number("size"),
        _number("name_count"),
        _time("idle_since"),
        sa.Column("is_leaving", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("entity_id", "digest", name=op.f("pk_contents")),
        sqlite_with_rowid=False,
    )
    idle = sa.text("idle_since > 0")
    op.create_index("ix_contents_idle_since", "contents", ["idle_since"], sqlite_where=idle, postgresql_where=idle)
    op.create_table(
        "content_releases",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("entity_id", _KEY, nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_releases")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "artifact_rules",
        sa.Column("entity_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("project_key", _KEY, autoincrement=False, nullable=False),
        sa.Column("type", _WORDS, nullable=False),
        sa.Column("ttl_s", sa.Double(), nullable=False),
        _reference("artifact_rules", "entity_id", "entities.id"),
        sa.PrimaryKeyConstraint("entity_id", "project_key", "type", name=op.f("pk_artifact_rules")),
    )
