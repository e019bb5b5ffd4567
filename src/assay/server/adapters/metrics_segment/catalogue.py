"""The catalogue: which segments there are, which streams a run is made of, what names and sequence marks are known.

One SQLite file. Every change of it is one transaction; a crash finds either the old truth or the new one."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assay.wire.errors import Unavailable

FORMAT = 1

StoredRun = tuple[tuple[object, ...], dict[str, int]]  # a row of `runs` without is_deleted, and the run's marks
Execute = Callable[..., object]  # of the connection that `change` gives

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE names (id INTEGER PRIMARY KEY, project INTEGER NOT NULL, name TEXT NOT NULL);
CREATE INDEX names_by_project ON names (project);
CREATE TABLE runs (
  number INTEGER PRIMARY KEY, project INTEGER NOT NULL, run_key INTEGER NOT NULL, is_deleted INTEGER NOT NULL DEFAULT 0,
  next_order INTEGER NOT NULL DEFAULT 0, line_count INTEGER NOT NULL DEFAULT 0, last_step INTEGER NOT NULL DEFAULT -1,
  summary BLOB, others BLOB);
CREATE INDEX runs_by_project ON runs (project) WHERE is_deleted = 0;
CREATE TABLE lineage (
  number INTEGER NOT NULL, place INTEGER NOT NULL, stream INTEGER NOT NULL, last_step INTEGER,
  PRIMARY KEY (number, place)) WITHOUT ROWID;
CREATE TABLE marks (number INTEGER NOT NULL, writer TEXT NOT NULL, last_seq INTEGER NOT NULL,
  PRIMARY KEY (number, writer)) WITHOUT ROWID;
CREATE TABLE segments (id INTEGER PRIMARY KEY, level INTEGER NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL);
CREATE TABLE tombstones (stream INTEGER PRIMARY KEY);
CREATE TABLE damages (id INTEGER PRIMARY KEY, sentence TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class RunRow:
    number: int
    project: int
    run_key: int
    next_order: int
    line_count: int
    last_step: int
    summary: bytes | None
    others: bytes | None


class Catalogue:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        _make_private(path)
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        found = self._db.execute("PRAGMA user_version").fetchone()[0]
        if found > FORMAT:
            self._db.close()
            raise Unavailable(detail=f"{path} was written by a newer Assay (format {found}). Start that version, or newer.")
        if found == 0:
            with self.change() as db:
                for statement in _SCHEMA.split(";\n"):
                    if statement.strip():
                        db.execute(statement)
                db.execute("INSERT INTO meta VALUES ('store_id', ?)", (os.urandom(16),))
                db.execute(f"PRAGMA user_version = {FORMAT}")

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """One transaction, durable when the block ends."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def meta(self, key: str, default: int | bytes) -> int | bytes:
        with self._lock:
            row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return default if row is None else row[0]

    @property
    def store_id(self) -> bytes:
        found = self.meta("store_id", b"")
        assert isinstance(found, bytes)
        return found

    def number(self, key: str, default: int) -> int:
        return int(self.meta(key, default))

    def names(self, project: int) -> list[tuple[int, str]]:
        with self._lock:
            return self._db.execute("SELECT id, name FROM names WHERE project = ? ORDER BY id", (project,)).fetchall()

    def projects(self) -> list[int]:
        with self._lock:
            found = self._db.execute("SELECT DISTINCT project FROM runs WHERE is_deleted = 0").fetchall()
        return [project for (project,) in found]

    def runs(self, project: int) -> list[RunRow]:
        with self._lock:
            found = self._db.execute(
                "SELECT number, project, run_key, next_order, line_count, last_step, summary, others FROM runs "
                "WHERE project = ? AND is_deleted = 0 ORDER BY number",
                (project,),
            ).fetchall()
        return [RunRow(*row) for row in found]

    def lineages(self, project: int) -> dict[int, list[tuple[int, int | None]]]:
        """Run number → (stream, last step) in order, for the runs that are not just one stream."""
        with self._lock:
            found = self._db.execute(
                "SELECT l.number, l.stream, l.last_step FROM lineage l JOIN runs r USING (number) "
                "WHERE r.project = ? AND r.is_deleted = 0 ORDER BY l.number, l.place",
                (project,),
            ).fetchall()
        answer: dict[int, list[tuple[int, int | None]]] = {}
        for number, stream, last_step in found:
            answer.setdefault(number, []).append((stream, last_step))
        return answer

    def marks(self, number: int) -> dict[str, int]:
        with self._lock:
            return dict(self._db.execute("SELECT writer, last_seq FROM marks WHERE number = ?", (number,)).fetchall())

    def tombstones(self) -> set[int]:
        """Streams that no lineage names any more: merges leave their rows out."""
        with self._lock:
            return {stream for (stream,) in self._db.execute("SELECT stream FROM tombstones")}

    def dead_numbers(self) -> set[int]:
        with self._lock:
            return {number for (number,) in self._db.execute("SELECT number FROM runs WHERE is_deleted = 1")}

    def segments(self) -> list[tuple[int, int]]:
        """(id, level) of every segment."""
        with self._lock:
            return self._db.execute("SELECT id, level FROM segments ORDER BY id").fetchall()

    def damages(self) -> list[str]:
        with self._lock:
            return [sentence for (sentence,) in self._db.execute("SELECT sentence FROM damages ORDER BY id")]

    def check(self) -> list[str]:
        """SQLite's own look at the file."""
        with self._lock:
            found = [row[0] for row in self._db.execute("PRAGMA integrity_check")]
        return [] if found == ["ok"] else [f"{self.path.name}: {line}" for line in found]

    def add_damages(self, sentences: Iterable[str]) -> None:
        with self.change() as db:
            db.executemany("INSERT INTO damages (sentence) VALUES (?)", [(sentence,) for sentence in sentences])

    def copy(self, target: Path) -> None:
        """A consistent copy while others write."""
        with self._lock:
            _make_private(target)
            other = sqlite3.connect(target)
            try:
                self._db.backup(other)
            finally:
                other.close()

    def close(self) -> None:
        with self._lock:
            self._db.close()


