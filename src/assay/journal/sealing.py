"""Seal a journal whose writer has ended: the same records under the same numbers, in blocks, in well under half the bytes.

The sealed file takes the place of the journal in one step, after every block was unpacked again and the file is on the disk.
Until then, and whenever anything is in doubt, the journal stays as it is."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from assay.journal import blocks, frames
from assay.journal.flush import flush_folder
from assay.journal.folder import RunFolder
from assay.journal.reader import JournalReader, Tail, is_written, last_records
from assay.wire import limits
from assay.wire.errors import PublicError
from assay.wire.records import Finish

SMALL_BYTES = 64 * limits.KIB  # a journal up to this size is not worth the work


def seal_ended(folder: RunFolder) -> None:
    """Seal the journals of every writer that has said its last word. Never raises for what a disk does."""
    for path in folder.journals():
        with suppress(OSError, PublicError):
            if path.stat().st_size > SMALL_BYTES and _has_ended(path):
                seal(path)


def seal(path: Path) -> bool:
    """Whether the journal is sealed now: not if it is damaged, torn or still written, or somebody else seals it.

    Raises OSError and PublicError; then the journal is as it was."""
    scratch = path.with_name(f".{path.name}.sealing")
    fd = os.open(scratch, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb") as file:
        # The lock is on our file, not on the journal: a locked journal is one whose writer lives.
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        try:
            file.truncate()
            if not _write(path, file) or is_written(path):
                scratch.unlink()
                return False
            file.flush()
            os.fsync(fd)
            scratch.replace(path)
        except BaseException:
            scratch.unlink(missing_ok=True)
            raise
    flush_folder(path.parent)
    return True


def _has_ended(path: Path) -> bool:
    last = last_records(path, within=4 * limits.KIB)
    return bool(last) and isinstance(last[-1][1], Finish)


def _write(path: Path, file: BinaryIO) -> bool:
    with JournalReader(path) as reader:
        if reader.head is None or reader.is_sealed:
            return False
        file.write(frames.pack_header(reader.head, version=frames.FORMAT_SEALED))
        for first_seq, payloads in _full(reader):
            block = blocks.pack(payloads)
            if len(block) > limits.FRAME_BYTES or blocks.unpack(block) != payloads:
                return False
            file.write(frames.pack_frame(first_seq, block))
        return reader.tail() is Tail.CLEAN


def _full(reader: JournalReader) -> Iterator[tuple[int, list[bytes]]]:
    """The payloads of whole blocks, each with the number of its first record."""
    first_seq, payloads, size = 0, list[bytes](), 0
    for seq, payload in reader.payloads():
        if not payloads:
            first_seq = seq
        payloads.append(payload)
        size += len(payload)
        if size >= blocks.BLOCK_BYTES:
            yield first_seq, payloads
            payloads, size = [], 0
    if payloads:
        yield first_seq, payloads
