"""A MetricStore of plain lists and loops: what the contract means, written so that it can be checked by reading.

Tests of services run on it and the property tests compare the real stores with it. It keeps every row as it came and answers
each question by brute force; nothing is fast and nothing is durable."""

from __future__ import annotations

import itertools
import math
import threading
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from assay.server.compute.buckets import Envelope
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
    ValueColumn,
    ValueKind,
)
from assay.wire.batch import Batch, Block, kind_of, unpack_column
from assay.wire.errors import Conflict, InvalidRequest, SequenceGap
from assay.wire.odd_numbers import EXACT_INT
from assay.wire.records import Channel, Console

CHUNK_ROWS = 65_536
CHANNELS: tuple[Channel, ...] = ("history", "system")


@dataclass(frozen=True, slots=True)
class Write:
    """One row as it was accepted."""

    step: int
    time: float
    values: dict[str, Any]


@dataclass(slots=True)
class MemoryRun:
    """Everything of one run, in order of acceptance. `seen` holds the keys announced to the writer's side once."""

    project_key: int
    writes: dict[Channel, list[Write]] = field(default_factory=lambda: {"history": [], "system": []})
    lines: list[Line] = field(default_factory=list)
    marks: dict[str, int] = field(default_factory=dict)
    seen: set[tuple[Channel, str]] = field(default_factory=set)
    rewritten: int = 0

    def values(self, key: str, channel: Channel = "history") -> dict[int, Any]:
        """Step → value accepted last, ascending by step."""
        found = {write.step: write.values[key] for write in self.writes[channel] if key in write.values}
        return dict(sorted(found.items()))

    def numbers(self, key: str, channel: Channel = "history") -> dict[int, float]:
        return {step: float(value) for step, value in self.values(key, channel).items() if is_number(value)}

    def times(self, channel: Channel = "history") -> dict[int, float]:
        """Step → time of the row accepted last."""
        return dict(sorted({write.step: write.time for write in self.writes[channel]}.items()))

    def keys(self, channel: Channel) -> set[str]:
        return {key for write in self.writes[channel] for key in write.values}

    def last_step(self) -> int:
        return max((write.step for write in self.writes["history"]), default=-1)

    def origin(self, channel: Channel) -> float:
        """What relative time counts from: the first history row; for a run that has none, the channel's first."""
        times = self.times() or self.times(channel)
        return next(iter(times.values()), 0.0)


