"""R1, R2 and R5: series of numbers as exact buckets, on any x axis.

On the step axis buckets are cells of the step grid, and so unions of nodes. Time rises with step in nearly every run; there a
bucket of steps is a bucket of time as well, and its edge is read from the nodes of the wall time. Only where time goes back, or
the axis is another metric, are the points themselves read and sorted."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from assay.server.adapters.metrics_segment import steps as step_of
from assay.server.adapters.metrics_segment.parts import FOREVER, Scratch, SegmentPart
from assay.server.adapters.metrics_segment.rows import TIME_METRIC
from assay.server.adapters.metrics_segment.steps import Steps
from assay.server.adapters.metrics_segment.zones import SeriesReader, Slice, bucket_ends, bucketize
from assay.server.compute import buckets as grid
from assay.server.compute.buckets import Envelope
from assay.server.compute.groups import mean_and_std
from assay.server.domain.runs import RunRef
from assay.server.ports.metrics import Aligned, AlignedQuery, Series, SeriesQuery
from assay.wire.records import Channel

I64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
Open = Callable[[RunRef, Channel, str | int], SeriesReader | None]


class Clock:
    """The wall time of a run's steps. `origin` is taken from every time."""

    def __init__(self, reader: SeriesReader) -> None:
        self._reader = reader
        slices = reader.slices()
        self._ends = [(piece, *_time_bounds(piece)) for piece in slices]
        self.origin = 0.0
        self.is_rising = all(piece.part.is_rising for piece in slices) and all(
            a[2] <= b[1] for a, b in itertools.pairwise(self._ends)
        )

    @property
    def start(self) -> float:
        """The time of the first step, 0 without one."""
        return self._ends[0][1] if self._ends else 0.0

    def step_at(self, x: float) -> int:
        """The lowest step whose time is at least `x`; time must be rising."""
        for piece, first, last in self._ends:
            if first - self.origin >= x:
                return piece.bounds()[0]
            if last - self.origin >= x:
                return self._inside(piece, x)
        return FOREVER

    def _inside(self, piece: Slice, x: float) -> int:
        first, end = piece.first, piece.end
        nodes = piece.part.nodes(62)
        if nodes is not None:
            at = int((nodes.envelope.last - self.origin).searchsorted(x))
            low = step_of.at(nodes.ids, min(at, len(nodes.ids) - 1)) << nodes.exponent
            first, end = max(first, low), min(end, low + (1 << nodes.exponent))
        steps, times = piece.part.points(first, end)
        at = int((times - self.origin).searchsorted(x))
        return int(steps[at]) if at < len(steps) else end

    def times_of(self, steps: I64) -> Float64:
        """Times of steps that have rows."""
        known, times = self._reader.points(int(steps[0]), int(steps[-1]) + 1)
        if len(known) != len(steps):
            times = times[known.searchsorted(steps)]
        return times - self.origin

    def edges(self, ids: Steps, exponent: int, scratch: Scratch) -> tuple[Float64, float, NDArray[np.bool_] | None]:
        """Of buckets of 2^exponent steps: the lowest time of each, the highest of the last, and which buckets but the first
        begin later than the one before ends (None: all). Time must be rising."""
        # Whole cells are asked for, so that nodes answer: what else a cell holds moves its edge, never a point past it.
        first, end = step_of.at(ids, 0) << exponent, (step_of.at(ids, len(ids) - 1) + 1) << exponent
        whole = [piece for piece, *_ in self._ends]
        is_all = first <= whole[0].bounds()[0] and whole[-1].bounds()[1] < end
        slices = whole if is_all else self._reader.slices(first, end)
        known, left, right = bucket_ends(slices, exponent, scratch)
        if not step_of.same(known, ids):
            at = step_of.array(known).searchsorted(step_of.array(ids))
            left, right = left[at], right[at]
        nodes = slices[0].part.nodes(exponent) if len(slices) == 1 and slices[0].is_whole else None
        if nodes is not None and nodes.is_apart and self._is_exact:
            return left - self.origin if self.origin else left, float(right[-1]) - self.origin, None
        left, right = left - self.origin, right - self.origin
        return left, float(right[-1]), left[1:] > right[:-1]

    @property
    def _is_exact(self) -> bool:
        """Whether subtracting the origin from any time is exact (Sterbenz), and so keeps different times different."""
        return self.origin == 0 or (self.origin / 2 <= self._ends[0][1] and self._ends[-1][2] <= self.origin * 2)


def read(query: SeriesQuery, open_series: Open, *, use_nodes: bool = True) -> Iterator[Series]:
    """Answer a query, one series at a time."""
    scratch = Scratch()
    for run in query.runs:
        clock = _clock(run, query, open_series) if query.x in {"time", "relative"} else None
        for key in query.keys:
            reader = open_series(run, query.channel, key)
            slices = reader.slices() if reader is not None else []
            if reader is None or not slices:
                yield Series(run, key, grid.EMPTY, 0, True, 0.0, -1)
                continue
            first = 0 if query.since is None else query.since + 1
            newest = slices[-1].bounds()[1]
            if query.x == "step":
                low, high = _step_window(query.window)
                answer = _by_step(reader, max(first, low), high, query.buckets, scratch, use_nodes=use_nodes)
            elif query.x == "metric":
                axis = open_series(run, query.channel, query.x_key)
                answer = _by_metric(reader, axis, first, query)
            else:
                assert clock is not None
                answer = _by_time(reader, clock, first, query, scratch, use_nodes=use_nodes)
            envelope, width = answer
            yield Series(run, key, envelope, int(envelope.count.sum()), width == 0, width, newest)


