"""Bring a database to the schema of this code, once, when it is opened. A new one gets the tables as they are now; Alembic is
loaded only to upgrade an older one, because a server that holds it weighs 5 to 10 MiB more for as long as it runs."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from assay.server.adapters.metadata_sql import tables
from assay.server.adapters.metadata_sql.dialect import SqliteDialect
from assay.server.domain.errors import SchemaInUse, SchemaNewer, UpgradeFailed

SCHEMA = "0011"  # the newest file in migrations/versions
_FOLDER = Path(__file__).parent / "migrations"
# Alembic's own table, which it finds made.
_VERSION = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def migrate(dialect: SqliteDialect, writer: sa.Engine, readers: sa.Engine, *, is_in_use: bool = False) -> None:
    """Create or upgrade the tables in one transaction, after a copy of the database was put beside it if it had any.

    Raises, having changed nothing, SchemaNewer for a database that a newer version wrote, SchemaInUse for one of an older version
    that is in use by it, and UpgradeFailed where a migration does not go through."""
    with readers.begin() as connection:  # where there is nothing to do, nobody is waited for who writes
        found = _version(connection)
    if found == SCHEMA:
        return
    if found > SCHEMA:
        raise SchemaNewer(path=dialect.name, found=found, known=SCHEMA, copies=f"{dialect.name}.before-*")
    if found and is_in_use:
        raise SchemaInUse(path=dialect.name, found=found, known=SCHEMA)
    if found:
        dialect.copy_before_upgrade(SCHEMA)
    with writer.begin() as connection:
        # Another process may have been first while we waited for the lock; then there is less to do, or nothing.
        found = _version(connection)
        if found < SCHEMA:
            try:
                if found:
                    upgrade(connection)
                else:
                    create(connection)
            except sa.exc.DatabaseError as error:
                if dialect.translate(error) is not None:
                    raise  # a full disk, a lock, damage: they have words of their own
                reason = str(error.orig or error)
                raise UpgradeFailed(path=dialect.name, found=found or "none", wanted=SCHEMA, reason=reason) from error


def create(connection: sa.Connection) -> None:
    """Make the tables that all migrations together would make."""
    tables.metadata.create_all(connection, checkfirst=False)
    _VERSION.create(connection)
    connection.execute(sa.insert(_VERSION).values(version_num=SCHEMA))


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