class MemoryMetricStore:
    """See `MetricStore`."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._runs: dict[RunRef, MemoryRun] = {}
        self._changes = itertools.count(1)

    # Writing

    def append(self, run: RunRef, batch: Batch) -> Appended:
        with self._lock:
            mark = self._runs[run].marks.get(batch.writer, -1) if run in self._runs else -1
            if batch and batch.first_seq > mark + 1:
                raise SequenceGap(first_seq=batch.first_seq, expected=mark + 1, writer=batch.writer)
            if not batch or batch.last_seq <= mark:
                return Appended(mark, False, {}, self._run(run).last_step())
            writes = [(seq, block.channel, write) for block in batch.blocks for seq, write in _writes(block) if seq > mark]
            kept = self._runs.setdefault(run, MemoryRun(run.project_key))
            kept.marks[batch.writer] = batch.last_seq
            kept.rewritten = next(self._changes)
            new: dict[Channel, list[str]] = {}
            for _, channel, write in sorted(writes, key=lambda item: item[0]):
                kept.writes[channel].append(write)
                for key in write.values:
                    if (channel, key) not in kept.seen:
                        kept.seen.add((channel, key))
                        new.setdefault(channel, []).append(key)
            for seq, event in batch.events:
                if seq > mark and isinstance(event, Console):
                    for time, text in zip(event.times, event.lines, strict=True):
                        kept.lines.append(Line(len(kept.lines), time, event.stream, event.label, text))
            return Appended(batch.last_seq, True, {c: tuple(keys) for c, keys in new.items()}, kept.last_step())

    def truncate(self, run: RunRef, step: int) -> None:
        with self._lock:
            if kept := self._runs.get(run):
                kept.writes["history"] = [write for write in kept.writes["history"] if write.step <= step]
                kept.rewritten = next(self._changes)

    def fork(self, parent: RunRef, step: int, child: RunRef) -> None:
        with self._lock:
            own = self._runs.get(child)
            if own is not None and own.marks:
                raise Conflict(detail=f"Run {child.run_key} has rows of its own; only a new run can begin as a fork.")
            branch = MemoryRun(child.project_key, rewritten=next(self._changes))
            branch.writes["history"] = [write for write in self._run(parent).writes["history"] if write.step <= step]
            branch.seen = {("history", key) for key in branch.keys("history")}
            self._runs[child] = branch

    def copy(self, pairs: Sequence[tuple[RunRef, RunRef]]) -> None:
        with self._lock:
            for _, target in pairs:
                if target in self._runs:
                    raise Conflict(detail=f"Run {target.run_key} has rows of its own; a copy needs one without.")
            for source, target in pairs:
                if source in self._runs:
                    self._runs[target] = replace(deepcopy(self._runs[source]), project_key=target.project_key)

    def delete(self, runs: Sequence[RunRef]) -> None:
        with self._lock:
            for run in runs:
                self._runs.pop(run, None)

    def finish(self, run: RunRef) -> None:
        """Nothing to merge."""

    # Reading

    def next_seq(self, run: RunRef, writer: str) -> int:
        with self._lock:
            return self._run(run).marks.get(writer, -1) + 1

    def last_steps(self, runs: Sequence[RunRef]) -> NDArray[np.int64]:
        with self._lock:
            return np.array([self._run(run).last_step() for run in runs], dtype=np.int64)

    def rewritten(self, runs: Sequence[RunRef]) -> NDArray[np.int64]:
        with self._lock:
            return np.array([self._runs[run].rewritten if run in self._runs else -1 for run in runs], dtype=np.int64)

    def read(self, query: SeriesQuery) -> Iterator[Series]:
        with self._lock:
            return iter([self._series(run, key, query) for run in query.runs for key in query.keys])

    def aligned(self, query: AlignedQuery) -> Aligned:
        with self._lock:
            series = [self._run(run).numbers(query.key) for run in query.runs]
        low, high = query.window or (-math.inf, math.inf)
        series = [{step: v for step, v in one.items() if low <= step < high} for one in series]
        steps = sorted({step for one in series for step in one})
        edges = [float(step) for step in steps] if len(steps) <= query.buckets else _edges(steps[0], steps[-1], query.buckets)
        rows = []
        for bucket, edge in enumerate(edges):
            means = []
            for one in series:
                inside = [v for step, v in one.items() if bisect_right(edges, step) - 1 == bucket and math.isfinite(v)]
                if inside:
                    means.append(_mean(inside))
            if means:
                mean, scale = _mean(means), max(1.0, *map(abs, means))
                spread = math.sqrt(_mean([(each / scale - mean / scale) ** 2 for each in means])) * scale
                rows.append((edge, len(means), mean, spread, min(means), max(means)))
        columns = [np.array(column, dtype=np.float64) for column in zip(*rows, strict=True)] or [np.empty(0)] * 6
        return Aligned(columns[0], columns[1].astype(np.int64), *columns[2:])

    def rows(self, query: RowsQuery) -> Iterator[Rows]:
        with self._lock:
            run = self._run(query.run)
            writes = sorted(run.writes[query.channel], key=lambda write: write.step)
        last_step = math.inf if query.last_step is None else query.last_step
        writes = [write for write in writes if query.first_step <= write.step < last_step]
        if not query.all_rows:
            joined: dict[int, Write] = {}
            for write in writes:
                before = joined.get(write.step)
                joined[write.step] = replace(write, values={**before.values, **write.values}) if before else write
            writes = list(joined.values())
        if query.keys is not None:
            writes = [
                replace(write, values={k: v for k, v in write.values.items() if k in query.keys})
                for write in writes
                if not write.values.keys().isdisjoint(query.keys)
            ]
        after: int | None = None
        if query.limit is not None and query.limit < len(writes):
            cut = _whole_steps(writes, query.limit)
            writes, after = writes[:cut], writes[cut].step if cut < len(writes) else None
        while writes:
            cut = _whole_steps(writes, CHUNK_ROWS)
            chunk, writes = writes[:cut], writes[cut:]
            yield _chunk(chunk, writes[0].step if writes else after)

    def points(
        self, run: RunRef, key: str, channel: Channel = "history", first_step: int = 0, last_step: int | None = None
    ) -> Points:
        with self._lock:
            kept = self._run(run)
            times, numbers = kept.times(channel), kept.numbers(key, channel)
        end = math.inf if last_step is None else last_step
        steps = [step for step in numbers if first_step <= step < end]
        return Points(
            np.array(steps, dtype=np.int64),
            np.array([times[step] for step in steps], dtype=np.float64),
            np.array([numbers[step] for step in steps], dtype=np.float64),
        )

    def summaries(self, project_key: int, runs: NDArray[np.int64], key: str, channel: Channel = "history") -> MetricColumns:
        with self._lock:
            found = [self._runs.get(RunRef(project_key, int(run_key))) for run_key in runs]
            return summarize([run.values(key, channel) if run else {} for run in found])

    def run_summaries(self, run: RunRef, channel: Channel = "history") -> dict[str, MetricColumns]:
        with self._lock:
            kept = self._run(run)
            return {key: summarize([kept.values(key, channel)]) for key in sorted(kept.keys(channel))}

    def keys(self, project_key: int, runs: NDArray[np.int64] | None = None) -> list[MetricKey]:
        with self._lock:
            wanted = None if runs is None else set(map(int, runs))
            asked = [
                run
                for ref, run in self._runs.items()
                if ref.project_key == project_key and (wanted is None or ref.run_key in wanted)
            ]
            answer = []
            for channel in CHANNELS:
                for name in sorted({key for run in asked for key in run.keys(channel)}):
                    values = [run.values(name, channel) for run in asked]
                    kinds = {_value_kind(value) for one in values for value in one.values()}
                    answer.append(MetricKey(name, channel, "".join(k for k in "fibo" if k in kinds), sum(map(bool, values))))
            return answer

    def console(self, run: RunRef, first: int, limit: int) -> list[Line]:
        with self._lock:
            lines = self._run(run).lines
            start = max(0, len(lines) + first) if first < 0 else first
            return lines[start : start + max(0, limit)]

    def console_blocks(self, run: RunRef, first: int, end: int) -> Iterator[LineBlock]:
        lines = self.console(run, max(0, first), max(0, end - max(0, first)))
        if lines:
            yield LineBlock.of(
                lines[0].number, [line.time for line in lines], [(line.stream, line.label, line.text) for line in lines]
            )

    def console_count(self, run: RunRef) -> int:
        with self._lock:
            return len(self._run(run).lines)

    def snapshot(self, folder: str) -> None:
        """Writes a marker, since there are no files: nobody restores a store that lives in memory."""
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / "memory").write_text("A store in memory has no files to copy.\n")

    def verify(self) -> list[str]:
        return []

    def close(self) -> None:
        """Nothing is held."""

    def _run(self, run: RunRef) -> MemoryRun:
        return self._runs.get(run) or MemoryRun(run.project_key)

    def _series(self, ref: RunRef, key: str, query: SeriesQuery) -> Series:
        run = self._run(ref)
        numbers = run.numbers(key, query.channel)
        low, high = query.window or (-math.inf, math.inf)
        points = []
        for step, value in numbers.items():
            x = _x_of(run, step, query)
            if x is not None and low <= x < high and (query.since is None or step > query.since):
                points.append((x, step, value))
        points.sort(key=lambda point: point[:2])
        newest = max(numbers, default=-1)
        if len(points) <= query.buckets:
            return Series(ref, key, _envelope([(x, [v]) for x, _, v in points]), len(points), True, 0.0, newest)
        edges = _edges(points[0][0], points[-1][0], query.buckets)
        buckets: dict[float, list[float]] = {}
        for x, _, value in points:
            buckets.setdefault(edges[bisect_right(edges, x) - 1], []).append(value)
        width = edges[1] - edges[0] if len(edges) > 1 else 0.0
        return Series(ref, key, _envelope(list(buckets.items())), len(points), False, width, newest)


def _whole_steps(writes: list[Write], limit: int) -> int:
    """How many of `writes` fit `limit` without splitting a step; the first step's always do, so that pages go on."""
    cut = min(limit, len(writes))
    while 0 < cut < len(writes) and writes[cut - 1].step == writes[cut].step:
        cut -= 1
    if cut == 0 and limit > 0:
        cut = next((i for i, write in enumerate(writes) if write.step != writes[0].step), len(writes))
    return cut


