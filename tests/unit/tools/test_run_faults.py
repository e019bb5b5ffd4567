"""The report of `make faults`: a failed, skipped or missing test shows in its row."""

from __future__ import annotations

from pathlib import Path

import pytest

import run_faults
from fault_table import Row

CHECKER = "tests/unit/testing/test_checker.py"
ROW = Row("C1", "Kill", "Nothing is lost", (f"{CHECKER}::test_a", f"{CHECKER}::test_b"), ("3 → 9",))
XML = """<testsuites><testsuite>
<testcase classname="tests.unit.testing.test_checker" name="test_a[1]"/>
<testcase classname="tests.unit.testing.test_checker.TestClass" name="test_a[2]"/>
<testcase classname="tests.unit.testing.test_checker" name="test_b">{}</testcase>
</testsuite></testsuites>"""


@pytest.mark.parametrize(
    ("inside", "result"), [("", "passed"), ("<failure/>", "failed"), ("<skipped/>", "skipped"), ("<error/>", "failed")]
)
def test_a_row_is_as_good_as_its_worst_test(tmp_path: Path, inside: str, result: str) -> None:
    report = tmp_path / "report.xml"
    report.write_text(XML.format(inside))
    told = [{"test": f"{CHECKER}::test_a[1]", "seed": 7, "injected": "kill -9", "times": 9, "acked": 100, "lost": 0}]
    one = run_faults.summary(ROW, run_faults.outcomes(report), told)
    assert (one["result"], one["cases"]) == (result, 3)
    assert f"| C1 | Kill | {result} (3) | 9 × kill -9 | 100 | 0 | 7 |" in run_faults.table([one])


def test_a_test_that_did_not_run_is_no_pass(tmp_path: Path) -> None:
    assert run_faults.summary(ROW, run_faults.outcomes(tmp_path / "none.xml"), [])["result"] == "not run"
