"""A series as it is stored: parts, each from one segment or memtable, with strictly ascending steps.

Here parts are found and read, whole or block by block. How several of them become the one series a reader sees is in
`zones`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.server.adapters.metrics_segment import steps as step_of
from assay.server.adapters.metrics_segment.memtable import Column, Memtable
from assay.server.adapters.metrics_segment.pyramid import Nodes
from assay.server.adapters.metrics_segment.rows import OBJECT, as_floats, latest
from assay.server.adapters.metrics_segment.segment import LONG_ROWS, RISING, Block, Segment
from assay.server.adapters.metrics_segment.steps import Steps
from assay.wire import limits

FOREVER = limits.STEP_MAX + 1  # beyond every step
COARSE_POINTS = 4_000_000  # points from which a second level of nodes pays
COARSER = 6  # its cells are 2^6 of the first level's

I64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class View:
    """What the store held at one moment."""

    segments: tuple[Segment, ...]
    memtables: tuple[Memtable, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a run's lineage: the rows of `stream` up to and with `last_step`."""

    stream: int
    last_step: int = FOREVER


@dataclass(frozen=True, slots=True)
class Cut:
    """Rows of one part (or of several merged): columns of length n, steps strictly ascending."""

    kinds: int | Array
    steps: I64
    orders: I64
    bits: I64
    objects: list[bytes]


