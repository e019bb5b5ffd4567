"""Read a journal: from the start or an offset, once or as a tail. A reader never changes the file.

What follows the last whole frame is one of three things, and they are never confused: nothing (`Tail.CLEAN`), the beginning of a
frame (`Tail.TORN`: the writer is in the middle of it, or died there), or damage (`Tail.DAMAGED`). Damage with whole frames behind
it is `JournalDamaged`, or, with `skip_damage`, is stepped over and its records become `Refused`, so numbers stay gapless.

A sealed journal is read like any other: its frames are blocks, and damage costs a block."""

from __future__ import annotations

import fcntl
import os
from collections import deque
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from assay.journal import blocks, frames
from assay.journal.frames import FRAME_OVERHEAD, Fault, Frame, Head
from assay.wire import limits, records
from assay.wire.errors import JournalDamaged
from assay.wire.records import Record, Refused, Row, Shape

_CHUNK = 1 * limits.MIB  # bytes read at once
_ROW_HEADS = frozenset({b"\x95\x01", b"\x96\x01", b"\x97\x01"})  # a msgpack array of 5–7 whose first entry is the tag of Row


class Tail(Enum):
    CLEAN = "clean"
    TORN = "torn"
    DAMAGED = "damaged"


class Damage(msgspec.Struct, frozen=True):
    """`lost` records could not be read between the byte offsets `start` and `end`."""

    start: int
    end: int
    lost: int
    detail: str


