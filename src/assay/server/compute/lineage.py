"""Walks over a history of versions and runs, as arrays of edges: what lies above and below, how far, and how to draw a lot of it.

An edge leads from what was there before to what came of it: version → run that took it in, run → version it made. Equal content
can close a circle (a run that makes what it took in), so nothing here relies on there being none."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True)
class Graph:
    """`ids` are sorted; elsewhere a node is its place in them. The edges that leave node n downwards are
    `below[below_start[n] : below_start[n + 1]]`, and alike upwards."""

    ids: Int64
    below_start: Int64
    below: Int64
    above_start: Int64
    above: Int64

    @classmethod
    def empty(cls) -> Graph:
        none, start = np.empty(0, np.int64), np.zeros(1, np.int64)
        return cls(none, start, none, start, none)

    @classmethod
    def of(cls, source: Int64, target: Int64) -> Graph:
        """The graph of the edges, each kept once. O(n log n)."""
        ids = np.unique(np.concatenate([source, target]))
        count = max(1, len(ids))
        # A pair as one number: unique pairs of columns would take five times as long.
        pairs = np.unique(np.searchsorted(ids, source) * count + np.searchsorted(ids, target))
        first, last = pairs // count, pairs % count
        return cls(ids, *_rows(first, last, len(ids)), *_rows(last, first, len(ids)))

    def __len__(self) -> int:
        return len(self.ids)

    def places(self, ids: Int64) -> Int64:
        """Where the ids are; those that are not in the graph are left out."""
        if not len(self.ids) or not len(ids):
            return np.empty(0, np.int64)
        found = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        there: Int64 = found[self.ids[found] == ids]
        return there

    def neighbours(self, node: int, *, up: bool) -> Int64:
        start, to = (self.above_start, self.above) if up else (self.below_start, self.below)
        found: Int64 = to[start[node] : start[node + 1]]
        return found


def _rows(first: Int64, last: Int64, count: int) -> tuple[Int64, Int64]:
    order = np.lexsort((last, first))
    start = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(first, minlength=count), out=start[1:])
    return start, last[order]


def all_below(graph: Graph, starts: Int64) -> Bool:
    """Which nodes the starts lead to, the starts among them. O(n + e), and ten times as quick as asking how far they are."""
    # A tenth of a second to load: only a server that is asked for a fault's reach pays for it.
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    count = len(graph)
    found = np.zeros(count, np.bool_)
    if not len(starts):
        return found
    # One node more, that leads to every start.
    start = np.append(graph.below_start, len(graph.below) + len(starts))
    to = np.concatenate([graph.below, starts])
    matrix = csr_array((np.ones(len(to), np.int8), to, start), shape=(count + 1, count + 1))
    order = breadth_first_order(matrix, count, return_predecessors=False)
    found[order[order < count]] = True
    return found


def reached(
    graph: Graph, starts: Int64, *, up: bool = False, down: bool = False, depth: int = -1, closed: Bool | None = None
) -> Int64:
    """Distance of every node from the nearest start along the edges asked for; −1 where it is not reached, or further than
    `depth`. With both directions every edge is walked both ways. No walk goes on from a `closed` node. O(n + e)."""
    distance = [-1] * len(graph)
    start_below, below = graph.below_start.tolist(), graph.below.tolist()
    start_above, above = graph.above_start.tolist(), graph.above.tolist()
    shut = closed.tolist() if closed is not None else None
    queue: deque[int] = deque()
    for node in starts.tolist():
        if distance[node] < 0:
            distance[node] = 0
            queue.append(node)
    while queue:
        node = queue.popleft()
        far = distance[node]
        if far == depth or (shut is not None and shut[node]):
            continue
        if down:
            for other in below[start_below[node] : start_below[node + 1]]:
                if distance[other] < 0:
                    distance[other] = far + 1
                    queue.append(other)
        if up:
            for other in above[start_above[node] : start_above[node + 1]]:
                if distance[other] < 0:
                    distance[other] = far + 1
                    queue.append(other)
    return np.array(distance, np.int64)


def levels(graph: Graph, nodes: Int64) -> Int64:
    """For each of the nodes (ascending places) the length of the longest path that leads to it within them. Where they form a
    circle, it is opened at the node that comes first."""
    count = len(nodes)
    place = np.full(len(graph), -1, np.int64)
    place[nodes] = np.arange(count)
    inner = [[other for other in place[graph.neighbours(node, up=False)].tolist() if other >= 0] for node in nodes.tolist()]
    waiting = np.zeros(count, np.int64)
    for others in inner:
        for other in others:
            waiting[other] += 1
    level = [0] * count
    left = waiting.tolist()
    done = [False] * count
    ready = deque(node for node in range(count) if not left[node])
    opened = 0
    for _ in range(count):
        if not ready:
            while done[opened]:
                opened += 1
            ready.append(opened)
        node = ready.popleft()
        if done[node]:
            continue
        done[node] = True
        for other in inner[node]:
            if not done[other]:
                level[other] = max(level[other], level[node] + 1)
                left[other] -= 1
                if not left[other]:
                    ready.append(other)
    return np.array(level, np.int64)


def grouped(
    graph: Graph, nodes: Int64, level: Int64, distance: Int64, alike: Sequence[Hashable], limit: int,
    *, equal_from: int = 0, apart: Collection[int] = (),
) -> list[list[int]]:  # fmt: skip
    """The nodes (ascending places) in at most `limit` groups of indices into `nodes`; most are single where they fit.

    With `equal_from`, so many nodes that are alike and have the same neighbours go together also where there is room for each;
    the indices `apart` and the beginning do not. Where nodes do not fit, they go together first if they are alike and have the
    same neighbours, then if they are alike and on one level, then by level, then by stretches of levels. The groups nearest to
    the beginning (by `distance`) are then opened again, as far as they fit."""
    count = len(nodes)
    roots = set(np.flatnonzero(distance == 0).tolist())
    if count <= limit and (not equal_from or count < equal_from):
        return [[index] for index in range(count)]
    equal = _with_neighbours(graph, nodes, alike)
    if equal_from:
        alone = roots.union(apart)
        together = [
            part
            for group in _by_key(equal, alone, count)
            for part in ([group] if len(group) >= equal_from else [[index] for index in group])
        ]
        if len(together) <= limit:
            return sorted(together)
    stretch = max(1, -(-(int(level.max()) + 1) // max(1, limit - len(roots) - 1)))
    keys: list[Sequence[Hashable]] = [
        equal,
        list(zip(alike, level.tolist(), strict=True)),
        level.tolist(),
        (level // stretch).tolist(),
    ]
    groups: list[list[int]] = []
    for key in keys:
        groups = _by_key(key, roots, count)
        if len(groups) <= limit:
            break
    return _opened(groups, distance, limit)


def _by_key(key: Sequence[Hashable], alone: Collection[int], count: int) -> list[list[int]]:
    found: dict[Hashable, list[int]] = {}
    for index in range(count):
        found.setdefault(("alone", index) if index in alone else key[index], []).append(index)
    return list(found.values())


def _with_neighbours(graph: Graph, nodes: Int64, alike: Sequence[Hashable]) -> list[Hashable]:
    return [
        (alike[index], graph.neighbours(node, up=True).tobytes(), graph.neighbours(node, up=False).tobytes())
        for index, node in enumerate(nodes.tolist())
    ]


def _opened(groups: list[list[int]], distance: Int64, limit: int) -> list[list[int]]:
    room = limit - len(groups)
    answer: list[list[int]] = []
    for group in sorted(groups, key=lambda group: (int(distance[group].min()), len(group), group[0])):
        if len(group) > 1 and len(group) - 1 <= room:
            room -= len(group) - 1
            answer += [[index] for index in group]
        else:
            answer.append(group)
    return sorted(answer, key=lambda group: group[0])
