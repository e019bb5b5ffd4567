"""Runs as one line: a middle and a band over the runs at each x, and how many runs that is.

A matrix has a row per run and a column per bucket; NaN where the run has no point. Whatever needs more runs than there are
is NaN. The numbers are numpy's (mean, median, std, quantile) and scipy's (sem, t, bootstrap by percentiles)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.server.compute.buckets import Envelope

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

RESAMPLES = 1_000  # of a bootstrap; the ends of the interval move by about a twentieth of its width from seed to seed
SEED = 20_031_127  # fixed, so that the same runs give the same band


@dataclass(frozen=True, slots=True)
class Grouped:
    """Columns of length b; only buckets that some run has."""

    x: Float64
    run_count: Int64
    middle: Float64
    low: Float64
    high: Float64
    smooth: Float64 | None = None


def fold_means(envelope: Envelope, exponent: int) -> tuple[Int64, Float64]:
    """Cells of the grid of 2^exponent that have points, and the mean of their finite points. Exact if its own buckets lie on
    a grid as fine or finer, or are points."""
    cells = np.floor(np.ldexp(envelope.x, -exponent)).astype(np.int64)
    finite = (envelope.count - envelope.nan - envelope.posinf - envelope.neginf).astype(np.float64)
    starts = np.flatnonzero(np.append(True, cells[1:] != cells[:-1])) if len(cells) else np.empty(0, dtype=np.int64)
    if len(starts) == 0:
        return cells, np.empty(0)
    count = np.add.reduceat(finite, starts)
    total = np.add.reduceat(np.where(finite > 0, envelope.sum, 0.0), starts)
    with np.errstate(invalid="ignore", divide="ignore"):
        return cells[starts], np.where(count > 0, total / count, np.nan)


def hold(matrix: Float64, last: Float64, ended: NDArray[np.bool_]) -> None:
    """Fill what follows the last value of each ended run with its `last` value, up to the last column that any run has."""
    known = ~np.isnan(matrix)
    columns = np.flatnonzero(known.any(axis=0))
    end = int(columns[-1]) + 1 if len(columns) else 0
    places = np.arange(matrix.shape[1])
    for row in np.flatnonzero(ended & np.isfinite(last)).tolist():
        own = np.flatnonzero(known[row])
        start = int(own[-1]) + 1 if len(own) else 0
        matrix[row, (places >= start) & (places < end)] = last[row]


def combine(matrix: Float64, middle: str, band: str, quantiles: tuple[float, float]) -> tuple[Int64, Float64, Float64, Float64]:
    """Run count, middle, low and high of each column. std, stderr and both intervals but the bootstrap's lie around the mean,
    whatever the middle; the bootstrap's is that of the middle."""
    # Sorted once, with NaN at the end, every column's order statistics are at hand.
    ordered = np.sort(matrix, axis=0)
    count = np.count_nonzero(~np.isnan(matrix), axis=0)
    low, high = _band(matrix, ordered, count, middle, band, quantiles)
    return count, _middle(matrix, ordered, count, middle), low, high


def _middle(matrix: Float64, ordered: Float64, count: Int64, middle: str) -> Float64:
    match middle:
        case "median":
            return _quantile(ordered, count, 0.5)
        case "min":
            return _quantile(ordered, count, 0.0)
        case "max":
            return _quantile(ordered, count, 1.0)
    return _mean(matrix, count)


def _mean(matrix: Float64, count: Int64) -> Float64:
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: Float64 = np.nansum(matrix, axis=0) / count
    return mean


def _band(
    matrix: Float64, ordered: Float64, count: Int64, middle: str, band: str, quantiles: tuple[float, float]
) -> tuple[Float64, Float64]:
    match band:
        case "none":
            nothing = np.full(len(count), np.nan)
            return nothing, nothing
        case "minmax":
            return _quantile(ordered, count, 0.0), _quantile(ordered, count, 1.0)
        case "iqr":
            return _quantile(ordered, count, 0.25), _quantile(ordered, count, 0.75)
        case "quantile":
            return _quantile(ordered, count, quantiles[0]), _quantile(ordered, count, quantiles[1])
        case "ci95_bootstrap":
            return _bootstrap(matrix, ordered, count, middle)
    mean = _mean(matrix, count)
    squares = np.nansum((matrix - mean) ** 2, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        if band == "std":
            half = np.sqrt(squares / count)
        else:
            half = np.where(count > 1, np.sqrt(squares / (count - 1) / count), np.nan)
            if band == "ci95_t":
                # Loaded with the first interval asked for, not when the server starts.
                from scipy.special import stdtrit

                half = half * stdtrit(np.maximum(count - 1, 1), 0.975)
    return mean - half, mean + half


def _quantile(ordered: Float64, count: Int64, q: float) -> Float64:
    """Between the two values around place q (n - 1), as numpy's default; NaN in a column without values."""
    place = q * np.maximum(count - 1, 0)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(count - 1, 0))
    columns = np.arange(ordered.shape[1])
    low, high = ordered[below, columns], ordered[above, columns]
    value: Float64 = low + (high - low) * (place - below)
    return value


def _bootstrap(matrix: Float64, ordered: Float64, count: Int64, middle: str) -> tuple[Float64, Float64]:
    """The middle 95 % of the middles of samples of the runs, drawn with replacement: the percentile interval, Efron 1979."""
    low, high = np.full(len(count), np.nan), np.full(len(count), np.nan)
    # Columns that the same runs have are drawn for together.
    known = np.packbits(~np.isnan(matrix), axis=0)
    _, pattern = np.unique(known, axis=1, return_inverse=True)
    for each in range(int(pattern.max()) + 1 if len(pattern) else 0):
        columns = np.flatnonzero(pattern == each)
        n = int(count[columns[0]])
        if n < 2:
            continue
        drawn = np.random.default_rng([SEED, n]).integers(0, n, (RESAMPLES, n))
        if middle == "mean":
            rows = matrix[~np.isnan(matrix[:, columns[0]])][:, columns]
            weights = np.zeros((RESAMPLES, n))
            np.add.at(weights, (np.arange(RESAMPLES)[:, None], drawn), 1.0 / n)
            middles = weights @ rows
        else:
            middles = _ORDER_STATISTIC[middle](ordered[:n, columns], np.sort(drawn, axis=1))
        low[columns], high[columns] = np.quantile(middles, [0.025, 0.975], axis=0)
    return low, high


def _drawn_median(values: Float64, drawn: Int64) -> Float64:
    # Of sorted values the sample is sorted too, when its places are: its median stands where the places' median does.
    n = drawn.shape[1]
    median: Float64 = 0.5 * (values[drawn[:, (n - 1) // 2]] + values[drawn[:, n // 2]])
    return median


_ORDER_STATISTIC: dict[str, Callable[[Float64, Int64], Float64]] = {
    "median": _drawn_median,
    "min": lambda values, drawn: values[drawn[:, 0]],
    "max": lambda values, drawn: values[drawn[:, -1]],
}
