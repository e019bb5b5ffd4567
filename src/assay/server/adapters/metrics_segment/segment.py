"""Segment files: sealed rows, never changed. Blocks of compressed columns, a pyramid of nodes, an index of fixed-width columns.

Nothing of a segment is parsed when it is opened: the index is mapped into memory and read as arrays, so that a store of any
size starts at once. The layout is in `docs/architecture/formats/metric-store.md`."""

from __future__ import annotations

import mmap
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import google_crc32c
import numpy as np
from numpy.typing import NDArray

from assay.server.adapters.metrics_segment import pyramid
from assay.server.adapters.metrics_segment.codec import (
    MetricsDamaged,
    decode_column,
    decode_objects,
    encode_column,
    encode_objects,
)
from assay.server.adapters.metrics_segment.files import Files
from assay.server.adapters.metrics_segment.pyramid import Nodes
from assay.server.adapters.metrics_segment.rows import BOOL, FLOAT, OBJECT, REPLACED, TIME_METRIC, Table
from assay.wire.errors import Unavailable

MAGIC = b"ASSEG01\n"
VERSION = 1
LONG_ROWS = 65_536  # rows of one block of a long series
SHARED_ROWS = 4_096  # rows from which a series has blocks of its own; shorter ones share blocks of about this many
OBJECT_BYTES = 1 << 20  # bytes of objects in one block before compression
_FOOTER = struct.Struct("<QQQQII8s")  # index offset, index bytes, rows, series count, block count, crc, magic
_BLOCK = struct.Struct("<BBBxIIII")  # codec of steps, orders, values; their bytes; rows

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
Array = NDArray[Any]