def summarize(runs: list[dict[int, Any]]) -> MetricColumns:
    """The automatic summaries of one metric: a place per run, each given as step → value, ascending."""
    n = len(runs)
    last, first, lowest, highest, mean = (np.full(n, np.nan) for _ in range(5))
    last_step, min_step, max_step = (np.full(n, -1, dtype=np.int64) for _ in range(3))
    counts, is_whole, is_boolean = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    columns = MetricColumns(counts, last, first, lowest, highest, mean, last_step, min_step, max_step, is_whole, is_boolean)
    for i, values in enumerate(runs):
        if not values:
            continue
        newest = list(values)[-1]
        columns.last_step[i] = newest
        numbers = {step: float(value) for step, value in values.items() if is_number(value)}
        columns.count[i] = len(numbers)
        if is_number(values[newest]):
            columns.last[i] = float(values[newest])
            if type(values[newest]) is int and abs(values[newest]) > EXACT_INT:
                columns.last_exact[i] = values[newest]
        else:
            columns.last_other[i] = values[newest]
        if numbers:
            columns.first[i] = next(iter(numbers.values()))
            kinds = {type(values[step]) for step in numbers}
            columns.is_whole[i], columns.is_boolean[i] = kinds == {int}, kinds == {bool}
        finite = {step: value for step, value in numbers.items() if math.isfinite(value)}
        if finite:
            columns.min[i], columns.max[i] = min(finite.values()), max(finite.values())
            columns.mean[i] = _mean(list(finite.values()))
            columns.min_step[i] = min(step for step, value in finite.items() if value == columns.min[i])
            columns.max_step[i] = min(step for step, value in finite.items() if value == columns.max[i])
    return columns


