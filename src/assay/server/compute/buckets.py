"""Exact buckets: what a chart draws instead of points. Nothing is sampled; every point is counted in exactly one bucket.

Buckets lie on an absolute grid of powers of two: those of different runs, windows and stores align, a wider bucket is a union
of narrower ones, and x / 2^k is exact in floating point, so that nothing falls between two buckets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Envelope:
    """Columns of length b, one place per non-empty bucket, ascending by x.

    x: the bucket's lower edge, or the point's own x when the bucket is one point. count: all points, of which nan, posinf
    and neginf are counted apart and take no part in min, max and sum (NaN where no finite point is). first, last: as logged,
    by x (ties: by step)."""

    x: Float64
    count: Int64
    min: Float64
    max: Float64
    sum: Float64
    first: Float64
    last: Float64
    nan: Int64
    posinf: Int64
    neginf: Int64

    def __len__(self) -> int:
        return len(self.count)

    @property
    def finite(self) -> Int64:
        """How many points are finite: those that min, max and sum are of."""
        return self.count - self.nan - self.posinf - self.neginf

    @property
    def mean(self) -> Float64:
        return mean_of(self.sum, self.finite, self.min, self.max)

    def at(self, x: Float64) -> Envelope:
        """The same buckets with lower edges `x`."""
        return Envelope(x, self.count, self.min, self.max, self.sum, self.first, self.last, self.nan, self.posinf, self.neginf)

    def cut(self, start: int, end: int) -> Envelope:
        """Buckets start … end."""
        return Envelope(*(getattr(self, column)[start:end] for column in self.__slots__))


def mean_of(total: Float64, finite: Int64, low: Float64, high: Float64) -> Float64:
    """Sums over how many finite numbers they are of; NaN where there is none. A sum beyond what a double holds is taken as the
    largest one, and no mean lies outside of `low` … `high`: finite numbers have a finite mean."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        mean: Float64 = np.where(finite > 0, total / finite, np.nan)
    lost = ~np.isfinite(mean) & (finite > 0)
    if lost.any():
        sums = np.nan_to_num(total[lost], nan=0.0)  # as far as it was up, it was down
        mean[lost] = np.clip(sums / finite[lost], low[lost], high[lost])
    return mean


