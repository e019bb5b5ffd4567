"""Digests of files seen before, so that a file that has not changed is not read again.

One SQLite file for all processes of a user. It only saves time: whatever is wrong with it, files are hashed instead. A file is
known by path, size, time of change and inode; one that was changed within the last two seconds is not remembered, because
another change in the same tick of its clock would not show."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from assay.client.hashing import Hashed, Stamp
from assay.client.places import cache_folder

SETTLED_NS = 2_000_000_000  # the coarsest clock of a file system we know (FAT)
ROWS_MAX = 3_000_000  # about 1 GB; then the oldest tenth is forgotten
_AT_ONCE = 400
_WAIT_S = 5.0
_TABLE = """
CREATE TABLE IF NOT EXISTS files (
  path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL,
  digest BLOB NOT NULL, blocks BLOB NOT NULL, seen_at INTEGER NOT NULL
)"""


class DigestCache:
    """Safe to share between threads and processes."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or cache_folder() / "digests.sqlite"
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._database: sqlite3.Connection | None = None
        self._is_off = False

    def find(self, files: Sequence[tuple[str, Stamp]]) -> dict[str, Hashed]:
        """What is known of each path that still has the stamp it was remembered with."""
        found: dict[str, Hashed] = {}
        for at in range(0, len(files), _AT_ONCE):
            part = dict(files[at : at + _AT_ONCE])
            marks = ",".join("?" * len(part))
            rows = self._ask(
                f"SELECT path, size, mtime_ns, inode, digest, blocks FROM files WHERE path IN ({marks})",  # noqa: S608
                [_key(path) for path in part],
            )
            for key, size, mtime_ns, inode, digest, blocks in rows:
                path, stamp = os.fsdecode(key), Stamp(size, mtime_ns, inode)
                if part.get(path) == stamp:
                    found[path] = Hashed(_text(digest), size, _texts(blocks), stamp)
        return found

    def keep(self, files: Iterable[tuple[str, Hashed]], *, now_ns: int | None = None) -> None:
        """Remember what was read. Files that changed just before are passed over: before `now_ns`, which is when they began to be
        read, for it may have taken a while."""
        now_ns = time.time_ns() if now_ns is None else now_ns
        rows = [
            (
                _key(path),
                one.size,
                one.stamp.mtime_ns,
                one.stamp.inode,
                _bytes(one.digest),
                b"".join(map(_bytes, one.blocks)),
                now_ns,
            )
            for path, one in files
            if one.stamp.mtime_ns + SETTLED_NS < now_ns
        ]
        if rows:
            self._change("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def forget(self, paths: Iterable[str]) -> None:
        self._change("DELETE FROM files WHERE path = ?", [(_key(path),) for path in paths])

    def close(self) -> None:
        with self._lock:
            if self._database is not None and self._pid == os.getpid():
                self._database.close()
            self._database = None

    def _ask(self, statement: str, values: Sequence[object]) -> list[Any]:
        with self._lock:
            database = self._open()
            if database is None:
                return []
            try:
                return database.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                self._give_up(error)
                return []

    def _change(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        with self._lock:
            database = self._open()
            if database is None:
                return
            try:
                with database:
                    database.executemany(statement, rows)
                    # A row id is a rough count; forgetting is rare, so the exact one is not asked for.
                    if len(rows) > 100 and database.execute("SELECT COUNT(*) FROM files").fetchone()[0] > ROWS_MAX:
                        database.execute(
                            "DELETE FROM files WHERE path IN (SELECT path FROM files ORDER BY seen_at LIMIT ?)", [ROWS_MAX // 10]
                        )
            except sqlite3.Error as error:
                self._give_up(error)

    def _open(self) -> sqlite3.Connection | None:
        if self._pid != os.getpid():  # a forked child must not use its parent's connection
            self._database, self._pid, self._is_off = None, os.getpid(), False
        if self._database is None and not self._is_off:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._database = _connect(self._path)
                # Nobody need close a cache; Python 3.13 warns of a database that is left open.
                weakref.finalize(self, _close, self._database, os.getpid())
            except (OSError, sqlite3.Error) as error:
                self._give_up(error)
        return self._database

    def _give_up(self, error: Exception) -> None:
        """Go on without. A file that is no database any more is put out of the way, so that the next process has one again."""
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            try:
                self._path.unlink(missing_ok=True)
            except OSError:
                pass
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            return  # somebody else is writing: this once without
        self._is_off = True
        self._database = None


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_WAIT_S, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost the last rows, never a right one
    database.execute(_TABLE)
    return database


def _close(database: sqlite3.Connection, owner: int) -> None:
    if owner == os.getpid():
        database.close()


def _key(path: str) -> str | bytes:
    """The path as SQLite takes it: one that is no UTF-8, as names of other systems are, as its bytes."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return os.fsencode(path)
    return path


def _bytes(digest: str) -> bytes:
    return bytes.fromhex(digest.removeprefix("sha256:"))


def _text(digest: bytes) -> str:
    return f"sha256:{digest.hex()}"


def _texts(blocks: bytes) -> tuple[str, ...]:
    return tuple(_text(blocks[at : at + 32]) for at in range(0, len(blocks), 32))
