"""Series at full resolution, brought down to what a panel draws: buckets on either scale, largest triangles, every k-th point.

The smoothed curve comes along: in each bucket the mean of the smoothed values of its points, so that it is the curve of the full
data, seen through the same grid."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.server.compute import buckets as grid
from assay.server.compute.buckets import EMPTY, Envelope

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
NO_VALUES: Float64 = np.empty(0)


@dataclass(frozen=True, slots=True)
class Curve:
    """Points in order of x, columns of length n. `steps` are the points' steps; `smooth` is None where none is asked for."""

    x: Float64
    y: Float64
    steps: Int64
    smooth: Float64 | None = None

    def __len__(self) -> int:
        return len(self.x)

    def cut(self, keep: slice | NDArray[np.bool_]) -> Curve:
        return Curve(self.x[keep], self.y[keep], self.steps[keep], None if self.smooth is None else self.smooth[keep])


@dataclass(frozen=True, slots=True)
class Drawn:
    """What stands for a curve. `smooth` has a place per row of the envelope. `width` 0: every row is one point; on a log grid
    it is the difference of the edges' binary logarithms."""

    envelope: Envelope
    smooth: Float64 | None
    width: float


def drawn(curve: Curve, method: str, buckets: int, *, by_step: bool = False, is_log: bool = False) -> Drawn:
    """At most `buckets` rows. `method`: lttb or every picks points, any other answers buckets. `by_step`: x are whole steps,
    whose grid never gets finer than a step. `is_log`: buckets of equal width on a log axis; x must be above 0."""
    if len(curve) == 0:
        return Drawn(EMPTY, None if curve.smooth is None else NO_VALUES, 0.0)
    if len(curve) <= buckets:
        return Drawn(grid.points(curve.x, curve.y), curve.smooth, 0.0)
    if method == "lttb":
        return _picked(curve, largest_triangles(curve.x, curve.y, buckets))
    if method == "every":
        return _picked(curve, np.arange(0, len(curve), -(-len(curve) // buckets)))
    x = np.log2(curve.x) if is_log else curve.x
    low, high = float(x[0]), float(x[-1])
    exponent = (
        grid.step_exponent(int(low), int(high), buckets) if by_step and not is_log else grid.grid_exponent(low, high, buckets)
    )
    cell = np.floor(np.ldexp(x, -exponent))
    starts = grid.group_starts(cell)
    edges = np.ldexp(cell[starts], exponent)
    if is_log:
        # A power rounded up would leave a bucket's first point below its edge.
        edges = np.minimum(np.exp2(edges), curve.x[starts])
    smooth = None if curve.smooth is None else means(curve.smooth, starts)
    return Drawn(grid.reduce_points(edges, curve.y, starts), smooth, math.ldexp(1.0, exponent))


@np.errstate(over="ignore")
def means(values: Float64, starts: Int64) -> Float64:
    """The mean of the finite values from each start to the next; NaN where there is none."""
    total = np.add.reduceat(values, starts)
    count = np.diff(starts, append=len(values))
    if not np.isfinite(total).all():
        finite = np.isfinite(values)
        total = np.add.reduceat(np.where(finite, values, 0.0), starts)
        count = np.add.reduceat(finite.astype(np.int64), starts)
        if not np.isfinite(total).all():  # finite numbers have a finite mean, also where their sum is none
            share = np.repeat(np.maximum(count, 1), np.diff(starts, append=len(values)))
            return np.where(count > 0, np.add.reduceat(np.where(finite, values, 0.0) / share, starts), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: Float64 = total / count
    return mean


def largest_triangles(x: Float64, y: Float64, most: int) -> Int64:
    """Places of at most `most` points that keep the look of the line: the first, the last, and of each of the equal parts between
    them the point that makes the largest triangle with the one picked before and the middle of the next part.

    Largest Triangle Three Buckets: Steinarsson, Downsampling Time Series for Visual Representation, 2013. Points that are not
    finite are never picked, unless there are no others."""
    finite = np.flatnonzero(np.isfinite(y))
    if len(finite) == 0:
        return np.arange(min(1, len(y)))
    if len(finite) <= most or most < 3:
        return finite[:: max(1, -(-len(finite) // most))]
    x, y = x[finite], y[finite]
    edges = np.linspace(1, len(x) - 1, most - 1).astype(np.int64)
    middle_x, middle_y = (np.add.reduceat(values, edges[1:]) / np.diff(edges[1:], append=len(x)) for values in (x, y))
    picked = np.empty(most, dtype=np.int64)
    picked[0], picked[-1] = 0, len(x) - 1
    last_x, last_y = float(x[0]), float(y[0])
    for part, (first, end) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
        to_x, to_y = middle_x[part] - last_x, middle_y[part] - last_y
        area = np.abs((x[first:end] - last_x) * to_y - to_x * (y[first:end] - last_y))
        place = first + int(area.argmax())
        picked[part + 1] = place
        last_x, last_y = float(x[place]), float(y[place])
    return finite[picked]


def _picked(curve: Curve, places: Int64) -> Drawn:
    """The points at `places`, each counting those up to the next one, so that counts still add up."""
    starts = places.copy()
    starts[0] = 0
    of_all = grid.reduce_points(curve.x[places], curve.y, starts)
    own = grid.points(curve.x[places], curve.y[places])
    # The mean of a row is its point's value, which is what is drawn: the sum is over as many finite points as it counts.
    finite = np.maximum(1, of_all.count - of_all.nan - of_all.posinf - of_all.neginf)
    envelope = Envelope(
        own.x, of_all.count, own.min, own.max, own.sum * finite, own.first, own.last, of_all.nan, of_all.posinf, of_all.neginf
    )
    smooth = None if curve.smooth is None else curve.smooth[places]
    return Drawn(envelope, smooth, float(curve.x[-1] - curve.x[0]) / len(places) or 1.0)
