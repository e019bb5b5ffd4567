"""Columns of values keep what they were given, also where one value is laid over another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from assay.server.compute.columns import Column

_RUNS = np.array([1, 2, 3])
_LONG = 2**60 + 1


@pytest.mark.parametrize("before", [5, 0.5, "text", True, _LONG, _LONG + 1])
@pytest.mark.parametrize("after", [6, 0.25, "word", False, _LONG, [1]])
def test_what_is_put_over_a_value_is_there_and_nothing_of_it(before: Any, after: Any) -> None:
    laid = Column.of({1: before, 2: before}, _RUNS)
    laid.lay({2: after}, _RUNS)
    replaced = Column.of({1: before, 2: before}, _RUNS)
    replaced.replace(np.array([1]), Column.of({2: after}, _RUNS))
    for column in (laid, replaced):
        assert [column.value(at) for at in (0, 1)] == [before, after]
        assert [type(column.value(at)) for at in (0, 1)] == [type(before), type(after)]
    replaced.replace(np.array([0]), None)
    assert replaced.state.tolist() == [0, laid.state[1], 0]
