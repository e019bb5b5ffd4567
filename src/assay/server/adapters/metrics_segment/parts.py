"""One series as a reader sees it: parts from segments and memtables, cut into zones where exactly one row per step is visible.

A part's steps are strictly ascending. Where only one part covers a range of steps, it is read as it lies, with its nodes;
where several do (late rows, repeats, two streams of a lineage), their rows are merged and the last accepted of a step wins."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.server.adapters.metrics_segment.memtable import Column, Memtable
from assay.server.adapters.metrics_segment.pyramid import Nodes
from assay.server.adapters.metrics_segment.rows import BOOL, FLOAT, OBJECT, as_floats, latest
from assay.server.adapters.metrics_segment.segment import RISING, Block, Segment
from assay.server.compute.buckets import Envelope, combine, concatenate, group_starts, reduce_points

FOREVER = (1 << 62) - 1
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

    def blocks(self, first: int, end: int) -> list[tuple[I64, Float64]]:
        cut = slice(self.index(first), self.index(end))
        return [(self.steps[cut], as_floats(self.kind, self.bits[cut]))]


class SegmentPart:
    """One series of a segment, decoded block by block when asked."""

    __slots__ = ("_cache", "_i", "_segment", "count", "first", "kind", "last", "rank")

    def __init__(self, segment: Segment, i: int, rank: int) -> None:
        self._segment, self._i, self.rank = segment, i, rank
        series = segment.series
        self.kind = int(series["kind"][i])
        self.first, self.last = int(series["first_step"][i]), int(series["last_step"][i])
        self.count = int(series["rows"][i])
        self._cache: dict[int, Block] = {}

    @property
    def is_rising(self) -> bool:
        return bool(self._segment.series["flags"][self._i] & RISING)

    def nodes(self, exponent: int) -> Nodes | None:
        """Nodes no wider than 2^exponent steps, the widest there are."""
        if int(self._segment.series["node_count"][self._i]) == 0:
            return None
        if int(self._segment.series["node_exponent"][self._i]) > exponent:
            return None
        found = self._segment.nodes(self._i)
        assert found is not None
        if self.count > COARSE_POINTS and exponent >= found.exponent + COARSER:
            return self._segment.coarse(self._i, found.exponent + COARSER)
        return found

    def index(self, step: int) -> int:
        if step <= self.first:
            return 0
        if step > self.last:
            return self.count
        numbers = self._segment.block_range(self._i)
        if len(numbers) == 1:
            return int(self._steps(numbers[0]).searchsorted(step))
        firsts = self._segment.blocks["first_step"][numbers.start : numbers.stop]
        at = max(0, int(firsts.searchsorted(step, side="right")) - 1)
        before = int(self._segment.blocks["rows"][numbers.start : numbers.start + at].sum())
        return before + int(self._steps(numbers[at]).searchsorted(step))

    def step_at(self, index: int) -> int:
        """The step of a row."""
        for number in self._segment.block_range(self._i):
            n = min(self.count, int(self._segment.blocks["rows"][number]))
            if index < n:
                return int(self._steps(number)[index])
            index -= n
        raise IndexError(index)

    def rows(self, first: int, end: int) -> Cut:
        cuts = []
        for number in self._blocks_over(first, end):
            block = self._block(number)
            assert block.orders is not None
            own = self._own(len(block.steps))
            steps = block.steps[own]
            a, b = own.start + int(steps.searchsorted(first)), own.start + int(steps.searchsorted(end))
            cuts.append((block.steps[a:b], block.orders[a:b], block.bits[a:b], block.objects))
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

    def blocks(self, first: int, end: int) -> list[tuple[I64, Float64]]:
        """(steps, values) block by block. The values lie in a buffer that the next block overwrites: see `scan`."""
        return [(cut.steps, as_floats(self.kind, cut.bits)) for cut in [self.rows(first, end)]]

    def scan(self, first: int, end: int, out: Float64) -> Any:
        """(steps, values) block by block, decoded into `out`, which the next block overwrites."""
        for number in self._blocks_over(first, end):
            block = self._segment.decode(number, self.kind, with_orders=False, out=out if self.kind == FLOAT else None)
            own = self._own(len(block.steps))
            steps = block.steps[own]
            a, b = 0, len(steps)
            if first > steps[0] or end <= steps[-1]:
                a, b = int(steps.searchsorted(first)), int(steps.searchsorted(end))
            if a < b:
                yield steps[a:b], as_floats(self.kind, block.bits[own][a:b])

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

    def _steps(self, number: int) -> I64:
        block = self._block(number)
        return block.steps[self._own(len(block.steps))]

    def _block(self, number: int) -> Block:
        found = self._cache.get(number)
        if found is None:
            if len(self._cache) >= 2:
                self._cache.clear()
            found = self._cache[number] = self._segment.decode(number, self.kind, with_orders=True)
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
    cut = _merge([Cut(c.kind, c.steps, c.orders, c.bits, c.objects) for c in columns], [rank] * len(columns))
    assert not isinstance(cut.kinds, int)
    return _split(cut, rank)


def _merge(cuts: list[Cut], ranks: list[int]) -> Cut:
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


def _split(cut: Cut, rank: int) -> list[Part]:
    parts: list[Part] = []
    for kind in np.unique(np.asarray(cut.kinds)).tolist():
        own = np.asarray(cut.kinds) == kind
        parts.append(MemoryPart(kind, rank, cut.steps[own], cut.orders[own], cut.bits[own], cut.objects))
    return parts


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows first <= step < end of a part; no other row of the series has such a step."""

    part: Part
    first: int
    end: int

    @property
    def is_whole(self) -> bool:
        return self.first <= self.part.first and self.end > self.part.last

    @property
    def count(self) -> int:
        if self.is_whole:
            return self.part.count
        return self.part.index(self.end) - self.part.index(self.first)

    def points(self) -> tuple[I64, Float64]:
        cut = self.part.rows(self.first, self.end)
        return cut.steps, as_floats(self.part.kind, cut.bits)

    def bounds(self) -> tuple[int, int]:
        """The first and last step there is a row at. The slice must not be empty."""
        if self.is_whole:
            return self.part.first, self.part.last
        part = self.part
        return part.step_at(part.index(self.first)), part.step_at(part.index(self.end) - 1)

    def buckets(self, exponent: int, scratch: Float64, *, use_nodes: bool = True) -> list[tuple[I64, Envelope]]:
        """(bucket number, bucket) of cells 2^exponent steps wide, ascending; a number may come twice in a row."""
        nodes = self.part.nodes(exponent) if use_nodes else None
        if nodes is None:
            return self._scan(self.first, self.end, exponent, scratch)
        k, ids = nodes.exponent, nodes.ids
        low, high = 0, len(ids)
        if self.first > self.part.first:
            low = int(ids.searchsorted(-(-self.first >> k)))
        if self.end <= self.part.last:
            high = int(ids.searchsorted(self.end >> k))
        if low >= high:
            return self._scan(self.first, self.end, exponent, scratch)
        found = []
        if self.first > self.part.first:
            found += self._scan(self.first, int(ids[low]) << k, exponent, scratch)
        inside = nodes.envelope
        if low > 0 or high < len(ids):
            inside = _cut_envelope(inside, low, high)
        found.append((ids[low:high] >> (exponent - k), inside))
        if self.end <= self.part.last:
            found += self._scan((int(ids[high - 1]) + 1) << k, self.end, exponent, scratch)
        return found

    def _scan(self, first: int, end: int, exponent: int, scratch: Float64) -> list[tuple[I64, Envelope]]:
        if first >= end:
            return []
        part = self.part
        blocks = part.scan(first, end, scratch) if isinstance(part, SegmentPart) else part.blocks(first, end)
        found = []
        for steps, values in blocks:
            if len(steps):
                ids = steps >> exponent
                starts = group_starts(ids)
                found.append((ids[starts], reduce_points(_NO_X, values, starts)))
        return found


