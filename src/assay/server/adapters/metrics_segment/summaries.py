"""Automatic summaries: one cell per (run, channel, metric), kept as rows of one array per project.

A cell is brought up to date from the pieces that arrived, when somebody asks or when the store seals. Where a piece does not
simply continue the series (a step goes back or repeats), the cell is marked stale and read again from the rows."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from assay.server.adapters.metrics_segment.memtable import Piece, Shape, join_pieces
from assay.server.adapters.metrics_segment.rows import BOOL, FLOAT, INT, OBJECT, as_floats
from assay.server.adapters.metrics_segment.slabs import Slabs
from assay.server.compute.buckets import mean_of
from assay.server.ports.metrics import MetricColumns
from assay.wire.odd_numbers import EXACT_INT
from assay.wire.records import Channel

CELL = np.dtype(
    [
        ("code", "<u8"),  # channel << 32 | metric
        ("place", "<u4"),  # the run's place in the project
        ("kinds", "u1"),  # bit per kind seen
        ("flags", "u1"),
        ("spare", "<u2"),
        ("count", "<i8"),  # numeric points
        ("finite", "<i8"),
        ("sum", "<f8"),
        ("min", "<f8"),
        ("max", "<f8"),
        ("first", "<f8"),
        ("last", "<f8"),  # of the newest value, NaN if that is no number
        ("last_step", "<i8"),
        ("min_step", "<i8"),
        ("max_step", "<i8"),
    ]
)
STALE = 1
CHANNELS: tuple[Channel, ...] = ("history", "system")
NO_STEP = -1
_KEPT_METRICS = 16
_NUMBERS = 1 << FLOAT | 1 << INT | 1 << BOOL
_encode = msgspec.msgpack.Encoder().encode
DROPPED = np.uint64(0xFFFFFFFFFFFFFFFF)  # code of a deleted run's cells, and of those that no run has yet

I64 = NDArray[np.int64]
Array = NDArray[Any]


def code_of(channel: Channel, metric: int) -> int:
    return (CHANNELS.index(channel) << 32) | metric


@dataclass(slots=True)
class RunCells:
    """A run's cells: codes ascending, beside them the places in the project's array."""

    codes: Array = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    cells: I64 = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    by_shape: dict[tuple[int, Shape], I64] = field(default_factory=dict)


class Cells:
    """All cells of a project. Whole cells are read with `take` and written with `put`: numpy's indexing of records is twenty
    times slower."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.data: Array = np.zeros(0, dtype=CELL)
        self.others: dict[int, bytes] = {}  # cell → msgpack of its newest value, where that is no number, or exact() of it
        self._slabs = Slabs()
        self._has_gaps = False
        self._by_place: dict[int, tuple[tuple[int, int], I64]] = {}
        self._pending: list[tuple[RunCells, int, int, Piece]] = []

    def load(self, blocks: Iterable[tuple[int, bytes]]) -> list[RunCells]:
        """Stored cells of runs in order of place. Returns each run's index."""
        parts = []
        for place, data in blocks:
            cells = np.frombuffer(data, dtype=CELL).copy()
            cells["place"] = place
            parts.append(cells)
        if not parts:
            return []
        every = np.concatenate(parts)
        codes = every["code"].copy()
        at = self._slabs.load(codes)
        self._reserve()
        self.data.put(at, every)
        ends = np.cumsum([len(part) for part in parts])[:-1]
        return [RunCells(*own) for own in zip(np.split(codes, ends), np.split(at, ends), strict=True)]

    def stored(self, run: RunCells) -> tuple[bytes, dict[int, bytes]]:
        """A run's cells as bytes, and its newest values that are no numbers by code."""
        cells = self.data.take(run.cells)
        cells["place"] = 0
        if not self.others:
            return cells.tobytes(), {}
        known = zip(run.codes.tolist(), run.cells.tolist(), strict=True)
        return cells.tobytes(), {code: self.others[cell] for code, cell in known if cell in self.others}

    def ensure(self, run: RunCells, place: int, codes: Array) -> Array:
        """Make cells for the codes the run does not have yet; returns those, in the order given."""
        at = np.searchsorted(run.codes, codes)
        known = np.zeros(len(codes), dtype=bool)
        inside = at < len(run.codes)
        known[inside] = run.codes[at[inside]] == codes[inside]
        new = codes[~known]
        if len(new) == 0:
            return new
        cells = self._slabs.give(new)
        self._reserve()
        fresh = np.zeros(len(new), dtype=CELL)
        fresh["code"], fresh["place"] = new, place
        for name in ("sum", "min", "max", "first", "last"):
            fresh[name] = np.nan
        for name in ("last_step", "min_step", "max_step"):
            fresh[name] = NO_STEP
        self.data.put(cells, fresh)
        codes_all = np.concatenate((run.codes, new))
        order = np.argsort(codes_all, kind="stable")
        run.codes, run.cells = codes_all[order], np.concatenate((run.cells, cells))[order]
        return new

    def alive(self) -> I64:
        """Every cell of a run that is still there."""
        return np.flatnonzero(self.data["code"][: self._slabs.size] != DROPPED)

    def put(self, cell: int, data: Any, other: bytes | None) -> None:
        """Replace what is known of a cell."""
        self.data[cell] = data
        self.others.pop(cell, None)
        if other is not None:
            self.others[cell] = other

    def age(self, run: RunCells) -> None:
        """Mark what is known of the run's history as stale."""
        with self.lock:
            self.fold()
            self.data["flags"][run.cells[run.codes < np.uint64(code_of("system", 0))]] |= STALE

    def drop(self, run: RunCells) -> None:
        """Forget a deleted run's cells. Their places stay empty until the project is loaded again."""
        self.fold()
        self.data["code"][run.cells] = DROPPED
        for cell in run.cells.tolist():
            self.others.pop(cell, None)
        self._has_gaps = True
        self._by_place.clear()
        run.codes, run.cells = run.codes[:0], run.cells[:0]
        run.by_shape.clear()

    def add(self, run: RunCells, place: int, channel: Channel, piece: Piece) -> Array:
        """Take note of a piece; its numbers are folded in later. Returns the codes the run has not had before."""
        channel_code = CHANNELS.index(channel)
        with self.lock:
            self._pending.append((run, place, channel_code, piece))
            known = run.by_shape.get((channel_code, piece.shape))
            if known is not None and not piece.extras:
                return _NO_CODES
            codes = piece.shape.metrics.astype(np.uint64)
            if piece.extras:
                codes = np.concatenate((codes, np.array([e.metric for e in piece.extras], dtype=np.uint64)))
            codes = codes | np.uint64(channel_code << 32)
            if piece.extras:
                _, first = np.unique(codes, return_index=True)
                codes = codes[np.sort(first)]
            new = self.ensure(run, place, codes)
            if known is None:
                shape_codes = codes[: len(piece.shape.metrics)]
                run.by_shape[channel_code, piece.shape] = run.cells[np.searchsorted(run.codes, shape_codes)]
            return new

    def fold(self) -> None:
        """Bring every cell up to date with the pieces noted."""
        with self.lock:
            pending, self._pending = self._pending, []
            at = 0
            while at < len(pending):
                run, _, channel, piece = pending[at]
                end = at + 1
                while (
                    end < len(pending)
                    and pending[end][0] is run
                    and pending[end][3].shape is piece.shape
                    and pending[end][2] == channel
                ):
                    end += 1
                self._fold(run, channel, join_pieces([item[3] for item in pending[at:end]]))
                at = end

    def _fold(self, run: RunCells, channel: int, piece: Piece) -> None:
        steps = piece.steps
        rising = bool((steps[1:] > steps[:-1]).all())
        shape = piece.shape
        cells = run.by_shape.get((channel, shape))
        if cells is not None and len(cells):
            at = 0
            for kind, matrix in ((FLOAT, piece.floats), (INT, piece.ints), (BOOL, piece.bools)):
                if len(matrix):
                    values = np.asarray(matrix, dtype=np.float64)
                    self._continue(cells[at : at + len(matrix)], steps, values, kind, rising)
                    at += len(matrix)
            if len(piece.ints):
                self._keep_exact(cells[len(piece.floats) :][: len(piece.ints)], piece.ints[:, -1])
        for extra in piece.extras:
            code = np.uint64((channel << 32) | extra.metric)
            cell = run.cells[np.searchsorted(run.codes, code) : np.searchsorted(run.codes, code) + 1]
            extra_steps = steps[extra.rows]
            extra_rising = bool((extra_steps[1:] > extra_steps[:-1]).all())
            if extra.kind != OBJECT:
                values = as_floats(extra.kind, extra.bits).reshape(1, -1)
                self._continue(cell, extra_steps, values, extra.kind, extra_rising)
                if extra.kind == INT:
                    self._keep_exact(cell, extra.bits[-1:])
                continue
            one = self.data[cell[0] : cell[0] + 1]
            one["kinds"] |= 1 << OBJECT
            if not extra_rising or extra_steps[0] <= one["last_step"][0]:
                one["flags"] |= STALE
            else:
                one["last"], one["last_step"] = np.nan, extra_steps[-1]
                self.others[int(cell[0])] = extra.objects[int(extra.bits[-1])]

    @np.errstate(over="ignore")
    def _continue(self, cells: I64, steps: I64, values: NDArray[np.float64], kind: int, rising: bool) -> None:
        """Fold `values`, a line per cell, into cells whose series they go on with; the other cells become stale."""
        old = self.data.take(cells)
        old["kinds"] |= 1 << kind
        if not rising:
            old["flags"] |= STALE
            self.data.put(cells, old)
            return
        late = old["last_step"] >= steps[0]
        old["flags"][late] |= STALE
        if self.others:
            for cell in cells.tolist():
                self.others.pop(cell, None)
        n = values.shape[1]
        total = values.sum(axis=1)
        if np.isfinite(total).all():
            finite_count: Any = n
            low_at, high_at = values.argmin(axis=1), values.argmax(axis=1)
        else:
            finite = np.isfinite(values)
            finite_count = finite.sum(axis=1)
            total = np.where(finite, values, 0.0).sum(axis=1)
            low_at, high_at = np.where(finite, values, np.inf).argmin(axis=1), np.where(finite, values, -np.inf).argmax(axis=1)
        lines = np.arange(len(values))
        low, high = values[lines, low_at], values[lines, high_at]
        has = np.broadcast_to(np.asarray(finite_count) > 0, low.shape)
        fresh = old["count"] == 0
        old["first"] = np.where(fresh, values[:, 0], old["first"])
        old["last"] = values[:, -1]
        no_sum = np.isnan(old["sum"])
        old["sum"] = np.where(has, np.where(no_sum, 0.0, old["sum"]) + total, old["sum"])
        better = has & ~(old["min"] <= low)
        old["min"] = np.where(better, low, old["min"])
        old["min_step"] = np.where(better, steps[low_at], old["min_step"])
        better = has & ~(old["max"] >= high)
        old["max"] = np.where(better, high, old["max"])
        old["max_step"] = np.where(better, steps[high_at], old["max_step"])
        old["count"] += n
        old["finite"] += finite_count
        old["last_step"] = np.maximum(old["last_step"], steps[-1])
        self.data.put(cells, old)

    def _keep_exact(self, cells: I64, newest: I64) -> None:
        """Keep the integers among the newest values of cells that no double holds. Those of stale cells are read again anyway."""
        for at in np.flatnonzero((newest > EXACT_INT) | (newest < -EXACT_INT)).tolist():
            self.others[int(cells[at])] = _encode(int(newest[at]))

    def by_place(self, code: int, run_count: int) -> I64:
        """A metric's cell of each run by its place, −1 where it has none, and at the end one −1 for place −1.

        A table that moves asks for the same few metrics again and again: their answers are kept while no run joins them."""
        token = (self._slabs.given(code), run_count)
        kept = self._by_place.pop(code, None)
        if kept is None or kept[0] != token:
            found = self._slabs.find(code)
            if self._has_gaps:
                found = found[self.data["code"][found] == np.uint64(code)]
            cells = np.full(run_count + 1, -1, dtype=np.int64)
            cells[self.data["place"][found]] = found
            kept = (token, cells)
        self._by_place[code] = kept  # the newest is last
        if len(self._by_place) > _KEPT_METRICS:
            del self._by_place[next(iter(self._by_place))]
        return kept[1]

    def _reserve(self) -> None:
        """Make room for what the slabs have given out."""
        known, size = len(self.data), self._slabs.size
        if size > known:
            grown = np.zeros(max(2 * known, size), dtype=CELL)
            grown[:known] = self.data
            grown["code"][known:] = DROPPED
            self.data = grown


