"""The first schema: accounts, teams, projects, runs with their values, the event log and the audit chain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("sequence", _KEY, autoincrement=False, nullable=False),
        sa.Column("at", sa.Double(), server_default="0", nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor", _WORDS, server_default="", nullable=False),
        sa.Column("via", _WORDS, server_default="", nullable=False),
        sa.Column("address", _WORDS, server_default="", nullable=False),
        sa.Column("subject", _WORDS, server_default="", nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("request_id", _WORDS, server_default="", nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_hash")),
    )
    op.create_table(
        "entities",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("name", _WORDS, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entities")),
        sa.UniqueConstraint("name", name=op.f("uq_entities_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "events",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("project_key", sa.BigInteger(), nullable=False),
        sa.Column("subject", _WORDS, server_default="", nullable=False),
        sa.Column("at", sa.Double(), server_default="0", nullable=False),
        sa.Column("actor", _WORDS, server_default="", nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "installation_values",
        sa.Column("name", _WORDS, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation_values")),
    )
    op.create_table(
        "run_values",
        sa.Column("column_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("run_key", _KEY, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("text", _WORDS, nullable=True),
        sa.PrimaryKeyConstraint("column_id", "run_key", name=op.f("pk_run_values")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "projects",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("entity_id", _KEY, nullable=False),
        sa.Column("name", _WORDS, nullable=False),
        sa.Column("description", _WORDS, server_default="", nullable=False),
        sa.Column("created_at", sa.Double(), server_default="0", nullable=False),
        sa.Column("last_activity_at", sa.Double(), server_default="0", nullable=False),
        sa.Column("run_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("running_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_ordinal", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_name_number", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_projects_entity_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_projects")),
        sa.UniqueConstraint("entity_id", "name", name=op.f("uq_projects_entity_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_projects_last_activity_at_key"), "projects", ["last_activity_at", "key"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", _KEY, autoincrement=False, nullable=False),
        sa.Column("display_name", _WORDS, server_default="", nullable=False),
        sa.Column("password_hash", _WORDS, server_default="", nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Double(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["id"], ["entities.id"], name=op.f("fk_users_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", _WORDS, nullable=False),
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("name", _WORDS, server_default="", nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), server_default="0", nullable=False),
        sa.Column("last_used_at", sa.Double(), server_default="0", nullable=False),
        sa.Column("revoked_at", sa.Double(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_keys_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
    )
    op.create_index(op.f("ix_api_keys_user_id"), "api_keys", ["user_id"], unique=False)
    op.create_table(
        "members",
        sa.Column("entity_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("user_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_members_entity_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_members_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entity_id", "user_id", name=op.f("pk_members")),
    )
    op.create_index(op.f("ix_members_user_id"), "members", ["user_id"], unique=False)
    op.create_table(
        "runs",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("project_key", _KEY, nullable=False),
        sa.Column("id", _WORDS, nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("ordinal", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("state", _WORDS, nullable=False),
        sa.Column("name", _WORDS, server_default="", nullable=False),
        sa.Column("user", _WORDS, server_default="", nullable=False),
        sa.Column("created_at", sa.Double(), server_default="0", nullable=False),
        sa.Column("started_at", sa.Double(), server_default="0", nullable=False),
        sa.Column("heartbeat_at", sa.Double(), server_default="0", nullable=False),
        sa.Column("finished_at", sa.Double(), server_default="0", nullable=False),
        sa.Column("deleted_at", sa.Double(), server_default="0", nullable=False),
        sa.Column("exit_code", sa.BigInteger(), nullable=True),
        sa.Column("group", _WORDS, server_default="", nullable=False),
        sa.Column("job_type", _WORDS, server_default="", nullable=False),
        sa.Column("tags", _WORDS, server_default="", nullable=False),
        sa.Column("host", _WORDS, server_default="", nullable=False),
        sa.Column("program", _WORDS, server_default="", nullable=False),
        sa.Column("sdk_version", _WORDS, server_default="", nullable=False),
        sa.Column("progress_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("progress_total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("stop_requested_at", sa.Double(), server_default="0", nullable=False),
        sa.Column("notes", _WORDS, server_default="", nullable=False),
        sa.ForeignKeyConstraint(["project_key"], ["projects.key"], name=op.f("fk_runs_project_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_runs")),
        sa.UniqueConstraint("project_key", "id", name=op.f("uq_runs_project_key_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_runs_project_key_deleted_at_state"), "runs", ["project_key", "deleted_at", "state"], unique=False)
    op.create_index(op.f("ix_runs_state_heartbeat_at"), "runs", ["state", "heartbeat_at"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token_hash", _WORDS, nullable=False),
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("created_at", sa.Double(), server_default="0", nullable=False),
        sa.Column("expires_at", sa.Double(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "sign_in_links",
        sa.Column("token_hash", _WORDS, nullable=False),
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("expires_at", sa.Double(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_in_links_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_links")),
    )
    op.create_index(op.f("ix_sign_in_links_user_id"), "sign_in_links", ["user_id"], unique=False)
    op.create_table(
        "value_columns",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("project_key", _KEY, nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("path", _WORDS, nullable=False),
        sa.Column("run_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("float_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("int_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("bool_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("text_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("list_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("null_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("sample_kind", sa.Text(), nullable=True),
        sa.Column("sample_number", sa.Double(), nullable=True),
        sa.Column("sample_text", _WORDS, nullable=True),
        sa.Column("sample_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["project_key"], ["projects.key"], name=op.f("fk_value_columns_project_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_value_columns")),
        sa.UniqueConstraint("project_key", "section", "path", name=op.f("uq_value_columns_project_key_section_path")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "alerts",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("project_key", _KEY, nullable=False),
        sa.Column("run_key", _KEY, nullable=False),
        sa.Column("time", sa.Double(), server_default="0", nullable=False),
        sa.Column("title", _WORDS, nullable=False),
        sa.Column("text", _WORDS, server_default="", nullable=False),
        sa.Column("level", _WORDS, server_default="", nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_key"], ["projects.key"], name=op.f("fk_alerts_project_key"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["run_key"], ["runs.key"], name=op.f("fk_alerts_run_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("run_key", "time", "title", name=op.f("uq_alerts_run_key_time_title")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_alerts_project_key"), "alerts", ["project_key"], unique=False)
    op.create_table(
        "applied_seqs",
        sa.Column("run_key", _KEY, autoincrement=False, nullable=False),
        sa.Column("writer", _WORDS, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run_key"], ["runs.key"], name=op.f("fk_applied_seqs_run_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_key", "writer", name=op.f("pk_applied_seqs")),
    )
    op.create_table(
        "config_changes",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("run_key", _KEY, nullable=False),
        sa.Column("at", sa.Double(), server_default="0", nullable=False),
        sa.Column("path", _WORDS, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("who", _WORDS, server_default="", nullable=False),
        sa.ForeignKeyConstraint(["run_key"], ["runs.key"], name=op.f("fk_config_changes_run_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_config_changes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_config_changes_run_key"), "config_changes", ["run_key"], unique=False)
    op.create_table(
        "run_documents",
        sa.Column("run_key", _KEY, autoincrement=False, nullable=False),
        sa.Column("definitions", _WORDS, server_default="", nullable=False),
        sa.Column("refused", _WORDS, server_default="", nullable=False),
        sa.Column("config", _WORDS, server_default="", nullable=False),
        sa.Column("summary", _WORDS, server_default="", nullable=False),
        sa.Column("environment", _WORDS, server_default="", nullable=False),
        sa.ForeignKeyConstraint(["run_key"], ["runs.key"], name=op.f("fk_run_documents_run_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_key", name=op.f("pk_run_documents")),
    )
    op.create_table(
        "run_files",
        sa.Column("run_key", _KEY, autoincrement=False, nullable=False),
        sa.Column("path", _WORDS, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.Double(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["run_key"], ["runs.key"], name=op.f("fk_run_files_run_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_key", "path", name=op.f("pk_run_files")),
    )
    op.create_table(
        "run_search",
        sa.Column("run_key", _KEY, autoincrement=False, nullable=False),
        sa.Column("words", _WORDS, nullable=False),
        sa.ForeignKeyConstraint(["run_key"], ["runs.key"], name=op.f("fk_run_search_run_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_key", name=op.f("pk_run_search")),
    )
    op.create_table(
        "run_writers",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("run_key", _KEY, nullable=False),
        sa.Column("writer", _WORDS, nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("finish_state", _WORDS, server_default="", nullable=False),
        sa.Column("exit_code", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("finished_at", sa.Double(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["run_key"], ["runs.key"], name=op.f("fk_run_writers_run_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_writers")),
        sa.UniqueConstraint("run_key", "writer", name=op.f("uq_run_writers_run_key_writer")),
    )
