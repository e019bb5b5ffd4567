"""Sealing and merging: rows move from memory into segments, and from many segments into few.

Both write a new file, make it durable, and only then change the catalogue; whatever a crash leaves behind is a file nobody
names, removed at the next start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assay.server.adapters.metrics_segment.files import Files
from assay.server.adapters.metrics_segment.memtable import Memtable
from assay.server.adapters.metrics_segment.rows import Table, join, settle
from assay.server.adapters.metrics_segment.segment import Segment
from assay.server.adapters.metrics_segment.segment_writer import SegmentWriter

FAN_IN = 8
SEGMENTS_PER_STREAM = 16
CHUNK_ROWS = 1_000_000  # rows merged at a time; a longer series is merged alone
SEAL_CHUNK_ROWS = 500_000


def segment_path(folder: Path, segment_id: int) -> Path:
    return folder / f"{segment_id:012d}.seg"


def write_memtable(files: Files, path: Path, memtable: Memtable, dead: set[int]) -> int:
    """Seal a memtable into a segment file. Returns its bytes, 0 when nothing of it is alive."""
    return write_tables(files, path, _gather(memtable.table(stream) for stream in memtable.streams if stream not in dead))


def _gather(tables: Iterable[Table]) -> Iterator[Table]:
    """Small streams together, so that their short series share blocks."""
    waiting: list[Table] = []
    rows = 0
    for table in tables:
        waiting.append(table)
        rows += len(table)
        if rows >= SEAL_CHUNK_ROWS:
            yield join(waiting)
            waiting, rows = [], 0
    if waiting:
        yield join(waiting)


def write_merged(files: Files, path: Path, segments: list[Segment], dead: set[int]) -> int:
    """Merge segments into one. Rows that share a (key, step) are settled again; streams in `dead` are left out."""
    return write_tables(files, path, _merged(segments, dead))


def _merged(segments: list[Segment], dead: set[int]) -> Iterator[Table]:
    keys, rows = _weights(segments)
    if dead:
        alive = ~np.isin((keys >> np.uint64(32)).astype(np.int64), np.fromiter(dead, dtype=np.int64, count=len(dead)))
        keys, rows = keys[alive], rows[alive]
    at = 0
    load = np.cumsum(rows)
    while at < len(keys):
        base = int(load[at - 1]) if at else 0
        end = max(at + 1, int(np.searchsorted(load, base + CHUNK_ROWS, side="right")))
        low, high = keys[at], keys[end - 1]
        tables = []
        for segment in segments:
            first, stop = (int(i) for i in (segment.key.searchsorted(low), segment.key.searchsorted(high, side="right")))
            if first < stop:
                table = segment.table(first, stop)
                if dead:
                    stream = (table.key >> np.uint64(32)).astype(np.int64)
                    keep = ~np.isin(stream, np.fromiter(dead, dtype=np.int64, count=len(dead)))
                    table = table if keep.all() else table.take(np.flatnonzero(keep))
                tables.append(table)
        yield settle(join(tables))
        at = end


def _weights(segments: list[Segment]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Every key once, ascending, and how many rows it has over all segments."""
    keys = np.concatenate([segment.key for segment in segments])
    rows = np.concatenate([segment.series["rows"].astype(np.int64) for segment in segments])
    unique, place = np.unique(keys, return_inverse=True)
    return unique, np.bincount(place, weights=rows, minlength=len(unique)).astype(np.int64)


def write_tables(files: Files, path: Path, tables: Iterator[Table]) -> int:
    """Write settled tables, ascending by key, as one segment file. Returns its bytes, 0 when they are empty."""
    writer = SegmentWriter(files, path)
    try:
        rows = 0
        for table in tables:
            writer.add(table)
            rows += len(table)
        if rows == 0:
            writer.abandon()
            return 0
        return writer.finish()
    except BaseException:
        writer.abandon()
        raise


def level_of(rows: int, seal_values: int) -> int:
    """Tiers are a factor of FAN_IN apart, counted from the size of one seal."""
    level, size = 0, seal_values
    while rows > size:
        size *= FAN_IN
        level += 1
    return level


def choose_merge(segments: list[Segment], dead: set[int]) -> list[Segment]:
    """What to merge next: a full tier; else what keeps any stream within SEGMENTS_PER_STREAM; else a segment mostly dead."""
    tiers: dict[int, list[Segment]] = {}
    for segment in segments:
        tiers.setdefault(segment.level, []).append(segment)
    for level in sorted(tiers):
        if len(tiers[level]) >= FAN_IN:
            return tiers[level][:FAN_IN]
    if len(segments) > SEGMENTS_PER_STREAM:
        streams = np.concatenate([segment.streams for segment in segments])
        unique, counts = np.unique(streams, return_counts=True)
        if int(counts.max()) > SEGMENTS_PER_STREAM:
            worst = int(unique[counts.argmax()])
            own = sorted((s for s in segments if worst in s), key=lambda segment: segment.rows)
            return own[:FAN_IN]
    for segment in segments:
        gone = dead.intersection(segment.streams.tolist())
        if gone and len(gone) * 3 >= len(segment.streams):
            return [segment]
    return []