def columns_of(cells: Array) -> MetricColumns:
    """Cells (absent ones zero with count 0 and last_step −1) as the port's columns, which are views of them."""
    mean = cells["sum"] / np.maximum(cells["finite"], 1)
    lost = ~np.isfinite(mean) & (cells["finite"] > 0)
    if lost.any():
        mean[lost] = mean_of(*(cells[name][lost] for name in ("sum", "finite", "min", "max")))
    count, last, first, low, high = (cells[name] for name in ("count", "last", "first", "min", "max"))
    last_step, min_step, max_step = (cells[name] for name in ("last_step", "min_step", "max_step"))
    kinds = cells["kinds"] & _NUMBERS
    return MetricColumns(
        count, last, first, low, high, mean, last_step, min_step, max_step, kinds == 1 << INT, kinds == 1 << BOOL
    )


def exact(value: int) -> bytes | None:
    """What is kept beside a cell whose newest value is this integer: the integer, if a double does not hold it."""
    return _encode(value) if abs(value) > EXACT_INT else None


def absent(n: int) -> Array:
    """Cells of runs that do not have the metric."""
    cells = np.zeros(n, dtype=CELL)
    for name in ("sum", "min", "max", "first", "last"):
        cells[name] = np.nan
    for name in ("last_step", "min_step", "max_step"):
        cells[name] = NO_STEP
    return cells


_NO_CODES: Array = np.empty(0, dtype=np.uint64)