class SegmentWriter:
    """Writes one segment from settled tables given in ascending order of key; a key must not span two tables."""

    def __init__(self, files: Files, path: Path) -> None:
        self.path = path
        self._files = files
        self._temporary = path.with_suffix(".tmp")
        files.remove(self._temporary)
        self._fd = files.create(self._temporary)
        self._offset = 0
        self._series: list[dict[str, Array]] = []
        self._blocks: list[tuple[int, int, int, int, int]] = []
        self._rows = 0
        self._put(MAGIC.ljust(64, b"\0"))

    def add(self, table: Table) -> None:
        if len(table) == 0:
            return
        key, kind = table.key, table.kind
        change = np.flatnonzero((key[1:] != key[:-1]) | (kind[1:] != kind[:-1])) + 1
        starts = np.concatenate((np.zeros(1, dtype=np.int64), change))
        counts = np.diff(np.append(starts, len(table)))
        ends = starts + counts
        block = np.zeros(len(starts), dtype=np.uint32)
        row = np.zeros(len(starts), dtype=np.uint32)
        base_kind = kind[starts] % REPLACED
        is_long = counts >= SHARED_ROWS
        for i in np.flatnonzero(is_long).tolist():
            block[i] = len(self._blocks)
            for a, b in _cuts(table, int(starts[i]), int(ends[i]), int(base_kind[i])):
                self._put_block(table, slice(a, b), int(base_kind[i]))
        for wanted in range(4):
            self._share(table, np.flatnonzero(~is_long & (base_kind == wanted)), starts, counts, block, row, wanted)
        flags = np.zeros(len(starts), dtype=np.uint8)
        for i in np.flatnonzero((key[starts] & np.uint64(0xFFFFFFFF)) == TIME_METRIC).tolist():
            if base_kind[i] == FLOAT:
                times = table.bits[starts[i] : ends[i]].view(np.float64)
                flags[i] = RISING if np.isfinite(times).all() and bool((times[1:] >= times[:-1]).all()) else 0
        nodes = pyramid.build(table, starts, ends)
        node_offset = np.zeros(len(starts), dtype=np.uint64)
        for i, data in nodes.data.items():
            self._align()
            node_offset[i] = self._offset
            self._put(data)
        self._series.append(
            {
                "key": key[starts],
                "first_step": table.step[starts],
                "last_step": table.step[ends - 1],
                "node_offset": node_offset,
                "node_count": nodes.count,
                "rows": counts.astype(np.uint32),
                "block": block,
                "row": row,
                "kind": kind[starts],
                "flags": flags,
                "node_exponent": nodes.exponent,
                "node_flags": nodes.flags,
            }
        )
        self._rows += len(table)

    def finish(self) -> int:
        """Make the segment durable under its name. Returns its bytes."""
        self._align()
        at = self._offset
        parts = []
        for name, dtype in SERIES_COLUMNS:
            parts.append(np.concatenate([table[name] for table in self._series] or [_NONE]).astype(dtype).tobytes())
        for place, (_, dtype) in enumerate(BLOCK_COLUMNS):
            parts.append(np.array([block[place] for block in self._blocks], dtype=dtype).tobytes())
        parts = [part + bytes(-len(part) % 8) for part in parts]
        index = b"".join(parts)
        series_count = sum(len(t["key"]) for t in self._series)
        self._put(index)
        crc = google_crc32c.value(index)
        self._put(_FOOTER.pack(at, len(index), self._rows, series_count, len(self._blocks), crc, MAGIC))
        self._files.sync(self._fd)
        self._files.close(self._fd)
        self._fd = -1
        self._files.rename(self._temporary, self.path)
        self._files.sync_folder(self.path.parent)
        return self._offset

    def abandon(self) -> None:
        """Leave nothing behind."""
        if self._fd >= 0:
            self._files.close(self._fd)
            self._fd = -1
        self._files.remove(self._temporary)

    def _share(self, table: Table, which: I64, starts: I64, counts: I64, block: Array, row: Array, kind: int) -> None:
        """Put the short series `which` into shared blocks of about SHARED_ROWS rows."""
        if len(which) == 0:
            return
        n = counts[which]
        before = np.cumsum(n) - n
        weight = before // SHARED_ROWS
        if kind == OBJECT:
            sizes = np.array([len(item) for item in table.objects], dtype=np.int64)
            rows = _ranges(starts[which], n)
            load = np.cumsum(sizes[table.bits[rows]])
            weight = np.maximum(weight, np.concatenate((np.zeros(1, dtype=np.int64), load[before[1:] - 1])) // OBJECT_BYTES)
        cuts = np.append(np.concatenate((np.zeros(1, dtype=np.int64), np.flatnonzero(np.diff(weight)) + 1)), len(which))
        for a, b in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
            members = which[a:b]
            block[members] = len(self._blocks)
            row[members] = before[a:b] - before[a]
            self._put_block(table, _ranges(starts[members], counts[members]), kind)

    def _put_block(self, table: Table, rows: Any, kind: int) -> None:
        steps, orders, bits = table.step[rows], table.order[rows], table.bits[rows]
        step_codec, step_data = encode_column(steps)
        order_codec, order_data = encode_column(orders)
        if kind == OBJECT:
            value_codec, value_data = encode_objects([table.objects[i] for i in bits.tolist()])
        elif kind == FLOAT:
            value_codec, value_data = encode_column(bits.view(np.float64))
        else:
            value_codec, value_data = encode_column(bits.astype(np.uint8) if kind == BOOL else bits)
        head = _BLOCK.pack(step_codec, order_codec, value_codec, len(step_data), len(order_data), len(value_data), len(steps))
        data = head + step_data + order_data + value_data
        self._blocks.append((self._offset, int(steps[0]), len(data), len(steps), google_crc32c.value(data)))
        self._put(data)

    def _align(self) -> None:
        self._put(bytes(-self._offset % 8))

    def _put(self, data: bytes) -> None:
        if data:
            self._files.write(self._fd, data, self._offset)
            self._offset += len(data)


def _cuts(table: Table, start: int, end: int, kind: int) -> list[tuple[int, int]]:
    """Where the blocks of a long series begin and end."""
    if kind != OBJECT:
        return [(a, min(end, a + LONG_ROWS)) for a in range(start, end, LONG_ROWS)]
    cuts, a, size = [], start, 0
    for at in range(start, end):
        size += len(table.objects[int(table.bits[at])])
        if size > OBJECT_BYTES or at - a >= LONG_ROWS:
            cuts.append((a, at + 1))
            a, size = at + 1, 0
    return [*cuts, (a, end)] if a < end else cuts


def _ranges(starts: I64, counts: I64) -> I64:
    """start … start + count of each, one after another."""
    total = int(counts.sum())
    return np.repeat(starts - (np.cumsum(counts) - counts), counts) + np.arange(total, dtype=np.int64)


_NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Block:
    steps: I64
    orders: I64 | None
    bits: I64
    objects: list[bytes]


class Segment:
    """An open segment. Safe to share between threads; stays readable while somebody holds it, even when removed."""

    def __init__(self, path: Path, segment_id: int, level: int) -> None:
        self.path, self.id, self.level = path, segment_id, level
        fd = os.open(path, os.O_RDONLY)
        try:
            size = os.fstat(fd).st_size
            if size < 64 + _FOOTER.size:
                raise MetricsDamaged(where=path.name, what="the file is shorter than an empty segment")
            self._map = mmap.mmap(fd, 0, prot=mmap.PROT_READ)
        finally:
            os.close(fd)
        self.size_bytes = size
        if self._map[:7] == MAGIC[:5] + b"02":
            raise Unavailable(detail=f"{path} was written by a newer Assay. Start that version, or newer.")
        at, length, self.rows, series, blocks, crc, magic = _FOOTER.unpack_from(self._map, size - _FOOTER.size)
        if magic != MAGIC or self._map[:8] != MAGIC or at + length + _FOOTER.size != size:
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
        self.streams: Array = np.unique((self.key >> np.uint64(32)).astype(np.int64))
        self._coarse: dict[tuple[int, int], Nodes] = {}
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
        """The pyramid of a series, if it is long enough to have one. Costs nothing: the arrays are the file's own."""
        count = int(self.series["node_count"][i])
        if count == 0:
            return None
        at = int(self.series["node_offset"][i])
        return pyramid.read(
            self._map,
            at,
            count,
            int(self.series["node_exponent"][i]),
            int(self.series["node_flags"][i]),
            int(self.series["first_step"][i]),
        )

    def coarse(self, i: int, exponent: int) -> Nodes:
        """The second level of a very long series, made once and kept: it is a thousandth of the points."""
        found = self._coarse.get((i, exponent))
        if found is None:
            nodes = self.nodes(i)
            assert nodes is not None
            found = self._coarse[i, exponent] = pyramid.coarser(nodes, exponent)
        return found

    def block_range(self, i: int) -> range:
        """The blocks a series lies in."""
        first, rows = int(self.series["block"][i]), int(self.series["rows"][i])
        if rows < SHARED_ROWS:
            return range(first, first + 1)
        end, left = first, rows
        while left > 0:
            left -= int(self.blocks["rows"][end])
            end += 1
        return range(first, end)

    def decode(self, number: int, kind: int, *, with_orders: bool, out: Array | None = None) -> Block:
        """One block's columns. Raises MetricsDamaged when its checksum is wrong."""
        at, length = int(self.blocks["offset"][number]), int(self.blocks["bytes"][number])
        data = self._map[at : at + length]
        if google_crc32c.value(data) != int(self.blocks["crc"][number]):
            raise MetricsDamaged(where=self.path.name, what=f"block {number} does not match its checksum")
        step_codec, order_codec, value_codec, step_bytes, order_bytes, value_bytes, n = _BLOCK.unpack_from(data)
        at = _BLOCK.size
        view = memoryview(data)
        try:
            steps = decode_column(step_codec, view[at : at + step_bytes], n, np.int64)
            at += step_bytes
            orders = decode_column(order_codec, view[at : at + order_bytes], n, np.int64) if with_orders else None
            at += order_bytes
            values = view[at : at + value_bytes]
            if kind == OBJECT:
                return Block(steps, orders, np.arange(n, dtype=np.int64), decode_objects(value_codec, values, n))
            if kind == BOOL:
                return Block(steps, orders, decode_column(value_codec, values, n, np.uint8).astype(np.int64), [])
            dtype = np.float64 if kind == FLOAT else np.int64
            return Block(steps, orders, decode_column(value_codec, values, n, dtype, out).view(np.int64), [])
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
        rows = _ranges(rows_from, counts)
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
            if google_crc32c.value(self._map[at : at + length]) != crc:
                wrong.append(f"{self.path.name}: block {number} at byte {at} does not match its checksum")
        return wrong
