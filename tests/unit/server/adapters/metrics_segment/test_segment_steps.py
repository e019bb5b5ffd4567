"""Steps as three numbers answer what the array they stand for answers."""

from __future__ import annotations

import numpy as np
import pytest

from assay.server.adapters.metrics_segment import steps as step_of
from assay.server.adapters.metrics_segment.steps import Progression

PROGRESSIONS = [Progression(*three) for three in ((0, 1, 1), (0, 1, 500), (7, 1, 130), (3, 10, 77), (5, 64, 9), (1, 1000, 40))]


@pytest.mark.parametrize("steps", PROGRESSIONS, ids=str)
def test_a_progression_is_searched_cut_and_read_like_its_array(steps: Progression) -> None:
    array = steps.array()
    assert len(steps) == len(array)
    for step in (-3, 0, steps.first, steps.first + 1, int(array[-1]), int(array[-1]) + 1, 1 << 40):
        assert step_of.index(steps, step) == int(array.searchsorted(step))
    middle = len(array) // 2
    np.testing.assert_array_equal(step_of.array(step_of.cut(steps, middle, len(array))), array[middle:])
    assert [step_of.at(steps, 0), step_of.at(steps, len(array) - 1)] == [array[0], array[-1]]


@pytest.mark.parametrize("exponent", [0, 1, 3, 6, 12, 40])
@pytest.mark.parametrize("steps", PROGRESSIONS, ids=str)
def test_the_cells_of_a_progression_are_those_of_its_array(steps: Progression, exponent: int) -> None:
    ids, starts = step_of.cells(steps, exponent)
    expected_ids, expected_starts = step_of.cells(steps.array(), exponent)
    np.testing.assert_array_equal(step_of.array(ids), step_of.array(expected_ids))
    np.testing.assert_array_equal(starts, expected_starts)
    np.testing.assert_array_equal(step_of.edges(ids, exponent), step_of.edges(expected_ids, exponent))


def test_pieces_that_go_on_evenly_are_joined_without_looking_at_them() -> None:
    whole = Progression(4, 3, 100)
    pieces = [step_of.cut(whole, 0, 40), step_of.cut(whole, 40, 41), step_of.cut(whole, 41, 100)]
    np.testing.assert_array_equal(step_of.join(pieces), whole.array())


@pytest.mark.parametrize(
    "second", [Progression(10, 1, 3), Progression(4, 2, 3), np.array([9, 20])], ids=["gap", "wider", "array"]
)
def test_pieces_that_do_not_go_on_are_joined_one_after_another(second: step_of.Steps) -> None:
    first = Progression(0, 1, 4)
    np.testing.assert_array_equal(step_of.join([first, second]), [0, 1, 2, 3, *step_of.array(second).tolist()])
    assert len(step_of.join([])) == 0


def test_equal_arrays_are_not_taken_for_the_same_without_a_look() -> None:
    assert step_of.same(Progression(0, 1, 3), Progression(0, 1, 3))
    assert not step_of.same(Progression(0, 1, 3), Progression(0, 2, 3))
    assert not step_of.same(Progression(0, 1, 3), np.arange(3))
    assert not step_of.same(np.arange(3), np.arange(3))
