"""The tables. Types and constraints mean the same in SQLite and PostgreSQL; the few options named after one of them are ignored
by the other. `docs/architecture/formats/metadata.md` describes each table; `migrations/` makes them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts rows only in a column that is exactly INTEGER.
Key = BigInteger().with_variant(Integer, "sqlite")
# Text is ordered by code point everywhere, as Python orders it.
Words = Text().with_variant(Text(collation="C"), "postgresql")


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _time(name: str) -> Column[float]:
    """Seconds since the epoch; 0 where it has not happened."""
    return Column(name, Double, nullable=False, server_default="0")


def _text(name: str) -> Column[str]:
    return Column(name, Words, nullable=False, server_default="")


# AUTOINCREMENT in SQLite: a key is never given again, because other stores still hold what it named.
entities = Table(
    "entities",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", Words, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    _time("created_at"),
    sqlite_autoincrement=True,
)
users = Table(
    "users",
    metadata,
    Column("id", Key, ForeignKey("entities.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    _text("display_name"),
    _text("password_hash"),
    Column("is_admin", Boolean, nullable=False),
    Column("is_active", Boolean, nullable=False),
    _time("created_at"),
)
members = Table(
    "members",
    metadata,
    Column("entity_id", Key, ForeignKey("entities.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("user_id", Key, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True),
    Column("role", Text, nullable=False),
)
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Words, primary_key=True),
    Column("user_id", Key, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    _text("name"),
    Column("secret_hash", Text, nullable=False),
    _time("created_at"),
    _time("last_used_at"),
    _time("revoked_at"),
)
sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Words, primary_key=True),
    Column("user_id", Key, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    _time("created_at"),
    _time("expires_at"),
)
sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("token_hash", Words, primary_key=True),
    Column("user_id", Key, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    _time("expires_at"),
)
projects = Table(
    "projects",
    metadata,
    Column("key", Key, primary_key=True),
    Column("entity_id", Key, ForeignKey("entities.id", ondelete="CASCADE"), nullable=False),
    Column("name", Words, nullable=False),
    _text("description"),
    _time("created_at"),
    _time("last_activity_at"),
    _number("run_count"),
    _number("running_count"),
    _number("last_ordinal"),
    _number("last_name_number"),
    UniqueConstraint("entity_id", "name"),
    Index(None, "last_activity_at", "key"),
    sqlite_autoincrement=True,
)
# A row here is narrow, because listings and filters read many of them; what only a run's own page needs is in run_documents.
runs = Table(
    "runs",
    metadata,
    Column("key", Key, primary_key=True),
    Column("project_key", Key, ForeignKey("projects.key", ondelete="CASCADE"), nullable=False),
    Column("id", Words, nullable=False),
    _number("revision"),
    _number("ordinal"),
    Column("state", Words, nullable=False),
    _text("name"),
    _text("user"),
    _time("created_at"),
    _time("started_at"),
    _time("heartbeat_at"),
    _time("finished_at"),
    _time("deleted_at"),
    Column("exit_code", BigInteger),
    _text("group"),
    _text("job_type"),
    _text("tags"),
    _text("host"),
    _text("program"),
    _text("sdk_version"),
    _number("progress_step"),
    _number("progress_total"),
    _time("stop_requested_at"),
    _text("notes"),
    UniqueConstraint("project_key", "id"),
    Index(None, "project_key", "deleted_at", "state"),
    Index(None, "state", "heartbeat_at"),
    sqlite_autoincrement=True,
)
run_documents = Table(
    "run_documents",
    metadata,
    Column("run_key", Key, ForeignKey("runs.key", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    # Short ones first: SQLite then reads them without following the long ones' overflow pages.
    _text("definitions"),
    _text("refused"),
    _text("config"),
    _text("summary"),
    _text("environment"),
)
run_search = Table(
    "run_search",
    metadata,
    Column("run_key", Key, ForeignKey("runs.key", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("words", Words, nullable=False),
)
# One row per config or summary path of a project, with counts over the runs that are not in the trash.
value_columns = Table(
    "value_columns",
    metadata,
    Column("id", Key, primary_key=True),
    Column("project_key", Key, ForeignKey("projects.key", ondelete="CASCADE"), nullable=False),
    Column("section", Text, nullable=False),
    Column("path", Words, nullable=False),
    _number("run_count"),
    _number("float_count"),
    _number("int_count"),
    _number("bool_count"),
    _number("text_count"),
    _number("list_count"),
    _number("null_count"),
    # A value of the column and how many runs have it: equal counts mean that values do not differ.
    Column("sample_kind", Text),
    Column("sample_number", Double),
    Column("sample_text", Words),
    _number("sample_count"),
    UniqueConstraint("project_key", "section", "path"),
    sqlite_autoincrement=True,
)
# Clustered by column: a filter, a sort or a listed column reads one stretch of it.
run_values = Table(
    "run_values",
    metadata,
    Column("column_id", Key, primary_key=True, autoincrement=False),
    Column("run_key", Key, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("number", Double),
    Column("text", Words),
    sqlite_with_rowid=False,
)
run_files = Table(
    "run_files",
    metadata,
    Column("run_key", Key, ForeignKey("runs.key", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("path", Words, primary_key=True),
    Column("digest", Text, nullable=False),
    _number("size"),
    _time("updated_at"),
)
alerts = Table(
    "alerts",
    metadata,
    Column("id", Key, primary_key=True),
    Column("project_key", Key, ForeignKey("projects.key", ondelete="CASCADE"), nullable=False, index=True),
    Column("run_key", Key, ForeignKey("runs.key", ondelete="CASCADE"), nullable=False),
    _time("time"),
    Column("title", Words, nullable=False),
    _text("text"),
    _text("level"),
    Column("step", BigInteger, nullable=False),
    UniqueConstraint("run_key", "time", "title"),
    sqlite_autoincrement=True,
)
config_changes = Table(
    "config_changes",
    metadata,
    Column("id", Key, primary_key=True),
    Column("run_key", Key, ForeignKey("runs.key", ondelete="CASCADE"), nullable=False, index=True),
    _time("at"),
    Column("path", Words, nullable=False),
    Column("value", Text, nullable=False),
    _text("who"),
    sqlite_autoincrement=True,
)
run_writers = Table(
    "run_writers",
    metadata,
    Column("id", Key, primary_key=True),
    Column("run_key", Key, ForeignKey("runs.key", ondelete="CASCADE"), nullable=False),
    Column("writer", Words, nullable=False),
    Column("is_primary", Boolean, nullable=False),
    _text("finish_state"),
    _number("exit_code"),
    _time("finished_at"),
    UniqueConstraint("run_key", "writer"),
)
applied_seqs = Table(
    "applied_seqs",
    metadata,
    Column("run_key", Key, ForeignKey("runs.key", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("writer", Words, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
# What people wrote before: of a run, or (without a run) of the project itself.
note_changes = Table(
    "note_changes",
    metadata,
    Column("id", Key, primary_key=True),
    Column("project_key", Key, ForeignKey("projects.key", ondelete="CASCADE"), nullable=False),
    Column("run_key", Key, ForeignKey("runs.key", ondelete="CASCADE"), index=True),
    _time("at"),
    _text("who"),
    _text("text"),
    Index(None, "project_key", "run_key"),
    sqlite_autoincrement=True,
)
views = Table(
    "views",
    metadata,
    Column("key", Key, primary_key=True),
    Column("project_key", Key, ForeignKey("projects.key", ondelete="CASCADE"), nullable=False),
    Column("id", Words, nullable=False),
    _number("revision"),
    Column("page", Text, nullable=False),
    _text("name"),
    Column("sharing", Text, nullable=False),
    _text("owner"),
    Column("is_locked", Boolean, nullable=False),
    Column("is_default", Boolean, nullable=False),
    _time("created_at"),
    _time("updated_at"),
    _text("updated_by"),
    _time("deleted_at"),
    Column("spec", Words, nullable=False),
    UniqueConstraint("project_key", "id"),
    sqlite_autoincrement=True,
)
view_versions = Table(
    "view_versions",
    metadata,
    Column("view_key", Key, ForeignKey("views.key", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    _time("at"),
    _text("who"),
    _text("name"),
    Column("spec", Words, nullable=False),
)
view_links = Table(
    "view_links",
    metadata,
    Column("project_key", Key, ForeignKey("projects.key", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("id", Words, primary_key=True),
    _time("at"),
    _text("who"),
    Column("spec", Words, nullable=False),
)
# What an edit of many runs changed, a part per unit of work, so that it can be undone.
undos = Table(
    "undos",
    metadata,
    Column("token", Words, primary_key=True),
    Column("part", BigInteger, primary_key=True, autoincrement=False),
    Column("project_key", Key, ForeignKey("projects.key", ondelete="CASCADE"), nullable=False, index=True),
    _time("at"),
    _text("who"),
    Column("action", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index(None, "at"),
)
events = Table(
    "events",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kind", Text, nullable=False),
    # No reference: an event outlives its project.
    Column("project_key", BigInteger, nullable=False),
    _text("subject"),
    _time("at"),
    _text("actor"),
    Column("data", Text, nullable=False),
    sqlite_autoincrement=True,
)
audit = Table(
    "audit",
    metadata,
    Column("sequence", Key, primary_key=True, autoincrement=False),
    _time("at"),
    Column("action", Text, nullable=False),
    _text("actor"),
    _text("via"),
    _text("address"),
    _text("subject"),
    Column("data", Text, nullable=False),
    _text("request_id"),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
)
installation_values = Table(
    "installation_values",
    metadata,
    Column("name", Words, primary_key=True),
    Column("value", Text, nullable=False),
)
