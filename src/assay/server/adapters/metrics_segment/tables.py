"""R3: summaries of metrics over runs, and which metrics there are, from the cells that `summaries` keeps.

A stale cell is read again from the run's rows. That can be a whole history, so it happens on a view of the store, without its
lock; the result is kept only if the run is still as it was, and otherwise serves this one answer, for which it is right."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from assay.server.adapters.metrics_segment.contents import Contents
from assay.server.adapters.metrics_segment.parts import FOREVER, Span, View
from assay.server.adapters.metrics_segment.projects import ProjectState, RunState
from assay.server.adapters.metrics_segment.rows import INT, KIND_LETTERS, OBJECT
from assay.server.adapters.metrics_segment.summaries import CHANNELS, STALE, absent, code_of, columns_of, exact
from assay.server.adapters.metrics_segment.zones import SeriesReader
from assay.server.domain.runs import RunRef
from assay.server.ports.metrics import MetricColumns, MetricKey
from assay.wire.records import Channel

_decode = msgspec.msgpack.Decoder().decode
_LETTERS = ["".join(letter for bit, letter in enumerate(KIND_LETTERS) if kinds >> bit & 1) for kinds in range(256)]

I64 = NDArray[np.int64]
Cell = NDArray[np.void]


@dataclass(slots=True)
class Picked:
    """Cells as they were at one moment: `data` a row for each of `cells`, `others` by place in them."""

    cells: I64
    data: Cell
    others: dict[int, bytes]


@dataclass(frozen=True, slots=True)
class Stale:
    """A cell to be read again: where its rows are, and the version of the run that they belong to."""

    at: int
    cell: int
    code: int
    state: RunState
    version: int
    spans: list[Span]


def summaries(held: Contents, project_key: int, runs: I64, key: str, channel: Channel) -> MetricColumns:
    with held.lock:
        project = held.project(project_key)
        metric = project.ids.get(key)
        if metric is None:
            return columns_of(absent(len(runs)))
        places = project.places(np.ascontiguousarray(runs, dtype=np.int64))
        cells = project.cells
        with cells.lock:
            cells.fold()
            wanted = cells.by_place(code_of(channel, metric), project.run_count)[places]
            has = wanted >= 0
            rows = np.arange(len(wanted)) if has.all() else np.flatnonzero(has)
            picked = _pick(project, wanted[rows] if len(rows) < len(wanted) else wanted)
            view, stale = held.view(), _stale(project, picked)
    _refresh(held, project, picked, view, stale)
    table = picked.data
    if len(rows) < len(wanted):
        table = absent(len(runs))
        table.put(rows, picked.data)
    columns = columns_of(table)
    for at, value in picked.others.items():
        _tell(columns, int(rows[at]), value)
    return columns


def run_summaries(held: Contents, run: RunRef, channel: Channel) -> dict[str, MetricColumns]:
    with held.lock:
        project = held.project(run.project_key)
        state = project.runs.get(run.run_key)
        if state is None:
            return {}
        with project.cells.lock:
            project.cells.fold()
            low = code_of(channel, 0)
            first, end = np.searchsorted(state.cells.codes, np.array([low, low + (1 << 32)], dtype=np.uint64))
            picked = _pick(project, state.cells.cells[first:end])
            view, stale = held.view(), _stale(project, picked)
    _refresh(held, project, picked, view, stale)
    answer = {}
    for at in np.flatnonzero(picked.data["last_step"] >= 0).tolist():
        one = picked.data[at : at + 1]
        columns = columns_of(one)
        if at in picked.others:
            _tell(columns, 0, picked.others[at])
        answer[project.names[int(one["code"][0]) & 0xFFFFFFFF]] = columns
    return dict(sorted(answer.items()))


def _tell(columns: MetricColumns, place: int, kept: bytes) -> None:
    """Say what a cell's newest value is, from what is kept beside the cell."""
    newest = _decode(kept)
    if type(newest) is int and newest < 1 << 63:
        columns.last_exact[place] = newest
    else:
        columns.last_other[place] = newest