class Scratch:
    """The one buffer that the blocks of a query are decoded into, one after another: fresh memory costs more than decoding."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer: Float64 | None = None

    @property
    def buffer(self) -> Float64:
        if self._buffer is None:
            self._buffer = np.empty(LONG_ROWS, dtype=np.float64)
        return self._buffer


class MemoryPart:
    """Rows held as arrays."""

    __slots__ = ("bits", "count", "first", "kind", "last", "objects", "orders", "rank", "steps")

    def __init__(self, kind: int, rank: int, steps: I64, orders: I64, bits: I64, objects: list[bytes]) -> None:
        self.kind, self.rank = kind, rank
        self.steps, self.orders, self.bits, self.objects = steps, orders, bits, objects
        self.first, self.last, self.count = int(steps[0]), int(steps[-1]), len(steps)

    @property
    def is_rising(self) -> bool:
        values = as_floats(self.kind, self.bits)
        return bool(np.isfinite(values).all() and (values[1:] >= values[:-1]).all())

    def nodes(self, exponent: int) -> Nodes | None:  # noqa: ARG002  # rows in memory have none at any width
        return None

    def index(self, step: int) -> int:
        """How many rows have a lower step."""
        return int(self.steps.searchsorted(step))

    def step_at(self, index: int) -> int:
        return int(self.steps[index])

    def rows(self, first: int, end: int) -> Cut:
        cut = slice(self.index(first), self.index(end))
        return Cut(self.kind, self.steps[cut], self.orders[cut], self.bits[cut], self.objects)

    def points(self, first: int, end: int) -> tuple[I64, Float64]:
        cut = slice(self.index(first), self.index(end))
        return self.steps[cut], as_floats(self.kind, self.bits[cut])

    def scan(self, first: int, end: int, scratch: Scratch) -> Iterator[tuple[Steps, Float64]]:  # noqa: ARG002
        """(steps, values) of the rows first <= step < end, block by block, none empty."""
        steps, values = self.points(first, end)
        if len(steps):
            yield steps, values


class SegmentPart:
    """One series of a segment, decoded block by block when asked. Lives for one query."""

    __slots__ = ("_blocks", "_i", "_nodes", "_segment", "_steps", "count", "first", "kind", "last", "rank")

    def __init__(self, segment: Segment, i: int, rank: int) -> None:
        self._segment, self._i, self.rank = segment, i, rank
        series = segment.series
        self.kind = int(series["kind"][i])
        self.first, self.last = int(series["first_step"][i]), int(series["last_step"][i])
        self.count = int(series["rows"][i])
        self._nodes: Nodes | None = None
        self._blocks: dict[int, Block] = {}
        self._steps: dict[int, Steps] = {}

    @property
    def is_rising(self) -> bool:
        return bool(self._segment.series["flags"][self._i] & RISING)

    def nodes(self, exponent: int) -> Nodes | None:
        """Nodes no wider than 2^exponent steps, the widest there are."""
        found = self._nodes
        if found is None:
            found = self._nodes = self._segment.nodes(self._i)
        if found is None or found.exponent > exponent:
            return None
        if self.count > COARSE_POINTS and exponent >= found.exponent + COARSER:
            return self._segment.coarse(self._i, found.exponent + COARSER)
        return found

    def index(self, step: int) -> int:
        """How many rows have a lower step."""
        if step <= self.first:
            return 0
        if step > self.last:
            return self.count
        numbers = self._segment.block_range(self._i)
        if len(numbers) == 1:
            return step_of.index(self._own_steps(numbers[0]), step)
        firsts = self._segment.blocks["first_step"][numbers.start : numbers.stop]
        at = max(0, int(firsts.searchsorted(step, side="right")) - 1)
        before = int(self._segment.blocks["rows"][numbers.start : numbers.start + at].sum())
        return before + step_of.index(self._own_steps(numbers[at]), step)

    def step_at(self, index: int) -> int:
        """The step of a row."""
        if index == 0:
            return self.first
        if index == self.count - 1:
            return self.last
        for number in self._segment.block_range(self._i):
            n = min(self.count, int(self._segment.blocks["rows"][number]))
            if index < n:
                return step_of.at(self._own_steps(number), index)
            index -= n
        raise IndexError(index)

    def rows(self, first: int, end: int) -> Cut:
        cuts = []
        for number in self._blocks_over(first, end):
            block = self._block(number)
            assert block.orders is not None
            own = self._own(len(block.steps))
            steps = block.steps[own]
            cut = slice(own.start + int(steps.searchsorted(first)), own.start + int(steps.searchsorted(end)))
            cuts.append((block.steps[cut], block.orders[cut], block.bits[cut], block.objects))
        if not cuts:
            return Cut(self.kind, _NONE, _NONE, _NONE, [])
        if len(cuts) == 1:
            return Cut(self.kind, *cuts[0])
        objects: list[bytes] = []
        bits = []
        for _, _, one, held in cuts:
            bits.append(one + len(objects) if held else one)
            objects += held
        steps, orders = np.concatenate([c[0] for c in cuts]), np.concatenate([c[1] for c in cuts])
        return Cut(self.kind, steps, orders, np.concatenate(bits), objects)

    def points(self, first: int, end: int) -> tuple[I64, Float64]:
        """Steps and values of the numbers first <= step < end."""
        values = np.empty(self.index(end) - self.index(first), dtype=np.float64)
        steps: list[Steps] = []
        at = 0
        for own, found in self.scan(first, end, Scratch()) if len(values) else ():
            steps.append(own)
            values[at : at + len(found)] = found
            at += len(found)
        return step_of.join(steps), values

    def scan(self, first: int, end: int, scratch: Scratch) -> Iterator[tuple[Steps, Float64]]:
        """(steps, values) of the numbers first <= step < end, block by block, none empty. Values may lie in `scratch`."""
        for number in self._blocks_over(first, end):
            steps, values = self._segment.scan(number, self.kind, scratch.buffer)
            own = self._own(len(steps))
            if len(steps) != own.stop - own.start:
                steps, values = step_of.cut(steps, own.start, own.stop), values[own]
            if first > self.first or end <= self.last:
                a, b = step_of.index(steps, first), step_of.index(steps, end)
                steps, values = step_of.cut(steps, a, b), values[a:b]
            if len(steps):
                yield steps, values

    def _blocks_over(self, first: int, end: int) -> range:
        numbers = self._segment.block_range(self._i)
        if len(numbers) <= 1:
            return numbers
        firsts = self._segment.blocks["first_step"][numbers.start : numbers.stop]
        low = max(0, int(firsts.searchsorted(first, side="right")) - 1)
        high = int(firsts.searchsorted(end, side="left"))
        return numbers[low:high]

    def _own(self, n: int) -> slice:
        """The series' rows in one of its blocks of `n` rows."""
        row = int(self._segment.series["row"][self._i])
        if row == 0 and n <= self.count:
            return slice(0, n)
        return slice(row, row + self.count)

    def _own_steps(self, number: int) -> Steps:
        found = self._steps.get(number)
        if found is None:
            steps = self._segment.steps(number)
            own = self._own(len(steps))
            found = self._steps[number] = step_of.cut(steps, own.start, own.stop)
        return found

    def _block(self, number: int) -> Block:
        """A decoded block. The last two are kept: neighbouring windows, and the two ends of one, fall into the same blocks."""
        found = self._blocks.get(number)
        if found is None:
            if len(self._blocks) >= 2:
                self._blocks.clear()
            found = self._blocks[number] = self._segment.decode(number, self.kind, with_orders=True)
        return found


