"""Where SQL differs: opening, upserts, substring and regular-expression search, copies, errors. Everything else in this folder is
the same for every database; a second database is a second class with these methods."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy import event
from sqlalchemy.dialects import sqlite
from sqlalchemy.pool import QueuePool, StaticPool

from assay.server.adapters.metadata_sql.encoding import LIST_MARK
from assay.server.compute.patterns import compile_pattern
from assay.server.domain.errors import DatabaseDamaged, QueryTooLong, ReadOnlyUnit
from assay.server.domain.folding import folded
from assay.wire import limits
from assay.wire.errors import InvalidRequest, StorageFull, Unavailable

Int64 = NDArray[np.int64]
BUSY_MS = 10_000  # milliseconds another process (a backup, a shell) may hold the file before we give up
READERS = 4  # connections kept open for reading; bursts open more
READERS_MORE = 28
CACHE_KIB = 2_048  # KiB of page cache per connection; the operating system caches the rest
_ROOM_BYTES = 64 * limits.KIB  # what a database needs beside it to be opened at all
_FEW = 500  # keys in one list of a query
_SPARSE = 20  # keys of a stretch for each one wanted, up to which reading the stretch is quicker
CHECK_EVERY = 20_000  # SQLite instructions between two looks at the clock, about a millisecond


@lru_cache(100)
def _compiled(statement: sa.Executable, dialect: sa.Dialect) -> tuple[str, list[str]]:
    """The statement's text and the names of its parameters in their order."""
    compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
    return str(compiled), compiled.positiontup


# Kept, because to put a statement together takes longer than to execute it.
@cache
def _insert_new(table: sa.Table, returned: tuple[sa.Column[Any], ...]) -> Any:
    insert = sqlite.insert(table).on_conflict_do_nothing()
    return insert.returning(*returned) if returned else insert


@cache
def _upsert(table: sa.Table, key: tuple[str, ...], update: tuple[str, ...]) -> Any:
    insert = sqlite.insert(table)
    return insert.on_conflict_do_update(index_elements=list(key), set_={name: insert.excluded[name] for name in update})


