"""Where a run's records go, whatever the disk does: the journal, else a journal in another folder, else memory, else a count.

Nothing here raises into training. Every record is in exactly one of four accounts: in a journal, in memory (`held_count`), given
up (`dropped_count`), or never one at all. One line says what happened, again at most once a minute, and one when it is over."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from assay.journal.folder import RunFolder
from assay.journal.frames import Head
from assay.journal.interrupts import is_interrupt
from assay.journal.writer import JournalWriter
from assay.sdk import terminal
from assay.wire import limits
from assay.wire.errors import TooLarge
from assay.wire.records import File, Record, Refused

MEMORY_BYTES = 64 * limits.MIB  # bytes held while no disk takes them; more would take memory the training needs
_ENTRY_BYTES = 200  # what one held record costs besides its content
_TOLD_EVERY_S = 60.0
_encode = msgspec.msgpack.Encoder().encode

_HeldRow = tuple[tuple[str, ...], int, float, bytes]


class Recorder:
    """One writer's records."""

    def __init__(
        self,
        writer: JournalWriter,
        *,
        sync_every: bool = False,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        self.writer = writer
        # Whose turn it is to write: one for all journals this goes to, and for the count of steps that a run keeps beside them.
        self.turn = writer.turn
        # The writer, while rows may be given to it without us: it is in order, and nothing waits for the disk.
        self.direct: JournalWriter | None = None if sync_every else writer
        self.held_count = 0
        self.dropped_count = 0
        self.moved_from: list[JournalWriter] = []
        self._move: Callable[[], JournalWriter | None] = lambda: None
        self._sync_every = sync_every
        self._memory_bytes = memory_bytes
        self._held: deque[bytes | _HeldRow] = deque()
        self._held_bytes = 0
        self._lock = threading.RLock()
        self._is_in_trouble = False
        self._told_at = float("-inf")
        self._is_closed = False

    @property
    def folder(self) -> RunFolder:
        return RunFolder(self.writer.path.parent)

    @property
    def last_seq(self) -> int:
        """The number of the last record in the journal; −1: none."""
        return self.writer.next_seq - 1

    def set_move(self, move: Callable[[], JournalWriter | None]) -> None:
        """`move` opens a journal in the next folder; None when there is none left."""
        self._move = move

    def append(self, record: Record) -> None:
        """Keep `record`. What cannot be encoded is a mistake of ours and is counted, not raised."""
        try:
            payload = _encode(record)
        except Exception as error:
            if is_interrupt(error):
                raise
            terminal.warn(f"A record of kind {type(record).__name__} could not be encoded and is left out ({error})")
            return
        if self._is_in_trouble:
            self._hold(payload, len(payload))
            return
        try:
            self.writer.append_payload(payload)
            # Files go with the row that names them, all of a row at once, or with the timer.
            if self._sync_every and not isinstance(record, File):
                self.writer.flush()
        except OSError as error:
            if is_interrupt(error):
                raise
            self._trouble(error)
            self.append(record)
        except TooLarge as error:
            terminal.warn(str(error))

    def append_row(self, keys: tuple[str, ...], step: int, at: float, values: Sequence[Any]) -> tuple[JournalWriter, int] | None:
        """Keep a row. The journal it is in, if it is in one, and the id of its shape there. Raises TooLarge, and what the
        encoder says of values that are not plain; then nothing was kept."""
        if self._is_in_trouble:
            self._hold_row(keys, step, at, values)
            return None
        writer = self.writer
        try:
            shape = writer.append_row(keys, step, at, values)
            if self._sync_every:
                writer.flush()
            return writer, shape
        except OSError as error:
            if is_interrupt(error):
                raise
            return self.row_failed(error, keys, step, at, values)

    def row_failed(
        self, error: OSError, keys: tuple[str, ...], step: int, at: float, values: Sequence[Any]
    ) -> tuple[JournalWriter, int] | None:
        """`append_row` for a row that `direct` could not write."""
        self._trouble(error)
        return self.append_row(keys, step, at, values)

    def tick(self) -> None:
        """Bring what was appended to the disk itself, put back a deleted file, empty the memory. A timer calls it."""
        with self._lock:
            if self._is_closed:
                return
            try:
                if self._is_in_trouble:
                    self._recover()
                elif self.writer.is_deleted:
                    self._put_back()
                self.writer.flush()
            except OSError as error:
                self._tell(error)

    def close(self) -> None:
        """The last tick. What is still held then is lost, and said to be."""
        self.tick()
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            self.direct = None
            if lost := self.held_count + self.dropped_count:
                terminal.warn(f"{lost} records of this run could not be written anywhere and are lost")
            try:
                self.writer.close()
            except OSError as error:
                terminal.warn(f"The last second of {self.writer.path} may not be on the disk ({error.strerror})")

    def abandon(self) -> None:
        """In a forked child: let go of the parent's file."""
        self.direct = None
        self.writer.abandon()
        self.turn = self.writer.turn
        self._lock = threading.RLock()
        self._is_closed = True

    def _trouble(self, error: OSError) -> None:
        with self._lock:
            self.direct = None
            if self._is_in_trouble or self._is_closed:
                self._is_in_trouble = True
                return
            moved = self._try_move()
            if moved is None:
                self._is_in_trouble = True
                self._tell(error)
                return
            terminal.warn(f"Cannot write {self.writer.path} ({error.strerror}); going on in {moved.path.parent}")
            self.moved_from.append(self.writer)
            moved.turn = self.turn
            self.writer = moved
            self.direct = None if self._sync_every else moved

    def _try_move(self) -> JournalWriter | None:
        try:
            return self._move()
        except OSError:
            return None

    def _tell(self, error: OSError) -> None:
        now = time.monotonic()
        if now - self._told_at < _TOLD_EVERY_S:
            return
        self._told_at = now
        limit = self._memory_bytes // limits.MIB
        lost = f"; {self.dropped_count} given up so far" if self.dropped_count else ""
        terminal.warn(
            f"Cannot write {self.writer.path} ({error.strerror}). Training goes on; up to {limit} MiB are held in memory and "
            f"written as soon as it can be{lost}"
        )

    def _hold_row(self, keys: tuple[str, ...], step: int, at: float, values: Sequence[Any]) -> None:
        packed = _encode(values)
        self._hold((keys, step, at, packed), len(packed))

    def _hold(self, entry: bytes | _HeldRow, size: int) -> None:
        with self._lock:
            # The trouble may have ended while we waited for our turn, and may begin again.
            while not self._is_in_trouble and not self._is_closed:
                try:
                    self._write_held(entry)
                    return
                except OSError as error:
                    if is_interrupt(error):
                        raise
                    self._trouble(error)
            if self._is_closed:
                return
            if self._held_bytes + size + _ENTRY_BYTES > self._memory_bytes:
                self.dropped_count += 1
                return
            self._held.append(entry)
            self.held_count += 1
            self._held_bytes += size + _ENTRY_BYTES

    def _recover(self) -> None:
        """Write what is held, oldest first. Raises OSError where the disk stops again; the rest stays held."""
        if self.writer.is_deleted:
            self._put_back()
        written = 0
        while self._held:
            entry = self._held[0]
            self._write_held(entry)
            self._held.popleft()
            self.held_count -= 1
            self._held_bytes -= _ENTRY_BYTES + (len(entry) if isinstance(entry, bytes) else len(entry[3]))
            written += 1
        if not self._is_in_trouble:
            return
        if self.dropped_count:
            self.writer.append(Refused("*", "the disk was full, and so was the memory set aside for that", self.dropped_count))
        if not written and not self.dropped_count:
            self._probe()
        lost = f"; {self.dropped_count} were given up and are recorded as such" if self.dropped_count else ""
        self.dropped_count = 0
        self._is_in_trouble = False
        self.direct = None if self._sync_every else self.writer
        self._told_at = float("-inf")
        terminal.warn(f"{self.writer.path} can be written again: {written} held records are in it{lost}")

    def _probe(self) -> None:
        """Raise OSError if the disk still refuses: an empty note costs a number and proves the point."""
        self.writer.append(Refused("*", "writing was interrupted for a while; nothing was lost", 0))

    def _write_held(self, entry: bytes | _HeldRow) -> None:
        """Raises OSError. What no journal takes is refused only now, and keeps nothing behind it waiting."""
        try:
            if isinstance(entry, bytes):
                self.writer.append_payload(entry)
            else:
                keys, step, at, packed = entry
                self.writer.append_row(keys, step, at, msgspec.Raw(packed))
        except TooLarge as error:
            self.writer.append(Refused("*", str(error), 1))
            terminal.warn(str(error))

    def _put_back(self) -> None:
        """The folder was deleted under us; the content still is ours to read, so write it again where it was."""
        RunFolder(self.writer.path.parent).create()
        self.writer.copy_to(self.writer.path)
        terminal.warn(f"{self.writer.path} was deleted while the run goes on; it was written again from what was open")


def open_journal(folders: Iterable[Path], head: Head) -> tuple[JournalWriter | None, list[tuple[Path, OSError]]]:
    """A new journal in the first of `folders` that can be written, and what the ones before it said."""
    failures: list[tuple[Path, OSError]] = []
    for path in folders:
        folder = RunFolder(path)
        try:
            folder.create()
            if not os.access(path, os.W_OK | os.X_OK):
                raise PermissionError(13, "Permission denied", str(path))
            return JournalWriter.create(folder.journal_path(head.writer), head), failures
        except OSError as error:
            failures.append((path, error))
    return None, failures
