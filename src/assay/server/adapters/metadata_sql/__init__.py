"""MetadataStore on SQL: SQLAlchemy Core statements that every database understands, with SQLite underneath."""

from assay.server.adapters.metadata_sql.store import FILE, SqlMetadataStore

__all__ = ["FILE", "SqlMetadataStore"]
