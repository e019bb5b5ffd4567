"""The embedded metric store: `MetricStore` on one folder, for one process.

    append → frame in the log, one sync per group → memtable → segment (sealed) → larger segments (merged)

This module is the way in. `contents` is what the store holds, `recovery` opens it, `writing` and `lineages` change it,
`transfers` copies runs, `sealing` moves it to segments, `series`, `history` and `tables` read it, `copies` checks it and copies
all of it."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assay.server.adapters.metrics_segment import copies, history, intake, lineages, lines, series, tables, transfers
from assay.server.adapters.metrics_segment.contents import Contents
from assay.server.adapters.metrics_segment.files import Files
from assay.server.adapters.metrics_segment.parts import FOREVER
from assay.server.adapters.metrics_segment.recovery import recover
from assay.server.adapters.metrics_segment.sealing import Sealer
from assay.server.adapters.metrics_segment.writing import Writer
from assay.server.compute.lines import LineBlock
from assay.server.domain.runs import RunRef
from assay.server.ports.metrics import (
    Aligned,
    AlignedQuery,
    Appended,
    Line,
    MetricColumns,
    MetricKey,
    Points,
    Rows,
    RowsQuery,
    Series,
    SeriesQuery,
)
from assay.wire.batch import Batch
from assay.wire.errors import DataFolderInUse, Unavailable
from assay.wire.records import Channel

MIB = 1 << 20


class SegmentMetricStore:
    """See `MetricStore`. `linger_s`: the longest a batch waits for others to share its sync. `background`: seal and merge in
    a thread of the store's own. `use_nodes`: False reads the points where nodes would do, for tests and benchmarks."""

    def __init__(
        self,
        folder: Path,
        *,
        files: Files | None = None,
        linger_s: float = 0.01,
        seal_values: int = 2_000_000,
        seal_bytes: int = 64 * MIB,
        seal_s: float = 600.0,
        log_reserve_bytes: int = 16 * MIB,
        background: bool = True,
        use_nodes: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
        self._use_nodes = use_nodes
        folder.mkdir(parents=True, exist_ok=True)
        self._owner = _claim(folder)
        try:
            self._held = Contents(folder, files or Files(), clock)
            recover(self._held)
        except BaseException:
            os.close(self._owner)
            raise
        self._is_open = True
        self._sealer = Sealer(self._held, seal_values=seal_values, seal_bytes=seal_bytes, seal_s=seal_s)
        self._writer = Writer(
            self._held,
            linger_s=linger_s,
            reserve_bytes=log_reserve_bytes,
            require_writable=self._require_writable,
            after_group=self._sealer.freeze_if_due,
        )
        if background:
            self._sealer.start()

    # Writing

    def append(self, run: RunRef, batch: Batch) -> Appended:
        return self._writer.append(run, batch)

    def truncate(self, run: RunRef, step: int) -> None:
        with self._held.lock:
            self._require_writable()
            lineages.truncate(self._held, run, step)

    def fork(self, parent: RunRef, step: int, child: RunRef) -> None:
        with self._held.lock:
            self._require_writable()
            lineages.fork(self._held, parent, step, child)

    def copy(self, pairs: Sequence[tuple[RunRef, RunRef]]) -> None:
        with self._held.lock:
            self._require_writable()
        transfers.copy(self._held, self._sealer, pairs)

    def delete(self, runs: Sequence[RunRef]) -> None:
        with self._held.lock:
            self._require_writable()
            lineages.delete(self._held, runs)

    def finish(self, run: RunRef) -> None:
        with self._held.lock:
            state = self._held.run(run)
        if state is not None:
            self._sealer.finish(state.number)

    # Reading

    def next_seq(self, run: RunRef, writer: str) -> int:
        with self._held.lock:
            state = self._held.run(run)
            return 0 if state is None else self._held.marks(state).get(writer, -1) + 1

    def last_steps(self, runs: Sequence[RunRef]) -> NDArray[np.int64]:
        with self._held.lock:
            states = [self._held.run(run) for run in runs]
            return np.array([-1 if state is None else state.last_step for state in states], dtype=np.int64)

    def rewritten(self, runs: Sequence[RunRef]) -> NDArray[np.int64]:
        with self._held.lock:
            states = [self._held.run(run) for run in runs]
            return np.array([-1 if state is None else state.rewritten for state in states], dtype=np.int64)

    def read(self, query: SeriesQuery) -> Iterator[Series]:
        return series.read(query, self._held.opener(), use_nodes=self._use_nodes)

    def aligned(self, query: AlignedQuery) -> Aligned:
        return series.align(query, self._held.opener(), use_nodes=self._use_nodes)

    def rows(self, query: RowsQuery) -> Iterator[Rows]:
        with self._held.lock:
            project = self._held.project(query.run.project_key)
            state = project.runs.get(query.run.run_key)
            view, spans = self._held.view(), list(state.spans(query.channel)) if state is not None else []
        if query.keys is None:
            metrics = {project.names[metric]: metric for metric in history.metrics_of(view, spans)}
        else:
            metrics = {key: project.ids[key] for key in query.keys if key in project.ids}
        read = history.read_writes if query.all_rows else history.read_rows
        return read(view, spans, dict(sorted(metrics.items())), query)

    def points(
        self, run: RunRef, key: str, channel: Channel = "history", first_step: int = 0, last_step: int | None = None
    ) -> Points:
        with self._held.lock:
            project = self._held.project(run.project_key)
            state, metric = project.runs.get(run.run_key), project.ids.get(key)
            view = self._held.view()
            spans = list(state.spans(channel)) if state is not None and metric is not None else []
        return history.read_points(view, spans, metric or 0, first_step, FOREVER if last_step is None else last_step)

    def summaries(self, project_key: int, runs: NDArray[np.int64], key: str, channel: Channel = "history") -> MetricColumns:
        return tables.summaries(self._held, project_key, runs, key, channel)

    def run_summaries(self, run: RunRef, channel: Channel = "history") -> dict[str, MetricColumns]:
        return tables.run_summaries(self._held, run, channel)

    def keys(self, project_key: int, runs: NDArray[np.int64] | None = None) -> list[MetricKey]:
        return tables.keys(self._held, project_key, runs)

    def console(self, run: RunRef, first: int, limit: int) -> list[Line]:
        with self._held.lock:
            state = self._held.run(run)
            if state is None or limit <= 0:
                return []
            view, spans, count = self._held.view(), state.spans("console"), state.line_count
        start = max(0, count + first) if first < 0 else first
        found = history.read_objects(view, spans, intake.CONSOLE_METRIC, start, min(count, start + limit))
        return [Line(number, at, stream, label, text) for number, at, (stream, label, text) in found]

    def console_blocks(self, run: RunRef, first: int, end: int) -> Iterator[LineBlock]:
        with self._held.lock:
            state = self._held.run(run)
            if state is None:
                return iter(())
            view, spans, count = self._held.view(), state.spans("console"), state.line_count
        return lines.read_lines(view, spans, max(0, first), min(count, end))

    def console_count(self, run: RunRef) -> int:
        with self._held.lock:
            state = self._held.run(run)
            return 0 if state is None else state.line_count

    # Care

    def seal(self) -> None:
        """Move what is in memory into segments now, and merge what is due."""
        self._sealer.freeze()
        self._sealer.maintain()

    def maintain(self) -> None:
        """Seal what is frozen and merge what is due."""
        self._sealer.maintain()

    def snapshot(self, folder: str) -> None:
        with self._sealer.maintaining:
            copies.copy(self._held, Path(folder))

    def verify(self) -> list[str]:
        with self._sealer.maintaining:
            return copies.verify(self._held)

    def close(self) -> None:
        with self._held.lock:
            if not self._is_open:
                return
            self._is_open = False
        self._writer.close()
        self._sealer.close()
        with self._sealer.maintaining, self._held.lock:
            if self._held.log is not None:
                self._held.log.close()
                self._held.log = None
            self._held.catalogue.close()
            os.close(self._owner)

    def _require_writable(self) -> None:
        if not self._is_open:
            raise Unavailable(detail="The metric store is closed.")
        if self._writer.refused is not None:
            raise self._writer.refused
        self._sealer.require_room()


def _claim(folder: Path) -> int:
    """Lock the folder for this process: a second one would write over the first."""
    fd = os.open(folder / "lock", os.O_CREAT | os.O_RDWR | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        owner = os.read(fd, 64).decode(errors="replace").strip() or "unknown process"
        os.close(fd)
        raise DataFolderInUse(path=str(folder), owner=owner) from None
    os.ftruncate(fd, 0)
    os.pwrite(fd, f"process {os.getpid()}\n".encode(), 0)
    return fd
