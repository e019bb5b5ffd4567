"""Whole runs copied, also into another project: their rows under new keys, in one new segment.

The rows are read from segments and written series by series, so that memory stays flat whatever the runs' size, and no lock is
held meanwhile: readers and writers of other runs notice nothing. The new segment is durable first; then one transaction of the
catalogue names it together with the runs. A crash before that leaves a file that nobody names, removed at the next start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assay.server.adapters.metrics_segment import maintenance
from assay.server.adapters.metrics_segment.catalogue import (
    add_segment,
    console_stream,
    first_stream,
    lineage_stream,
    save_runs,
    system_stream,
)
from assay.server.adapters.metrics_segment.contents import Contents
from assay.server.adapters.metrics_segment.intake import FIRST_METRIC
from assay.server.adapters.metrics_segment.parts import FOREVER, Span
from assay.server.adapters.metrics_segment.projects import ProjectState, RunState
from assay.server.adapters.metrics_segment.rows import Table, join, settle
from assay.server.adapters.metrics_segment.sealing import Sealer
from assay.server.adapters.metrics_segment.segment import Segment
from assay.server.domain.runs import RunRef
from assay.wire.errors import Conflict

_TRIES = 5  # a run that is still written to after so many seals is not one that has ended
_METRIC = np.uint64(0xFFFFFFFF)

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Twin:
    """A run to be copied as it is at `version`, and what its copy will be. `streams`: stream → (the copy's, last step)."""

    source: RunState
    version: int
    target: ProjectState
    run_key: int
    number: int
    lineage: list[Span]
    streams: dict[int, tuple[int, int]]
    metrics: dict[int, int]


@dataclass(frozen=True, slots=True)
class _Entries:
    """Series of segments to be copied, in order of their new key: columns of length n."""

    key: U64
    rows: I64
    segment: I64
    series: I64
    last_step: I64


def copy(held: Contents, sealer: Sealer, pairs: Sequence[tuple[RunRef, RunRef]]) -> None:
    """Takes the locks itself."""
    with held.lock:
        for _, target in pairs:
            if held.run(target) is not None:
                raise Conflict(detail=f"Run {target.run_key} has rows of its own; a copy needs one without.")
    segments = _sealed(held, sealer, [source for source, _ in pairs])
    with held.lock:
        twins = [twin for pair in pairs if (twin := _twin(held, *pair)) is not None]
        segment_id = held.next_segment
        held.next_segment += 1
    if not twins:
        return
    path = maintenance.segment_path(held.segment_folder, segment_id)
    size = maintenance.write_tables(held.files, path, _renamed(segments, _entries(held, segments, twins)))
    segment = None
    try:
        if size:
            segment = Segment(path, segment_id, 0, held.node_cache)
            segment.level = sealer.level_of(segment.rows)
        with held.lock:
            _publish(held, twins, segment)
    except BaseException:
        held.files.remove(path)
        raise


def _streams(state: RunState) -> list[int]:
    return [*(span.stream for span in state.lineage), system_stream(state.number), console_stream(state.number)]


def _sealed(held: Contents, sealer: Sealer, sources: Sequence[RunRef]) -> tuple[Segment, ...]:
    """Segments that hold all rows of the runs. Raises Conflict for runs that go on being written to."""
    for _ in range(_TRIES):
        with held.lock:
            states = [state for source in sources if (state := held.run(source)) is not None]
            for state in states:
                held.wait_until_durable(state)
            view = held.view()
            wanted = {stream for state in states for stream in _streams(state)}
            if not any(stream in memtable for memtable in view.memtables for stream in wanted):
                return view.segments
        sealer.freeze()
        sealer.seal()
    raise Conflict(detail="The run is being written to. Nothing was copied; try again when it has ended.")


def _twin(held: Contents, source: RunRef, target: RunRef) -> _Twin | None:
    """None for a run that has logged nothing. Holds the lock."""
    state = held.run(source)
    if state is None:
        return None
    home, goal = held.project(source.project_key), held.project(target.project_key)
    number = held.next_number
    held.next_number += 1
    if state.is_plain:
        lineage = [Span(first_stream(number))]
    else:
        lineage = [Span(lineage_stream(held.next_stream + place), span.last_step) for place, span in enumerate(state.lineage)]
        held.next_stream += len(lineage)
    streams = {span.stream: (mine.stream, span.last_step) for span, mine in zip(state.lineage, lineage, strict=True)}
    streams[system_stream(state.number)] = (system_stream(number), FOREVER)
    streams[console_stream(state.number)] = (console_stream(number), FOREVER)
    with home.cells.lock:
        home.cells.fold()
        used = np.unique(state.cells.codes & _METRIC).astype(np.int64).tolist()
    metrics = {metric: metric if home is goal else _metric(held, goal, home.names[metric]) for metric in used}
    return _Twin(state, state.version, goal, target.run_key, number, lineage, streams, metrics)


def _metric(held: Contents, project: ProjectState, name: str) -> int:
    return project.ids.get(name) or held.intern(project, name)


def _entries(held: Contents, segments: Sequence[Segment], twins: Sequence[_Twin]) -> _Entries:
    columns: list[tuple[U64, I64, I64, I64, I64]] = []
    for place, segment in enumerate(segments):
        for twin in twins:
            for stream, (mine, last_step) in twin.streams.items():
                if stream not in segment:
                    continue
                own = segment.find_stream(stream)
                metrics = (segment.key[own.start : own.stop] & _METRIC).astype(np.int64)
                renamed = np.array([_mapped(held, twin, metric) for metric in metrics.tolist()], dtype=np.uint64)
                columns.append(
                    (
                        (np.uint64(mine) << np.uint64(32)) | renamed,
                        segment.series["rows"][own.start : own.stop].astype(np.int64),
                        np.full(len(own), place, dtype=np.int64),
                        np.arange(own.start, own.stop, dtype=np.int64),
                        np.full(len(own), last_step, dtype=np.int64),
                    )
                )
    if not columns:
        none = np.empty(0, dtype=np.int64)
        return _Entries(none.astype(np.uint64), none, none, none, none)
    key, rows, segment_of, series, last = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    order = np.argsort(key, kind="stable")
    return _Entries(key[order], rows[order], segment_of[order], series[order], last[order])


def _mapped(held: Contents, twin: _Twin, metric: int) -> int:
    """The metric's number in the project of the copy; those below FIRST_METRIC are the store's own everywhere."""
    if metric < FIRST_METRIC:
        return metric
    if metric not in twin.metrics:
        with held.lock:
            home = held.project(twin.source.project)
            name = home.names[metric]
            twin.metrics[metric] = metric if home is twin.target else _metric(held, twin.target, name)
    return twin.metrics[metric]


def _renamed(segments: Sequence[Segment], entries: _Entries) -> Iterator[Table]:
    """The rows under their new keys, settled, about CHUNK_ROWS at a time; no key spans two tables."""
    load = np.cumsum(entries.rows)
    at = 0
    while at < len(entries.key):
        base = int(load[at - 1]) if at else 0
        end = int(np.searchsorted(load, base + maintenance.CHUNK_ROWS, side="right"))
        # What shares a key stays together, and at least one key goes.
        end = int(np.searchsorted(entries.key, entries.key[end], side="left")) if end < len(entries.key) else end
        if end <= at:
            end = int(np.searchsorted(entries.key, entries.key[at], side="right"))
        tables = [
            table
            for place in np.unique(entries.segment[at:end]).tolist()
            for table in _rows(segments[place], entries, at + np.flatnonzero(entries.segment[at:end] == place))
        ]
        yield settle(join(tables))
        at = end


def _rows(segment: Segment, entries: _Entries, which: I64) -> Iterator[Table]:
    """Rows of some series of one segment: neighbours are read together, for they share blocks."""
    which = which[np.argsort(entries.series[which], kind="stable")]
    series = entries.series[which]
    cuts = [0, *(np.flatnonzero(np.diff(series) != 1) + 1).tolist(), len(series)]
    for a, b in pairwise(cuts):
        table = segment.table(int(series[a]), int(series[b - 1]) + 1)
        counts, mine = entries.rows[which[a:b]], which[a:b]
        table.key = np.repeat(entries.key[mine], counts)
        # What a rewind has hidden is not taken along.
        seen = table.step <= np.repeat(entries.last_step[mine], counts)
        yield table if seen.all() else table.take(np.flatnonzero(seen))


def _publish(held: Contents, twins: Sequence[_Twin], segment: Segment | None) -> None:
    """Make the copies the store's, all or none. Holds the lock."""
    for twin in twins:
        source = twin.source
        known = held.project(source.project).runs.get(source.run_key)
        if known is not source or source.version != twin.version or source.waiting:
            raise Conflict(detail="The run was written to while it was copied. Nothing was copied; try again when it has ended.")
        if twin.run_key in twin.target.runs:
            raise Conflict(detail=f"Run {twin.run_key} has rows of its own; a copy needs one without.")
    made = [_made(held, twin) for twin in twins]
    try:
        rows = [held.stored_run(state) for state in made]
        with held.catalogue.change() as db:
            save_runs(db.execute, rows)
            for state in made:
                if not state.is_plain:
                    db.executemany("INSERT INTO lineage VALUES (?, ?, ?, ?)", state.stored_lineage())
            db.executemany("INSERT OR IGNORE INTO names VALUES (?, ?, ?)", [*held.unsealed_names, *held.new_names])
            held.save_counters(db.execute)
            if segment is not None:
                add_segment(db.execute, segment.id, segment.level, segment.rows, segment.size_bytes)
    except BaseException:
        for state in made:
            project = held.project(state.project)
            project.runs.pop(state.run_key, None)
            project.forget_places()
            with project.cells.lock:
                project.cells.drop(state.cells)
        raise
    if segment is not None:
        held.segments.append(segment)


def _made(held: Contents, twin: _Twin) -> RunState:
    source = twin.source
    state = twin.target.add_run(twin.number, twin.run_key)
    state.lineage = list(twin.lineage)
    state.next_order, state.last_step = source.next_order, source.last_step
    state.line_count = state.queued_lines = source.line_count
    state.marks = dict(held.marks(source))
    home, goal = held.project(source.project).cells, twin.target.cells
    with home.lock, goal.lock:
        home.fold()
        known = home.data[source.cells.cells].copy()
        others = {at: home.others[cell] for at, cell in enumerate(source.cells.cells.tolist()) if cell in home.others}
        codes = np.array(
            [(code >> 32 << 32) | twin.metrics[code & 0xFFFFFFFF] for code in source.cells.codes.tolist()], dtype=np.uint64
        )
        goal.ensure(state.cells, state.place, codes)
        cells = state.cells.cells[np.searchsorted(state.cells.codes, codes)]
        known["code"], known["place"] = codes, state.place
        goal.data[cells] = known
        goal.others.update({int(cells[at]): other for at, other in others.items()})
    return state
