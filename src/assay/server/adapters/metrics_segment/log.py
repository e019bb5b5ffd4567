"""Log files: frames with a length, a checksum and the offset that was durable when they were written.

That offset tells a torn tail from damage. Frames of the group that was being written when the power went were never
acknowledged, and the disk may have kept any part of them. A frame that breaks *before* an offset some later frame calls durable
had been acknowledged: that is damage, and is reported."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import google_crc32c

from assay.server.adapters.metrics_segment.files import Files
from assay.wire import failpoints
from assay.wire.errors import Unavailable

FILE_MAGIC = b"ASLOG01\n"
FRAME_MAGIC = b"\xa5Fr1"
VERSION = 1
_FILE_HEADER = struct.Struct("<8sIQ16s")
_FRAME = struct.Struct("<4sIIBBHQ")
_CHECKED = struct.Struct("<IBBHQ")
HEADER_BYTES = 64
FRAME_HEADER_BYTES = _FRAME.size
PAYLOAD_BYTES_MAX = 512 * 1024 * 1024  # a longer length field is damage

NAMES, BATCH = 1, 2


def frame(kind: int, payload: bytes, durable: int) -> bytes:
    """A frame as it lies in the file. `durable`: every byte before this offset had been synced when it was written."""
    checked = _CHECKED.pack(len(payload), kind, VERSION, 0, durable)
    crc = google_crc32c.extend(google_crc32c.value(checked), payload)
    return FRAME_MAGIC + struct.pack("<II", len(payload), crc) + checked[4:] + payload


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes first … last of a log that were acknowledged once and can no longer be read."""

    first: int
    last: int


@dataclass(slots=True)
class Scan:
    """What a log holds: its frames in order, where it ends, and what is damaged before that."""

    frames: list[tuple[int, bytes]] = field(default_factory=list)
    end: int = HEADER_BYTES
    damages: list[Damage] = field(default_factory=list)


class LogWriter:
    """The log being written. Used by one thread at a time."""

    def __init__(self, files: Files, folder: Path, number: int, store_id: bytes, reserve_bytes: int) -> None:
        self.number = number
        self.path = folder / f"{number:012d}.wal"
        self._files = files
        self._reserve = reserve_bytes
        self._fd = files.create(self.path, reserve_bytes)
        self.offset = HEADER_BYTES
        self._reserved = reserve_bytes
        try:
            files.write(self._fd, _FILE_HEADER.pack(FILE_MAGIC, VERSION, number, store_id).ljust(HEADER_BYTES, b"\0"), 0)
            files.sync(self._fd)
            files.sync_folder(folder)
        except OSError:
            files.close(self._fd)
            files.remove(self.path)
            raise

    def append(self, parts: list[tuple[int, bytes]]) -> None:
        """Write the frames and make them durable. When writing fails nothing moved; when `sync` fails the log is done for."""
        data = b"".join([frame(kind, payload, self.offset) for kind, payload in parts])
        if self.offset + len(data) > self._reserved:
            more = max(self._reserve, len(data))
            self._files.reserve(self._fd, self._reserved, more)
            self._reserved += more
        try:
            self._files.write(self._fd, data, self.offset)
        except OSError:
            # Frames of a refused group must not stay behind the next ones, where they would read as accepted.
            self._files.truncate(self._fd, self.offset)
            self._reserved = self.offset
            raise
        try:
            failpoints.reach("log.written")
            self._files.sync(self._fd)
        except OSError as error:
            raise SyncFailed(str(error)) from error
        failpoints.reach("log.synced")
        self.offset += len(data)

    def close(self) -> None:
        """Give the reserved rest back and close."""
        try:
            self._files.truncate(self._fd, self.offset)
        finally:
            self._files.close(self._fd)


class SyncFailed(Exception):
    """The disk may or may not have kept what was written: nothing more may be acknowledged on it."""


def scan(path: Path) -> Scan:
    """Read a log. A torn tail is left out; damage before it is named, and the frames after the damage are still given."""
    data = path.read_bytes()
    found = Scan()
    if len(data) < HEADER_BYTES:
        return found
    magic, version, _, _ = _FILE_HEADER.unpack_from(data)
    if magic == FILE_MAGIC and version > VERSION:
        raise Unavailable(detail=f"{path} was written by a newer Assay (log format {version}). Start that version, or newer.")
    if magic != FILE_MAGIC and any(data[:HEADER_BYTES]):
        found.damages.append(Damage(0, HEADER_BYTES))
    frames = list(_frames(data))
    durable = max((known for *_, known in frames), default=0)
    at = HEADER_BYTES
    for start, end, kind, payload, _ in frames:
        if start > at:
            if at >= durable:
                break  # a torn group: nothing from here on was acknowledged
            found.damages.append(Damage(at, start))
        found.frames.append((kind, payload))
        at = end
    found.end = at
    return found


def _frames(data: bytes) -> Iterator[tuple[int, int, int, bytes, int]]:
    """Every whole frame: start, end, kind, payload, durable offset. Where one is broken, the next is looked for."""
    at = HEADER_BYTES
    while True:
        at = data.find(FRAME_MAGIC, at)
        if at < 0 or at + FRAME_HEADER_BYTES > len(data):
            return
        _, length, crc, kind, version, spare, durable = _FRAME.unpack_from(data, at)
        end = at + FRAME_HEADER_BYTES + length
        if length <= PAYLOAD_BYTES_MAX and end <= len(data) and version <= VERSION and durable <= at:
            payload = data[at + FRAME_HEADER_BYTES : end]
            checked = _CHECKED.pack(length, kind, version, spare, durable)
            if google_crc32c.extend(google_crc32c.value(checked), payload) == crc:
                yield at, end, kind, payload, durable
                at = end
                continue
        at += 1