class JournalReader:
    """`offset` and `next_seq` are where reading goes on; `shapes` are those met so far. Not for sharing between threads."""

    def __init__(self, path: Path, *, skip_damage: bool = False) -> None:
        """Raises JournalNewer, JournalDamaged (not a journal), FileNotFoundError."""
        self.path = path
        self.damages: list[Damage] = []
        self.shapes: dict[int, Shape] = {}
        self.next_seq = 0
        self.offset = 0
        self.head: Head | None = None
        self.is_sealed = False
        self._skip_damage = skip_damage
        self._frames_read = 0
        self._fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        self._buffer = b""
        self._base = 0  # offset of the buffer's first byte
        self._ahead: deque[Frame] = deque()  # frames of the buffer, or records of a block, that nobody has asked for yet
        try:
            self.read_head()
        except BaseException:
            self.close()
            raise

    def read_head(self) -> Head | None:
        """The journal's head; None while its writer has not finished writing it."""
        if self.head is None:
            data = os.pread(self._fd, frames.HEAD_BYTES + 64, 0)
            if unpacked := frames.unpack_header(data, self.path):
                self.head, self.offset = unpacked
                self.is_sealed = frames.is_sealed(data)
        return self.head

    def records(self, *, after_seq: int = -1) -> Iterator[tuple[int, Record, int]]:
        """Yield (sequence, record, end offset) up to the last whole frame there is now. Call again for what came since.

        Rows up to `after_seq` are checked and passed over without being decoded; shapes among them are kept in `shapes`.
        Raises JournalDamaged at damage with whole frames behind it, unless `skip_damage`."""
        if self.read_head() is None:
            return
        while (frame := self._next_frame()) is not None:
            first = self.next_seq
            self.next_seq, self.offset = frame.seq + 1, frame.end
            self._frames_read += 1
            for seq in range(max(first, after_seq + 1), frame.seq):
                yield seq, Refused("*", "the journal is damaged here", 1), frame.end
            if frame.seq <= after_seq and frame.payload[:2] in _ROW_HEADS:
                continue
            record = self._decode(frame)
            if isinstance(record, Shape):
                self.shapes[record.id] = record
            if frame.seq > after_seq:
                yield frame.seq, record, frame.end

    def payloads(self) -> Iterator[tuple[int, bytes]]:
        """Sequences and encoded records as they stand there, up to the last whole frame. Raises JournalDamaged at any damage."""
        while (frame := self._next_frame()) is not None:
            self.next_seq, self.offset = frame.seq + 1, frame.end
            self._frames_read += 1
            yield frame.seq, frame.payload

    def tail(self) -> Tail:
        """What lies behind the last whole frame. While the writer lives, TORN and DAMAGED may only mean "not yet"."""
        rest = self._read_rest()
        if not rest:
            return Tail.CLEAN
        if self.head is None:
            return Tail.TORN
        return Tail.TORN if frames.is_torn(rest, 0) else Tail.DAMAGED

    @property
    def size_bytes(self) -> int:
        return os.fstat(self._fd).st_size

    @property
    def is_deleted(self) -> bool:
        """Whether the file has lost its name; another one may have taken its place."""
        return os.fstat(self._fd).st_nlink == 0

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _decode(self, frame: Frame) -> Record:
        """The frame's record. What this reader cannot make sense of becomes Refused: its number is not lost."""
        try:
            record: Record = records.decode(frame.payload)
        except (msgspec.MsgspecError, RecursionError, ValueError, OverflowError) as error:
            return Refused("*", f"a record of a kind unknown to this version ({error})"[:500], 1)
        if isinstance(record, Row):
            shape = self.shapes.get(record.shape)
            if shape is None or len(shape.keys) != len(record.values):
                return Refused("*", "the keys of this row were lost to damage in the journal", 1, record.step)
        return record

    def _next_frame(self) -> Frame | None:
        """The next record's frame; of a sealed journal, as if it had one."""
        if self._ahead:
            return self._ahead.popleft()
        if not self.is_sealed:
            at = self.offset - self._base
            if 0 <= at < len(self._buffer):
                self._ahead += frames.unpack_run(self._buffer, at, self._base, self.next_seq)
            return self._ahead.popleft() if self._ahead else self._next_whole()
        while not self._ahead and (block := self._next_whole()) is not None:
            try:
                payloads = blocks.unpack(block.payload)
            except blocks.BadBlock as error:
                self._bad_block(block, str(error))
                continue
            # Offsets within a block only have to rise: they say how much of the file is read.
            size = block.end - block.start
            ends = (block.start + (at + 1) * size // len(payloads) for at in range(len(payloads)))
            self._ahead += [
                Frame(block.seq + at, block.start, end, payload)
                for at, (end, payload) in enumerate(zip(ends, payloads, strict=True))
            ]
        return self._ahead.popleft() if self._ahead else None

    def _bad_block(self, block: Frame, detail: str) -> None:
        """Step over a block that is none. How many records it held shows when the next one says its number."""
        if not self._skip_damage:
            raise self._damaged(block.start, detail)
        self.damages.append(Damage(block.start, block.end, 0, detail))
        self.offset = block.end

    def _damaged(self, start: int, detail: str) -> JournalDamaged:
        remedy = f"To send what can be read: assay sync --skip-damage {self.path.parent}"
        return JournalDamaged(path=self.path, offset=start, detail=detail, frames_before=self._frames_read, remedy=remedy)

    def _next_whole(self) -> Frame | None:
        start = self.offset
        found = self._frame_at(start)
        if isinstance(found, Frame):
            if found.seq == self.next_seq:
                return found
            fault = Fault.SEQUENCE
        else:
            fault = found
            if fault is Fault.PARTIAL and self._at_end(start):
                return None
        return self._beyond_damage(start, fault)

    def _beyond_damage(self, start: int, fault: Fault) -> Frame | None:
        """The first whole frame behind the fault at `start`; None if there is none (yet)."""
        rest = self._read_rest()
        again = frames.unpack_frame(rest, 0, start)
        if isinstance(again, Frame) and again.seq == self.next_seq:
            # The writer was in the middle of it when we looked first, and is past it now.
            return again
        span = blocks.RATIO_MAX * len(rest) if self.is_sealed else 0
        frame = frames.find_frame(rest, 0 if fault is Fault.SEQUENCE else 1, self.next_seq - 1, span=span)
        if frame is None:
            return None
        frame = Frame(frame.seq, start + frame.start, start + frame.end, frame.payload)
        lost = frame.seq - self.next_seq
        if not self._skip_damage:
            raise self._damaged(start, fault.value)
        self.damages.append(Damage(start, frame.start, lost, fault.value))
        return frame

    def _frame_at(self, start: int) -> Frame | Fault:
        at = start - self._base
        found = frames.unpack_frame(self._buffer, at, self._base) if 0 <= at < len(self._buffer) else Fault.PARTIAL
        if found is not Fault.PARTIAL:
            return found
        wanted = _CHUNK
        if 0 <= at <= len(self._buffer) - 4:
            length = int.from_bytes(self._buffer[at : at + 4], "little")
            if length <= limits.FRAME_BYTES:
                wanted = max(wanted, length + FRAME_OVERHEAD)
        self._buffer = os.pread(self._fd, wanted, start)
        self._base = start
        found = frames.unpack_frame(self._buffer, 0, start)
        if found is Fault.PARTIAL and len(self._buffer) == wanted:  # longer than what was read
            length = int.from_bytes(self._buffer[:4], "little")
            self._buffer = os.pread(self._fd, length + FRAME_OVERHEAD, start)
            found = frames.unpack_frame(self._buffer, 0, start)
        return found

    def _at_end(self, start: int) -> bool:
        """Whether fewer bytes follow `start` than two frames need: then there is nothing to look for behind a partial one."""
        return self.size_bytes - start <= FRAME_OVERHEAD

    def _read_rest(self) -> bytes:
        """What lies between `offset` and the end, at most two frames of the largest size."""
        return os.pread(self._fd, 2 * limits.FRAME_BYTES, self.offset)


def is_written(path: Path, *, unknown: bool = True) -> bool:
    """Whether a living process on this machine holds `path` open for writing; `unknown` where locks cannot tell."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return unknown
    finally:
        os.close(fd)
    return False


def first_record(reader: JournalReader) -> Record | None:
    """What a journal begins with: its Start, or what damage left of it. Scripts once wrote ahead of it what they refused of their
    config; that is passed over. None while there is nothing else."""
    return next((record for _, record, _ in reader.records() if not _is_of_config(record)), None)


def _is_of_config(record: Record) -> bool:
    return isinstance(record, Refused) and record.key.startswith("config.")


def last_records(path: Path, *, within: int = 64 * limits.KIB) -> list[tuple[int, Record]]:
    """The records in the last `within` bytes, oldest first: how a run ended, how far it came. O(within), whatever the size."""
    with path.open("rb") as file:
        if frames.is_sealed(file.read(12)):
            payloads: Iterable[tuple[int, bytes]] = _last_sealed(file.fileno(), within)
        else:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - within))
            payloads = _whole_in(file.read(within))
    found: list[tuple[int, Record]] = []
    for seq, payload in payloads:
        try:
            found.append((seq, records.decode(payload)))
        except (msgspec.MsgspecError, RecursionError, ValueError, OverflowError):
            pass
    return found


def _whole_in(data: bytes) -> Iterator[tuple[int, bytes]]:
    # Any sequence is plausible here: where in the journal these bytes begin is not known.
    at, after = 0, -1
    while (frame := frames.find_frame(data, at, after, span=None)) is not None:
        yield frame.seq, frame.payload
        at, after = frame.end, frame.seq


def _last_sealed(fd: int, within: int) -> list[tuple[int, bytes]]:
    """From the last blocks of a sealed journal. What is damaged there is left out."""
    size_bytes, at, spans = os.fstat(fd).st_size, frames.header_end(os.pread(fd, 64, 0)), list[tuple[int, int]]()
    while at + FRAME_OVERHEAD <= size_bytes:
        end = at + FRAME_OVERHEAD + int.from_bytes(os.pread(fd, 4, at), "little")
        spans.append((at, end))
        at = end
    found: list[tuple[int, bytes]] = []
    for start, end in reversed(spans):
        block = frames.unpack_frame(os.pread(fd, min(end, size_bytes) - start, start), 0)
        if isinstance(block, Fault):
            break
        try:
            payloads = blocks.unpack(block.payload)
        except blocks.BadBlock:
            break
        for place in reversed(range(len(payloads))):
            found.append((block.seq + place, payloads[place]))
            within -= len(payloads[place])
            if within <= 0:
                return found[::-1]
    return found[::-1]
