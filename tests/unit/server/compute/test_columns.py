"""Columns of values keep what they were given, also where one value is laid over another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from assay.server.compute.columns import Column
from assay.server.domain.filters import Condition, Field, evaluate

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


_LARGE = [2**53, 2**53 + 1, 2**60, 2**60 + 1, 2.0**60, 2**60 + 3, -(2**60) - 1, -(2.0**60), 10**17 - 1, 1e17, 2**64 - 1, 7, 0.5]


@pytest.mark.parametrize("others", [[], ["text", True, None]])
def test_long_integers_are_ordered_by_all_their_digits(others: list[Any]) -> None:
    values = dict(enumerate([*_LARGE, *others, *_LARGE]))
    column = Column.of(values, np.arange(len(values) + 1))
    numbers = [place for place, value in values.items() if value in _LARGE and value is not True]
    different = sorted({values[place] for place in numbers})
    assert column.number_ranks.tolist() == [different.index(values[place]) for place in numbers]
    assert [column.ranks[place] for place in numbers] == [different.index(values[place]) for place in numbers]
    assert np.isnan(column.ranks[-1])
    assert all(column.ranks[place] >= len(different) for place, value in values.items() if place not in numbers)


@pytest.mark.parametrize("operator", ["=", "!=", "<", "<=", ">", ">=", "in"])
def test_a_column_is_compared_with_long_integers_as_each_of_its_values_is(operator: Any) -> None:
    values = dict(enumerate([*_LARGE, float("inf"), float("nan"), "text"]))
    column = Column.of(values, np.arange(len(values)))
    for expected in [*_LARGE, float("inf"), 10**400]:
        where = Condition(Field("config", "x"), operator, (expected, 7) if operator == "in" else expected)
        each = [evaluate(where, lambda _, given=value: given, lambda *_: False) for value in values.values()]  # type: ignore[misc]
        assert column.matches(where, lambda *_: False).tolist() == each, expected
