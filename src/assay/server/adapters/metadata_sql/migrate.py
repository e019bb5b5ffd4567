"""Bring a database to the schema of this code, once, when it is opened. Alembic is loaded only when there is something to do."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from assay.server.adapters.metadata_sql.dialect import SqliteDialect
from assay.server.domain.errors import SchemaNewer, UpgradeFailed

SCHEMA = "0009"  # the newest file in migrations/versions
_FOLDER = Path(__file__).parent / "migrations"
_VERSION = sa.table("alembic_version", sa.column("version_num"))


def migrate(dialect: SqliteDialect, writer: sa.Engine, readers: sa.Engine) -> None:
    """Create or upgrade the tables in one transaction, after a copy of the database was put beside it if it had any.

    Raises, having changed nothing, SchemaNewer for a database that a newer version wrote and UpgradeFailed where a migration does
    not go through."""
    with readers.begin() as connection:  # where there is nothing to do, nobody is waited for who writes
        found = _version(connection)
    if found == SCHEMA:
        return
    if found > SCHEMA:
        raise SchemaNewer(path=dialect.name, found=found, known=SCHEMA, copies=f"{dialect.name}.before-*")
    if found:
        dialect.copy_before_upgrade(SCHEMA)
    with writer.begin() as connection:
        # Another process may have upgraded while we waited for the lock; then there is nothing left to run.
        if _version(connection) < SCHEMA:
            try:
                upgrade(connection)
            except sa.exc.DatabaseError as error:
                if dialect.translate(error) is not None:
                    raise  # a full disk, a lock, damage: they have words of their own
                reason = str(error.orig or error)
                raise UpgradeFailed(path=dialect.name, found=found or "none", wanted=SCHEMA, reason=reason) from error


def upgrade(connection: sa.Connection, target: str = SCHEMA) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    command.upgrade(config, target)


def _version(connection: sa.Connection) -> str:
    """The schema's number, empty for a new database."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(sa.select(_VERSION.c.version_num)).scalar() or "")
