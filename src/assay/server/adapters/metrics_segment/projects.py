"""What the store knows of projects and runs while it works: names, lineages, marks, cells. Loaded when first asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from assay.server.adapters.metrics_segment.catalogue import Catalogue, console_stream, first_stream, system_stream
from assay.server.adapters.metrics_segment.parts import FOREVER, Span
from assay.server.adapters.metrics_segment.summaries import Cells, RunCells

_OTHERS = msgspec.msgpack.Decoder(dict[int, bytes])


@dataclass(slots=True)
class RunState:
    """One run. `queued_*` run ahead of what is durable while batches wait for the disk."""

    number: int
    project: int
    run_key: int
    place: int
    cells: RunCells
    lineage: list[Span]
    next_order: int = 0
    line_count: int = 0
    last_step: int = -1
    version: int = 0  # rises with every change of what readers see of the run
    rewritten: int = 0  # its place among the store's changes of what readers saw before
    system_step: int = -1  # the newest of its channel since the store was opened
    marks: dict[str, int] | None = None
    queued: dict[str, int] = field(default_factory=dict)
    queued_lines: int = 0
    waiting: int = 0

    @property
    def stream(self) -> int:
        """Where new history rows go."""
        return self.lineage[-1].stream

    def spans(self, channel: str) -> list[Span]:
        if channel == "history":
            return self.lineage
        return [Span(system_stream(self.number) if channel == "system" else console_stream(self.number))]

    def stored_lineage(self) -> list[tuple[int, int, int, int | None]]:
        return [
            (self.number, place, span.stream, None if span.last_step == FOREVER else span.last_step)
            for place, span in enumerate(self.lineage)
        ]

    @property
    def is_plain(self) -> bool:
        """Whether the run is just its first stream, which needs no row in the catalogue."""
        return self.lineage == [Span(first_stream(self.number))]


@dataclass(slots=True)
class ProjectState:
    key: int
    ids: dict[str, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    runs: dict[int, RunState] = field(default_factory=dict)
    run_count: int = 0
    cells: Cells = field(default_factory=Cells)
    _places: tuple[bytes, NDArray[np.int64]] | None = None

    def add_name(self, metric: int, name: str) -> None:
        self.ids[name] = metric
        self.names[metric] = name

    def add_run(self, number: int, run_key: int) -> RunState:
        state = RunState(number, self.key, run_key, self.run_count, RunCells(), [Span(first_stream(number))])
        self.run_count += 1
        self.runs[run_key] = state
        return state

    def places(self, runs: NDArray[np.int64]) -> NDArray[np.int64]:
        """The place of each run key, −1 for those of other projects. A table asks for many metrics of the same runs in a
        row: the last answer is kept."""
        token = runs.tobytes() + self.run_count.to_bytes(8, "little")
        if self._places is None or self._places[0] != token:
            known = self.runs
            found = [known[key].place if key in known else -1 for key in runs.tolist()]
            self._places = (token, np.array(found, dtype=np.int64))
        return self._places[1]

    def forget_places(self) -> None:
        """A run is gone."""
        self._places = None


def load_project(catalogue: Catalogue, key: int) -> ProjectState:
    project = ProjectState(key)
    for metric, name in catalogue.names(key):
        project.add_name(metric, name)
    lineages = catalogue.lineages(key)
    rows = catalogue.runs(key)
    cells = project.cells.load((place, row.summary or b"") for place, row in enumerate(rows))
    for row, own in zip(rows, cells, strict=True):
        state = project.add_run(row.number, row.run_key)
        state.cells = own
        state.next_order, state.last_step = row.next_order, row.last_step
        state.line_count = state.queued_lines = row.line_count
        if row.number in lineages:
            state.lineage = [Span(stream, FOREVER if last is None else last) for stream, last in lineages[row.number]]
        if row.others:
            by_code = dict(zip(own.codes.tolist(), own.cells.tolist(), strict=True))
            for code, value in _OTHERS.decode(row.others).items():
                project.cells.others[by_code[code]] = value
    return project
