"""Merging keeps every count, and each where it was as nearly as the bins say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.server.compute.histograms import Histogram, merge, read

PARTS = st.lists(
    st.tuples(
        st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.lists(st.integers(0, 10**9), min_size=1, max_size=20)
    ).map(lambda given: Histogram(given[0] + given[1] * np.arange(len(given[2]) + 1.0), np.array(given[2], dtype=np.float64))),
    min_size=1,
    max_size=6,
)  # fmt: skip


@given(PARTS)
def test_every_count_is_kept_and_none_is_split(parts: list[Histogram]) -> None:
    whole = merge(parts)
    assert whole.counts.sum() == sum(part.counts.sum() for part in parts)
    assert (whole.counts == np.floor(whole.counts)).all()
    assert (whole.counts >= 0).all()
    assert (np.diff(whole.edges) > 0).all()


def test_equal_edges_add_up_exactly() -> None:
    edges = np.array([0.0, 1.0, 10.0])
    whole = merge([Histogram(edges, np.array([1.0, 2.0]), nan=1), Histogram(edges, np.array([0.5, 0.0]), nan=2, posinf=3)])
    assert whole.edges.tolist() == [0, 1, 10]
    assert whole.counts.tolist() == [1.5, 2]
    assert (whole.nan, whole.posinf, whole.neginf) == (3, 3, 0)


def test_a_finer_grid_of_the_same_bins_loses_nothing() -> None:
    values = np.random.default_rng(0).uniform(0, 8, 10_000)
    fine, edges = np.histogram(values, bins=64, range=(0, 8))
    low, low_edges = np.histogram(values[values < 4], bins=32, range=(0, 4))
    high, high_edges = np.histogram(values[values >= 4], bins=64, range=(0, 8))
    whole = merge([Histogram(low_edges, low.astype(float)), Histogram(high_edges, high.astype(float))])
    np.testing.assert_allclose(whole.edges, edges)
    assert np.abs(whole.counts - fine).max() <= 1


def test_one_without_counts_does_not_widen_the_others() -> None:
    empty = Histogram(np.array([0.0, 1.0]), np.array([0.0]))
    whole = merge([empty, Histogram(np.array([5.0, 6.0, 7.0]), np.array([1.0, 2.0]))])
    assert (whole.edges[0], whole.edges[-1]) == (5, 7)
    assert merge([empty, Histogram(np.array([2.0, 3.0]), np.array([0.0]))]).counts.tolist() == [0]


@pytest.mark.parametrize(
    "value",
    [
        None, 3, {"_type": "image"}, {"_type": "histogram"}, {"_type": "histogram", "values": [1], "bins": [1]},
        {"_type": "histogram", "values": [1], "bins": [1, 1]}, {"_type": "histogram", "values": ["a"], "bins": [0, 1]},
        {"_type": "histogram", "values": [1], "bins": [0, math.inf]}, {"_type": "histogram", "values": [], "bins": [0]},
        {"_type": "histogram", "values": [1], "packedBins": {"min": 0, "size": 1, "count": 10**15}},
        {"_type": "histogram", "values": 1, "packedBins": {"min": 0, "size": 1, "count": 1}},
        {"_type": "histogram", "values": [1], "packedBins": {"min": 0}}, {"_type": "histogram", "values": [[1]], "bins": [0, 1]},
    ],
)  # fmt: skip
def test_what_is_no_histogram_reads_as_none(value: object) -> None:
    assert read(value) is None


def test_both_ways_to_write_bins_are_read() -> None:
    listed = read({"_type": "histogram", "values": [1, 2], "bins": [0, 0.5, 1], "nan": 4})
    packed = read({"_type": "histogram", "values": [1, 2], "packedBins": {"min": 0, "size": 0.5, "count": 2}})
    assert listed is not None and packed is not None
    np.testing.assert_array_equal(listed.edges, packed.edges)
    assert (listed.nan, packed.nan) == (4, 0)
