"""Rewind, fork, delete: changes of which streams a run is made of. No row is moved, whatever the run's size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from assay.server.adapters.metrics_segment.catalogue import console_stream, lineage_stream, save_runs, system_stream
from assay.server.adapters.metrics_segment.contents import Contents
from assay.server.adapters.metrics_segment.parts import Span
from assay.server.adapters.metrics_segment.projects import ProjectState, RunState
from assay.server.adapters.metrics_segment.summaries import code_of
from assay.server.domain.runs import RunRef
from assay.wire.errors import Conflict


def truncate(held: Contents, run: RunRef, step: int) -> None:
    """Holds the lock, as all functions here do."""
    state = held.run(run)
    if state is None:
        return
    held.wait_until_durable(state)
    if step >= state.last_step:
        return
    before = (state.lineage, state.last_step)
    # What was set aside for sealing describes the run before the rewind: the higher order keeps it from winning.
    state.next_order += 1
    state.lineage = [*_closed(state.lineage, step), Span(lineage_stream(held.next_stream))]
    held.next_stream += 1
    state.last_step = held.newest_step(state.lineage)
    held.mark_stale(state)
    try:
        _save(held, [state])
    except BaseException:
        state.lineage, state.last_step = before
        raise


def fork(held: Contents, parent: RunRef, step: int, child: RunRef) -> None:
    project = held.project(child.project_key)
    own = project.runs.get(child.run_key)
    if own is not None:
        held.wait_until_durable(own)
        if held.marks(own):
            raise Conflict(detail=f"Run {child.run_key} has rows of its own; only a new run can begin as a fork.")
        delete(held, [child])
    origin_project = held.project(parent.project_key)
    origin = origin_project.runs.get(parent.run_key)
    state = held.add_run(project, child.run_key)
    changed = [state]
    if origin is not None:
        held.wait_until_durable(origin)
        # The parent goes on in a stream of its own, so that nothing it writes from here on is the child's.
        state.lineage = [*_closed(origin.lineage, step), Span(lineage_stream(held.next_stream))]
        origin.lineage = [*origin.lineage, Span(lineage_stream(held.next_stream + 1))]
        origin.version += 1
        held.next_stream += 2
        changed.append(origin)
        _inherit(held, origin_project, origin, project, state)
        state.last_step = held.newest_step(state.lineage)
    _save(held, changed)


def delete(held: Contents, runs: Sequence[RunRef]) -> None:
    found = []
    for run in runs:
        state = held.run(run)
        if state is not None:
            held.wait_until_durable(state)
            found.append(state)
    with held.catalogue.change() as db:
        for state in found:
            db.execute(
                "INSERT INTO runs (number, project, run_key, is_deleted) VALUES (?, ?, ?, 1) "
                "ON CONFLICT (number) DO UPDATE SET is_deleted = 1, summary = NULL, others = NULL",
                (state.number, state.project, state.run_key),
            )
            db.execute("DELETE FROM lineage WHERE number = ?", (state.number,))
            db.execute("DELETE FROM marks WHERE number = ?", (state.number,))
            own = {system_stream(state.number), console_stream(state.number)} | {s.stream for s in state.lineage}
            for stream in own:
                if not db.execute("SELECT 1 FROM lineage WHERE stream = ?", (stream,)).fetchone():
                    db.execute("INSERT OR IGNORE INTO tombstones VALUES (?)", (stream,))
        held.save_counters(db.execute)
    for state in found:
        project = held.project(state.project)
        project.runs.pop(state.run_key, None)
        held.touched.pop(state.number, None)
        state.version += 1
        project.forget_places()
        with project.cells.lock:
            project.cells.drop(state.cells)


def _closed(lineage: list[Span], step: int) -> list[Span]:
    return [replace(span, last_step=min(span.last_step, step)) for span in lineage]


def _inherit(held: Contents, source: ProjectState, parent: RunState, target: ProjectState, child: RunState) -> None:
    """Give the child a cell, to be read when asked for, for every history metric of the parent."""
    with source.cells.lock, target.cells.lock:
        source.cells.fold()
        codes = parent.cells.codes[parent.cells.codes < np.uint64(code_of("system", 0))]
        if target is not source:
            names = [source.names[code] for code in codes.tolist()]
            codes = np.array([target.ids.get(n) or held.intern(target, n) for n in names], dtype=np.uint64)
        target.cells.ensure(child.cells, child.place, codes)
        target.cells.age(child.cells)


def _save(held: Contents, states: list[RunState]) -> None:
    rows = [held.stored_run(state) for state in states]
    with held.catalogue.change() as db:
        save_runs(db.execute, rows)
        for state in states:
            db.execute("DELETE FROM lineage WHERE number = ?", (state.number,))
            db.executemany("INSERT INTO lineage VALUES (?, ?, ?, ?)", state.stored_lineage())
        db.executemany("INSERT OR IGNORE INTO names VALUES (?, ?, ?)", [*held.unsealed_names, *held.new_names])
        held.save_counters(db.execute)
