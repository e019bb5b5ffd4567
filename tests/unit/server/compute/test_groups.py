"""Groups' middles and bands against numpy and scipy, column by column."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats

from assay.server.compute import buckets as grid
from assay.server.compute import groups


def matrix(runs: int = 9, columns: int = 60) -> groups.Float64:
    """Runs that begin late, end early, and have holes; the last column has one run, the first all."""
    rng = np.random.default_rng(runs)
    values = rng.normal(size=(runs, columns)).cumsum(axis=1)
    for run in range(1, runs):
        values[run, columns - run :] = np.nan
        values[run, 1 : run // 3] = np.nan
    values[:, 1:-1][rng.random((runs, columns - 2)) < 0.05] = np.nan
    values[0, -1] = 1.0
    return values


def columns_of(values: groups.Float64) -> list[groups.Float64]:
    return [column[~np.isnan(column)] for column in values.T]


@pytest.mark.parametrize(("middle", "of"), [("mean", np.mean), ("median", np.median), ("min", np.min), ("max", np.max)])
def test_middles_are_numpys(middle: str, of: object) -> None:
    values = matrix()
    count, found, low, _ = groups.combine(values, middle, "none", (0, 1))
    np.testing.assert_allclose(found, [of(column) for column in columns_of(values)], rtol=1e-12)  # type: ignore[operator]
    assert count.tolist() == [len(column) for column in columns_of(values)]
    assert np.isnan(low).all()


@pytest.mark.parametrize("middle", ["mean", "median"])
@pytest.mark.parametrize("band", ["minmax", "std", "stderr", "iqr", "quantile", "ci95_t"])
def test_bands_are_numpys_and_scipys(band: str, middle: str) -> None:
    values = matrix()
    _, _, low, high = groups.combine(values, middle, band, (0.1, 0.8))
    expected = []
    for column in columns_of(values):
        n, mean = len(column), column.mean()
        match band:
            case "minmax":
                expected.append((column.min(), column.max()))
            case "std":
                expected.append((mean - np.std(column), mean + np.std(column)))
            case "iqr":
                expected.append(tuple(np.quantile(column, [0.25, 0.75])))
            case "quantile":
                expected.append(tuple(np.quantile(column, [0.1, 0.8])))
            case _ if n < 2:
                expected.append((math.nan, math.nan))
            case "stderr":
                expected.append((mean - scipy.stats.sem(column), mean + scipy.stats.sem(column)))
            case _:
                expected.append(scipy.stats.t.interval(0.95, n - 1, loc=mean, scale=scipy.stats.sem(column)))
    np.testing.assert_allclose(np.stack([low, high], axis=1), np.array(expected), rtol=1e-9)


@pytest.mark.parametrize("middle", ["mean", "median", "min", "max"])
def test_the_bootstrap_is_that_of_the_resamples_and_the_same_every_time(middle: str) -> None:
    values = matrix()
    _, _, low, high = groups.combine(values, middle, "ci95_bootstrap", (0, 1))
    of = {"mean": np.mean, "median": np.median, "min": np.min, "max": np.max}[middle]
    for place, column in enumerate(columns_of(values)):
        n = len(column)
        if n < 2:
            assert math.isnan(low[place])
            continue
        drawn = np.random.default_rng([groups.SEED, n]).integers(0, n, (groups.RESAMPLES, n))
        given = column if middle == "mean" else np.sort(column)
        expected = np.quantile(of(given[drawn], axis=1), [0.025, 0.975])
        np.testing.assert_allclose([low[place], high[place]], expected, rtol=1e-9)
    _, _, again, _ = groups.combine(values.copy(), middle, "ci95_bootstrap", (0, 1))
    np.testing.assert_array_equal(low, again)


def test_the_bootstrap_agrees_with_scipys_within_its_chance() -> None:
    column = np.random.default_rng(1).normal(size=40)
    _, _, low, high = groups.combine(column[:, None], "mean", "ci95_bootstrap", (0, 1))
    theirs = scipy.stats.bootstrap(
        (column,), np.mean, n_resamples=20_000, method="percentile", random_state=1
    ).confidence_interval
    width = theirs.high - theirs.low
    assert abs(low[0] - theirs.low) < 0.1 * width
    assert abs(high[0] - theirs.high) < 0.1 * width


def test_a_run_that_ended_holds_its_last_value_up_to_where_the_group_ends() -> None:
    nan = math.nan
    values = np.array([[1, 2, nan, nan, nan], [5, nan, 6, 7, nan], [nan, nan, nan, nan, nan], [nan, 3, nan, nan, nan]])
    groups.hold(values, np.array([2.5, 7, 9, 3]), np.array([True, True, True, False]))
    expected = [[1, 2, 2.5, 2.5, nan], [5, nan, 6, 7, nan], [9, 9, 9, 9, nan], [nan, 3, nan, nan, nan]]
    np.testing.assert_array_equal(values, expected)


def test_narrow_buckets_fold_into_wide_ones_exactly() -> None:
    rng = np.random.default_rng(0)
    x = np.flatnonzero(rng.random(5_000) < 0.3).astype(np.float64)
    y = rng.normal(size=len(x))
    y[::50] = np.nan
    envelopes = [grid.on_grid(x, y, buckets)[0] for buckets in (100_000, 700, 100)]
    nothing = grid.on_grid(x[:0], y[:0], 10)[0]
    rows, cells, means = groups.fold_means([nothing, *envelopes, nothing], 7)
    assert np.unique(rows).tolist() == [1, 2, 3]
    for row in (1, 2, 3):
        assert cells[rows == row].tolist() == np.unique(np.floor(x / 128)).tolist()
    for cell, mean in zip(cells.tolist(), means.tolist(), strict=True):
        inside = y[np.floor(x / 128) == cell]
        assert mean == pytest.approx(inside[np.isfinite(inside)].mean())
    assert [len(found) for found in groups.fold_means([nothing], 7)] == [0, 0, 0]
    assert [len(found) for found in groups.fold_means([], 7)] == [0, 0, 0]


def test_values_are_laid_out_on_the_cells_that_any_run_has() -> None:
    rows, cells = np.array([0, 0, 2, 2]), np.array([-3, 5, -3, 4])
    x, matrix = groups.lay_out(rows, cells, np.array([1.0, np.nan, 3.0, 4.0]), 3)
    nan = math.nan
    assert x.tolist() == [-3.0, 4.0, 5.0]
    np.testing.assert_array_equal(matrix, [[1, nan, nan], [nan, nan, nan], [3, 4, nan]])
    x, matrix = groups.lay_out(rows[:0], cells[:0], np.empty(0), 2)
    assert matrix.shape == (2, 0) and len(x) == 0


def test_nothing_is_combined_into_nothing() -> None:
    for band in ("none", "minmax", "std", "stderr", "iqr", "quantile", "ci95_t", "ci95_bootstrap"):
        for middle in ("mean", "median"):
            count, found, low, high = groups.combine(np.empty((3, 0)), middle, band, (0.1, 0.9))
            assert len(count) == len(found) == len(low) == len(high) == 0