class SeriesReader:
    """One (run, channel, metric). Finds its parts once; every question after that is about them."""

    def __init__(self, view: View, lineage: list[Span], metric: int) -> None:
        self._lineage = lineage
        self._parts = find_parts(view, lineage, metric)
        self._slices: list[Slice] | None = None

    def slices(self, first: int = 0, end: int = FOREVER) -> list[Slice]:
        """The numbers of the series in order of step, as slices that are not empty."""
        if self._slices is None:
            self._slices = [piece for piece in self._zones() if piece.part.kind <= BOOL]
        found = []
        for piece in self._slices:
            low, high = max(piece.first, first), min(piece.end, end)
            if low < high and piece.part.first < high and piece.part.last >= low:
                cut = Slice(piece.part, low, high)
                if cut.is_whole or cut.count:
                    found.append(cut)
        return found

    def rows(self, first: int, end: int) -> list[Cut]:
        """Every visible value, of whatever kind, in order of step."""
        cuts = [z.part.rows(max(z.first, first), min(z.end, end)) for z in self._zones() if z.first < end and z.end > first]
        return [cut for cut in cuts if len(cut.steps)]

    def points(self, first: int = 0, end: int = FOREVER) -> tuple[I64, Float64]:
        pieces = [piece.points() for piece in self.slices(first, end)]
        if len(pieces) == 1:
            return pieces[0]
        if not pieces:
            return _NONE, _NONE.astype(np.float64)
        return np.concatenate([p[0] for p in pieces]), np.concatenate([p[1] for p in pieces])

    @property
    def last_step(self) -> int:
        """The newest step with a number, −1 without one."""
        found = self.slices()
        return found[-1].bounds()[1] if found else -1

    def _zones(self) -> list[Slice]:
        """The visible rows as slices in order of step. Where parts overlap, their rows are merged into parts of their own."""
        parts = self._parts
        limit = [min(part.last, self._lineage[part.rank].last_step) + 1 for part in parts]
        if len(parts) == 1:
            return [Slice(parts[0], parts[0].first, limit[0])]
        order = sorted(range(len(parts)), key=lambda i: parts[i].first)
        if all(limit[a] <= parts[b].first for a, b in itertools.pairwise(order)):
            return [Slice(parts[i], parts[i].first, limit[i]) for i in order]
        edges = sorted({part.first for part in parts} | set(limit))
        zones: list[Slice] = []
        mixed: list[int] = []
        mixed_first = mixed_end = 0
        for low, high in itertools.pairwise(edges):
            active = [i for i in order if parts[i].first <= low and limit[i] >= high]
            if len(active) > 1:
                if not mixed:
                    mixed_first = low
                mixed = sorted({*mixed, *active})
                mixed_end = high
                continue
            if mixed:
                zones += self._mixed(mixed, mixed_first, mixed_end)
                mixed = []
            if active:
                zones.append(Slice(parts[active[0]], low, high))
        if mixed:
            zones += self._mixed(mixed, mixed_first, mixed_end)
        return zones

    def _mixed(self, which: list[int], first: int, end: int) -> list[Slice]:
        cuts, ranks = [], []
        for i in which:
            part = self._parts[i]
            cut = part.rows(first, min(end, self._lineage[part.rank].last_step + 1))
            if len(cut.steps):
                cuts.append(cut)
                ranks.append(part.rank)
        if not cuts:
            return []
        merged = _merge(cuts, ranks)
        kinds = np.asarray(merged.kinds)
        # Each stretch of one kind is a part of its own, so that the zones stay in order of step.
        starts = group_starts(kinds)
        ends = np.append(starts[1:], len(kinds))
        zones = []
        for a, b in zip(starts.tolist(), ends.tolist(), strict=True):
            steps = merged.steps[a:b]
            part = MemoryPart(int(kinds[a]), 0, steps, merged.orders[a:b], merged.bits[a:b], merged.objects)
            zones.append(Slice(part, part.first, part.last + 1))
        return zones


