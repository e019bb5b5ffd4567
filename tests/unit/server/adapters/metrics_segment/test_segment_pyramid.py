"""Nodes hold exactly the points of their cells, whatever grid they are read on."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from assay.server.adapters.metrics_segment import pyramid
from assay.server.adapters.metrics_segment import steps as step_of
from assay.server.adapters.metrics_segment.pyramid import NodeCache, Nodes
from assay.server.adapters.metrics_segment.rows import FLOAT, Table


def table(steps: np.ndarray, values: np.ndarray) -> Table:
    n = len(steps)
    return Table(np.full(n, 7, np.uint64), np.full(n, FLOAT, np.uint8), steps, np.arange(n), values.view(np.int64))


def nodes_of(steps: np.ndarray, values: np.ndarray) -> Nodes:
    built = pyramid.build(table(steps, values), np.array([0]), np.array([len(steps)]))
    return pyramid.read(built.data[0], 0, int(built.count[0]), int(built.exponent[0]), int(built.flags[0]), int(steps[0]))


even = np.arange(10_000)
holes = np.concatenate((np.arange(0, 3_000), np.arange(50_000, 53_000)))
wave = np.sin(even / 50)
odd = np.where(even % 1_000 == 3, np.nan, np.where(even % 777 == 5, np.inf, wave))


@pytest.mark.parametrize(("steps", "values"), [(even, wave), (even, odd), (holes, wave[:6_000]), (even * 3 + 1, wave)])
@pytest.mark.parametrize("more", [0, 1, 4])
def test_nodes_on_any_grid_are_the_points_of_their_cells(steps: np.ndarray, values: np.ndarray, more: int) -> None:
    nodes = nodes_of(steps, values)
    exponent = nodes.exponent + more
    ids, found = nodes.buckets(0, len(nodes.ids), exponent)
    ends_ids, first, last = nodes.ends(0, len(nodes.ids), exponent)
    cells = steps >> exponent
    np.testing.assert_array_equal(step_of.array(ids), np.unique(cells))
    np.testing.assert_array_equal(step_of.array(ends_ids), np.unique(cells))
    for i, cell in enumerate(np.unique(cells).tolist()):
        own = values[cells == cell]
        known = own[np.isfinite(own)]
        assert [found.count[i], found.nan[i], found.posinf[i]] == [len(own), np.isnan(own).sum(), np.isposinf(own).sum()]
        assert [found.min[i], found.max[i]] == [known.min(), known.max()]
        np.testing.assert_allclose(found.sum[i], known.sum())
        np.testing.assert_array_equal([found.first[i], found.last[i], first[i], last[i]], [own[0], own[-1], own[0], own[-1]])


def test_a_part_of_the_nodes_is_what_those_nodes_alone_hold() -> None:
    nodes = nodes_of(even, wave)
    _, found = nodes.buckets(3, 9, nodes.exponent)
    np.testing.assert_array_equal(found.count, nodes.envelope.count[3:9])
    np.testing.assert_array_equal(found.last, nodes.envelope.last[3:9])


def test_a_node_holds_about_64_points() -> None:
    for gap in (1, 3, 1_000):
        counts = nodes_of(even * gap, wave).envelope.count
        assert 30 <= counts[1:-1].mean() <= 130


def test_a_short_series_has_no_nodes() -> None:
    for rows, has in ((255, False), (256, True)):
        built = pyramid.build(table(even[:rows], wave[:rows]), np.array([0]), np.array([rows]))
        assert bool(built.data) == has


def test_nodes_that_share_an_instant_are_not_apart() -> None:
    times = np.repeat(np.arange(100.0), 100)
    assert not nodes_of(even, times).is_apart
    assert nodes_of(even, even.astype(np.float64)).is_apart


class Owner:
    """What a segment is to the cache."""


def test_kept_nodes_go_with_their_owner_and_when_there_are_too_many() -> None:
    nodes = nodes_of(even, wave)
    cache = NodeCache(limit_bytes=3 * nodes.size_bytes)
    first, second = Owner(), Owner()
    cache.keep(first, 1, nodes)
    assert cache.get(first, 1) is nodes
    assert cache.get(second, 1) is None
    for place in range(3):
        cache.keep(second, place, nodes)
    assert cache.get(first, 1) is None
    assert cache.get(second, 2) is nodes
    del second
    gc.collect()
    assert len(cache._kept) == 0
