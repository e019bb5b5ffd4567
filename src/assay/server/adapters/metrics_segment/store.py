"""The embedded metric store: `MetricStore` on one folder, for one process.

    append → frame in the log, one sync per group → memtable → segment (sealed) → larger segments (merged)

This module holds the store together: who may write when, what is durable, what readers see. Formats, reading and arithmetic
are in the modules beside it."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from assay.server.adapters.metrics_segment import history, intake, lines, log, maintenance, series
from assay.server.adapters.metrics_segment.catalogue import (
    Catalogue,
    console_stream,
    first_stream,
    lineage_stream,
    system_stream,
)
from assay.server.adapters.metrics_segment.codec import MetricsDamaged
from assay.server.adapters.metrics_segment.committer import QUEUE_BYTES, Committer, Ticket
from assay.server.adapters.metrics_segment.files import Files
from assay.server.adapters.metrics_segment.intake import Logged, Shapes
from assay.server.adapters.metrics_segment.log import LogWriter
from assay.server.adapters.metrics_segment.memtable import Memtable
from assay.server.adapters.metrics_segment.parts import FOREVER, SeriesReader, Span, View
from assay.server.adapters.metrics_segment.projects import ProjectState, RunState, load_project
from assay.server.adapters.metrics_segment.rows import KIND_LETTERS, OBJECT, TIME_METRIC
from assay.server.adapters.metrics_segment.segment import Segment
from assay.server.adapters.metrics_segment.summaries import CHANNELS, STALE, absent, code_of, columns_of
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
from assay.wire.errors import Conflict, DataFolderInUse, SequenceGap, StorageFull, TooManyRequests, Unavailable
from assay.wire.records import Channel, Console

MIB = 1 << 20
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode
_NAMES = msgspec.msgpack.Decoder(list[tuple[int, int, str]])


class SegmentMetricStore:
    """See `MetricStore`. `linger_s`: the longest a batch waits for others to share its sync."""

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
        self._files = files or Files()
        self._seal_values, self._seal_bytes, self._seal_s = seal_values, seal_bytes, seal_s
        self._log_reserve, self._use_nodes, self._clock = log_reserve_bytes, use_nodes, clock
        self._log_folder, self._segment_folder = folder / "wal", folder / "seg"
        for path in (folder, self._log_folder, self._segment_folder):
            path.mkdir(parents=True, exist_ok=True)
        self._owner = self._claim()
        try:
            self._catalogue = Catalogue(folder / "catalogue.sqlite")
            self._lock = threading.RLock()
            self._settled = threading.Condition(self._lock)
            self._maintaining = threading.Lock()
            # Held from the first byte of a group to its publication: a memtable is set aside only between groups, so that
            # a log and the memtable sealed in its place always hold the same batches. Taken before `_lock`.
            self._writing = threading.Lock()
            self._shapes = Shapes()
            self._projects: dict[int, ProjectState] = {}
            self._refused: Exception | None = None
            self._log: LogWriter | None = None
            self._new_names: list[tuple[int, int, str]] = []
            self._frozen: list[_Frozen] = []
            self._places: tuple[bytes, NDArray[np.int64]] | None = None
            self._segments = self._open_segments()
            self._active, self._active_since = Memtable(), clock()
            self._touched: dict[int, RunState] = {}
            self._finished: set[int] = set()
            self._unsealed_names: list[tuple[int, int, str]] = []
            self._seal_error = ""
            self._recover()
        except BaseException:
            os.close(self._owner)
            raise
        self._committer = Committer(self._commit, linger_s)
        self._is_open = True
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        if background:
            self._thread = threading.Thread(target=self._maintain_forever, name="metrics-maintain", daemon=True)
            self._thread.start()

    # Writing

    def append(self, run: RunRef, batch: Batch) -> Appended:
        intake.check(batch)
        with self._lock:
            self._require_writable()
            project = self._project(run.project_key)
            state = project.runs.get(run.run_key)
            mark = -1 if state is None else self._queued_mark(state, batch.writer)
            if batch and batch.first_seq > mark + 1:
                raise SequenceGap(first_seq=batch.first_seq, expected=mark + 1, writer=batch.writer)
            if not batch or batch.last_seq <= mark:
                while state is not None and state.waiting and self._marks(state).get(batch.writer, -1) < mark:
                    self._settled.wait()
                if state is not None and self._marks(state).get(batch.writer, -1) < mark:
                    raise Unavailable(detail="The batch this one repeats could not be made durable. Send it again.")
                return Appended(mark, False, {}, -1 if state is None else state.last_step)
            if self._committer.queued_bytes > QUEUE_BYTES:
                raise TooManyRequests(detail="The metric store's disk is behind.", retry_after_s=1)
            if state is None:
                state = project.add_run(self._next_number, run.run_key)
                state.marks = {}
                self._next_number += 1
            ticket = self._enqueue(project, state, batch, mark)
        ticket.wait()
        keys: dict[Channel, list[str]] = ticket.result
        return Appended(batch.last_seq, True, {channel: tuple(names) for channel, names in keys.items()}, state.last_step)

    def _enqueue(self, project: ProjectState, state: RunState, batch: Batch, mark: int) -> Ticket:
        """Number what the batch brings and hand it to the committer. Holds the lock, so that order is settled here."""
        order = state.next_order
        logged = Logged(
            state.number,
            state.project,
            state.run_key,
            state.stream,
            batch.writer,
            batch.first_seq,
            batch.last_seq,
            order + batch.last_seq - batch.first_seq + 1,
        )
        for block in batch.blocks:
            ids = [project.ids.get(key) or self._intern(project, key) for key in block.keys]
            piece = intake.take_block(block, mark, batch.first_seq, order, ids, self._shapes)
            if piece is not None:
                logged.pieces.append((block.channel, piece))
        events = [(seq, event) for seq, event in batch.events if seq > mark and isinstance(event, Console) and event.lines]
        if events:
            piece = intake.console_piece(events, state.queued_lines, batch.first_seq, order, self._shapes)
            logged.pieces.append(("console", piece))
            state.queued_lines += len(piece)
        state.next_order = logged.next_order
        state.queued[batch.writer] = batch.last_seq
        state.waiting += 1
        ticket = Ticket((state.number, batch.writer), intake.encode_logged(logged), (state, logged))
        self._committer.put(ticket)
        return ticket

    def _intern(self, project: ProjectState, name: str) -> int:
        metric = self._next_metric
        self._next_metric += 1
        project.add_name(metric, name)
        self._new_names.append((metric, project.key, name))
        return metric

    def _commit(self, tickets: list[Ticket]) -> None:
        """Write a group, sync it, show it to readers, let its writers go. Runs in the committer's thread alone."""
        try:
            with self._writing:
                self._write_group(tickets)
        except Exception as error:
            self._fail(tickets, error)
            return
        for ticket in tickets:
            ticket.settle()
        try:
            if self._is_full() or self._clock() - self._active_since > self._seal_s:
                self._freeze()
        except Exception as error:  # the log goes on; freezing is tried again after the next group
            self._seal_error = str(error)

    def _write_group(self, tickets: list[Ticket]) -> None:
        if self._refused is not None:
            raise self._refused
        with self._lock:
            names = list(self._new_names)
        if self._log is None:
            self._log = LogWriter(self._files, self._log_folder, self._next_log, self._catalogue.store_id, self._log_reserve)
            self._next_log += 1
        parts = [(log.NAMES, _encode(names))] if names else []
        parts += [(log.BATCH, ticket.payload) for ticket in tickets]
        self._log.append(parts)
        with self._lock:
            del self._new_names[: len(names)]
            self._unsealed_names += names
            if not self._active.streams:
                self._active_since = self._clock()
            for ticket in tickets:
                state, logged = ticket.item
                ticket.result = self._publish(state, logged)
            for ticket in tickets:
                ticket.item[0].waiting -= 1
            self._settled.notify_all()

    def _fail(self, tickets: list[Ticket], error: Exception) -> None:
        """Nothing of the group is acknowledged, nor anything queued behind it: sequence numbers must stay without holes."""
        with self._lock:
            reason = self._explain(error)
            everything = tickets + self._committer.drain()
            for ticket in everything:
                state, _ = ticket.item
                state.queued.clear()
                state.queued_lines = state.line_count
                state.waiting -= 1
            self._settled.notify_all()
        for ticket in everything:
            ticket.settle(reason)

    def _explain(self, error: Exception) -> Exception:
        if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return StorageFull(detail=os.strerror(error.errno), where=str(self.folder))
        if self._refused is None:
            # What the disk kept of a failed sync is unknown, and asking again may wrongly succeed: stop writing here.
            self._refused = Unavailable(
                detail=f"The metric store is read-only since writing to {self.folder} failed ({error}). Everything "
                "acknowledged is safe and readable; unacknowledged data is still with its writers. Check the disk, restart."
            )
        return self._refused

    def _publish(self, state: RunState, logged: Logged) -> dict[Channel, list[str]]:
        """Make a durable batch visible. Returns the metric names the run had not seen, by channel."""
        new: dict[Channel, list[str]] = {}
        project = self._project(logged.project)
        marks = self._marks(state)
        marks[logged.writer] = max(marks.get(logged.writer, -1), logged.last_seq)
        state.next_order = max(state.next_order, logged.next_order)
        self._touched[state.number] = state
        for name, piece in logged.pieces:
            channel = intake.channel_of(name)
            if channel is None:
                self._active.add(console_stream(state.number), piece)
                state.line_count = max(state.line_count, int(piece.steps[-1]) + 1)
                state.queued_lines = max(state.queued_lines, state.line_count)
                continue
            stream = logged.stream
            if channel == "system":
                stream = system_stream(state.number)
            else:
                state.last_step = max(state.last_step, int(piece.steps.max()))
            self._active.add(stream, piece)
            codes = project.cells.add(state.cells, state.place, channel, piece)
            if len(codes):
                names = [project.names[code & 0xFFFFFFFF] for code in codes.tolist()]
                new.setdefault(channel, []).extend(names)
        return new

    # Lineage

    def truncate(self, run: RunRef, step: int) -> None:
        with self._lock:
            self._require_writable()
            state = self._project(run.project_key).runs.get(run.run_key)
            if state is None:
                return
            self._wait_until_durable(state)
            if step >= state.last_step:
                return
            spans = [replace(span, last_step=min(span.last_step, step)) for span in state.lineage]
            state_before = (state.lineage, state.last_step)
            # What was set aside for sealing describes the run before the rewind: the higher order keeps it from winning.
            state.next_order += 1
            state.lineage = [*spans, Span(lineage_stream(self._next_stream))]
            self._next_stream += 1
            state.last_step = self._newest_step(state)
            self._mark_stale(state)
            try:
                self._save_lineages([state])
            except BaseException:
                state.lineage, state.last_step = state_before
                raise

    def fork(self, parent: RunRef, step: int, child: RunRef) -> None:
        with self._lock:
            self._require_writable()
            project = self._project(child.project_key)
            own = project.runs.get(child.run_key)
            if own is not None:
                self._wait_until_durable(own)
                if self._marks(own):
                    raise Conflict(detail=f"Run {child.run_key} has rows of its own; only a new run can begin as a fork.")
                self.delete([child])
            origin_project = self._project(parent.project_key)
            origin = origin_project.runs.get(parent.run_key)
            state = project.add_run(self._next_number, child.run_key)
            state.marks = {}
            self._next_number += 1
            changed = [state]
            if origin is not None:
                self._wait_until_durable(origin)
                # The parent goes on in a stream of its own, so that nothing it writes from here on is the child's.
                spans = [replace(span, last_step=min(span.last_step, step)) for span in origin.lineage]
                state.lineage = [*spans, Span(lineage_stream(self._next_stream))]
                origin.lineage = [*origin.lineage, Span(lineage_stream(self._next_stream + 1))]
                self._next_stream += 2
                changed.append(origin)
                self._inherit(origin_project, origin, project, state)
                state.last_step = self._newest_step(state)
            self._save_lineages(changed)

    def _inherit(self, source: ProjectState, parent: RunState, target: ProjectState, child: RunState) -> None:
        """Give the child a cell, to be read when asked for, for every history metric of the parent."""
        with source.cells.lock, target.cells.lock:
            source.cells.fold()
            codes = parent.cells.codes[parent.cells.codes < np.uint64(1 << 32)]
            if target is not source:
                names = [source.names[code] for code in codes.tolist()]
                codes = np.array([target.ids.get(n) or self._intern(target, n) for n in names], dtype=np.uint64)
            target.cells.ensure(child.cells, child.place, codes)
            target.cells.data["flags"][child.cells.cells] |= STALE

    def delete(self, runs: Sequence[RunRef]) -> None:
        with self._lock:
            self._require_writable()
            found = []
            for run in runs:
                state = self._project(run.project_key).runs.get(run.run_key)
                if state is not None:
                    self._wait_until_durable(state)
                    found.append(state)
            with self._catalogue.change() as db:
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
                self._save_counters(db.execute)
            for state in found:
                project = self._project(state.project)
                project.runs.pop(state.run_key, None)
                self._touched.pop(state.number, None)
                self._places = None
                with project.cells.lock:
                    project.cells.drop(state.cells)

    def finish(self, run: RunRef) -> None:
        with self._lock:
            state = self._project(run.project_key).runs.get(run.run_key)
        if state is not None:
            self._finished.add(state.number)
            self._wake.set()

    # Reading

    def next_seq(self, run: RunRef, writer: str) -> int:
        with self._lock:
            state = self._project(run.project_key).runs.get(run.run_key)
            return 0 if state is None else self._marks(state).get(writer, -1) + 1

    def last_steps(self, runs: Sequence[RunRef]) -> NDArray[np.int64]:
        with self._lock:
            states = [self._project(run.project_key).runs.get(run.run_key) for run in runs]
            return np.array([-1 if state is None else state.last_step for state in states], dtype=np.int64)

    def read(self, query: SeriesQuery) -> Iterator[Series]:
        return series.read(query, self._opener(), use_nodes=self._use_nodes)

    def aligned(self, query: AlignedQuery) -> Aligned:
        return series.align(query, self._opener(), use_nodes=self._use_nodes)

    def rows(self, query: RowsQuery) -> Iterator[Rows]:
        with self._lock:
            project = self._project(query.run.project_key)
            state = project.runs.get(query.run.run_key)
            view, spans = self._view(), list(state.spans(query.channel)) if state is not None else []
        if query.keys is None:
            metrics = {project.names[metric]: metric for metric in history.metrics_of(view, spans)}
        else:
            metrics = {key: project.ids[key] for key in query.keys if key in project.ids}
        read = history.read_writes if query.all_rows else history.read_rows
        return read(view, spans, dict(sorted(metrics.items())), query)

    def points(
        self, run: RunRef, key: str, channel: Channel = "history", first_step: int = 0, last_step: int | None = None
    ) -> Points:
        with self._lock:
            project = self._project(run.project_key)
            state, metric = project.runs.get(run.run_key), project.ids.get(key)
            view, spans = self._view(), list(state.spans(channel)) if state is not None and metric is not None else []
        return history.read_points(view, spans, metric or 0, first_step, FOREVER if last_step is None else last_step)

    def summaries(self, project_key: int, runs: NDArray[np.int64], key: str, channel: Channel = "history") -> MetricColumns:
        with self._lock:
            project = self._project(project_key)
            metric = project.ids.get(key)
            places = self._places_of(project, np.ascontiguousarray(runs, dtype=np.int64))
            if metric is None:
                return columns_of(absent(len(runs)))
            cells = project.cells
            with cells.lock:
                cells.fold()
                found = cells.find(code_of(channel, metric))
                self._refresh(project, found)
                cell_of = np.full(project.run_count + 1, -1, dtype=np.int64)
                cell_of[cells.data["place"][found]] = found
                wanted = cell_of[places]  # place −1 reads the extra last entry
                has = wanted >= 0
                if has.all():
                    picked = cells.data[wanted]
                else:
                    picked = absent(len(runs))
                    picked[has] = cells.data[wanted[has]]
                columns = columns_of(picked)
                if cells.others:
                    for i, cell in enumerate(wanted.tolist()):
                        if cell in cells.others:
                            columns.last_other[i] = _decode(cells.others[cell])
                return columns

    def run_summaries(self, run: RunRef, channel: Channel = "history") -> dict[str, MetricColumns]:
        with self._lock:
            project = self._project(run.project_key)
            state = project.runs.get(run.run_key)
            if state is None:
                return {}
            with project.cells.lock:
                project.cells.fold()
                first, end = np.searchsorted(
                    state.cells.codes, np.array([code_of(channel, 0), code_of(channel, 0) + (1 << 32)], dtype=np.uint64)
                )
                own = state.cells.cells[first:end]
                self._refresh(project, own)
                answer = {}
                for cell in own.tolist():
                    picked = project.cells.data[cell : cell + 1]
                    if picked["last_step"][0] >= 0:
                        columns = columns_of(picked)
                        if cell in project.cells.others:
                            columns.last_other[0] = _decode(project.cells.others[cell])
                        answer[project.names[int(picked["code"][0]) & 0xFFFFFFFF]] = columns
                return dict(sorted(answer.items()))

    def keys(self, project_key: int, runs: NDArray[np.int64] | None = None) -> list[MetricKey]:
        with self._lock:
            project = self._project(project_key)
            with project.cells.lock:
                cells = project.cells
                cells.fold()
                alive = np.flatnonzero(cells.data["code"][: cells.count] != np.uint64(0xFFFFFFFFFFFFFFFF))
                if runs is not None:
                    places = self._places_of(project, np.ascontiguousarray(runs, dtype=np.int64))
                    alive = alive[np.isin(cells.data["place"][alive], places)]
                self._refresh(project, alive)
                alive = alive[cells.data["last_step"][alive] >= 0]
                codes, place, counts = np.unique(cells.data["code"][alive], return_inverse=True, return_counts=True)
                kinds = np.zeros(len(codes), dtype=np.uint8)
                np.bitwise_or.at(kinds, place, cells.data["kinds"][alive])
        found = [
            MetricKey(
                project.names[code & 0xFFFFFFFF],
                CHANNELS[code >> 32],
                "".join(letter for bit, letter in enumerate(KIND_LETTERS) if kind >> bit & 1),
                count,
            )
            for code, kind, count in zip(codes.tolist(), kinds.tolist(), counts.tolist(), strict=True)
        ]
        return sorted(found, key=lambda key: (CHANNELS.index(key.channel), key.name))

    def console(self, run: RunRef, first: int, limit: int) -> list[Line]:
        with self._lock:
            state = self._project(run.project_key).runs.get(run.run_key)
            if state is None or limit <= 0:
                return []
            view, spans, count = self._view(), state.spans("console"), state.line_count
        start = max(0, count + first) if first < 0 else first
        found = history.read_objects(view, spans, intake.CONSOLE_METRIC, start, min(count, start + limit))
        return [Line(number, at, stream, label, text) for number, at, (stream, label, text) in found]

    def console_blocks(self, run: RunRef, first: int, end: int) -> Iterator[LineBlock]:
        with self._lock:
            state = self._project(run.project_key).runs.get(run.run_key)
            if state is None:
                return iter(())
            view, spans, count = self._view(), state.spans("console"), state.line_count
        return lines.read_lines(view, spans, max(0, first), min(count, end))

    def console_count(self, run: RunRef) -> int:
        with self._lock:
            state = self._project(run.project_key).runs.get(run.run_key)
            return 0 if state is None else state.line_count

    # Care

    def seal(self) -> None:
        """Move what is in memory into segments now, and merge what is due."""
        self._freeze()
        self.maintain()

    def maintain(self) -> None:
        """Seal what is frozen and merge what is due; one caller at a time."""
        with self._maintaining:
            while self._frozen:
                self._seal_one()
            while self._merge_one():
                pass

    def snapshot(self, folder: str) -> None:
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        if any(target.iterdir()):
            raise Conflict(detail=f"{target} is not empty; a snapshot needs a folder of its own.")
        for name in ("wal", "seg"):
            (target / name).mkdir()
        with self._maintaining:
            with self._lock:
                # Nothing is published or sealed while this lock is held: the catalogue and the log end at one moment.
                self._catalogue.copy(target / "catalogue.sqlite")
                segments = list(self._segments)
                sealed = self._catalogue.number("sealed_log", 0)
                logs = [path for path in sorted(self._log_folder.glob("*.wal")) if int(path.stem) > sealed]
                ends = {self._log.path: self._log.offset} if self._log is not None else {}
            for segment in segments:
                shutil.copyfile(segment.path, target / "seg" / segment.path.name)
            for path in logs:
                with path.open("rb") as source, (target / "wal" / path.name).open("wb") as copy:
                    copy.write(source.read(ends.get(path, -1)))
        for path in sorted(target.rglob("*")):
            if path.is_file():
                with path.open("rb") as copied:
                    os.fsync(copied.fileno())

    def verify(self) -> list[str]:
        with self._maintaining:
            with self._lock:
                segments = list(self._segments)
                active = self._log.path if self._log is not None else None
            wrong = [*self._catalogue.damages(), *self._catalogue.check()]
            for segment in segments:
                wrong += segment.verify()
            for path in sorted(self._log_folder.glob("*.wal")):
                if path != active:
                    wrong += [self._describe(path, damage) for damage in log.scan(path).damages]
            return list(dict.fromkeys(wrong))

    def close(self) -> None:
        with self._lock:
            if not self._is_open:
                return
            self._is_open = False
        self._committer.close()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        with self._maintaining, self._lock:
            if self._log is not None:
                self._log.close()
                self._log = None
            self._catalogue.close()
            os.close(self._owner)

    # What holds it together

    def _claim(self) -> int:
        """Lock the folder for this process: a second one would write over the first."""
        path = self.folder / "lock"
        fd = os.open(path, os.O_CREAT | os.O_RDWR | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.read(fd, 64).decode(errors="replace").strip() or "unknown process"
            os.close(fd)
            raise DataFolderInUse(path=str(self.folder), owner=owner) from None
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"process {os.getpid()}\n".encode(), 0)
        return fd

    def _require_writable(self) -> None:
        if not self._is_open:
            raise Unavailable(detail="The metric store is closed.")
        if self._refused is not None:
            raise self._refused
        if len(self._frozen) >= 2 and self._is_full():
            detail = "segments cannot be written" if self._seal_error else "sealing is behind"
            if self._seal_error:
                raise StorageFull(detail=f"{detail} ({self._seal_error})", where=str(self.folder))
            raise TooManyRequests(detail=f"The metric store is busy: {detail}.", retry_after_s=1)

    def _project(self, key: int) -> ProjectState:
        found = self._projects.get(key)
        if found is None:
            found = self._projects[key] = load_project(self._catalogue, key)
        return found

    def _marks(self, state: RunState) -> dict[str, int]:
        if state.marks is None:
            state.marks = self._catalogue.marks(state.number)
        return state.marks

    def _queued_mark(self, state: RunState, writer: str) -> int:
        return max(state.queued.get(writer, -1), self._marks(state).get(writer, -1))

    def _wait_until_durable(self, state: RunState) -> None:
        while state.waiting:
            self._settled.wait()

    def _view(self) -> View:
        frozen = tuple(frozen.memtable for frozen in self._frozen)
        return View(tuple(self._segments), (*frozen, self._active))

    def _opener(self) -> series.Open:
        """Opens series on one moment of the store, whatever is sealed or merged meanwhile."""
        with self._lock:
            view = self._view()

        def open_series(run: RunRef, channel: Channel, key: str | int) -> SeriesReader | None:
            with self._lock:
                project = self._project(run.project_key)
                state = project.runs.get(run.run_key)
                metric = key if isinstance(key, int) else project.ids.get(key)
                spans = state.spans(channel) if state is not None else []
            return SeriesReader(view, spans, metric) if metric is not None and spans else None

        return open_series

    def _places_of(self, project: ProjectState, runs: NDArray[np.int64]) -> NDArray[np.int64]:
        """A table asks for many metrics of the same runs in a row: the last answer is kept."""
        token = runs.tobytes() + project.key.to_bytes(8, "little") + project.run_count.to_bytes(8, "little")
        if self._places is None or self._places[0] != token:
            self._places = (token, project.places(runs))
        return self._places[1]

    def _newest_step(self, state: RunState) -> int:
        return SeriesReader(self._view(), state.lineage, TIME_METRIC).last_step

    def _mark_stale(self, state: RunState) -> None:
        cells = self._project(state.project).cells
        with cells.lock:
            cells.fold()
            own = state.cells.cells[state.cells.codes < np.uint64(1 << 32)]
            cells.data["flags"][own] |= STALE

    def _refresh(self, project: ProjectState, cells: NDArray[np.int64]) -> None:
        """Read stale cells again from the rows. Holds the lock, so that nothing arrives in between."""
        data = project.cells.data
        stale = cells[(data["flags"][cells] & STALE) != 0]
        if len(stale) == 0:
            return
        by_place = {state.place: state for state in project.runs.values()}
        view = self._view()
        for cell in stale.tolist():
            code = int(data["code"][cell])
            state = by_place[int(data["place"][cell])]
            reader = SeriesReader(view, state.spans(CHANNELS[code >> 32]), code & 0xFFFFFFFF)
            fresh, other = _summarize(reader)
            fresh["code"], fresh["place"] = code, state.place
            data[cell] = fresh[0]
            project.cells.others.pop(cell, None)
            if other is not None:
                project.cells.others[cell] = other

    def _save_lineages(self, states: list[RunState]) -> None:
        rows = [self._row(state) for state in states]
        with self._catalogue.change() as db:
            _save_runs(db.execute, rows)
            for state in states:
                db.execute("DELETE FROM lineage WHERE number = ?", (state.number,))
                db.executemany("INSERT INTO lineage VALUES (?, ?, ?, ?)", state.stored_lineage())
            db.executemany("INSERT OR IGNORE INTO names VALUES (?, ?, ?)", [*self._unsealed_names, *self._new_names])
            self._save_counters(db.execute)

    def _save_counters(self, execute: Callable[..., object]) -> None:
        for key, value in (
            ("next_number", self._next_number),
            ("next_metric", self._next_metric),
            ("next_stream", self._next_stream),
        ):
            execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value))

    def _row(self, state: RunState) -> tuple[tuple[object, ...], dict[str, int]]:
        cells = self._project(state.project).cells
        with cells.lock:
            summary, others = cells.stored(state.cells)
        packed = _encode(others) if others else None
        head = (state.number, state.project, state.run_key, state.next_order, state.line_count, state.last_step)
        state.is_logged = True
        return (*head, summary, packed), dict(self._marks(state))

    def _is_full(self) -> bool:
        return self._active.value_count >= self._seal_values or self._active.size_bytes >= self._seal_bytes

    def _freeze(self) -> None:
        """Close the log and set the memtable aside for sealing, with what the catalogue will say once it is sealed."""
        with self._writing, self._lock:
            if not self._active.streams and not self._touched:
                return
            for project in {state.project for state in self._touched.values()}:
                self._project(project).cells.fold()
            rows = [self._row(state) for state in self._touched.values()]
            names, self._unsealed_names = self._unsealed_names, []
            self._frozen.append(_Frozen(self._active, self._next_segment, self._next_log - 1, rows, names))
            self._next_segment += 1
            self._active = Memtable()
            self._active_since = self._clock()
            self._touched = {}
            if self._log is not None:
                self._log.close()
                self._log = None
        self._wake.set()

    def _seal_one(self) -> None:
        """Write the oldest frozen memtable as a segment; then, in one transaction, name it; then drop its logs."""
        frozen = self._frozen[0]
        path = maintenance.segment_path(self._segment_folder, frozen.segment_id)
        size = maintenance.write_memtable(self._files, path, frozen.memtable, self._catalogue.tombstones())
        segment = Segment(path, frozen.segment_id, 0) if size else None
        with self._catalogue.change() as db:
            _save_runs(db.execute, frozen.rows)
            db.executemany("INSERT OR IGNORE INTO names VALUES (?, ?, ?)", frozen.names)
            self._save_counters(db.execute)
            _set(db.execute, "sealed_log", frozen.log_number)
            if segment is not None:
                _add_segment(db.execute, segment)
        with self._lock:
            if segment is not None:
                self._segments.append(segment)
            self._frozen.pop(0)
        self._seal_error = ""
        for old in sorted(self._log_folder.glob("*.wal")):
            if int(old.stem) <= frozen.log_number:
                self._files.remove(old)

    def _merge_one(self) -> bool:
        """One merge, if one is due."""
        with self._lock:
            segments = list(self._segments)
            finished, self._finished = self._finished, set()
        dead = self._catalogue.tombstones()
        chosen = maintenance.choose_merge(segments, dead) or _of_finished(segments, finished)
        if not chosen:
            return False
        with self._lock:
            segment_id = self._next_segment
            self._next_segment += 1
        path = maintenance.segment_path(self._segment_folder, segment_id)
        size = maintenance.write_merged(self._files, path, chosen, dead)
        merged = None
        if size:
            rows = sum(segment.rows for segment in chosen)
            merged = Segment(path, segment_id, maintenance.level_of(rows, self._seal_values))
        with self._catalogue.change() as db:
            db.executemany("DELETE FROM segments WHERE id = ?", [(segment.id,) for segment in chosen])
            if merged is not None:
                _add_segment(db.execute, merged)
        with self._lock:
            gone = {segment.id for segment in chosen}
            kept = [segment for segment in self._segments if segment.id not in gone]
            self._segments = [*kept, merged] if merged is not None else kept
        for segment in chosen:
            self._files.remove(segment.path)
        return True

    def _maintain_forever(self) -> None:
        while True:
            self._wake.wait(timeout=min(30.0, self._seal_s))
            self._wake.clear()
            if not self._is_open:
                return
            try:
                if self._clock() - self._active_since > self._seal_s:
                    self._freeze()
                self.maintain()
            except Exception as error:  # kept in memory and in the log; tried again at the next turn
                self._seal_error = str(error)

    def _open_segments(self) -> list[Segment]:
        """Open what the catalogue names, remove what it does not; a segment that cannot be opened is set aside."""
        named = dict(self._catalogue.segments())
        for path in self._segment_folder.iterdir():
            if path.suffix == ".tmp" or (path.suffix == ".seg" and int(path.stem) not in named):
                self._files.remove(path)
        segments, damages = [], []
        for segment_id, level in named.items():
            path = maintenance.segment_path(self._segment_folder, segment_id)
            try:
                segments.append(Segment(path, segment_id, level))
            except (OSError, MetricsDamaged) as error:
                damages.append(f"Segment {path.name} cannot be opened and is left out: {error}")
        if damages:
            self._catalogue.add_damages(damages)
        return segments

    def _recover(self) -> None:
        """Bring back what the logs hold and no segment does."""
        catalogue = self._catalogue
        self._next_number = catalogue.number("next_number", 1)
        self._next_metric = catalogue.number("next_metric", intake.FIRST_METRIC)
        self._next_stream = catalogue.number("next_stream", 1)
        named = [segment_id for segment_id, _ in catalogue.segments()]
        self._next_segment = max(named, default=0) + 1
        sealed = catalogue.number("sealed_log", 0)
        self._next_log = sealed + 1
        dead = catalogue.dead_numbers()
        damages: list[str] = []
        for path in sorted(self._log_folder.glob("*.wal")):
            number = int(path.stem)
            if number <= sealed:
                self._files.remove(path)
                continue
            self._next_log = number + 1
            self._replay(path, dead, damages)
        for state in self._touched.values():
            if not state.is_plain:
                state.last_step = self._newest_step(state)
        if damages:
            known = set(catalogue.damages())
            catalogue.add_damages(sentence for sentence in damages if sentence not in known)

    def _replay(self, path: Path, dead: set[int], damages: list[str]) -> None:
        found = log.scan(path)
        if found.damages:
            aside = self.folder / "quarantine"
            aside.mkdir(exist_ok=True)
            if not (aside / path.name).exists():
                shutil.copyfile(path, aside / path.name)
            damages += [self._describe(path, damage) for damage in found.damages]
        for kind, payload in found.frames:
            if kind == log.NAMES:
                for metric, key, name in _NAMES.decode(payload):
                    self._project(key).add_name(metric, name)
                    self._unsealed_names.append((metric, key, name))
                    self._next_metric = max(self._next_metric, metric + 1)
            elif kind == log.BATCH:
                logged = intake.decode_logged(payload, self._shapes)
                self._next_number = max(self._next_number, logged.number + 1)
                if logged.number in dead:
                    continue
                project = self._project(logged.project)
                state = project.runs.get(logged.run_key)
                if state is None:
                    state = project.add_run(logged.number, logged.run_key)
                    state.marks = {}
                mark = self._marks(state).get(logged.writer, -1)
                if logged.first_seq > mark + 1 and found.damages:
                    damages.append(
                        f"Run {logged.run_key} lost records {mark + 1} to {logged.first_seq - 1} of writer "
                        f"{logged.writer!r} to the damage in {path.name}."
                    )
                self._name_unknown(project, logged)
                self._publish(state, logged)

    def _name_unknown(self, project: ProjectState, logged: Logged) -> None:
        """Metrics whose names were lost to damage keep their values under a name that says so."""
        for channel, piece in logged.pieces:
            if intake.channel_of(channel) is not None:
                for metric in {*piece.shape.metrics.tolist(), *(extra.metric for extra in piece.extras)}:
                    if metric not in project.names:
                        name = f"unnamed-metric-{metric}"
                        project.add_name(metric, name)
                        self._unsealed_names.append((metric, project.key, name))
                        self._next_metric = max(self._next_metric, metric + 1)

    def _describe(self, path: Path, damage: log.Damage) -> str:
        return (
            f"Log {path.name} is damaged from byte {damage.first} to {damage.last}: acknowledged records are lost there. "
            "All others were kept; a copy of the log is in quarantine/."
        )