def bucketize(slices: list[Slice], exponent: int, *, use_nodes: bool = True) -> tuple[I64, Envelope]:
    """Buckets of 2^exponent steps over slices in order of step: bucket numbers, strictly ascending, and the buckets."""
    scratch = np.empty(65_536, dtype=np.float64)
    pieces = [piece for one in slices for piece in one.buckets(exponent, scratch, use_nodes=use_nodes)]
    ids = pieces[0][0] if len(pieces) == 1 else np.concatenate([piece[0] for piece in pieces])
    parts = _without_x([piece[1] for piece in pieces])
    starts = group_starts(ids)
    ids = ids[starts]
    return ids, combine(parts, starts, (ids << exponent).astype(np.float64))


def _without_x(parts: list[Envelope]) -> Envelope:
    joined = concatenate(parts)
    return Envelope(
        joined.count,  # type: ignore[arg-type]  # only its length is looked at
        joined.count,
        joined.min,
        joined.max,
        joined.sum,
        joined.first,
        joined.last,
        joined.nan,
        joined.posinf,
        joined.neginf,
    )


def _cut_envelope(e: Envelope, a: int, b: int) -> Envelope:
    return Envelope(
        e.x, e.count[a:b], e.min[a:b], e.max[a:b], e.sum[a:b], e.first[a:b], e.last[a:b], e.nan[a:b], e.posinf[a:b], e.neginf[a:b]
    )


_NONE: I64 = np.empty(0, dtype=np.int64)
_NO_X: Float64 = np.empty(0, dtype=np.float64)
