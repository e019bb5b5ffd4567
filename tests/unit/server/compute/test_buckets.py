"""The grid that points are counted on, at the ends of what doubles hold and across zero."""

from __future__ import annotations

import math

import numpy as np
import pytest

from assay.server.compute import buckets as grid


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (-1.0, 1.0), (-1e-300, 1e300), (-1e308, 1e308), (-1.79e308, 1.79e308), (-1.79e308, 0.0), (0.0, 5e-324), (1e21, 1e21),
        (1e21, 1e21 + 131_072), (1.7e9, 1.7e9 + 1e-6), (-5.0, -5.0), (-3.0, -1e-9), (1e300, 1.0000000000000002e300),
    ],
)  # fmt: skip
@pytest.mark.parametrize("buckets", [1, 2, 3, 10, 5_000])
def test_every_range_has_a_grid_of_numbered_cells(low: float, high: float, buckets: int) -> None:
    exponent = grid.grid_exponent(low, high, buckets)
    assert math.isfinite(math.ldexp(1.0, exponent))
    first, last = (math.floor(math.ldexp(x, -exponent)) for x in (low, high))
    # Zero is an edge of every grid, and no cell is wider than the greatest power of two that is a double.
    most = max(buckets, 2) if low < 0 <= high else buckets
    assert last - first + 1 <= (max(most, 4) if exponent == 1_023 else most)
    assert max(abs(first), abs(last)) <= 1 << 53


@pytest.mark.parametrize("top", [1.0, 1e300, 1.7e308])
def test_points_on_both_sides_of_zero_are_two_buckets_when_one_is_asked_for(top: float) -> None:
    x = np.array([-top, -top / 2, top / 2, top])
    for reduce, given in ((grid.on_grid, x), (grid.scattered_on_grid, x[::-1].copy())):
        envelope, width = reduce(given, np.arange(4.0), 1)
        assert (int(envelope.count.sum()), len(envelope) <= 4, math.isfinite(width)) == (4, True, True)
