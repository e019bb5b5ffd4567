"""Orders by columns of numbers are those of numpy's lexsort, with NaN last."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from assay.server.compute.order import order_of

_NUMBERS = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0**53, -(2.0**53), np.inf, -np.inf, np.nan, -np.nan, 5e-324]),
    st.floats(width=64),
    st.integers(-300, 300).map(float),
)


@given(st.data())
def test_orders_are_those_of_lexsort(data: st.DataObject) -> None:
    rows = data.draw(st.integers(0, 40))
    columns = [
        (np.array(data.draw(st.lists(_NUMBERS, min_size=rows, max_size=rows)), np.float64), data.draw(st.booleans()))
        for _ in range(data.draw(st.integers(1, 3)))
    ]
    keys: list[NDArray[np.float64] | NDArray[np.bool_]] = []
    for values, is_descending in reversed(columns):
        keys += [-values if is_descending else values, np.isnan(values)]
    assert order_of(columns).tolist() == np.lexsort(keys).tolist()


def test_many_rows_are_in_order_and_equals_stay_as_they_are() -> None:
    values = np.random.default_rng(1).standard_normal(70_000).round(3)
    found = order_of([(values, True)])
    assert found.tolist() == np.argsort(-values, kind="stable").tolist()


def test_numbers_that_differ_only_in_their_last_bits_are_in_order() -> None:
    times = 1_760_000_000.0 + np.random.default_rng(2).integers(0, 1 << 20, 5_000) * 2.0**-22
    values = np.concatenate((times, -times, [np.nan], times[:100]))
    for is_descending in (False, True):
        keys = -values if is_descending else values
        assert order_of([(values, is_descending)]).tolist() == np.argsort(keys, kind="stable").tolist()