def save_runs(execute: Execute, rows: list[StoredRun]) -> None:
    for row, marks in rows:
        # A run deleted meanwhile stays deleted: its row is there, and only is_deleted = 0 is written over.
        execute(
            "INSERT INTO runs (number, project, run_key, next_order, line_count, last_step, summary, others) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (number) DO UPDATE SET next_order = excluded.next_order, "
            "line_count = excluded.line_count, last_step = excluded.last_step, summary = excluded.summary, "
            "others = excluded.others WHERE is_deleted = 0 AND next_order <= excluded.next_order",
            row,
        )
        for writer, mark in marks.items():
            execute(
                "INSERT INTO marks SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM runs WHERE number = ? AND is_deleted = 0) "
                "ON CONFLICT (number, writer) DO UPDATE SET last_seq = max(last_seq, excluded.last_seq)",
                (row[0], writer, mark, row[0]),
            )


def set_number(execute: Execute, key: str, value: int) -> None:
    execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value))


def add_segment(execute: Execute, segment_id: int, level: int, rows: int, size_bytes: int) -> None:
    execute("INSERT INTO segments VALUES (?, ?, ?, ?)", (segment_id, level, rows, size_bytes))


def first_stream(number: int) -> int:
    """The history stream a run begins with. Its system and console streams are the next two; rewinds and forks open
    streams from `lineage_stream`, so that the two ranges never meet."""
    return 4 * number


def system_stream(number: int) -> int:
    return 4 * number + 1


def console_stream(number: int) -> int:
    return 4 * number + 2


def lineage_stream(counter: int) -> int:
    return 4 * counter + 3


def _make_private(path: Path) -> None:
    """Ours alone from its first byte; SQLite gives its companions the same mode. One of an older version becomes so."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)
