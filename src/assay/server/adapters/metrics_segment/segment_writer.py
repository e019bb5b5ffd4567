"""Writing a segment file: tables of settled rows become blocks, nodes and an index. What is read back is in `segment`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import google_crc32c
import numpy as np

from assay.server.adapters.metrics_segment import pyramid
from assay.server.adapters.metrics_segment.codec import encode_column, encode_objects
from assay.server.adapters.metrics_segment.files import Files
from assay.server.adapters.metrics_segment.rows import BOOL, FLOAT, OBJECT, REPLACED, TIME_METRIC, Table
from assay.server.adapters.metrics_segment.segment import (
    BLOCK,
    BLOCK_COLUMNS,
    FOOTER,
    I64,
    LONG_ROWS,
    MAGIC,
    OBJECT_BYTES,
    RISING,
    SERIES_COLUMNS,
    SHARED_ROWS,
    Array,
    ranges,
)


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
        self._put(FOOTER.pack(at, len(index), self._rows, series_count, len(self._blocks), crc, MAGIC))
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
            rows = ranges(starts[which], n)
            load = np.cumsum(sizes[table.bits[rows]])
            weight = np.maximum(weight, np.concatenate((np.zeros(1, dtype=np.int64), load[before[1:] - 1])) // OBJECT_BYTES)
        cuts = np.append(np.concatenate((np.zeros(1, dtype=np.int64), np.flatnonzero(np.diff(weight)) + 1)), len(which))
        for a, b in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
            members = which[a:b]
            block[members] = len(self._blocks)
            row[members] = before[a:b] - before[a]
            self._put_block(table, ranges(starts[members], counts[members]), kind)

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
        head = BLOCK.pack(step_codec, order_codec, value_codec, len(step_data), len(order_data), len(value_data), len(steps))
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


_NONE = np.empty(0, dtype=np.int64)
