"""Nodes: count, bounds, sum, first and last of about 64 points each, on the absolute step grid.

A node is the points of a series whose step >> exponent is the node's number. Because the grid does not depend on the series,
nodes of different segments and runs align, and a bucket of 2^K steps is exactly the nodes it is made of. Series over four
million points have a second level of about 4,096 points a node, made from the first when it is read."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from assay.server.adapters.metrics_segment.rows import BOOL, OBJECT, Table, as_floats
from assay.server.adapters.metrics_segment.steps import Progression, Steps, cells, cut
from assay.server.compute.buckets import Envelope, combine, group_starts, reduce_points

NODE_POINTS = 64
KEPT_BYTES = 32 << 20  # of nodes kept open by a store
ROWS_MIN = 256  # rows below which decoding the points costs less than nodes would
HAS_IDS, HAS_ODD = 1, 2  # node numbers with holes are stored; so are counts of NaN and infinities, where there are any

Float64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Nodes:
    """Numbers of cells that are 2^`exponent` steps wide, ascending, and the points in each; `envelope.x` is not filled in."""

    exponent: int
    ids: Steps
    envelope: Envelope

    @cached_property
    def is_apart(self) -> bool:
        """Whether each node begins above the value that the one before ends with."""
        return bool((self.envelope.first[1:] > self.envelope.last[:-1]).all())

    def buckets(self, low: int, high: int, exponent: int) -> tuple[Steps, Envelope]:
        """Nodes low … high in cells 2^exponent steps wide: cell numbers, strictly ascending, and the points in each."""
        inside = self.envelope if high - low == len(self.ids) else self.envelope.cut(low, high)
        ids = cut(self.ids, low, high)
        if exponent == self.exponent:
            return ids, inside
        found, starts = cells(ids, exponent - self.exponent)
        return found, combine(inside, starts, _NO_X)

    def ends(self, low: int, high: int, exponent: int) -> tuple[Steps, Float64, Float64]:
        """The same cells, but only the first and the last value in each."""
        first, last = self.envelope.first[low:high], self.envelope.last[low:high]
        ids = cut(self.ids, low, high)
        if exponent == self.exponent:
            return ids, first, last
        found, starts = cells(ids, exponent - self.exponent)
        return found, first[starts], last[np.append(starts[1:], high - low) - 1]

    @property
    def size_bytes(self) -> int:
        """Memory that keeping them costs, about: most columns are the file's own."""
        return 1_500 + 24 * len(self.envelope)


class NodeCache:
    """Nodes opened before. They never change, so that they are only let go: with their segment, or all when they are many."""

    def __init__(self, limit_bytes: int = KEPT_BYTES) -> None:
        self._limit = limit_bytes
        self._lock = threading.Lock()
        self._size = 0
        self._kept: WeakKeyDictionary[object, dict[Hashable, Nodes]] = WeakKeyDictionary()

    def get(self, owner: object, place: Hashable) -> Nodes | None:
        kept = self._kept.get(owner)
        return None if kept is None else kept.get(place)

    def keep(self, owner: object, place: Hashable, nodes: Nodes) -> Nodes:
        with self._lock:
            self._size += nodes.size_bytes
            if self._size > self._limit:
                self._kept.clear()
                self._size = nodes.size_bytes
            self._kept.setdefault(owner, {})[place] = nodes
        return nodes


@dataclass(slots=True)
class Built:
    """Nodes of a table's series, as bytes by series; what the index says of them."""

    count: NDArray[np.uint32]
    exponent: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    data: dict[int, bytes] = field(default_factory=dict)


def build(table: Table, starts: I64, ends: I64) -> Built:
    """Nodes for every series of numbers long enough. `starts`, `ends`: where the series lie in `table`."""
    n = len(starts)
    built = Built(np.zeros(n, dtype=np.uint32), np.zeros(n, dtype=np.uint8), np.zeros(n, dtype=np.uint8))
    kinds = table.kind[starts]
    for i in np.flatnonzero((ends - starts >= ROWS_MIN) & (kinds <= BOOL)).tolist():
        a, b = int(starts[i]), int(ends[i])
        assert int(kinds[i]) < OBJECT
        steps = table.step[a:b]
        exponent = exponent_for(int(steps[0]), int(steps[-1]), b - a)
        ids = steps >> exponent
        first = group_starts(ids)
        if len(first) * 8 > b - a:
            continue  # too sparse on the grid: nodes would be as many as points
        envelope = reduce_points(_NO_X, as_floats(int(kinds[i]), table.bits[a:b]), first)
        built.count[i], built.exponent[i] = len(first), exponent
        built.data[i], built.flags[i] = _pack(ids[first], envelope)
    return built


def exponent_for(first: int, last: int, rows: int) -> int:
    """The exponent at which a cell of the grid holds about NODE_POINTS points."""
    return max(0, ((last - first + 1) * NODE_POINTS // rows - 1).bit_length())


def coarser(nodes: Nodes, exponent: int) -> Nodes:
    """The same nodes on a coarser grid."""
    ids, envelope = nodes.buckets(0, len(nodes.ids), exponent)
    return Nodes(exponent, ids, envelope)


def _pack(ids: I64, nodes: Envelope) -> tuple[bytes, int]:
    flags = 0
    parts: list[NDArray[Any]] = [nodes.min, nodes.max, nodes.sum, nodes.first, nodes.last]
    if int(ids[-1]) - int(ids[0]) + 1 != len(ids):
        flags |= HAS_IDS
        parts.append(ids)
    if nodes.nan.any() or nodes.posinf.any() or nodes.neginf.any():
        flags |= HAS_ODD
        parts += [nodes.nan, nodes.posinf, nodes.neginf]
    parts.append(nodes.count.astype(np.uint32))
    return b"".join([part.tobytes() for part in parts]), flags


def read(data: Any, at: int, count: int, exponent: int, flags: int, first_step: int) -> Nodes:
    """The nodes at offset `at`, as views of `data`."""

    def column(dtype: Any, lines: int = 1) -> NDArray[Any]:
        nonlocal at
        array = np.frombuffer(data, dtype=dtype, count=lines * count, offset=at)
        at += array.nbytes
        return array

    low, high, total, first, last = column(np.float64, 5).reshape(5, count)
    base = first_step >> exponent
    ids = column(np.int64) if flags & HAS_IDS else Progression(base, 1, count)
    if flags & HAS_ODD:
        nan, posinf, neginf = column(np.int64, 3).reshape(3, count)
    else:
        nan = posinf = neginf = np.zeros(count, dtype=np.int64)
    counts = column(np.uint32).astype(np.int64)
    return Nodes(exponent, ids, Envelope(_NO_X, counts, low, high, total, first, last, nan, posinf, neginf))


_NO_X: Float64 = np.empty(0, dtype=np.float64)
