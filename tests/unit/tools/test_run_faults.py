"""The report of `make faults`: a failed, skipped or missing test shows in its row."""

from __future__ import annotations

import pytest

import run_faults
from fault_table import Row

CHECKER = "tests/unit/testing/test_checker.py"
ROW = Row("C1", "Kill", "Nothing is lost", (f"{CHECKER}::test_a", f"{CHECKER}::test_b"), ("3 → 9",))


def told(second: str) -> list[dict[str, object]]:
    return [
        {"test": f"{CHECKER}::test_a[1]", "ended": "passed", "why": ""},
        {"test": f"{CHECKER}::test_a[1]", "seed": 7, "injected": "kill -9", "times": 9, "acked": 100, "lost": 0},
        {"test": f"{CHECKER}::TestClass::test_a[2]", "ended": "passed", "why": ""},
        {"test": f"{CHECKER}::test_b", "ended": second, "why": "a row is lost" if second == "failed" else ""},
    ]


@pytest.mark.parametrize("result", ["passed", "failed", "skipped"])
def test_a_row_is_as_good_as_its_worst_test(result: str) -> None:
    one = run_faults.summary(ROW, run_faults.outcomes(told(result)), told(result))
    assert (one["result"], one["cases"]) == (result, 3)
    assert f"| C1 | Kill | {result} (3) | 9 × kill -9 | 100 | 0 | 7 |" in run_faults.table([one])
    assert ("a row is lost" in run_faults.failures(told(result))) == (result == "failed")


def test_a_test_whose_end_fails_has_failed() -> None:
    lines = [{"test": "t.py::test", "ended": ended, "why": ""} for ended in ("passed", "failed")]
    assert run_faults.outcomes(lines) == {"t.py::test": ["failed"]} == run_faults.outcomes(lines[::-1])


def test_a_test_that_did_not_run_is_no_pass() -> None:
    assert run_faults.summary(ROW, run_faults.outcomes([]), [])["result"] == "not run"
