"""The page of faults names tests that exist and counts that they use, for every row of the fault model."""

from __future__ import annotations

import re

import pytest

import fault_table

EXPECTED = [*(f"C{n}" for n in range(1, 24)), *(f"V{n}" for n in range(1, 19)), *(f"O{n}" for n in range(1, 7))]


def test_every_row_is_there_once_and_in_order() -> None:
    assert [row.name for row in fault_table.rows()] == EXPECTED


@pytest.mark.parametrize("row", fault_table.rows(), ids=lambda row: row.name)
def test_a_row_names_tests_that_exist_and_says_how_often_they_repeat(row: fault_table.Row) -> None:
    if not row.tests:
        assert row.promise == "–", "a promise without a test"
        return
    assert len(row.repeats) in {1, len(row.tests)}
    for number, test in enumerate(row.tests):
        source = fault_table.function_source(test)
        assert source is not None, f"{test} does not exist"
        said = row.repeats[min(number, len(row.repeats) - 1)]
        if counts := re.fullmatch(r"(\d+) → (\d+)", said):
            written = re.search(r"storm\.times\(([^,]+(?:\([^)]*\))?), ([\d_]+)\)", source)
            assert written is not None, f"{test} repeats nothing"
            assert int(written[2]) == int(counts[2]), test
            assert not written[1].isdecimal() or int(written[1]) == int(counts[1]), test
        else:
            assert "storm.times(" not in source, f"{test} repeats, and the page does not say so"


def test_a_test_that_was_renamed_is_noticed() -> None:
    text = "| C1 | Kill | Nothing lost | `tests/faults/test_sync_kills.py::test_nobody_wrote` | 3 |"
    (row,) = fault_table.rows(text)
    assert fault_table.function_source(row.tests[0]) is None
