"""What a store holds while it is open: segments, memtables, projects with their runs, and the locks over them.

Every other module of the store works on one `Contents`. Two locks order them. `writing` is held from the first byte of a group
to its publication: a memtable is set aside only between groups, so that a log and the memtable sealed in its place always hold
the same batches. `lock` guards everything else and is held briefly. Where both are needed, `writing` comes first."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from assay.server.adapters.metrics_segment import intake
from assay.server.adapters.metrics_segment.catalogue import Catalogue, Execute, StoredRun, set_number
from assay.server.adapters.metrics_segment.files import Files
from assay.server.adapters.metrics_segment.intake import Shapes
from assay.server.adapters.metrics_segment.log import LogWriter
from assay.server.adapters.metrics_segment.memtable import Memtable
from assay.server.adapters.metrics_segment.parts import Span, View
from assay.server.adapters.metrics_segment.projects import ProjectState, RunState, load_project
from assay.server.adapters.metrics_segment.pyramid import NodeCache
from assay.server.adapters.metrics_segment.rows import TIME_METRIC
from assay.server.adapters.metrics_segment.segment import Segment
from assay.server.adapters.metrics_segment.zones import SeriesReader
from assay.server.domain.runs import RunRef
from assay.wire.records import Channel

_encode = msgspec.msgpack.Encoder().encode

Name = tuple[int, int, str]  # metric, project, name


@dataclass(frozen=True, slots=True)
class Frozen:
    """A memtable to be sealed, and what the catalogue says of its runs at the moment it was set aside."""

    memtable: Memtable
    segment_id: int
    log_number: int
    rows: list[StoredRun]
    names: list[Name]


class Contents:
    def __init__(self, folder: Path, files: Files, clock: Callable[[], float]) -> None:
        self.folder, self.files, self.clock = folder, files, clock
        self.log_folder, self.segment_folder = folder / "wal", folder / "seg"
        for path in (folder, self.log_folder, self.segment_folder):
            path.mkdir(parents=True, exist_ok=True)
        self.catalogue = Catalogue(folder / "catalogue.sqlite")
        self.lock = threading.RLock()
        self.settled = threading.Condition(self.lock)  # some run's batches became durable, or failed to
        self.writing = threading.Lock()
        self.shapes = Shapes()
        self.node_cache = NodeCache()
        self.projects: dict[int, ProjectState] = {}
        self.segments: list[Segment] = []
        self.frozen: list[Frozen] = []
        self.active, self.active_since = Memtable(), clock()
        self.rewrites = itertools.count(1)
        self.touched: dict[int, RunState] = {}  # runs with something in the active memtable
        self.log: LogWriter | None = None
        self.new_names: list[Name] = []  # not in the log yet
        self.unsealed_names: list[Name] = []  # in the log, not in the catalogue
        number = self.catalogue.number
        self.next_number, self.next_stream = number("next_number", 1), number("next_stream", 1)
        self.next_metric = number("next_metric", intake.FIRST_METRIC)
        self.next_segment = max((segment_id for segment_id, _ in self.catalogue.segments()), default=0) + 1
        self.next_log = number("sealed_log", 0) + 1

    # Finding. The caller holds the lock, unless said otherwise.

    def project(self, key: int) -> ProjectState:
        found = self.projects.get(key)
        if found is None:
            found = self.projects[key] = load_project(self.catalogue, key)
        return found

    def run(self, run: RunRef) -> RunState | None:
        return self.project(run.project_key).runs.get(run.run_key)

    def marks(self, state: RunState) -> dict[str, int]:
        if state.marks is None:
            state.marks = self.catalogue.marks(state.number)
        return state.marks

    def view(self) -> View:
        return View(tuple(self.segments), (*(frozen.memtable for frozen in self.frozen), self.active))

    def opener(self) -> Callable[[RunRef, Channel, str | int], SeriesReader | None]:
        """Opens series on one moment of the store, whatever is sealed or merged meanwhile. Takes the lock itself."""
        with self.lock:
            view = self.view()

        def open_series(run: RunRef, channel: Channel, key: str | int) -> SeriesReader | None:
            with self.lock:
                project = self.project(run.project_key)
                state = project.runs.get(run.run_key)
                metric = key if isinstance(key, int) else project.ids.get(key)
                spans = state.spans(channel) if state is not None else []
            return SeriesReader(view, spans, metric) if metric is not None and spans else None

        return open_series

    def newest_step(self, lineage: list[Span]) -> int:
        return SeriesReader(self.view(), lineage, TIME_METRIC).last_step

    # Changing. The caller holds the lock.

    def add_run(self, project: ProjectState, run_key: int) -> RunState:
        """A run that has nothing yet."""
        state = project.add_run(self.next_number, run_key)
        state.marks = {}
        state.rewritten = next(self.rewrites)
        self.next_number += 1
        return state

    def intern(self, project: ProjectState, name: str) -> int:
        """A number for a metric name the project has not seen."""
        metric = self.next_metric
        self.next_metric += 1
        project.add_name(metric, name)
        self.new_names.append((metric, project.key, name))
        return metric

    def mark_stale(self, state: RunState) -> None:
        """The run's history changed otherwise than by going on: its summaries are read again when asked for."""
        state.version += 1
        state.rewritten = next(self.rewrites)
        self.project(state.project).cells.age(state.cells)

    def wait_until_durable(self, state: RunState) -> None:
        while state.waiting:
            self.settled.wait()

    # What the catalogue is told

    def stored_run(self, state: RunState) -> StoredRun:
        cells = self.project(state.project).cells
        with cells.lock:
            summary, others = cells.stored(state.cells)
        packed = _encode(others) if others else None
        head = (state.number, state.project, state.run_key, state.next_order, state.line_count, state.last_step)
        return (*head, summary, packed), dict(self.marks(state))

    def save_counters(self, execute: Execute) -> None:
        for key in ("next_number", "next_metric", "next_stream"):
            set_number(execute, key, getattr(self, key))
