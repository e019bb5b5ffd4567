"""One series as a reader sees it: parts cut into zones, where exactly one row per step is visible.

Where only one part covers a range of steps, it is read as it lies, with its nodes; where several do (late rows, repeats, two
streams of a lineage), their rows are merged and the last accepted of a step wins."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from assay.server.adapters.metrics_segment import steps as step_of
from assay.server.adapters.metrics_segment.parts import (
    FOREVER,
    I64,
    Cut,
    Float64,
    MemoryPart,
    Part,
    Scratch,
    Span,
    View,
    find_parts,
    merge,
)
from assay.server.adapters.metrics_segment.pyramid import Nodes
from assay.server.adapters.metrics_segment.rows import BOOL
from assay.server.adapters.metrics_segment.steps import Steps
from assay.server.compute.buckets import Envelope, combine, concatenate, group_starts, reduce_points


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

    def bounds(self) -> tuple[int, int]:
        """The first and last step there is a row at. The slice must not be empty."""
        if self.is_whole:
            return self.part.first, self.part.last
        part = self.part
        return part.step_at(part.index(self.first)), part.step_at(part.index(self.end) - 1)

    def split(self, exponent: int) -> tuple[int, Nodes | None, int, int, int]:
        """What nodes no wider than 2^exponent steps cover of the slice: (end of the rows before them, nodes, from which node,
        to which node, first step of the rows after them). Without nodes, everything comes before them."""
        nodes = self.part.nodes(exponent)
        if nodes is None:
            return self.end, None, 0, 0, self.end
        k, ids = nodes.exponent, nodes.ids
        low, high, before, after = 0, len(ids), self.first, self.end
        if self.first > self.part.first:
            low = step_of.index(ids, -(-self.first >> k))
        if self.end <= self.part.last:
            high = step_of.index(ids, self.end >> k)
        if low >= high:
            return self.end, None, 0, 0, self.end
        if low > 0:
            before = step_of.at(ids, low) << k
        if high < len(ids):
            after = (step_of.at(ids, high - 1) + 1) << k
        return before, nodes, low, high, after

    def buckets(self, exponent: int, scratch: Scratch, *, use_nodes: bool = True) -> list[tuple[Steps, Envelope]]:
        """(bucket numbers, buckets) of cells 2^exponent steps wide, ascending; where pieces meet, a number may come twice."""
        if not use_nodes:
            return self._scan(self.first, self.end, exponent, scratch)
        before, nodes, low, high, after = self.split(exponent)
        found = self._scan(self.first, before, exponent, scratch)
        if nodes is not None:
            found.append(nodes.buckets(low, high, exponent))
            found += self._scan(after, self.end, exponent, scratch)
        return found

    def ends(self, exponent: int, scratch: Scratch) -> list[tuple[Steps, Float64, Float64]]:
        """(bucket numbers, first values, last values), as `buckets`: all that is needed of a series that rises."""
        before, nodes, low, high, after = self.split(exponent)
        found = self._scan_ends(self.first, before, exponent, scratch)
        if nodes is not None:
            found.append(nodes.ends(low, high, exponent))
            found += self._scan_ends(after, self.end, exponent, scratch)
        return found

    def _scan(self, first: int, end: int, exponent: int, scratch: Scratch) -> list[tuple[Steps, Envelope]]:
        if first >= end:
            return []
        found = []
        for steps, values in self.part.scan(first, end, scratch):
            ids, starts = step_of.cells(steps, exponent)
            found.append((ids, reduce_points(_NO_X, values, starts)))
        return found

    def _scan_ends(self, first: int, end: int, exponent: int, scratch: Scratch) -> list[tuple[Steps, Float64, Float64]]:
        if first >= end:
            return []
        found = []
        for steps, values in self.part.scan(first, end, scratch):
            ids, starts = step_of.cells(steps, exponent)
            found.append((ids, values[starts], values[np.append(starts[1:], len(values)) - 1]))
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
            numbers = [piece for piece in self._zones() if piece.part.kind <= BOOL]
            self._slices = [piece for piece in numbers if piece.is_whole or piece.count]
        if first <= 0 and end >= FOREVER:
            return self._slices
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
        pieces = [piece.part.points(piece.first, piece.end) for piece in self.slices(first, end)]
        if len(pieces) == 1:
            return pieces[0]
        if not pieces:
            return np.empty(0, dtype=np.int64), _NO_X
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
        merged = merge(cuts, ranks)
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


def bucketize(slices: list[Slice], exponent: int, scratch: Scratch, *, use_nodes: bool = True) -> tuple[Steps, Envelope]:
    """Buckets of 2^exponent steps over slices in order of step: bucket numbers, strictly ascending, and the buckets, which
    are not given an x."""
    pieces = [piece for one in slices for piece in one.buckets(exponent, scratch, use_nodes=use_nodes)]
    if len(pieces) == 1:
        return pieces[0]
    ids = np.concatenate([step_of.array(piece[0]) for piece in pieces])
    starts = group_starts(ids)
    return ids[starts], combine(concatenate([piece[1] for piece in pieces]), starts, _NO_X)


def bucket_ends(slices: list[Slice], exponent: int, scratch: Scratch) -> tuple[Steps, Float64, Float64]:
    """Bucket numbers as `bucketize` gives them, with the first and the last value in each."""
    pieces = [piece for one in slices for piece in one.ends(exponent, scratch)]
    if len(pieces) == 1:
        return pieces[0]
    ids = np.concatenate([step_of.array(piece[0]) for piece in pieces])
    first, last = (np.concatenate([piece[column] for piece in pieces]) for column in (1, 2))
    starts = group_starts(ids)
    return ids[starts], first[starts], last[np.append(starts[1:], len(ids)) - 1]


_NO_X: Float64 = np.empty(0, dtype=np.float64)