def keys(held: Contents, project_key: int, runs: I64 | None) -> list[MetricKey]:
    with held.lock:
        project = held.project(project_key)
        cells = project.cells
        with cells.lock:
            cells.fold()
            alive = cells.alive()
            if runs is not None:
                places = project.places(np.ascontiguousarray(runs, dtype=np.int64))
                alive = alive[np.isin(cells.data["place"][alive], places)]
            picked = _pick(project, alive)
            view, stale = held.view(), _stale(project, picked)
    _refresh(held, project, picked, view, stale)
    shown = picked.data.take(np.flatnonzero(picked.data["last_step"] >= 0))
    codes, place, counts = np.unique(shown["code"], return_inverse=True, return_counts=True)
    kinds = np.zeros(len(codes), dtype=np.uint8)
    np.bitwise_or.at(kinds, place, shown["kinds"])
    names = [project.names[code & 0xFFFFFFFF] for code in codes.tolist()]
    letters, run_counts = [_LETTERS[kind] for kind in kinds.tolist()], counts.tolist()
    found: list[MetricKey] = []
    first = 0
    for number, channel in enumerate(CHANNELS):  # codes ascend, a channel at a time
        end = int(np.searchsorted(codes, np.uint64((number + 1) << 32)))
        by_name = sorted(range(first, end), key=names.__getitem__)
        found += [MetricKey(names[at], channel, letters[at], run_counts[at]) for at in by_name]
        first = end
    return found


def _pick(project: ProjectState, cells: I64) -> Picked:
    held = project.cells.others
    others = {at: held[cell] for at, cell in enumerate(cells.tolist()) if cell in held} if held else {}
    return Picked(cells, project.cells.data.take(cells), others)


def _stale(project: ProjectState, picked: Picked) -> list[Stale]:
    is_stale = picked.data["flags"] & STALE
    if not is_stale.any():
        return []
    by_place = {state.place: state for state in project.runs.values()}
    found = []
    for at in np.flatnonzero(is_stale).tolist():
        code, state = int(picked.data["code"][at]), by_place[int(picked.data["place"][at])]
        spans = list(state.spans(CHANNELS[code >> 32]))
        found.append(Stale(at, int(picked.cells[at]), code, state, state.version, spans))
    return found


def _refresh(held: Contents, project: ProjectState, picked: Picked, view: View, stale: list[Stale]) -> None:
    """Read what is stale from the rows of `view`, into `picked` and, where nothing changed meanwhile, into the project."""
    for one in stale:
        fresh, other = summarize(SeriesReader(view, one.spans, one.code & 0xFFFFFFFF))
        fresh["code"], fresh["place"] = one.code, one.state.place
        picked.data[one.at] = fresh[0]
        picked.others.pop(one.at, None)
        if other is not None:
            picked.others[one.at] = other
        with held.lock, project.cells.lock:
            if one.state.version == one.version:
                project.cells.put(one.cell, fresh[0], other)


def summarize(reader: SeriesReader) -> tuple[Cell, bytes | None]:
    """A cell computed from the visible rows, and what is kept beside it: the newest value if that is no number or if no double
    holds it."""
    cell = absent(1)
    cuts = reader.rows(0, FOREVER)
    if not cuts:
        return cell, None
    for cut in cuts:
        assert isinstance(cut.kinds, int)
        cell["kinds"] |= 1 << cut.kinds
    cell["last_step"] = cuts[-1].steps[-1]
    newest = int(cuts[-1].bits[-1])
    other = cuts[-1].objects[newest] if cuts[-1].kinds == OBJECT else None
    steps, values = reader.points()
    if len(values):
        finite = np.isfinite(values)
        cell["count"], cell["finite"] = len(values), finite.sum()
        cell["first"] = values[0]
        cell["last"] = values[-1] if other is None else np.nan
        if finite.any():
            known, at = values[finite], steps[finite]
            cell["sum"], cell["min"], cell["max"] = known.sum(), known.min(), known.max()
            cell["min_step"], cell["max_step"] = at[known.argmin()], at[known.argmax()]
    return cell, exact(newest) if cuts[-1].kinds == INT else other