def step_exponent(low: int, high: int, buckets: int) -> int:
    """The smallest k for which buckets of 2^k steps cover low … high (both included) with at most `buckets` of them."""
    exponent = max(0, (max(high - low, 1) // buckets).bit_length() - 1)
    while (high >> exponent) - (low >> exponent) + 1 > buckets:
        exponent += 1
    return exponent


def grid_exponent(low: float, high: float, buckets: int) -> int:
    """The same for real x: the smallest k, which may be negative, for buckets 2^k wide.

    Zero is an edge of every such grid: where it lies between low and high, there are two buckets even if one is asked for."""
    # Far from zero, buckets narrower than a float's own spacing would be no buckets.
    finest = math.frexp(max(abs(low), abs(high)))[1] - 53
    if low == high:
        return max(0, finest)
    buckets = max(buckets, 2) if low < 0 <= high else buckets
    # Divided first, because the difference may be no number; the bounds keep 2^k and 2^-k finite.
    exponent = max(-1_000, finest, math.frexp(high / buckets - low / buckets)[1] - 2)
    while exponent < 1_023 and math.floor(math.ldexp(high, -exponent)) - math.floor(math.ldexp(low, -exponent)) + 1 > buckets:
        exponent += 1
    return exponent


def group_starts(bucket: NDArray[np.generic]) -> Int64:
    """Where each run of equal values of `bucket` begins."""
    if len(bucket) == 0:
        return np.empty(0, dtype=np.int64)
    starts = np.flatnonzero(bucket[1:] != bucket[:-1]) + 1
    return np.concatenate((_ZERO, starts))


def points(x: Float64, y: Float64) -> Envelope:
    """Every point its own bucket."""
    zeros = np.zeros(len(y), dtype=np.int64)
    ones = np.ones(len(y), dtype=np.int64)
    finite = np.isfinite(y)
    if finite.all():
        return Envelope(x, ones, y, y, y, y, y, zeros, zeros, zeros)
    bounds = np.where(finite, y, np.nan)
    nan = np.isnan(y).astype(np.int64)
    return Envelope(x, ones, bounds, bounds, bounds, y, y, nan, (y == np.inf).astype(np.int64), (y == -np.inf).astype(np.int64))


@np.errstate(over="ignore")
def reduce_points(x: Float64, y: Float64, starts: Int64) -> Envelope:
    """Buckets of the points y[starts[i] : starts[i + 1]] with lower edges `x`. `starts` is strictly ascending from 0."""
    n = len(y)
    ends = np.append(starts[1:], n)
    count = ends - starts
    zeros = np.zeros(len(starts), dtype=np.int64)
    first, last = y[starts], y[ends - 1]
    total = np.add.reduceat(y, starts)
    # A finite sum proves every term finite; a sum that overflowed only costs the second look.
    if np.isfinite(total).all():
        low, high = np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)
        return Envelope(x, count, low, high, total, first, last, zeros, zeros, zeros)
    finite = np.isfinite(y)
    bounds = np.where(finite, y, np.nan)
    low, high = np.fmin.reduceat(bounds, starts), np.fmax.reduceat(bounds, starts)
    total = np.add.reduceat(np.where(finite, y, 0.0), starts)
    total[~np.logical_or.reduceat(finite, starts)] = np.nan
    nan = np.add.reduceat(np.isnan(y).astype(np.int64), starts)
    posinf = np.add.reduceat((y == np.inf).astype(np.int64), starts)
    neginf = np.add.reduceat((y == -np.inf).astype(np.int64), starts)
    return Envelope(x, count, low, high, total, first, last, nan, posinf, neginf)


def combine(parts: Envelope, starts: Int64, x: Float64) -> Envelope:
    """Buckets of buckets: rows starts[i] … starts[i + 1] of `parts` become one, with lower edge x[i]."""
    if len(starts) == len(parts):
        return Envelope(
            x,
            parts.count,
            parts.min,
            parts.max,
            parts.sum,
            parts.first,
            parts.last,
            parts.nan,
            parts.posinf,
            parts.neginf,
        )
    ends = np.append(starts[1:], len(parts))
    total = np.add.reduceat(parts.sum, starts)
    if np.isfinite(total).all():
        low, high = np.minimum.reduceat(parts.min, starts), np.maximum.reduceat(parts.max, starts)
    else:
        low, high = np.fmin.reduceat(parts.min, starts), np.fmax.reduceat(parts.max, starts)
        known = ~np.isnan(parts.min)
        total = np.add.reduceat(np.where(known, parts.sum, 0.0), starts)
        total[~np.logical_or.reduceat(known, starts)] = np.nan
    odd = [parts.nan, parts.posinf, parts.neginf]
    if any(column.any() for column in odd):
        nan, posinf, neginf = (np.add.reduceat(column, starts) for column in odd)
    else:
        nan = posinf = neginf = np.zeros(len(starts), dtype=np.int64)
    count = np.add.reduceat(parts.count, starts)
    return Envelope(x, count, low, high, total, parts.first[starts], parts.last[ends - 1], nan, posinf, neginf)


def concatenate(parts: Sequence[Envelope]) -> Envelope:
    """Envelopes one after another."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return EMPTY
    return Envelope(
        np.concatenate([part.x for part in parts]),
        np.concatenate([part.count for part in parts]),
        np.concatenate([part.min for part in parts]),
        np.concatenate([part.max for part in parts]),
        np.concatenate([part.sum for part in parts]),
        np.concatenate([part.first for part in parts]),
        np.concatenate([part.last for part in parts]),
        np.concatenate([part.nan for part in parts]),
        np.concatenate([part.posinf for part in parts]),
        np.concatenate([part.neginf for part in parts]),
    )


@np.errstate(over="ignore")
def on_grid(x: Float64, y: Float64, buckets: int) -> tuple[Envelope, float]:
    """At most `buckets` buckets of points in order of x, and their width (0: each point is its own)."""
    if len(x) <= buckets:
        return points(x, y), 0.0
    exponent = grid_exponent(float(x[0]), float(x[-1]), buckets)
    cell = np.floor(x * math.ldexp(1.0, -exponent))
    starts = group_starts(cell)
    return reduce_points(np.ldexp(cell[starts], exponent), y, starts), math.ldexp(1.0, exponent)


@np.errstate(over="ignore")
def scattered_on_grid(x: Float64, y: Float64, buckets: int) -> tuple[Envelope, float]:
    """The same of points in order of step whose x goes back and forth. Finite ones are counted where they lie: putting a
    million in order would be most of the work."""
    total = float(y.sum())
    if len(x) <= buckets or not math.isfinite(total):
        order = np.argsort(x, kind="stable")
        return on_grid(x[order], y[order], buckets)
    exponent = grid_exponent(float(x.min()), float(x.max()), buckets)
    cell = np.floor(x * math.ldexp(1.0, -exponent))
    base = cell.min()
    number = (cell - base).astype(np.int64)
    count = np.bincount(number)
    low, high, x_low, x_high = (np.full(len(count), bound) for bound in (np.inf, -np.inf, np.inf, -np.inf))
    for column, values in ((low, y), (x_low, x)):
        np.minimum.at(column, number, values)
    for column, values in ((high, y), (x_high, x)):
        np.maximum.at(column, number, values)
    # First and last go by x, and by step where x is equal.
    first, last = np.full(len(count), len(x)), np.full(len(count), -1)
    at = np.flatnonzero(x == x_low[number])
    np.minimum.at(first, number[at], at)
    at = np.flatnonzero(x == x_high[number])
    np.maximum.at(last, number[at], at)
    has = np.flatnonzero(count)
    none = np.zeros(len(has), dtype=np.int64)
    edges = np.ldexp(has + base, exponent)
    sums = np.bincount(number, weights=y).astype(np.float64, copy=False)
    envelope = Envelope(edges, count[has], low[has], high[has], sums[has], y[first[has]], y[last[has]], none, none, none)
    return envelope, math.ldexp(1.0, exponent)


_ZERO = np.zeros(1, dtype=np.int64)
_NONE_F = np.empty(0, dtype=np.float64)
_NONE_I = np.empty(0, dtype=np.int64)
EMPTY = Envelope(_NONE_F, _NONE_I, _NONE_F, _NONE_F, _NONE_F, _NONE_F, _NONE_F, _NONE_I, _NONE_I, _NONE_I)
