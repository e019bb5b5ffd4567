"""Many records as one block, bytes for bytes as they were, at the size of columns. Pure functions.

Rows of one script look alike: the same length, the same shape, steps and times that rise, numbers whose first bytes repeat. So
payloads of one length are laid below each other and their bytes are written column by column, which deflate then shortens.

Block: u32 count, u32 size before deflating, deflated (lengths of the payloads as u32 by bytes, every first byte, then every
second …; then for each length in order of appearance its payloads, by bytes likewise where they are `ALIKE` or more).
All little-endian."""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from collections.abc import Sequence

from assay.wire import limits

BLOCK_BYTES = 1 * limits.MIB  # payload bytes after which a block is full
_SIZE_MAX = BLOCK_BYTES + limits.FRAME_BYTES + 4 * BLOCK_BYTES  # before deflating: lengths and one last long payload
ALIKE = 8  # payloads of one length that are laid by bytes
RATIO_MAX = 1032  # deflate makes nothing shorter than by this; no byte of a block holds more records
_HEAD = struct.Struct("<II")


class BadBlock(ValueError):
    """What the checksum let pass is no block all the same."""


def pack(payloads: Sequence[bytes]) -> bytes:
    by_length: dict[int, list[bytes]] = {}
    for payload in payloads:
        by_length.setdefault(len(payload), []).append(payload)
    lengths = _little(array("I", map(len, payloads))).tobytes()
    laid = b"".join([_by_bytes(lengths, 4), *(_laid(b"".join(alike), size, len(alike)) for size, alike in by_length.items())])
    # What repeats stands in runs and the rest is noise: looking for anything but runs takes five times as long for nothing.
    deflate = zlib.compressobj(level=1, wbits=-15, strategy=zlib.Z_RLE)
    return _HEAD.pack(len(payloads), len(laid)) + deflate.compress(laid) + deflate.flush()


def unpack(block: bytes) -> list[bytes]:
    """The payloads in order. Raises BadBlock."""
    if len(block) < _HEAD.size:
        raise BadBlock("a block is too short")
    count, size = _HEAD.unpack_from(block)
    if not 0 < 4 * count <= size <= _SIZE_MAX:
        raise BadBlock(f"a block claims {count} records in {size} bytes")
    inflate = zlib.decompressobj(wbits=-15)
    try:
        laid = inflate.decompress(block[_HEAD.size :], size)
    except zlib.error as error:
        raise BadBlock(f"a block cannot be inflated ({error})") from error
    lengths = array("I", _by_records(laid[: 4 * count], 4))
    if len(laid) != size or sum(_little(lengths)) != size - 4 * count:
        raise BadBlock("a block does not hold what it claims")
    counts: dict[int, int] = {}
    for length in lengths:
        counts[length] = counts.get(length, 0) + 1
    at = 4 * count
    records: dict[int, bytes] = {}
    for length, number in counts.items():
        part = laid[at : at + length * number]
        records[length] = _by_records(part, length) if number >= ALIKE else part
        at += length * number
    ends = dict.fromkeys(counts, 0)
    payloads = []
    for length in lengths:
        first = ends[length]
        ends[length] = first + length
        payloads.append(records[length][first : first + length])
    return payloads


def _laid(joined: bytes, size: int, number: int) -> bytes:
    return _by_bytes(joined, size) if number >= ALIKE else joined


def _by_bytes(joined: bytes, size: int) -> bytes:
    """The first byte of every record of `size` bytes, then every second …"""
    return b"".join([joined[at::size] for at in range(size)])


def _by_records(laid: bytes, size: int) -> bytes:
    """Undo `_by_bytes`."""
    count = len(laid) // size if size else 0
    joined = bytearray(len(laid))
    for at in range(size):
        joined[at::size] = laid[at * count : (at + 1) * count]
    return bytes(joined)


def _little(numbers: array[int]) -> array[int]:
    """Little-endian from this machine's order, and back."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
