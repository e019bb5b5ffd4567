"""Runs as one line: a middle and a band over the runs at each x, and how many runs that is.

A matrix has a row per run and a column per bucket; NaN where the run has no point. Whatever needs more runs than there are
is NaN. The numbers are numpy's (mean, median, std, quantile) and scipy's (sem, t, bootstrap by percentiles)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assay.server.compute.buckets import Envelope

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
_LARGE, _DIVISOR = 2.0**480, 2.0**600

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


def fold_means(envelopes: Sequence[Envelope], exponent: int) -> tuple[Int64, Int64, Float64]:
    """Cells of the grid of 2^exponent that have points: of which envelope (ascending), which cell (ascending in each), and the
    mean of its finite points. Exact if an envelope's own buckets lie on a grid as fine or finer, or are points."""
    rows = np.repeat(np.arange(len(envelopes)), [len(one) for one in envelopes])
    if len(rows) == 0:
        return rows, rows, np.empty(0)
    x, total, finite_points = (np.concatenate([getattr(one, name) for one in envelopes]) for name in ("x", "sum", "finite"))
    cells = np.floor(np.ldexp(x, -exponent)).astype(np.int64)
    starts = np.flatnonzero(np.append(True, (cells[1:] != cells[:-1]) | (rows[1:] != rows[:-1])))
    finite = finite_points.astype(np.float64)
    finite_count = np.add.reduceat(finite, starts)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        mean = np.add.reduceat(np.where(finite > 0, total, 0.0), starts) / finite_count
        if not np.isfinite(mean[finite_count > 0]).all():
            # A sum is beyond a double: each bucket's mean counts by its share of the points instead.
            share = finite / np.repeat(finite_count, np.diff(starts, append=len(rows)))
            means = np.concatenate([one.mean for one in envelopes])
            mean = np.add.reduceat(np.where(finite > 0, means * share, 0.0), starts)
    return rows[starts], cells[starts], np.where(finite_count > 0, mean, np.nan)


def lay_out(rows: Int64, cells: Int64, values: Float64, run_count: int) -> tuple[Float64, Float64]:
    """Cells that any run has, ascending, as numbers, and the values laid out on them, a row per run. The cells must lie near each
    other: those of one grid over one window do."""
    low = int(cells.min()) if len(cells) else 0
    is_used = np.zeros(int(cells.max()) - low + 1 if len(cells) else 0, dtype=bool)
    is_used[cells - low] = True
    matrix = np.full((run_count, int(np.count_nonzero(is_used))), np.nan)
    matrix[rows, (np.cumsum(is_used) - 1)[cells - low]] = values
    return (np.flatnonzero(is_used) + low).astype(np.float64), matrix


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
    tamed, factor = _tamed(matrix)
    columns = _Columns(tamed)
    low, high = _band(columns, middle, band, quantiles)
    return columns.count, _back(_middle(columns, middle), factor), _back(low, factor), _back(high, factor)


def mean_and_std(matrix: Float64) -> tuple[Float64, Float64]:
    """Of each column's values, NaN left out; of the population."""
    tamed, factor = _tamed(matrix)
    columns = _Columns(tamed)
    squares = np.where(columns.known, (tamed - columns.mean) ** 2, 0.0).sum(axis=0)
    return _back(columns.mean, factor), _back(np.sqrt(squares / columns.count), factor)


def _tamed(matrix: Float64) -> tuple[Float64, Float64 | None]:
    """The matrix with columns that hold values beyond `_LARGE` divided by a power of two, and the divisors: sums and squares stay
    within what a double holds. None where there is no such column."""
    if not matrix.size or not max(np.fmax.reduce(matrix, axis=None), -np.fmin.reduce(matrix, axis=None)) > _LARGE:
        return matrix, None
    factor = np.where(np.fmax.reduce(np.abs(matrix), axis=0) > _LARGE, _DIVISOR, 1.0)
    return matrix / factor, factor


def _back(numbers: Float64, factor: Float64 | None) -> Float64:
    if factor is None:
        return numbers
    with np.errstate(over="ignore"):
        found: Float64 = np.nan_to_num(numbers * factor, nan=np.nan)  # the end of a band may lie beyond what a double holds
    return found


class _Columns:
    """A matrix, and what is asked of its columns more than once."""

    def __init__(self, matrix: Float64) -> None:
        self.matrix = matrix
        self.known = ~np.isnan(matrix)
        self.count: Int64 = np.count_nonzero(self.known, axis=0)

    @cached_property
    def ordered(self) -> Float64:
        """Each column sorted, NaN at the end, so that all its order statistics are at hand."""
        return np.sort(self.matrix, axis=0)

    @cached_property
    def mean(self) -> Float64:
        with np.errstate(invalid="ignore", divide="ignore"):
            mean: Float64 = np.where(self.known, self.matrix, 0.0).sum(axis=0) / self.count
        return mean

    def quantile(self, q: float) -> Float64:
        """Between the two values around place q (n - 1), as numpy's default; NaN in a column without values."""
        last = np.maximum(self.count - 1, 0)
        place = q * last
        below = np.floor(place).astype(np.int64)
        above = np.minimum(below + 1, last)
        columns = np.arange(self.matrix.shape[1])
        low, high = self.ordered[below, columns], self.ordered[above, columns]
        value: Float64 = low + (high - low) * (place - below)
        return value


def _middle(columns: _Columns, middle: str) -> Float64:
    match middle:
        case "median":
            return columns.quantile(0.5)
        case "min":
            return columns.quantile(0.0)
        case "max":
            return columns.quantile(1.0)
    return columns.mean


def _band(columns: _Columns, middle: str, band: str, quantiles: tuple[float, float]) -> tuple[Float64, Float64]:
    count = columns.count
    match band:
        case "none":
            nothing = np.full(len(count), np.nan)
            return nothing, nothing
        case "minmax":
            return columns.quantile(0.0), columns.quantile(1.0)
        case "iqr":
            return columns.quantile(0.25), columns.quantile(0.75)
        case "quantile":
            return columns.quantile(quantiles[0]), columns.quantile(quantiles[1])
        case "ci95_bootstrap":
            return _bootstrap(columns, middle)
    mean = columns.mean
    squares = np.where(columns.known, (columns.matrix - mean) ** 2, 0.0).sum(axis=0)
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


def _bootstrap(columns: _Columns, middle: str) -> tuple[Float64, Float64]:
    """The middle 95 % of the middles of samples of the runs, drawn with replacement: the percentile interval, Efron 1979."""
    low, high = np.full(len(columns.count), np.nan), np.full(len(columns.count), np.nan)
    # Columns that the same runs have are drawn for together.
    _, pattern = np.unique(np.packbits(columns.known, axis=0), axis=1, return_inverse=True)
    for each in range(int(pattern.max()) + 1 if len(pattern) else 0):
        alike = np.flatnonzero(pattern == each)
        n = int(columns.count[alike[0]])
        if n < 2:
            continue
        drawn = np.random.default_rng([SEED, n]).integers(0, n, (RESAMPLES, n))
        if middle == "mean":
            rows = columns.matrix[columns.known[:, alike[0]]][:, alike]
            weights = np.zeros((RESAMPLES, n))
            np.add.at(weights, (np.arange(RESAMPLES)[:, None], drawn), 1.0 / n)
            middles = weights @ rows
        else:
            middles = _ORDER_STATISTIC[middle](columns.ordered[:n, alike], np.sort(drawn, axis=1))
        low[alike], high[alike] = np.quantile(middles, [0.025, 0.975], axis=0)
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