def is_number(value: Any) -> bool:
    """Whether a value is a point of a chart: floats, 64-bit integers and booleans are."""
    return isinstance(value, float) or (isinstance(value, int) and -(1 << 63) <= value < 1 << 63)


def _writes(block: Block) -> list[tuple[int, Write]]:
    """The block's rows with their sequence numbers. Values are taken through msgpack, as every store keeps them."""
    seqs = np.frombuffer(block.seqs, dtype=np.uint64).tolist()
    steps = np.frombuffer(block.steps, dtype=np.int64).tolist()
    times = np.frombuffer(block.times, dtype=np.float64).tolist()
    if min(steps, default=0) < 0:
        raise InvalidRequest(detail="A step is negative")
    columns = [unpack_column(kind, data) for kind, data in zip(block.kinds, block.columns, strict=True)]
    rows = []
    for i, (seq, step, time) in enumerate(zip(seqs, steps, times, strict=True)):
        values = {key: column[i] for key, column in zip(block.keys, columns, strict=True) if column[i] is not None}
        rows.append((seq, Write(step, time, values)))
    return rows


def _x_of(run: MemoryRun, step: int, query: SeriesQuery) -> float | None:
    """A point's place on the x axis; None for a point that has none."""
    if query.x == "step":
        return float(step)
    if query.x == "metric":
        x = run.numbers(query.x_key, query.channel).get(step)
        return x if x is not None and math.isfinite(x) else None
    time = run.times(query.channel)[step]
    if not math.isfinite(time):
        return None
    return time if query.x == "time" else time - run.origin(query.channel)


