"""Finite numbers have finite means, also where their sums and squares are beyond what a double holds."""

from __future__ import annotations

import numpy as np
import pytest

from assay.server.compute import buckets, curves, groups, smoothing

HUGE = np.finfo(np.float64).max


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_mean_lies_between_the_bounds_where_the_sum_is_lost(sign: float) -> None:
    y = sign * np.array([1.7e308, 1.7e308, 1.7e308, 1e308])
    one = buckets.reduce_points(np.array([0.0]), y, np.array([0]))
    assert np.isinf(one.sum[0])
    assert one.min[0] <= one.mean[0] <= one.max[0]
    lost = buckets.mean_of(np.array([np.nan, np.inf]), np.array([2, 0]), np.array([-1e308, np.nan]), np.array([1e308, np.nan]))
    assert lost[0] == 0.0
    assert np.isnan(lost[1])


@pytest.mark.parametrize("band", ["std", "stderr", "ci95_t", "ci95_bootstrap", "minmax", "iqr", "quantile", "none"])
@pytest.mark.parametrize("middle", ["mean", "median", "min", "max"])
def test_bands_of_huge_numbers_are_those_of_small_ones(middle: str, band: str) -> None:
    small = np.array([[1.0, -1.0, 3.0], [0.5, 1.0, np.nan], [0.25, -0.5, np.nan]])
    huge = small * np.array([2.0**1022, 2.0**1022, 1.0])  # the last column is as it was
    count, *expected = groups.combine(small, middle, band, (0.1, 0.9))
    again, *found = groups.combine(huge, middle, band, (0.1, 0.9))
    assert again.tolist() == count.tolist()
    for one, other in zip(found, expected, strict=True):
        with np.errstate(over="ignore"):
            np.testing.assert_allclose(one, np.clip(other * np.array([2.0**1022, 2.0**1022, 1.0]), -HUGE, HUGE))


def test_the_mean_of_runs_in_a_cell_is_finite() -> None:
    edges, starts = np.array([0.0, 1.0]), np.array([0, 3])
    one = buckets.reduce_points(edges, np.array([1.2e308, 1.2e308, 1.2e308, 0.6e308]), starts)
    rows, cells, mean = groups.fold_means([one], 2)
    assert (rows.tolist(), cells.tolist()) == ([0], [0])
    np.testing.assert_allclose(mean, [1.05e308])


def test_the_mean_of_a_smoothed_curve_is_finite() -> None:
    found = curves.means(np.array([1.7e308, 1.7e308, np.nan, np.inf, 2.0]), np.array([0, 3, 4]))
    np.testing.assert_allclose(found, [1.7e308, np.nan, 2.0])


@pytest.mark.parametrize(
    ("kind", "strength"), [("ema", 0.9), ("time_ema", 0.9), ("gaussian", 3.0), ("mean", 5.0), ("median", 5.0), ("savgol", 7.0)]
)
def test_huge_numbers_are_smoothed_as_small_ones(kind: str, strength: float) -> None:
    x, small = np.arange(200.0), np.random.default_rng(3).uniform(-1.0, 1.0, 200)
    small[17] = np.nan
    expected = smoothing.smooth(kind, strength, x, small)
    found = smoothing.smooth(kind, strength, x, small * 2.0**1022)
    np.testing.assert_allclose(found, expected * 2.0**1022, rtol=1e-12)
    wide = smoothing.smooth(kind, strength, x, np.full(200, HUGE))
    assert np.isfinite(wide).all()
    assert np.isfinite(smoothing.trailing_mean(np.full(200, HUGE), 9)).all()
