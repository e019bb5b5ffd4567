"""Segment files: sealed rows, never changed. Blocks of compressed columns, a pyramid of nodes, an index of fixed-width columns.

Nothing of a segment is parsed when it is opened: the index is mapped into memory and read as arrays, so that a store of any
size starts at once. `segment_writer` makes the files. The layout is in `docs/architecture/formats/metric-store.md`."""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import google_crc32c
import numpy as np
from numpy.typing import NDArray

from assay.server.adapters.metrics_segment import pyramid
from assay.server.adapters.metrics_segment.codec import (
    ARITHMETIC,
    MetricsDamaged,
    decode_column,
    decode_objects,
    decode_progression,
)
from assay.server.adapters.metrics_segment.pyramid import NodeCache, Nodes
from assay.server.adapters.metrics_segment.rows import BOOL, FLOAT, OBJECT, REPLACED, Table, as_floats
from assay.server.adapters.metrics_segment.steps import Steps
from assay.server.compute.buckets import group_starts
from assay.wire.errors import Unavailable

MAGIC = b"ASSEG01\n"
VERSION = 1
LONG_ROWS = 65_536  # rows of one block of a long series
SHARED_ROWS = 4_096  # rows from which a series has blocks of its own; shorter ones share blocks of about this many
OBJECT_BYTES = 1 << 20  # bytes of objects in one block before compression
FOOTER = struct.Struct("<QQQQII8s")  # index offset, index bytes, rows, series count, block count, crc, magic
BLOCK = struct.Struct("<BBBxIIII")  # codec of steps, orders, values; their bytes; rows

# Index columns: name and type, one array each, in this order.
SERIES_COLUMNS: tuple[tuple[str, str], ...] = (
    ("key", "<u8"),
    ("first_step", "<i8"),
    ("last_step", "<i8"),
    ("node_offset", "<u8"),
    ("node_count", "<u4"),
    ("rows", "<u4"),
    ("block", "<u4"),
    ("row", "<u4"),
    ("kind", "u1"),
    ("flags", "u1"),
    ("node_exponent", "u1"),
    ("node_flags", "u1"),
)
BLOCK_COLUMNS: tuple[tuple[str, str], ...] = (
    ("offset", "<u8"),
    ("first_step", "<i8"),
    ("bytes", "<u4"),
    ("rows", "<u4"),
    ("crc", "<u4"),
)
RISING = 1  # flag of a series: values never go down with step and are finite (what a time axis needs)

I64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Block:
    steps: I64
    orders: I64 | None
    bits: I64
    objects: list[bytes]


