"""The bytes of a journal: a header, then frames. Pure functions on bytes; `writer` and `reader` own the files.

Header: `ASSAYJNL`, u32 format, u32 head length, u32 crc32c of the head, head (msgpack `Head`).
Frame: u32 payload length, u32 crc32c of (sequence ‖ payload), u64 sequence, payload. All little-endian. In a sealed journal
(`FORMAT_SEALED`) a frame's payload is a block of many records, see `blocks`.
`docs/architecture/formats/journal.md` has the layout and what a reader does with every kind of damage."""

from __future__ import annotations

import struct
from enum import Enum
from pathlib import Path

import msgspec
from google_crc32c import value as crc32c

from assay.wire import limits
from assay.wire.errors import JournalDamaged, JournalNewer

MAGIC = b"ASSAYJNL"
FORMAT = 1
FORMAT_SEALED = 2
HEAD_BYTES = 64 * limits.KIB  # bytes; a longer head is damage

_PRELUDE = struct.Struct("<8sIII")
_FRAME = struct.Struct("<IIQ")
_LENGTH_AND_CRC = struct.Struct("<II")
_SEQUENCE = struct.Struct("<Q")
FRAME_OVERHEAD = _FRAME.size


class Head(msgspec.Struct, omit_defaults=True):
    """Who writes this journal, for which run, from where. Fields may be added; older readers skip them."""

    writer: str
    run_id: str
    entity: str = ""
    project: str = ""
    pid: int = 0
    host: str = ""
    created_at: float = 0.0
    parent: str = ""


_encode = msgspec.msgpack.Encoder().encode
_decode_head = msgspec.msgpack.Decoder(Head).decode


def pack_header(head: Head, *, version: int = FORMAT) -> bytes:
    packed = _encode(head)
    return _PRELUDE.pack(MAGIC, version, len(packed), crc32c(packed)) + packed


def pack_frame(seq: int, payload: bytes) -> bytes:
    body = _SEQUENCE.pack(seq) + payload
    return _LENGTH_AND_CRC.pack(len(payload), crc32c(body)) + body


def unpack_header(data: bytes, path: Path) -> tuple[Head, int] | None:
    """The head and the offset of the first frame; None while the header is not whole yet.

    Raises JournalNewer, or JournalDamaged when this is no journal."""
    if len(data) < _PRELUDE.size:
        if MAGIC.startswith(data[:8]) or data[:8] == MAGIC:
            return None
        raise _bad_header(path, "it does not begin as a journal does")
    magic, version, length, crc = _PRELUDE.unpack_from(data)
    if magic != MAGIC:
        raise _bad_header(path, "it does not begin as a journal does")
    if version > FORMAT_SEALED:
        raise JournalNewer(path=path, found=version, known=FORMAT_SEALED)
    if length > HEAD_BYTES:
        raise _bad_header(path, f"its head claims {length} bytes")
    end = _PRELUDE.size + length
    if len(data) < end:
        return None
    packed = bytes(data[_PRELUDE.size : end])
    if crc32c(packed) != crc:
        raise _bad_header(path, "its head does not match its checksum")
    try:
        return _decode_head(packed), end
    except (msgspec.MsgspecError, RecursionError) as error:
        raise _bad_header(path, f"its head cannot be read ({error})") from error


def is_sealed(start: bytes) -> bool:
    """Whether a file that begins like this is a journal of blocks."""
    return start[:12] == MAGIC + FORMAT_SEALED.to_bytes(4, "little")


def header_end(data: bytes | memoryview) -> int:
    """Where the first frame is, by what the header says of itself."""
    return _PRELUDE.size + int.from_bytes(data[12:16], "little")


def _bad_header(path: Path, detail: str) -> JournalDamaged:
    return JournalDamaged(
        path=path, offset=0, detail=detail, frames_before=0, remedy="Check that this is an Assay journal; nothing was changed."
    )


class Fault(Enum):
    """Why the bytes at an offset are no frame. PARTIAL: they may be the beginning of one."""

    PARTIAL = "partial"
    LENGTH = "its length is impossible"
    CHECKSUM = "it does not match its checksum"
    SEQUENCE = "its sequence number is not the next one"


class Frame(msgspec.Struct, frozen=True, gc=False):
    """`start` and `end` are byte offsets."""

    seq: int
    start: int
    end: int
    payload: bytes


def unpack_frame(data: bytes | memoryview, at: int, base: int = 0) -> Frame | Fault:
    """The frame at offset `at` of `data`, which begins at offset `base` of the file."""
    room = len(data) - at
    if room < FRAME_OVERHEAD:
        return Fault.PARTIAL
    length, crc, seq = _FRAME.unpack_from(data, at)
    if not 1 <= length <= limits.FRAME_BYTES:
        return Fault.LENGTH
    end = at + FRAME_OVERHEAD + length
    if end > len(data):
        return Fault.PARTIAL
    body = bytes(data[at + 8 : end])
    if crc32c(body) != crc:
        return Fault.CHECKSUM
    return Frame(seq, base + at, base + end, body[8:])


def unpack_run(data: bytes, at: int, base: int, seq: int) -> list[Frame]:
    """The whole frames of `data` from offset `at` on that are numbered `seq`, `seq + 1` and so on: what `unpack_frame` gives
    one by one, at a third of the time. It ends before the first that is anything else."""
    found, room = list[Frame](), len(data) - FRAME_OVERHEAD
    unpack, checksum = _FRAME.unpack_from, crc32c
    while at < room:
        length, crc, number = unpack(data, at)
        end = at + FRAME_OVERHEAD + length
        if number != seq or end > len(data) or not 1 <= length <= limits.FRAME_BYTES:
            break
        body = data[at + 8 : end]
        if checksum(body) != crc:
            break
        found.append(Frame(seq, base + at, base + end, body[8:]))
        at, seq = end, seq + 1
    return found


def find_frame(data: bytes | memoryview, at: int, after_seq: int, *, span: int | None = 0) -> Frame | None:
    """The first whole frame at or after offset `at` whose sequence is greater than `after_seq`, byte by byte.

    A false find needs a plausible length, a plausible sequence and a matching crc32c at once. `span`: how far ahead of
    what `data` has room for a sequence may be; None: anywhere."""
    last = len(data) - FRAME_OVERHEAD
    # Between two frames of one journal lie at least 17 bytes a frame, so a sequence far ahead is no sequence.
    highest = 1 << 62 if span is None else after_seq + 2 + span + len(data) // 17
    # Only a file made to be slow has many long candidates; looking gives up before that costs more than reading it 16 times.
    budget = 16 * len(data)
    while at <= last and budget > 0:
        length, _, seq = _FRAME.unpack_from(data, at)
        if 1 <= length <= last - at and after_seq < seq <= highest:
            found = unpack_frame(data, at)
            if isinstance(found, Frame):
                return found
            budget -= length
        at += 1
    return None


def is_torn(data: bytes | memoryview, at: int) -> bool:
    """Whether what lies from `at` to the end of `data` is what an interrupted write leaves: part of a frame, or zeros.

    A whole frame whose length field alone was damaged also looks too long; its checksum over what is there gives it away."""
    rest = bytes(data[at:])
    if not any(rest):
        return True
    if unpack_frame(rest, 0) is not Fault.PARTIAL:
        return False
    if len(rest) <= FRAME_OVERHEAD:
        return True
    _, crc, _ = _FRAME.unpack_from(rest)
    return bool(crc32c(rest[8:]) != crc)
