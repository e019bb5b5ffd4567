"""Append records to a journal of one's own. A record is in the kernel, safe from `kill -9`, when `append` returns.

`append` raises OSError and leaves the file as it was when the disk refuses; `sdk` decides what to do then. A writer is safe to
share between threads, and with what interrupts them; a forked child must not use its parent's (`abandon` closes its copy)."""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from google_crc32c import value as crc32c

from assay.journal import frames
from assay.journal.flush import flush_files
from assay.journal.frames import Head
from assay.journal.interrupts import is_interrupt
from assay.journal.reader import JournalReader, Tail
from assay.journal.turn import new_turn
from assay.wire import limits, records
from assay.wire.errors import TooLarge
from assay.wire.records import Record, Shape

_encode = msgspec.msgpack.Encoder().encode
_pack_length_and_crc = struct.Struct("<II").pack
_pack_sequence = struct.Struct("<Q").pack
_write = os.write
_CREATE = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_REOPEN = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC


class JournalWriter:
    """`next_seq` is the number of the next record."""

    def __init__(self, path: Path, fd: int, head: Head, *, next_seq: int, shapes: dict[int, Shape]) -> None:
        self.path = path
        self.head = head
        self.next_seq = next_seq
        self._flushed_seq = -1  # what `next_seq` was when all was on the disk
        self._fd = fd
        self._files: deque[Path] = deque()
        self.turn = new_turn()
        self._flushing = threading.RLock()
        # Keys as a tuple in the order the script gave them → shape id: the fast path of `append_row`.
        self._shape_ids: dict[tuple[str, ...], int] = {tuple(s.keys): s.id for s in shapes.values() if s.channel == "history"}
        self._next_shape = max(shapes, default=-1) + 1

    @classmethod
    def create(cls, path: Path, head: Head) -> JournalWriter:
        """Raises FileExistsError; never follows a link or joins a file somebody else made."""
        fd = os.open(path, _CREATE, 0o600)
        try:
            _lock(fd)
            header = frames.pack_header(head)
            _write_whole(fd, header, 0)
        except BaseException:
            os.close(fd)
            path.unlink(missing_ok=True)
            raise
        return cls(path, fd, head, next_seq=0, shapes={})

    @classmethod
    def reopen(cls, path: Path) -> JournalWriter:
        """Go on with a journal whose writer is gone, after cutting a torn tail. Damage is left where it is and stepped over.

        Raises BlockingIOError while another process writes it, and what JournalReader raises."""
        fd = os.open(path, _REOPEN)
        try:
            _lock(fd)
            with JournalReader(path, skip_damage=True) as reader:
                if reader.is_sealed:
                    raise FileExistsError(errno.EEXIST, "The journal is sealed: its writer has ended", str(path))
                for _ in reader.records(after_seq=(1 << 63)):
                    pass
                head, next_seq = reader.head, reader.next_seq
                if head is None:
                    raise FileNotFoundError(errno.ENOENT, "The journal's header was never written", str(path))
                match reader.tail():
                    case Tail.TORN:
                        os.ftruncate(fd, reader.offset)
                    case Tail.DAMAGED:
                        # One record at least was there; its number is not used again.
                        next_seq += 1
                return cls(path, fd, head, next_seq=next_seq, shapes=reader.shapes)
        except BaseException:
            os.close(fd)
            raise

    @property
    def fd(self) -> int:
        return self._fd

    @property
    def end(self) -> int:
        """The byte offset after the last whole frame: nobody else writes here, so it is where the file ends."""
        return os.fstat(self._fd).st_size

    @property
    def is_dirty(self) -> bool:
        """Whether `flush` has something to do."""
        return self.next_seq != self._flushed_seq

    def append(self, record: Record) -> int:
        """The record's sequence number. Raises TooLarge, TypeError (cannot be encoded) and OSError; then nothing was written."""
        return self.append_payload(_encode(record))

    def append_payload(self, payload: bytes) -> int:
        """`append` for a record that is encoded already."""
        if len(payload) > limits.FRAME_BYTES:
            raise TooLarge(what="A record", actual=f"{len(payload)} bytes", limit=limits.FRAME_BYTES, name="FRAME_BYTES")
        return self.turn.run(self.append_in_turn, payload)

    def append_in_turn(self, payload: bytes) -> int:
        """`append_payload` for who has the turn, of no more than FRAME_BYTES. This is the inner loop of training scripts, so what
        `_write` does is written out."""
        while True:
            seq = self.next_seq
            body = _pack_sequence(seq) + payload
            frame = _pack_length_and_crc(len(payload), crc32c(body)) + body
            if self.next_seq == seq:
                self.next_seq = seq + 1
                try:
                    size = _write(self._fd, frame)
                except OSError as error:
                    if not is_interrupt(error):
                        self.next_seq = seq
                    raise
                if size != len(frame):
                    self._finish_short_write(frame, size, seq)
                return seq

    def append_row(self, keys: tuple[str, ...], step: int, time: float, values: Sequence[Any]) -> int:
        """Write a history row, and before it, in the same write, the shape of its keys if it is new. Returns the shape's id,
        for rows that are encoded by who asks."""
        shape = self._shape_ids.get(keys)
        if shape is None:
            return self.turn.run(self._append_shape_and_row, keys, step, time, values)
        row = _encode((1, shape, step, time, values))
        if len(row) > limits.ROW_BYTES:
            raise TooLarge(what="A row", actual=f"{len(row)} bytes", limit=limits.ROW_BYTES, name="ROW_BYTES")
        self.append_payload(row)
        return shape

    def _append_shape_and_row(self, keys: tuple[str, ...], step: int, time: float, values: Sequence[Any]) -> int:
        while keys not in self._shape_ids:
            shape, seq = self._next_shape, self.next_seq
            self._next_shape = shape + 1
            row = _encode((1, shape, step, time, values))
            declared = _encode(Shape(shape, list(keys)))
            if len(row) > limits.ROW_BYTES or len(declared) > limits.FRAME_BYTES:
                actual = f"{len(row) + len(declared)} bytes"
                raise TooLarge(what="A row", actual=actual, limit=limits.ROW_BYTES, name="ROW_BYTES")
            if self._write(seq, 2, frames.pack_frame(seq, declared) + frames.pack_frame(seq + 1, row)):
                self._shape_ids[keys] = shape
                return shape
        return self.append_row(keys, step, time, values)  # another thread was first

    def _write(self, seq: int, count: int, written_frames: bytes) -> bool:
        """Append frames numbered from `seq` on. False, and nothing was written, if a record of that number came meanwhile: from a
        signal handler or a finalizer, which run between any two calls and log as they like. From the comparison to the write
        there is no call, and after the write everything is as it has to be."""
        if self.next_seq != seq:
            return False
        self.next_seq = seq + count
        try:
            size = _write(self._fd, written_frames)
        except OSError as error:
            if not is_interrupt(error):
                self.next_seq = seq
            raise
        if size != len(written_frames):
            self._finish_short_write(written_frames, size, seq)
        return True

    def _finish_short_write(self, data: bytes, size: int, seq: int) -> None:
        """A short write is a disk that is nearly full: write the rest, or take back what was written."""
        begin = self.end - size
        try:
            while size < len(data):
                size += _write(self._fd, data[size:])
        except OSError:
            os.ftruncate(self._fd, begin)
            self.next_seq = seq
            raise

    def with_file(self, path: Path) -> None:
        """The records that follow name this file of the journal's folder: the next `flush` takes it to the disk before them."""
        self._files.append(path)

    def flush(self) -> None:
        """Everything appended so far, and the files that it names, reach the disk itself. Does nothing when nothing is new.

        One at a time: what another thread is flushing is not on the disk before that flush has ended."""
        with self._flushing:
            # In turn, for what is being written has its number before it is there.
            seq = self.turn.run(lambda: self.next_seq)
            if seq != self._flushed_seq and self._fd >= 0:
                self._flush_files()
                os.fdatasync(self._fd) if hasattr(os, "fdatasync") else os.fsync(self._fd)
                self._flushed_seq = seq

    def _flush_files(self) -> None:
        files = [self._files.popleft() for _ in range(len(self._files))]
        try:
            if files:
                flush_files(files, self.path.parent)
        except OSError:
            self._files.extend(files)
            raise

    @property
    def is_deleted(self) -> bool:
        """Whether the file has lost its name, or another one has taken it: what is appended would be lost with this process."""
        try:
            ours, named = os.fstat(self._fd), self.path.lstat()
        except FileNotFoundError:
            return True
        return (ours.st_dev, ours.st_ino) != (named.st_dev, named.st_ino)

    def copy_to(self, path: Path) -> None:
        """Write the whole content to a new file at `path` and go on there. Raises OSError; then nothing has changed."""
        self.turn.run(self._copy_to, path)

    def _copy_to(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        fd = os.open(path, _CREATE, 0o600)
        try:
            _lock(fd)
            at = 0
            while True:
                seq = self.next_seq
                while chunk := os.pread(self._fd, limits.MIB, at):
                    _write_whole(fd, chunk, 0)
                    at += len(chunk)
                os.fsync(fd)
                if self.next_seq == seq:
                    before, self._fd, self.path = self._fd, fd, path
                    break
        except BaseException:
            os.close(fd)
            path.unlink(missing_ok=True)
            raise
        os.close(before)

    def close(self) -> None:
        self.turn.run(self._close)

    def _close(self) -> None:
        if self._fd >= 0:
            try:
                self.flush()
            finally:
                fd, self._fd = self._fd, -1
                os.close(fd)

    def abandon(self) -> None:
        """In a forked child: give up the inherited copy. The parent's file, lock and numbers are untouched."""
        fd, self._fd = self._fd, -1
        self._files.clear()
        self.turn, self._flushing = new_turn(), threading.RLock()
        if fd >= 0:
            os.close(fd)


def _lock(fd: int) -> None:
    """Mark the journal as being written. A file system without locks is used without."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        pass


def _write_whole(fd: int, data: bytes, written: int) -> None:
    while written < len(data):
        written += _write(fd, data[written:])


assert records.FORMAT == frames.FORMAT
