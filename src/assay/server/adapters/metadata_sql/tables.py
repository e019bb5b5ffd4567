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
    text,
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
    _text("email"),
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
    _number("bucket"),
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
run_turns = Table(
    "run_turns",
    metadata,
    Column("id", Key, primary_key=True),
    Column("run_key", Key, ForeignKey("runs.key", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    _time("at"),
    Column("step", BigInteger, nullable=False),
    _text("who"),
    sqlite_autoincrement=True,
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
# Addresses that runs had before they moved to another project: an old link finds the run where it is now.
run_addresses = Table(
    "run_addresses",
    metadata,
    Column("project_key", Key, ForeignKey("projects.key", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("id", Words, primary_key=True),
    Column("run_key", Key, ForeignKey("runs.key", ondelete="CASCADE"), nullable=False, index=True),
)
# Runs whose data is on its way: what a crash leaves in the wrong place is found here. No references: rows may come later or go.
run_transfers = Table(
    "run_transfers",
    metadata,
    Column("run_key", Key, primary_key=True, autoincrement=False),
    Column("source_key", Key, nullable=False),
    Column("target_key", Key, nullable=False),
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
    Column("sharing", Text, nullable=False, server_default="personal"),
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
presets = Table(
    "presets",
    metadata,
    Column("key", Key, primary_key=True),
    Column("entity_id", Key, ForeignKey("entities.id", ondelete="CASCADE"), nullable=False),
    Column("name", Words, nullable=False),
    _text("label"),
    _number("revision"),
    _time("created_at"),
    _text("created_by"),
    _time("updated_at"),
    _text("updated_by"),
    _time("deleted_at"),
    Column("spec", Words, nullable=False),
    UniqueConstraint("entity_id", "name"),
    sqlite_autoincrement=True,
)
preset_versions = Table(
    "preset_versions",
    metadata,
    Column("preset_key", Key, ForeignKey("presets.key", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    _time("at"),
    _text("who"),
    _text("label"),
    Column("spec", Words, nullable=False),
)
comments = Table(
    "comments",
    metadata,
    Column("id", Key, primary_key=True),
    Column("project_key", Key, ForeignKey("projects.key", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Words, nullable=False),
    _time("at"),
    _text("who"),
    Column("text", Words, nullable=False),
    _time("edited_at"),
    _text("run"),
    _text("link"),
    Index(None, "project_key", "kind", "subject"),
    sqlite_autoincrement=True,
)
mentions = Table(
    "mentions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("user_id", Key, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("project_key", Key, ForeignKey("projects.key", ondelete="CASCADE"), nullable=False, index=True),
    Column("run_key", Key, ForeignKey("runs.key", ondelete="CASCADE"), index=True),
    Column("comment_id", Key, ForeignKey("comments.id", ondelete="CASCADE"), index=True),
    _time("at"),
    _text("by"),
    _text("text"),
    _time("read_at"),
    Index(None, "user_id", "id"),
    sqlite_autoincrement=True,
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
artifact_collections = Table(
    "artifact_collections",
    metadata,
    Column("key", Key, primary_key=True),
    Column("project_key", Key, ForeignKey("projects.key", ondelete="CASCADE"), nullable=False),
    Column("name", Words, nullable=False),
    Column("type", Words, nullable=False),
    _text("description"),
    _text("tags"),
    Column("ttl_s", Double),
    _time("created_at"),
    _time("updated_at"),
    _time("deleted_at"),
    _number("next_number"),
    _number("version_count"),
    _number("size"),
    UniqueConstraint("project_key", "name"),
    Index(None, "project_key", "type"),
    sqlite_autoincrement=True,
)
# What a version contains is in a blob, its manifest: a row here stays narrow however many files it has.
artifact_versions = Table(
    "artifact_versions",
    metadata,
    Column("key", Key, primary_key=True),
    Column("collection_key", Key, ForeignKey("artifact_collections.key", ondelete="CASCADE"), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    _text("manifest"),
    _number("bucket"),
    _number("size"),
    _number("new_size"),
    _number("file_count"),
    _time("created_at"),
    _text("created_by"),
    _time("updated_at"),
    _time("deleted_at"),
    _text("deleted_as"),
    _number("run_key"),
    Column("step", BigInteger, nullable=False),
    Column("ttl_s", Double),
    Column("span_start", Double),
    Column("span_end", Double),
    _text("tags"),
    _text("description"),
    _text("metadata"),
    _time("end_told"),
    UniqueConstraint("collection_key", "number"),
    Index(None, "collection_key", "digest"),
    Index(None, "deleted_at"),
    sqlite_autoincrement=True,
)
artifact_aliases = Table(
    "artifact_aliases",
    metadata,
    Column(
        "collection_key", Key, ForeignKey("artifact_collections.key", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("alias", Words, primary_key=True),
    Column("version_key", Key, ForeignKey("artifact_versions.key", ondelete="CASCADE"), nullable=False, index=True),
)
alias_changes = Table(
    "alias_changes",
    metadata,
    Column("id", Key, primary_key=True),
    Column("collection_key", Key, ForeignKey("artifact_collections.key", ondelete="CASCADE"), nullable=False, index=True),
    Column("alias", Words, nullable=False),
    _number("from_version"),
    _number("to_version"),
    _time("at"),
    _text("by"),
    sqlite_autoincrement=True,
)
# A run's side has no reference: what came from a version stays known when the run is gone.
artifact_edges = Table(
    "artifact_edges",
    metadata,
    Column("id", Key, primary_key=True),
    Column("version_key", Key, ForeignKey("artifact_versions.key", ondelete="CASCADE"), nullable=False),
    Column("run_key", Key, nullable=False),
    Column("kind", Text, nullable=False),
    _text("role"),
    _time("at"),
    _number("project_key"),
    _text("run_id"),
    _text("run_name"),
    UniqueConstraint("version_key", "run_key", "kind"),
    Index(None, "run_key"),
    sqlite_autoincrement=True,
)
artifact_drafts = Table(
    "artifact_drafts",
    metadata,
    Column("id", Words, primary_key=True),
    Column("project_key", Key, ForeignKey("projects.key", ondelete="CASCADE"), nullable=False),
    Column("name", Words, nullable=False),
    Column("type", Words, nullable=False),
    Column("request", LargeBinary, nullable=False),
    _time("created_at"),
    _time("touched_at"),
    _text("by"),
    _text("base_manifest"),
    _number("base_bucket"),
    _number("bucket"),
    _text("shared_id"),
    _number("page_count"),
    _number("entry_count"),
    _number("version_key"),
    Index(None, "project_key", "shared_id"),
    Index(None, "touched_at"),
)
artifact_draft_pages = Table(
    "artifact_draft_pages",
    metadata,
    Column("draft_id", Words, ForeignKey("artifact_drafts.id", ondelete="CASCADE"), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)
# Buckets that teams named. Their contents are there, so a row outlives its use; the keys are sealed.
team_buckets = Table(
    "team_buckets",
    metadata,
    Column("key", Key, primary_key=True),
    Column("entity_id", Key, ForeignKey("entities.id"), nullable=False, index=True),
    Column("address", Words, nullable=False),
    _text("endpoint"),
    _text("region"),
    Column("is_direct", Boolean, nullable=False),
    Column("is_trusted", Boolean, nullable=False),
    Column("folder", Words, nullable=False),
    Column("keys", LargeBinary, nullable=False),
    _time("created_at"),
    _text("created_by"),
    _time("rotated_at"),
    _text("rotated_by"),
    _time("ended_at"),
    sqlite_autoincrement=True,
)
# Runs that are gone and whose files in a bucket still are to be deleted.
bucket_clearings = Table(
    "bucket_clearings",
    metadata,
    Column("bucket", Key, primary_key=True, autoincrement=False),
    Column("run_key", Key, primary_key=True, autoincrement=False),
)
# One row per blob of an entity's artifacts in a place. `home` is the entity's id in the server's place, and the negative of a
# bucket's key in that bucket. `idle_since` is 0 while a version names it.
contents = Table(
    "contents",
    metadata,
    Column("home", Key, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, primary_key=True),
    _number("size"),
    _number("name_count"),
    _time("idle_since"),
    Column("is_leaving", Boolean, nullable=False),
    # The same condition in PostgreSQL's words would load its dialect and its drivers' wherever this module is imported.
    Index("ix_contents_idle_since", "idle_since", sqlite_where=text("idle_since > 0")),
    sqlite_with_rowid=False,
)
content_releases = Table(
    "content_releases",
    metadata,
    Column("id", Key, primary_key=True),
    Column("home", Key, nullable=False),
    Column("manifest", Text, nullable=False),
    sqlite_autoincrement=True,
)
artifact_faults = Table(
    "artifact_faults",
    metadata,
    Column("id", Words, primary_key=True),
    Column("entity_id", Key, ForeignKey("entities.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("target", Words, nullable=False),
    _text("reason"),
    _text("by"),
    _time("at"),
    _text("versions"),
    _text("runs"),
    _text("freeze"),
    _time("taken_back_at"),
)
artifact_acceptances = Table(
    "artifact_acceptances",
    metadata,
    Column("fault_id", Words, ForeignKey("artifact_faults.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "version_key", Key, ForeignKey("artifact_versions.key", ondelete="CASCADE"), primary_key=True, autoincrement=False,
        index=True,
    ),
    _text("reason"),
    _text("by"),
    _time("at"),
)  # fmt: skip
# How long versions are kept where neither they nor their collection say. Project 0: all of the entity; type empty: all.
artifact_rules = Table(
    "artifact_rules",
    metadata,
    Column("entity_id", Key, ForeignKey("entities.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("project_key", Key, primary_key=True, autoincrement=False),
    Column("type", Words, primary_key=True),
    Column("ttl_s", Double, nullable=False),
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
