"""R4: a run's rows as columns, chunk by chunk; every write on request; one key's points; console lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from assay.server.adapters.metrics_segment.parts import FOREVER, Cut, Span, View
from assay.server.adapters.metrics_segment.rows import (
    BOOL,
    FLOAT,
    INT,
    KIND_LETTERS,
    OBJECT,
    REPLACED,
    TIME_METRIC,
    Table,
    as_floats,
)
from assay.server.adapters.metrics_segment.zones import SeriesReader
from assay.server.ports.metrics import Points, Rows, RowsQuery, ValueColumn, ValueKind
from assay.wire.odd_numbers import EXACT_INT

CHUNK_ROWS = 65_536
_decode: Callable[[bytes], Any] = msgspec.msgpack.Decoder().decode

I64 = NDArray[np.int64]
Float64 = NDArray[np.float64]


def metrics_of(view: View, lineage: list[Span]) -> list[int]:
    """Every metric the lineage's streams have rows of, wall time left out."""
    found: set[int] = set()
    for span in lineage:
        for segment in view.segments:
            if span.stream in segment:
                own = segment.find_stream(span.stream)
                found.update((segment.key[own.start : own.stop] & np.uint64(0xFFFFFFFF)).tolist())
        for memtable in view.memtables:
            if span.stream in memtable:
                found |= memtable.metrics(span.stream)
    return sorted(found - {TIME_METRIC})


def read_rows(view: View, lineage: list[Span], metrics: dict[str, int], query: RowsQuery) -> Iterator[Rows]:
    """The visible rows: one per step, each key's value the one accepted last."""
    readers = {name: SeriesReader(view, lineage, metric) for name, metric in metrics.items()}
    clock = SeriesReader(view, lineage, TIME_METRIC)
    end = FOREVER if query.last_step is None else query.last_step
    if query.keys is None:
        steps, times = clock.points(query.first_step, end)
    else:
        own = [cut.steps for reader in readers.values() for cut in reader.rows(query.first_step, end)]
        steps = np.unique(np.concatenate(own)) if own else np.empty(0, dtype=np.int64)
        known, times = clock.points(query.first_step, end)
        times = times[known.searchsorted(steps)]
    after: int | None = None
    if query.limit is not None and query.limit < len(steps):
        after = int(steps[query.limit])
        steps, times = steps[: query.limit], times[: query.limit]
    for a in range(0, len(steps), CHUNK_ROWS):
        b = min(len(steps), a + CHUNK_ROWS)
        chunk = steps[a:b]
        columns = {}
        for name, reader in readers.items():
            cuts = reader.rows(int(chunk[0]), int(chunk[-1]) + 1)
            if cuts:
                columns[name] = _column(cuts, lambda s, chunk=chunk: _places(s, chunk))  # type: ignore[misc]
        yield Rows(chunk, times[a:b], columns, int(steps[b]) if b < len(steps) else after)


def read_writes(view: View, lineage: list[Span], metrics: dict[str, int], query: RowsQuery) -> Iterator[Rows]:
    """Every write as a row of its own, in order of step, then of acceptance."""
    end = FOREVER if query.last_step is None else query.last_step
    wanted = {metric: name for name, metric in metrics.items()}
    pieces = []
    for rank, span in enumerate(lineage):
        for table in _tables(view, span.stream):
            keep = (table.step >= query.first_step) & (table.step < end) & (table.step <= span.last_step)
            pieces.append((rank, table.take(np.flatnonzero(keep))))
    codes, steps, times = [], [], []
    for rank, table in pieces:
        own = (table.key & np.uint64(0xFFFFFFFF)) == TIME_METRIC
        codes.append(table.order[own] + (rank << 48))
        steps.append(table.step[own])
        times.append(table.bits[own].view(np.float64))
    if not codes:
        return
    code, step, time = np.concatenate(codes), np.concatenate(steps), np.concatenate(times)
    order = np.lexsort((code, step))
    code, step, time = code[order], step[order], time[order]
    by_code = np.argsort(code)
    found: dict[str, list[tuple[I64, Cut]]] = {}
    for rank, table in pieces:
        metric = (table.key & np.uint64(0xFFFFFFFF)).astype(np.int64)
        change = np.flatnonzero((metric[1:] != metric[:-1]) | (table.kind[1:] != table.kind[:-1])) + 1
        for a, b in zip([0, *change.tolist()], [*change.tolist(), len(table)], strict=True):
            name = wanted.get(int(metric[a])) if b > a else None
            if name is not None:
                place = by_code[np.searchsorted(code[by_code], table.order[a:b] + (rank << 48))]
                kind = int(table.kind[a]) % REPLACED
                cut = Cut(kind, table.step[a:b], table.order[a:b], table.bits[a:b], table.objects)
                found.setdefault(name, []).append((place, cut))
    if query.keys is not None:
        named = [place for cuts in found.values() for place, _ in cuts]
        keep = np.unique(np.concatenate(named)) if named else np.empty(0, dtype=np.int64)
        moved = np.full(len(step), -1, dtype=np.int64)
        moved[keep] = np.arange(len(keep))
        step, time = step[keep], time[keep]
        found = {name: [(moved[place], cut) for place, cut in cuts] for name, cuts in found.items()}
    stop = len(step) if query.limit is None else _whole_steps(step, 0, query.limit)
    after = int(step[stop]) if stop < len(step) else None
    a = 0
    while a < stop:
        b = min(stop, _whole_steps(step, a, CHUNK_ROWS))
        columns = {}
        for name, cuts in sorted(found.items()):
            own_cuts, own_places = [], []
            for place, cut in cuts:
                inside = (place >= a) & (place < b)
                if inside.any():
                    assert isinstance(cut.kinds, int)
                    kinds = np.full(int(inside.sum()), cut.kinds, dtype=np.uint8)
                    own_cuts.append(Cut(kinds, cut.steps[inside], cut.orders[inside], cut.bits[inside], cut.objects))
                    own_places.append(place[inside] - a)
            if own_cuts:
                columns[name] = _column(own_cuts, None, np.concatenate(own_places))
        yield Rows(step[a:b], time[a:b], columns, int(step[b]) if b < stop else after)
        a = b


