"""Exact buckets: what a chart draws instead of points. Nothing is sampled; every point is counted in exactly one bucket."""

from __future__ import annotations

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
        return len(self.x)
