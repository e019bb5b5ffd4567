"""The metadata store on SQL: units of work, copies, checks. What a unit can do is in one module per noun beside this one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from assay.server.adapters.metadata_sql.accounts import SqlAccounts
from assay.server.adapters.metadata_sql.artifact_parts import SqlFaults
from assay.server.adapters.metadata_sql.artifacts import SqlArtifacts
from assay.server.adapters.metadata_sql.buckets import SqlBuckets
from assay.server.adapters.metadata_sql.comments import SqlComments, SqlMentions
from assay.server.adapters.metadata_sql.contents import SqlContents
from assay.server.adapters.metadata_sql.dialect import SqliteDialect
from assay.server.adapters.metadata_sql.logs import SqlAudit, SqlEvents, SqlInstallationValues
from assay.server.adapters.metadata_sql.migrate import migrate
from assay.server.adapters.metadata_sql.moves import SqlMoves
from assay.server.adapters.metadata_sql.presets import SqlPresets
from assay.server.adapters.metadata_sql.projects import SqlProjects
from assay.server.adapters.metadata_sql.runs import SqlRuns
from assay.server.adapters.metadata_sql.teams import SqlTeams
from assay.server.adapters.metadata_sql.verify import verify
from assay.server.adapters.metadata_sql.views import SqlUndos, SqlViews
from assay.wire import failpoints
from assay.wire.errors import Unavailable

FILE = "metadata.db"
WAIT_S = 30  # for the units before ours; longer than any of them should take, shorter than clients wait


@dataclass(frozen=True, slots=True)
class SqlUnit:
    accounts: SqlAccounts
    teams: SqlTeams
    projects: SqlProjects
    runs: SqlRuns
    moves: SqlMoves
    views: SqlViews
    presets: SqlPresets
    comments: SqlComments
    mentions: SqlMentions
    undos: SqlUndos
    artifacts: SqlArtifacts
    contents: SqlContents
    buckets: SqlBuckets
    faults: SqlFaults
    events: SqlEvents
    audit: SqlAudit
    values: SqlInstallationValues

    @classmethod
    def on(cls, connection: sa.Connection, dialect: SqliteDialect) -> SqlUnit:
        return cls(
            SqlAccounts(connection, dialect),
            SqlTeams(connection, dialect),
            SqlProjects(connection, dialect),
            SqlRuns(connection, dialect),
            SqlMoves(connection, dialect),
            SqlViews(connection, dialect),
            SqlPresets(connection, dialect),
            SqlComments(connection),
            SqlMentions(connection),
            SqlUndos(connection),
            SqlArtifacts(connection, dialect),
            SqlContents(connection, dialect),
            SqlBuckets(connection, dialect),
            SqlFaults(connection),
            SqlEvents(connection),
            SqlAudit(connection),
            SqlInstallationValues(connection, dialect),
        )


class SqlMetadataStore:
    """A MetadataStore in one SQLite file, made and brought up to date by opening it, unless it `is_in_use` by a server.

    Raises SchemaNewer for a file of a newer version, SchemaInUse for one of an older server that runs, and DatabaseDamaged for
    one that is no database."""

    def __init__(self, url_or_path: str | Path, *, is_in_use: bool = False) -> None:
        self._dialect = SqliteDialect(_path(url_or_path))
        self._writer = self._dialect.writer()
        self._readers = self._dialect.readers()
        self._turn = threading.Lock()
        self._holder = 0
        try:
            with self._translated():
                migrate(self._dialect, self._writer, self._readers, is_in_use=is_in_use)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def begin(self) -> Iterator[SqlUnit]:
        assert self._holder != threading.get_ident(), "a unit of work was begun inside another one of the same thread"
        if not self._turn.acquire(timeout=WAIT_S):
            raise Unavailable(detail=f"The metadata database has been busy for {WAIT_S} s. Nothing was changed; try again.")
        self._holder = threading.get_ident()
        try:
            with self._translated(), self._writer.begin() as connection:
                yield SqlUnit.on(connection, self._dialect)
                failpoints.reach("unit.ready")
            failpoints.reach("unit.committed")
        finally:
            self._holder = 0
            self._turn.release()

    @contextmanager
    def read(self) -> Iterator[SqlUnit]:
        with self._translated(is_reading=True), self._readers.begin() as connection:
            yield SqlUnit.on(connection, self._dialect)

    def snapshot(self, folder: str) -> None:
        with self._translated():
            self._dialect.copy(Path(folder) / FILE)

    def verify(self) -> list[str]:
        with self._translated(is_reading=True), self._readers.begin() as connection:
            return self._dialect.check(connection) + verify(connection)

    def close(self) -> None:
        self._readers.dispose()
        self._writer.dispose()

    @contextmanager
    def _translated(self, *, is_reading: bool = False) -> Iterator[None]:
        try:
            yield
        except sa.exc.SQLAlchemyError as error:
            translated = self._dialect.translate(error, is_reading=is_reading)
            if translated is None:
                raise
            raise translated from error


def _path(url_or_path: str | Path) -> Path:
    """The SQLite file meant by a URL, a file's path, or a folder's."""
    text = str(url_or_path)
    if text.startswith("sqlite:"):
        path = Path(sa.make_url(text).database or FILE)
    else:
        assert "://" not in text, f"no metadata store for {text!r}; SQLite is the one there is"
        path = Path(text)
    return path / FILE if path.is_dir() else path
