"""Smoothing against the formulas written out point by point, and against scipy where it has the same."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import scipy.ndimage
import scipy.signal
from numpy.typing import NDArray

from assay.server.compute import smoothing

Float64 = NDArray[np.float64]
SIZES = [1, 2, 3, 5, 17, 100, 1_003]


def series(n: int, *, holes: bool) -> Float64:
    rng = np.random.default_rng(n)
    y = rng.normal(size=n)
    if holes:
        y[rng.random(n) < 0.2] = np.nan
        y[n // 2] = math.inf
    return y


def around(y: Float64, before: int, after: int, of: Callable[[Float64], float]) -> Float64:
    """`of` the finite points from `before` places before to `after` after each finite one."""
    keep = np.isfinite(y)
    values, out = y[keep], np.full(len(y), np.nan)
    out[keep] = [of(values[max(0, i - before) : i + after + 1]) for i in range(len(values))]
    return out


@pytest.mark.parametrize("holes", [False, True])
@pytest.mark.parametrize("n", SIZES)
class TestAgainstTheFormula:
    @pytest.mark.parametrize("weight", [0.0, 0.3, 0.9, 0.999, 0.99999])
    def test_ema(self, n: int, holes: bool, weight: float) -> None:
        y = series(n, holes=holes)
        mean, count, expected = 0.0, 0, []
        for value in y.tolist():
            if not math.isfinite(value):
                expected.append(math.nan)
                continue
            mean, count = weight * mean + (1 - weight) * value, count + 1
            expected.append(mean / (1 - weight**count))
        np.testing.assert_allclose(smoothing.ema(y, weight), expected, rtol=1e-9, atol=1e-12)

    @pytest.mark.parametrize("spaced", ["evenly", "unevenly", "all at once"])
    @pytest.mark.parametrize("strength", [0.0, 0.3, 0.9, 0.999, 1.0])
    def test_time_ema(self, n: int, holes: bool, strength: float, spaced: str) -> None:
        y = series(n, holes=holes)
        x = {"evenly": np.arange(n) * 3.0, "unevenly": np.sort(np.random.default_rng(n).random(n)), "all at once": np.ones(n)}[
            spaced
        ]
        keep, expected = np.isfinite(y), np.full(n, np.nan)
        xs, ys, weight = x[keep].tolist(), y[keep].tolist(), min(math.sqrt(strength), 0.999)
        total = count = 0.0
        found = []
        for i, value in enumerate(ys):
            apart = (xs[i] - xs[max(i - 1, 0)]) / ((xs[-1] - xs[0]) or 1.0) * 1_000
            # Points at one place of x weigh alike, whatever the weight; without smoothing each stands for itself.
            factor = 0.0 if weight == 0 else weight**apart
            total, count = total * factor + value, count * factor + 1
            found.append(total / count)
        expected[keep] = found
        np.testing.assert_allclose(smoothing.time_ema(x, y, strength), expected, rtol=1e-9, atol=1e-12)

    @pytest.mark.parametrize("window", [1, 2, 3, 8, 21, 99, 301])
    def test_windows(self, n: int, holes: bool, window: int) -> None:
        y, half = series(n, holes=holes), window // 2
        np.testing.assert_allclose(smoothing.mean(y, window), around(y, half, half, np.mean), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(smoothing.median(y, window), around(y, half, half, np.median), rtol=1e-12)
        trailing = smoothing.trailing_mean(y, window)
        np.testing.assert_allclose(trailing, around(y, window - 1, 0, np.mean), rtol=1e-9, atol=1e-12)

    @pytest.mark.parametrize("sigma", [0.5, 1.0, 3.0, 40.0])
    def test_gaussian(self, n: int, holes: bool, sigma: float) -> None:
        y = series(n, holes=holes)
        keep, expected = np.isfinite(y), np.full(n, np.nan)
        values = y[keep]
        half = min(math.ceil(4 * sigma), len(values))
        found = []
        for i in range(len(values)):
            low, high = max(0, i - half), min(len(values), i + half + 1)
            weights = np.exp(-0.5 * ((np.arange(low, high) - i) / sigma) ** 2)
            found.append((values[low:high] * weights).sum() / weights.sum())
        expected[keep] = found
        np.testing.assert_allclose(smoothing.gaussian(y, sigma), expected, rtol=1e-9, atol=1e-11)

    @pytest.mark.parametrize("window", [5, 7, 21])
    def test_savgol(self, n: int, holes: bool, window: int) -> None:
        y = series(n, holes=holes)
        values = y[np.isfinite(y)]
        found = smoothing.savgol(y, window)
        assert np.isnan(found[~np.isfinite(y)]).all()
        if len(values) >= window:
            expected = scipy.signal.savgol_filter(values, window, 2)
            np.testing.assert_allclose(found[np.isfinite(y)], expected, rtol=1e-8, atol=1e-10)


def test_long_kernels_agree_with_scipy_although_they_are_computed_in_blocks() -> None:
    y = np.random.default_rng(0).normal(size=100_000)
    inner = slice(2_000, -2_000)
    expected = scipy.ndimage.gaussian_filter1d(y, 300, truncate=4)
    np.testing.assert_allclose(smoothing.gaussian(y, 300)[inner], expected[inner], atol=1e-12)
    np.testing.assert_allclose(smoothing.savgol(y, 1_001), scipy.signal.savgol_filter(y, 1_001, 2), atol=1e-10)


def test_a_spike_costs_distant_points_no_digits() -> None:
    y = np.full(50_000, 1e-3)
    y[100] = 1e12
    for kind, strength in (("mean", 51.0), ("median", 51.0), ("gaussian", 50.0), ("savgol", 51.0)):
        found = smoothing.smooth(kind, strength, np.arange(50_000.0), y)
        np.testing.assert_allclose(found[40_000:], 1e-3, rtol=1e-9, err_msg=kind)


@pytest.mark.parametrize("kind", ["time_ema", "ema", *smoothing.KINDS])
def test_a_constant_stays_and_nothing_stays_nothing(kind: str) -> None:
    strength = 0.9 if kind.endswith("ema") else 9.0
    np.testing.assert_allclose(smoothing.smooth(kind, strength, np.arange(500.0), np.full(500, 7.0)), 7.0, rtol=1e-12)
    assert len(smoothing.smooth(kind, strength, np.empty(0), np.empty(0))) == 0
    holes = np.full(4, np.nan)
    assert np.isnan(smoothing.smooth(kind, strength, np.arange(4.0), holes)).all()