Part = MemoryPart | SegmentPart


def find_parts(view: View, lineage: list[Span], metric: int) -> list[Part]:
    """Every part of a series. Parts of a memtable are settled, so that all are strictly ascending."""
    parts: list[Part] = []
    for rank, span in enumerate(lineage):
        for segment in view.segments:
            if span.stream in segment:
                for i in segment.find(span.stream, metric):
                    if segment.series["kind"][i] <= OBJECT and segment.series["first_step"][i] <= span.last_step:
                        parts.append(SegmentPart(segment, i, rank))
        for memtable in view.memtables:
            if span.stream in memtable:
                parts += _settled(memtable.columns(span.stream, metric), rank)
    return parts


def merge(cuts: list[Cut], ranks: list[int]) -> Cut:
    """Rows of several cuts, one per step: the last accepted."""
    objects: list[bytes] = []
    bits, kinds = [], []
    for cut in cuts:
        assert isinstance(cut.kinds, int)
        bits.append(cut.bits + len(objects) if cut.kinds == OBJECT else cut.bits)
        kinds.append(np.full(len(cut.steps), cut.kinds, dtype=np.uint8))
        objects += cut.objects
    steps = np.concatenate([cut.steps for cut in cuts])
    orders = np.concatenate([cut.orders for cut in cuts])
    rank = np.repeat(np.array(ranks, dtype=np.int64), [len(cut.steps) for cut in cuts])
    rows = latest(steps, rank, orders)
    return Cut(np.concatenate(kinds)[rows], steps[rows], orders[rows], np.concatenate(bits)[rows], objects)


def _settled(columns: list[Column], rank: int) -> list[Part]:
    """Columns as they arrived, as parts with strictly ascending steps: one per kind."""
    columns = [column for column in columns if len(column.steps)]
    if not columns:
        return []
    one = columns[0].kind
    if one != OBJECT and all(column.kind == one for column in columns):
        steps, orders, bits = columns[0].steps, columns[0].orders, columns[0].bits
        if len(columns) > 1:
            columns.sort(key=lambda column: int(column.steps[0]))
            steps = np.concatenate([c.steps for c in columns])
            orders = np.concatenate([c.orders for c in columns])
            bits = np.concatenate([c.bits for c in columns])
        if not (steps[1:] > steps[:-1]).all():
            rows = latest(steps, np.zeros(len(steps), dtype=np.int64), orders)
            steps, orders, bits = steps[rows], orders[rows], bits[rows]
        return [MemoryPart(one, rank, steps, orders, bits, [])]
    cut = merge([Cut(c.kind, c.steps, c.orders, c.bits, c.objects) for c in columns], [rank] * len(columns))
    assert not isinstance(cut.kinds, int)
    return _split(cut, rank)


def _split(cut: Cut, rank: int) -> list[Part]:
    parts: list[Part] = []
    for kind in np.unique(np.asarray(cut.kinds)).tolist():
        own = np.asarray(cut.kinds) == kind
        parts.append(MemoryPart(kind, rank, cut.steps[own], cut.orders[own], cut.bits[own], cut.objects))
    return parts


_NONE: I64 = np.empty(0, dtype=np.int64)