@dataclass(frozen=True, slots=True)
class _Frozen:
    """A memtable to be sealed, and what the catalogue says of its runs at the moment it was set aside."""

    memtable: Memtable
    segment_id: int
    log_number: int
    rows: list[tuple[tuple[object, ...], dict[str, int]]]
    names: list[tuple[int, int, str]]


def _of_finished(segments: list[Segment], numbers: set[int]) -> list[Segment]:
    """Segments of the lowest tier that share a finished run: merging them makes its charts one read."""
    streams = {first_stream(number) for number in numbers}
    own = [segment for segment in segments if segment.level == 0 and any(stream in segment for stream in streams)]
    return own if len(own) >= 4 else []


def _save_runs(execute: Callable[..., object], rows: list[tuple[tuple[object, ...], dict[str, int]]]) -> None:
    for row, marks in rows:
        # A run deleted meanwhile stays deleted: its row is there, and only is_deleted = 0 is written over.
        execute(
            "INSERT INTO runs (number, project, run_key, next_order, line_count, last_step, summary, others) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (number) DO UPDATE SET next_order = excluded.next_order, "
            "line_count = excluded.line_count, last_step = excluded.last_step, summary = excluded.summary, "
            "others = excluded.others WHERE is_deleted = 0 AND next_order <= excluded.next_order",
            row,
        )
        for writer, mark in marks.items():
            execute(
                "INSERT INTO marks SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM runs WHERE number = ? AND is_deleted = 0) "
                "ON CONFLICT (number, writer) DO UPDATE SET last_seq = max(last_seq, excluded.last_seq)",
                (row[0], writer, mark, row[0]),
            )


def _set(execute: Callable[..., object], key: str, value: int) -> None:
    execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value))


def _add_segment(execute: Callable[..., object], segment: Segment) -> None:
    row = (segment.id, segment.level, segment.rows, segment.size_bytes)
    execute("INSERT INTO segments VALUES (?, ?, ?, ?)", row)


def _summarize(reader: SeriesReader) -> tuple[NDArray[np.void], bytes | None]:
    """A cell computed from the visible rows, and the newest value if that is no number."""
    cell = absent(1)
    cuts = reader.rows(0, FOREVER)
    if not cuts:
        return cell, None
    for cut in cuts:
        assert isinstance(cut.kinds, int)
        cell["kinds"] |= 1 << cut.kinds
    cell["last_step"] = cuts[-1].steps[-1]
    other = cuts[-1].objects[int(cuts[-1].bits[-1])] if cuts[-1].kinds == OBJECT else None
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
    return cell, other
