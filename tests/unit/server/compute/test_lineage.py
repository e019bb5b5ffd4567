"""Walks over histories, beside plain ones on sets."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.server.compute.lineage import Graph, all_below, grouped, levels, reached

EDGES = st.lists(st.tuples(st.integers(0, 25), st.integers(0, 25)), max_size=80)


def graph_of(edges: list[tuple[int, int]]) -> Graph:
    table = np.array(edges, np.int64).reshape(-1, 2)
    return Graph.of(table[:, 0], table[:, 1])


def closure(edges: list[tuple[int, int]], starts: set[int], *, up: bool, down: bool, depth: int) -> dict[int, int]:
    """Node → distance, by looking at every edge again until nothing changes."""
    known = dict.fromkeys(starts, 0)
    for far in range(200 if depth < 0 else depth):
        frontier = {node for node, at in known.items() if at == far}
        steps = {b for a, b in edges if down and a in frontier} | {a for a, b in edges if up and b in frontier}
        for node in steps - set(known):
            known[node] = far + 1
    return known


@given(EDGES, st.sets(st.integers(0, 25), max_size=3), st.booleans(), st.booleans(), st.sampled_from([-1, 0, 1, 3]))
def test_what_is_reached_is_what_a_plain_search_finds(
    edges: list[tuple[int, int]], starts: set[int], up: bool, down: bool, depth: int
) -> None:
    graph = graph_of(edges)
    places = graph.places(np.array(sorted(starts), np.int64))
    known = {int(node) for node in graph.ids[places]}
    assert known == starts & {node for edge in edges for node in edge}
    distance = reached(graph, places, up=up, down=down, depth=depth)
    found = {int(graph.ids[place]): int(far) for place, far in enumerate(distance) if far >= 0}
    assert found == closure(edges, known, up=up, down=down, depth=depth)


@settings(deadline=None)  # the first one loads SciPy
@given(EDGES, st.sets(st.integers(0, 25), max_size=3))
def test_what_lies_below_is_what_is_reached(edges: list[tuple[int, int]], starts: set[int]) -> None:
    graph = graph_of(edges)
    places = graph.places(np.array(sorted(starts), np.int64))
    assert all_below(graph, places).tolist() == (reached(graph, places, down=True) >= 0).tolist()


@given(EDGES, st.integers(0, 25), st.sets(st.integers(0, 25)))
def test_a_walk_ends_at_closed_nodes(edges: list[tuple[int, int]], start: int, closed: set[int]) -> None:
    graph = graph_of(edges)
    places = graph.places(np.array([start], np.int64))
    shut = np.isin(graph.ids, np.array(sorted(closed), np.int64))
    distance = reached(graph, places, down=True, closed=shut)
    open_edges = [(a, b) for a, b in edges if a not in closed]
    known = {int(node) for node in graph.ids[places]}
    expected = closure(open_edges, known, up=False, down=True, depth=-1)
    assert {int(graph.ids[place]) for place in np.flatnonzero(distance >= 0)} == set(expected)


@given(EDGES)
def test_levels_are_longest_paths_where_there_is_no_circle(edges: list[tuple[int, int]]) -> None:
    forward = [(a, b) for a, b in edges if a < b]
    graph = graph_of(forward)
    nodes = np.arange(len(graph), dtype=np.int64)
    level = dict(zip(graph.ids.tolist(), levels(graph, nodes).tolist(), strict=True))
    expected: dict[int, int] = {}
    for node in sorted(level):
        expected[node] = max((expected[a] + 1 for a, b in forward if b == node), default=0)
    assert level == expected


@given(EDGES)
def test_circles_have_levels_too(edges: list[tuple[int, int]]) -> None:
    graph = graph_of(edges)
    level = levels(graph, np.arange(len(graph), dtype=np.int64))
    assert len(level) == len(graph)
    assert all(0 <= each < max(1, len(graph)) for each in level.tolist())


@given(EDGES, st.integers(3, 12), st.integers(1, 4))
def test_a_drawing_has_every_node_once_and_no_more_groups_than_fit(edges: list[tuple[int, int]], limit: int, kinds: int) -> None:
    graph = graph_of(edges)
    if not len(graph):
        return
    nodes = np.arange(len(graph), dtype=np.int64)
    distance = reached(graph, np.array([0]), up=True, down=True)
    distance = np.where(distance < 0, 99, distance)
    groups = grouped(graph, nodes, levels(graph, nodes), distance, [int(n) % kinds for n in graph.ids], limit)
    assert sorted(index for group in groups for index in group) == nodes.tolist()
    assert len(groups) <= max(limit, 1)
    assert [0] in groups


def test_runs_that_did_the_same_stand_together() -> None:
    edges = [(0, run) for run in range(10, 400)] + [(run, 1) for run in range(10, 400)] + [(1, 2), (2, 3)]
    graph = graph_of(edges)
    nodes = np.arange(len(graph), dtype=np.int64)
    distance = reached(graph, graph.places(np.array([0])), up=True, down=True)
    alike = ["run" if node >= 10 else "version" for node in graph.ids.tolist()]
    groups = grouped(graph, nodes, levels(graph, nodes), distance, alike, 300)
    assert sorted(map(len, groups)) == [1, 1, 1, 1, 390]


@given(EDGES, st.integers(2, 6), st.sets(st.integers(0, 20), max_size=5))
def test_only_equal_nodes_stand_together_where_there_is_room_and_never_those_apart(
    edges: list[tuple[int, int]], equal_from: int, apart: set[int]
) -> None:
    graph = graph_of(edges)
    if not len(graph):
        return
    nodes = np.arange(len(graph), dtype=np.int64)
    distance = np.abs(nodes)
    groups = grouped(graph, nodes, levels(graph, nodes), distance, [0] * len(graph), 10_000, equal_from=equal_from, apart=apart)
    assert sorted(index for group in groups for index in group) == nodes.tolist()
    around = [(graph.neighbours(n, up=True).tolist(), graph.neighbours(n, up=False).tolist()) for n in nodes.tolist()]
    for group in groups:
        assert len(group) == 1 or len(group) >= equal_from
        assert len(group) == 1 or not apart.intersection(group)
        assert all(around[index] == around[group[0]] for index in group)
    # And all that are equal do.
    free = [index for index in nodes.tolist() if index not in apart and distance[index] != 0]
    for index in free:
        alike = [other for other in free if around[other] == around[index]]
        assert len(alike) < equal_from or alike in groups


@pytest.mark.parametrize("length", [10_000, 100_000])
def test_a_long_chain_is_walked_and_drawn(length: int) -> None:
    chain = np.arange(length, dtype=np.int64)
    graph = Graph.of(chain[:-1], chain[1:])
    distance = reached(graph, np.array([0]), down=True)
    assert distance.tolist() == chain.tolist()
    assert all(b == a + 1 for a, b in pairwise(levels(graph, chain)[:1000].tolist()))
    groups = grouped(graph, chain, chain, distance, [n % 2 for n in range(length)], 300)
    assert 250 <= len(groups) <= 300