def align(query: AlignedQuery, open_series: Open, *, use_nodes: bool = True) -> Aligned:
    """R5: every run on the same grid, then across runs in one pass."""
    low, high = _step_window(query.window)
    scratch = Scratch()
    found = []
    for run in query.runs:
        reader = open_series(run, "history", query.key)
        slices = reader.slices(low, high) if reader is not None else []
        if slices:
            found.append((slices, slices[0].bounds()[0], slices[-1].bounds()[1]))
    if not found:
        none = np.empty(0)
        return Aligned(none, np.empty(0, dtype=np.int64), none, none, none, none)
    first, last = min(f[1] for f in found), max(f[2] for f in found)
    exponent = grid.step_exponent(first, last, query.buckets)
    base, count = first >> exponent, (last >> exponent) - (first >> exponent) + 1
    means = np.full((len(found), count), np.nan)
    for line, (slices, _, _) in enumerate(found):
        ids, envelope = bucketize(slices, exponent, scratch, use_nodes=use_nodes)
        means[line, step_of.array(ids) - base] = envelope.mean
    runs = np.count_nonzero(~np.isnan(means), axis=0)
    keep = runs > 0
    means, runs = means[:, keep], runs[keep]
    mean, std = mean_and_std(means)
    x = ((np.flatnonzero(keep) + base) << exponent).astype(np.float64)
    return Aligned(x, runs.astype(np.int64), mean, std, np.nanmin(means, axis=0), np.nanmax(means, axis=0))


def _by_step(
    reader: SeriesReader, first: int, end: int, buckets: int, scratch: Scratch, *, use_nodes: bool
) -> tuple[Envelope, float]:
    slices = reader.slices(first, end)
    if not slices:
        return grid.EMPTY, 0.0
    if sum([piece.count for piece in slices]) <= buckets:
        steps, values = reader.points(first, end)
        return grid.points(steps.astype(np.float64), values), 0.0
    exponent = grid.step_exponent(slices[0].bounds()[0], slices[-1].bounds()[1], buckets)
    ids, envelope = bucketize(slices, exponent, scratch, use_nodes=use_nodes)
    return envelope.at(step_of.edges(ids, exponent)), math.ldexp(1.0, exponent)


def _by_time(
    reader: SeriesReader, clock: Clock, first: int, query: SeriesQuery, scratch: Scratch, *, use_nodes: bool
) -> tuple[Envelope, float]:
    if not clock.is_rising:
        steps, values = reader.points(first)
        return _sorted_on(clock.times_of(steps) if len(steps) else values, values, query)
    end = FOREVER
    if query.window is not None:
        low, high = query.window
        first = max(first, clock.step_at(low))
        end = clock.step_at(high) if high < math.inf else FOREVER
    slices = reader.slices(first, end) if first < end else []
    if not slices:
        return grid.EMPTY, 0.0
    if sum([piece.count for piece in slices]) <= query.buckets:
        steps, values = reader.points(first, end)
        return grid.points(clock.times_of(steps), values), 0.0
    exponent = grid.step_exponent(slices[0].bounds()[0], slices[-1].bounds()[1], query.buckets)
    ids, envelope = bucketize(slices, exponent, scratch, use_nodes=use_nodes)
    left, last, is_apart = clock.edges(ids, exponent, scratch)
    if is_apart is not None and not is_apart.all():
        # Two buckets that share an instant are one: on a half-open axis a point belongs to exactly one bucket.
        starts = np.flatnonzero(np.append(True, is_apart))
        left = left[starts]
        envelope = grid.combine(envelope, starts, left)
    return envelope.at(left), (last - float(left[0])) / len(left) or 1.0


def _by_metric(reader: SeriesReader, axis: SeriesReader | None, first: int, query: SeriesQuery) -> tuple[Envelope, float]:
    steps, values = reader.points(first)
    if axis is None or len(steps) == 0:
        return grid.EMPTY, 0.0
    known, x = axis.points(int(steps[0]), int(steps[-1]) + 1)
    if len(known) != len(steps) or not np.array_equal(known, steps):
        _, left, right = np.intersect1d(steps, known, assume_unique=True, return_indices=True)
        values, x = values[left], x[right]
    return _sorted_on(x, values, query)


def _sorted_on(x: Float64, values: Float64, query: SeriesQuery) -> tuple[Envelope, float]:
    """Points given in order of step, in buckets of x."""
    keep = np.isfinite(x)
    if query.window is not None:
        keep &= (x >= query.window[0]) & (x < query.window[1])
    if not keep.all():
        x, values = x[keep], values[keep]
    if (x[1:] >= x[:-1]).all():
        return grid.on_grid(x, values, query.buckets)
    return grid.scattered_on_grid(x, values, query.buckets)


def _clock(run: RunRef, query: SeriesQuery, open_series: Open) -> Clock | None:
    reader = open_series(run, query.channel, TIME_METRIC)
    if reader is None:
        return None
    clock = Clock(reader)
    if query.x == "relative":
        clock.origin = clock.start
        history = open_series(run, "history", TIME_METRIC) if query.channel != "history" else None
        if history is not None and history.slices():
            clock.origin = _time_bounds(history.slices()[0])[0]
    return clock


def _time_bounds(piece: Slice) -> tuple[float, float]:
    """Time of the first and of the last row of a slice."""
    if piece.is_whole and isinstance(piece.part, SegmentPart):
        nodes = piece.part.nodes(62)
        if nodes is not None:
            return float(nodes.envelope.first[0]), float(nodes.envelope.last[-1])
    first, last = piece.bounds()
    low, high = piece.part.points(first, first + 1), piece.part.points(last, last + 1)
    return float(low[1][0]), float(high[1][0])


def _step_window(window: tuple[float, float] | None) -> tuple[int, int]:
    if window is None:
        return 0, FOREVER
    low, high = (math.ceil(min(max(edge, 0.0), float(FOREVER))) for edge in window)
    return low, high