class Segment:
    """An open segment. Safe to share between threads; stays readable while somebody holds it, even when removed."""

    def __init__(self, path: Path, segment_id: int, level: int, cache: NodeCache | None = None) -> None:
        self.path, self.id, self.level = path, segment_id, level
        self._cache = cache or NodeCache()
        fd = os.open(path, os.O_RDONLY)
        try:
            size = os.fstat(fd).st_size
            if size < 64 + FOOTER.size:
                raise MetricsDamaged(where=path.name, what="the file is shorter than an empty segment")
            self._map = mmap.mmap(fd, 0, prot=mmap.PROT_READ)
        finally:
            os.close(fd)
        self.size_bytes = size
        self._bytes: Array = np.frombuffer(self._map, dtype=np.uint8)
        if self._map[:7] == MAGIC[:5] + b"02":
            raise Unavailable(detail=f"{path} was written by a newer Assay. Start that version, or newer.")
        at, length, self.rows, series, blocks, crc, magic = FOOTER.unpack_from(self._map, size - FOOTER.size)
        if magic != MAGIC or self._map[:8] != MAGIC or at + length + FOOTER.size != size:
            raise MetricsDamaged(where=path.name, what="its header or footer is not a segment's")
        if google_crc32c.value(self._map[at : at + length]) != crc:
            raise MetricsDamaged(where=path.name, what="the index does not match its checksum")
        self.series: dict[str, Array] = {}
        self.blocks: dict[str, Array] = {}
        for target, columns, n in ((self.series, SERIES_COLUMNS, series), (self.blocks, BLOCK_COLUMNS, blocks)):
            for name, dtype in columns:
                target[name] = np.frombuffer(self._map, dtype=dtype, count=n, offset=at)
                width = target[name].nbytes
                at += width + (-width % 8)
        self.key = self.series["key"]
        # Keys ascend. The first call of numpy's unique costs 23 ms of imports, half of a store's start.
        streams = (self.key >> np.uint64(32)).astype(np.int64)
        self.streams: Array = streams[group_starts(streams)]
        self._stream_set = frozenset(self.streams.tolist())

    def __contains__(self, stream: int) -> bool:
        return stream in self._stream_set

    def find(self, stream: int, metric: int) -> range:
        """The series rows of (stream, metric), one per kind."""
        key = np.uint64((stream << 32) | metric)
        first = int(self.key.searchsorted(key))
        end = first
        while end < len(self.key) and self.key[end] == key:
            end += 1
        return range(first, end)

    def find_stream(self, stream: int) -> range:
        low, high = np.uint64(stream << 32), np.uint64((stream << 32) | 0xFFFFFFFF)
        return range(int(self.key.searchsorted(low)), int(self.key.searchsorted(high, side="right")))

    def nodes(self, i: int) -> Nodes | None:
        """The pyramid of a series, if it is long enough to have one. The arrays are the file's own."""
        found = self._cache.get(self, i)
        if found is not None:
            return found
        count = int(self.series["node_count"][i])
        if count == 0:
            return None
        offset, exponent, flags = (int(self.series[name][i]) for name in ("node_offset", "node_exponent", "node_flags"))
        nodes = pyramid.read(self._map, offset, count, exponent, flags, int(self.series["first_step"][i]))
        return self._cache.keep(self, i, nodes)

    def coarse(self, i: int, exponent: int) -> Nodes:
        """The second level of a very long series, made when first asked for: it is a thousandth of the points."""
        found = self._cache.get(self, (i, exponent))
        if found is not None:
            return found
        nodes = self.nodes(i)
        assert nodes is not None
        return self._cache.keep(self, (i, exponent), pyramid.coarser(nodes, exponent))

    def block_range(self, i: int) -> range:
        """The blocks a series lies in."""
        first, rows = int(self.series["block"][i]), int(self.series["rows"][i])
        if rows < SHARED_ROWS:
            return range(first, first + 1)
        if int(self.series["kind"][i]) % REPLACED != OBJECT:
            return range(first, first - (-rows // LONG_ROWS))
        end, left = first, rows
        while left > 0:
            left -= int(self.blocks["rows"][end])
            end += 1
        return range(first, end)

    def decode(self, number: int, kind: int, *, with_orders: bool) -> Block:
        """One block's columns. Raises MetricsDamaged when its checksum is wrong."""
        at, (step_codec, order_codec, value_codec, step_bytes, order_bytes, value_bytes, n) = self._head(number)
        with self._naming(number):
            steps = decode_column(step_codec, self._map[at : at + step_bytes], n, np.int64)
            at += step_bytes
            orders = decode_column(order_codec, self._map[at : at + order_bytes], n, np.int64) if with_orders else None
            at += order_bytes
            values = self._map[at : at + value_bytes]
            if kind == OBJECT:
                return Block(steps, orders, np.arange(n, dtype=np.int64), decode_objects(value_codec, values, n))
            return Block(steps, orders, _decode_values(value_codec, values, n, kind, None).view(np.int64), [])

    def steps(self, number: int) -> Steps:
        """The steps of a block alone."""
        at, (codec, _, _, length, _, _, n) = self._head(number)
        with self._naming(number):
            return _decode_steps(codec, self._map[at : at + length], n)

    def scan(self, number: int, kind: int, out: Float64) -> tuple[Steps, Float64]:
        """Steps and values of a block of numbers; floats lie in `out`, which the next scan overwrites."""
        at, (step_codec, _, codec, step_bytes, order_bytes, value_bytes, n) = self._head(number)
        with self._naming(number):
            steps = _decode_steps(step_codec, self._map[at : at + step_bytes], n)
            at += step_bytes + order_bytes
            values = _decode_values(codec, self._map[at : at + value_bytes], n, kind, out if kind == FLOAT else None)
            return steps, as_floats(kind, values.view(np.int64))

    def _head(self, number: int) -> tuple[int, tuple[int, ...]]:
        """Where a block's columns begin, and its head, once its checksum was compared."""
        at, length = int(self.blocks["offset"][number]), int(self.blocks["bytes"][number])
        if google_crc32c.value(self._bytes[at : at + length]) != int(self.blocks["crc"][number]):
            raise MetricsDamaged(where=self.path.name, what=f"block {number} does not match its checksum")
        return at + BLOCK.size, BLOCK.unpack_from(self._map, at)

    @contextmanager
    def _naming(self, number: int) -> Iterator[None]:
        """Say which block cannot be decoded."""
        try:
            yield
        except (ValueError, RuntimeError, TypeError) as error:
            raise MetricsDamaged(where=self.path.name, what=f"block {number}: {error}") from error

    def table(self, first: int, end: int) -> Table:
        """Rows of the series first … end, in the index's order (by key, then kind)."""
        cache: dict[int, tuple[int, Block]] = {}
        steps, orders, bits = [], [], []
        object_lists: list[bytes] = []
        counts = self.series["rows"][first:end].astype(np.int64)
        base = 0
        rows_from = np.zeros(end - first, dtype=np.int64)
        for i in range(first, end):
            kind = int(self.series["kind"][i]) % REPLACED
            for place, number in enumerate(self.block_range(i)):
                if number not in cache:
                    block = self.decode(number, kind, with_orders=True)
                    cache[number] = (base, block)
                    base += len(block.steps)
                    steps.append(block.steps)
                    orders.append(block.orders)
                    bits.append(block.bits + len(object_lists) if kind == OBJECT else block.bits)
                    object_lists += block.objects
                if place == 0:
                    rows_from[i - first] = cache[number][0] + int(self.series["row"][i])
        rows = ranges(rows_from, counts)
        return Table(
            np.repeat(self.key[first:end], counts),
            np.repeat(self.series["kind"][first:end], counts),
            np.concatenate(steps)[rows],
            np.concatenate([o for o in orders if o is not None])[rows],
            np.concatenate(bits)[rows],
            object_lists,
        )

    def verify(self) -> list[str]:
        """Check every block; the index was checked when the segment was opened."""
        wrong = []
        offsets, lengths, crcs = (self.blocks[name].tolist() for name in ("offset", "bytes", "crc"))
        for number, (at, length, crc) in enumerate(zip(offsets, lengths, crcs, strict=True)):
            if google_crc32c.value(self._bytes[at : at + length]) != crc:
                wrong.append(f"{self.path.name}: block {number} at byte {at} does not match its checksum")
        return wrong


def ranges(starts: I64, counts: I64) -> I64:
    """start … start + count of each, one after another."""
    total = int(counts.sum())
    return np.repeat(starts - (np.cumsum(counts) - counts), counts) + np.arange(total, dtype=np.int64)


def _decode_steps(codec: int, data: bytes, n: int) -> Steps:
    found = decode_progression(data, n) if codec == ARITHMETIC else None
    return decode_column(codec, data, n, np.int64) if found is None else found


def _decode_values(codec: int, data: bytes, n: int, kind: int, out: Float64 | None) -> Array:
    """Eight bytes a value, as the rows hold them."""
    if kind == BOOL:
        return decode_column(codec, data, n, np.uint8).astype(np.int64)
    dtype = np.float64 if kind == FLOAT else np.int64
    return decode_column(codec, data, n, dtype, out)