def _edges(low: float, high: float, buckets: int) -> list[float]:
    """Lower edges of equal buckets, a power of two wide so that every edge is exact, that cover low … high."""
    if low == high:
        return [float(low)]
    exponent = math.floor(math.log2((high - low) / buckets)) - 1
    while math.floor(high / 2.0**exponent) - math.floor(low / 2.0**exponent) + 1 > buckets:
        exponent += 1
    width = 2.0**exponent
    return [i * width for i in range(math.floor(low / width), math.floor(high / width) + 1)]


def _envelope(buckets: list[tuple[float, list[float]]]) -> Envelope:
    rows = []
    for x, values in buckets:
        finite = [value for value in values if math.isfinite(value)]
        nan = sum(map(math.isnan, values))
        bounds = (min(finite), max(finite), _sum(finite)) if finite else (math.nan,) * 3
        rows.append((x, len(values), *bounds, values[0], values[-1], nan, values.count(math.inf), values.count(-math.inf)))
    columns = list(zip(*rows, strict=True)) or [()] * 10
    left, lowest, highest, total, first, last = (np.array(columns[i], dtype=np.float64) for i in (0, 2, 3, 4, 5, 6))
    count, nan_count, posinf, neginf = (np.array(columns[i], dtype=np.int64) for i in (1, 7, 8, 9))
    return Envelope(left, count, lowest, highest, total, first, last, nan_count, posinf, neginf)


def _value_kind(value: Any) -> ValueKind:
    if isinstance(value, bool):
        return "b"
    if isinstance(value, float):
        return "f"
    return "i" if is_number(value) else "o"


def _chunk(writes: list[Write], next_step: int | None) -> Rows:
    columns = {}
    for key in sorted({key for write in writes for key in write.values}):
        rows = [i for i, write in enumerate(writes) if key in write.values]
        columns[key] = _column(rows, [writes[i].values[key] for i in rows])
    steps = np.array([write.step for write in writes], dtype=np.int64)
    return Rows(steps, np.array([write.time for write in writes], dtype=np.float64), columns, next_step)


def _column(rows: list[int], values: list[Any]) -> ValueColumn:
    """The narrowest kind that keeps every value exactly; whole numbers among floats become floats where that loses nothing."""
    kind: str = kind_of(values)
    numbers = {type(value) for value in values} <= {int, float}
    if kind == "o" and numbers and all(abs(value) <= EXACT_INT for value in values if isinstance(value, int)):
        kind = "f"
    if kind == "i" and not all(map(is_number, values)):
        kind = "o"
    places = np.array(rows, dtype=np.int32)
    if kind == "o":
        copies = [msgspec.msgpack.decode(msgspec.msgpack.encode(value)) for value in values]
        column = np.fromiter(copies, dtype=object, count=len(copies))
        return ValueColumn("o", places, column)
    dtype = {"f": np.float64, "i": np.int64, "b": np.bool_}[kind]
    return ValueColumn(kind, places, np.array(values, dtype=dtype))  # type: ignore[arg-type]


def _sum(values: Sequence[float]) -> float:
    try:
        return math.fsum(values)
    except OverflowError:  # somewhere on its way, or in the end
        return sum(values)


def _mean(values: Sequence[float]) -> float:
    """Finite, as the values are, also where their sum is not."""
    total = sum(values)
    return total / len(values) if math.isfinite(total) else sum(value / len(values) for value in values)