def read_points(view: View, lineage: list[Span], metric: int, first: int, end: int) -> Points:
    """The numbers of a metric, first <= step < end, with the times of their steps."""
    steps, values = SeriesReader(view, lineage, metric).points(first, end)
    if len(steps) == 0:
        return Points(steps, values, values)
    known, times = SeriesReader(view, lineage, TIME_METRIC).points(int(steps[0]), int(steps[-1]) + 1)
    return Points(steps, times if len(known) == len(steps) else times[known.searchsorted(steps)], values)


def read_objects(view: View, lineage: list[Span], metric: int, first: int, end: int) -> list[tuple[int, float, Any]]:
    """(step, time, object) of the rows first <= step < end of a metric of objects."""
    clock = SeriesReader(view, lineage, TIME_METRIC)
    steps, times = clock.points(first, end)
    by_step = dict(zip(steps.tolist(), times.tolist(), strict=True))
    found = []
    for cut in SeriesReader(view, lineage, metric).rows(first, end):
        for step, place in zip(cut.steps.tolist(), cut.bits.tolist(), strict=True):
            found.append((step, by_step.get(step, 0.0), _decode(cut.objects[place])))
    return found


def _tables(view: View, stream: int) -> Iterator[Table]:
    for segment in view.segments:
        if stream in segment:
            own = segment.find_stream(stream)
            yield segment.table(own.start, own.stop)
    for memtable in view.memtables:
        if stream in memtable:
            yield memtable.table(stream)


def _whole_steps(steps: I64, start: int, limit: int) -> int:
    """Where a page of about `limit` rows ends without splitting a step; the first step is always whole."""
    end = min(len(steps), start + limit)
    if limit <= 0 or end == len(steps):
        return end
    first = int(np.searchsorted(steps, steps[end], side="left"))
    return first if first > start else int(np.searchsorted(steps, steps[start], side="right"))


def _places(steps: I64, chunk: I64) -> NDArray[np.int32]:
    if len(steps) == len(chunk):
        return np.arange(len(chunk), dtype=np.int32)
    return chunk.searchsorted(steps).astype(np.int32)


def _column(cuts: list[Cut], place: Callable[[I64], NDArray[np.int32]] | None, places: I64 | None = None) -> ValueColumn:
    """Cuts as one column of the narrowest kind that keeps every value exactly."""
    kinds = np.concatenate(
        [np.full(len(c.steps), c.kinds, dtype=np.uint8) if isinstance(c.kinds, int) else c.kinds for c in cuts]
    )
    if places is None:
        assert place is not None
        rows = place(cuts[0].steps if len(cuts) == 1 else np.concatenate([c.steps for c in cuts]))
        order = None
    else:
        order = np.argsort(places, kind="stable")
        rows = places[order].astype(np.int32)
    seen = set(np.unique(kinds).tolist())
    if OBJECT not in seen:
        bits = cuts[0].bits if len(cuts) == 1 else np.concatenate([c.bits for c in cuts])
        if order is not None:
            bits, kinds = bits[order], kinds[order]
        if len(seen) == 1:
            kind = seen.pop()
            values: NDArray[Any] = bits.view(np.float64) if kind == FLOAT else bits
            letter: ValueKind = KIND_LETTERS[kind]  # type: ignore[assignment]
            return ValueColumn(letter, rows, values.astype(np.bool_) if kind == BOOL else values)
        whole = bits[kinds == INT]
        if BOOL not in seen and bool((np.abs(whole) <= EXACT_INT).all()):
            return ValueColumn("f", rows, np.where(kinds == FLOAT, bits.view(np.float64), bits.astype(np.float64)))
    objects: list[Any] = []
    for cut in cuts:
        own = np.full(len(cut.steps), cut.kinds) if isinstance(cut.kinds, int) else cut.kinds
        objects += [_value(int(kind), int(bits), cut.objects) for kind, bits in zip(own, cut.bits, strict=True)]
    column = np.fromiter(objects, dtype=object, count=len(objects))
    return ValueColumn("o", rows, column if order is None else column[order])


def _value(kind: int, bits: int, objects: list[bytes]) -> Any:
    if kind == OBJECT:
        return _decode(objects[bits])
    if kind == FLOAT:
        return float(as_floats(FLOAT, np.array([bits], dtype=np.int64))[0])
    return bool(bits) if kind == BOOL else bits