class SqliteDialect:
    """SQLite in WAL mode with every commit flushed: one connection writes, a pool of `query_only` ones reads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Made here so that it is ours alone from its first byte; SQLite gives its companions the same mode.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))

    @property
    def name(self) -> str:
        return str(self.path)

    def writer(self) -> sa.Engine:
        """One connection, for use behind a lock. Raises DatabaseDamaged if the file is no database."""
        engine = self._engine(StaticPool, read_only=False)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine

    def readers(self) -> sa.Engine:
        engine = self._engine(QueuePool, read_only=True, pool_size=READERS, max_overflow=READERS_MORE, pool_timeout=30)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        return engine

    def _engine(self, pool: type[sa.Pool], *, read_only: bool, **options: Any) -> sa.Engine:
        engine = sa.create_engine(
            sa.URL.create("sqlite+pysqlite", database=str(self.path)),
            poolclass=pool,
            # Transactions begin where we say so (the listeners above), not where the driver guesses.
            connect_args={"check_same_thread": False, "isolation_level": None, "timeout": BUSY_MS / 1000},
            **options,
        )

        def prepare(connection: sqlite3.Connection, _record: object) -> None:
            cursor = connection.cursor()
            try:
                cursor.execute("PRAGMA journal_mode = WAL")
                cursor.execute("PRAGMA synchronous = FULL")
                cursor.execute("PRAGMA foreign_keys = ON")
                cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
                cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
                cursor.execute("PRAGMA temp_store = MEMORY")
                if read_only:
                    cursor.execute("PRAGMA query_only = ON")
            except sqlite3.DatabaseError as error:
                raise self.translate(error) or error from error
            finally:
                cursor.close()
            matcher = Matcher()
            connection.create_function("assay_fold", 1, _folded, deterministic=True)
            connection.create_function("assay_match", 2, matcher.text, deterministic=True)
            connection.create_function("assay_match_item", 2, matcher.item, deterministic=True)

        def explain(context: sa.ExceptionContext) -> BaseException | None:
            if isinstance(context.original_exception, OverflowError):  # only a caller can have named such a number
                return InvalidRequest(detail="A number of the request is beyond 64 bits: nothing here is so large")
            error = context.sqlalchemy_exception
            return None if error is None else self.translate(error, is_reading=read_only)

        event.listen(engine, "connect", prepare)
        event.listen(engine, "handle_error", explain, retval=True)
        return engine

    def insert_new(self, table: sa.Table, *returned: sa.Column[Any]) -> Any:
        """An INSERT that leaves a row that is already there as it is; `rowcount` tells which happened, or whether there are
        `returned` columns of the new row."""
        return _insert_new(table, returned)

    def upsert(self, table: sa.Table, key: Sequence[str], update: Sequence[str]) -> Any:
        """An INSERT that sets the columns `update` of a row with the same `key` instead."""
        return _upsert(table, tuple(key), tuple(update))

    def execute_rows(self, connection: sa.Connection, statement: sa.Executable, names: Sequence[str], rows: list[Any]) -> None:
        """Execute a statement once per row of `rows`, tuples in the order of its parameters `names`, as the driver takes them:
        half the time of a dictionary per row, which counts where there are ten thousand."""
        text, named = _compiled(statement, connection.dialect)
        order = [names.index(name) for name in named]
        if order != list(range(len(names))):
            rows = [tuple(row[place] for place in order) for row in rows]
        connection.exec_driver_sql(text, rows)

    def rows_of_keys(self, connection: sa.Connection, query: sa.Select[Any], column: sa.ColumnElement[int], keys: Int64) -> Int64:
        """The integer rows of `query` whose first column, `column`, is among `keys`; by key. Where the keys lie close together,
        one stretch is read and sifted: asking for each would cost ten times as much."""
        keys = np.unique(keys)
        rows: list[Any] = []
        if len(keys) > _FEW and int(keys[-1]) - int(keys[0]) < _SPARSE * len(keys):
            rows = list(connection.execute(query.where(column.between(int(keys[0]), int(keys[-1])))))
        else:
            for start in range(0, len(keys), _FEW):
                rows += connection.execute(query.where(column.in_(keys[start : start + _FEW].tolist())))
        table = np.array([tuple(row) for row in rows], np.int64).reshape(-1, len(query.selected_columns))
        table = table[np.argsort(table[:, 0], kind="stable")]
        return table[np.isin(table[:, 0], keys)]

    def contains(self, text: sa.ColumnElement[Any], part: str) -> sa.ColumnElement[bool]:
        return sa.func.instr(text, part) > 0

    def folded(self, text: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
        """The text as it is searched (`domain/folding.py`). Every row costs a call, about half a microsecond."""
        return sa.func.assay_fold(text, type_=sa.Text)

    def contains_folded(self, text: sa.ColumnElement[Any], part: str) -> sa.ColumnElement[bool]:
        """`part` is in the text, whatever the case and the accents of both."""
        return self.contains(self.folded(text), folded(part))

    def matches(self, text: sa.ColumnElement[Any], pattern: str) -> sa.ColumnElement[bool]:
        """`pattern`, already known to be one that RE2 takes, is found in `text`."""
        return sa.func.assay_match(pattern, text, type_=sa.Boolean)

    def matches_item(self, items: sa.ColumnElement[Any], pattern: str) -> sa.ColumnElement[bool]:
        """`pattern` is found in a text among the items of a list."""
        return sa.func.assay_match_item(pattern, items, type_=sa.Boolean)

    @contextmanager
    def deadline(self, connection: sa.Connection, seconds: float = limits.QUERY_S) -> Iterator[None]:
        """Ends a query that runs longer, with QueryTooLong."""
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection), driver
        until = time.monotonic() + seconds
        driver.set_progress_handler(lambda: time.monotonic() > until, CHECK_EVERY)
        try:
            yield
        finally:
            driver.set_progress_handler(None, 0)

    def copy(self, target: Path) -> None:
        """A consistent copy of the database, without its free space, on the disk when this returns."""
        os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=BUSY_MS / 1000)
        try:
            connection.execute("VACUUM INTO ?", (str(target),))
        finally:
            connection.close()
        for path in (target, target.parent):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def copy_before_upgrade(self, schema: str) -> None:
        target = self.path.with_name(f"{self.path.name}.before-{schema}")
        # One that is there was made by an upgrade that failed and was rolled back: it says the same as the database.
        target.unlink(missing_ok=True)
        self.copy(target)

    def check(self, connection: sa.Connection) -> list[str]:
        """What the database itself finds wrong with its files and references."""
        found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
        wrong = [f"{self.path}: {line}" for line in found if line != "ok"]
        wrong += [
            f"{self.path}: row {row[1]} of {row[0]} refers to a row of {row[2]} that is gone"
            for row in connection.exec_driver_sql("PRAGMA foreign_key_check")
        ]
        return wrong

    def translate(self, error: BaseException, *, is_reading: bool = False) -> Exception | None:
        """The error to raise instead, or None where only a bug explains it."""
        cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        if isinstance(error, sa.exc.TimeoutError):  # of the pool of connections
            return Unavailable(detail="All connections to the metadata database are busy. Nothing was changed; try again.")
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and self._has_no_room()):
            return StorageFull(detail="the metadata database cannot grow", where=str(self.path.parent))
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return Unavailable(
                detail=f"Another process has kept {self.path} locked for {BUSY_MS // 1000} s. Nothing was changed; try again."
            )
        if code == sqlite3.SQLITE_INTERRUPT:
            return QueryTooLong(limit=limits.QUERY_S, name="QUERY_S")
        if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            return DatabaseDamaged(path=str(self.path), detail=str(cause))
        if code == sqlite3.SQLITE_READONLY and is_reading:
            return ReadOnlyUnit("a unit of work that only reads was asked to write")
        if code in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}:
            return Unavailable(
                detail=f"The metadata database {self.path} cannot be reached: {cause}. Check the disk and its rights."
            )
        return None

    def _has_no_room(self) -> bool:
        """Whether a failed call is that of a full disk: SQLite tells so of the file alone, and not of the memory beside it."""
        try:
            return shutil.disk_usage(self.path.parent).free < _ROOM_BYTES
        except OSError:
            return False


def _folded(text: object) -> str:
    return folded(text) if isinstance(text, str) else ""


class Matcher:
    """Regular expressions for one connection. RE2 takes time linear in the text, whatever the pattern."""

    def __init__(self) -> None:
        self._pattern: str | None = None
        self._compiled: Any = None

    def text(self, pattern: str, text: object) -> bool:
        if pattern != self._pattern:
            self._compiled, self._pattern = compile_pattern(pattern), pattern
        # As bytes: the library is three times as fast when it need not count characters.
        return isinstance(text, str) and self._compiled.search(text.encode()) is not None

    def item(self, pattern: str, items: object) -> bool:
        if not isinstance(items, str):
            return False
        return any(self.text(pattern, json.loads(item)) for item in items.split(LIST_MARK)[1:-1] if item.startswith('"'))
