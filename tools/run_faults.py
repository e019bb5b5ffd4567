"""Everything `make faults` runs: the tests of the page of faults as whole storms, then a table of what they did and found.

`ASSAY_FAULTS` is the share of a whole storm (`full`, or 0.1); names of rows choose some: `make faults ARGS="V1 V2"`. The table is
written to `faults.md` and `faults.json` and printed; a row whose tests failed says so, and so does the exit code."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import fault_table
from fault_table import ROOT, Row


def outcomes(report: Path) -> dict[str, list[str]]:
    """By test (`path::function`, without parameters) how each of its cases ended: passed, failed or skipped."""
    found: dict[str, list[str]] = {}
    if not report.exists():
        return found
    for case in ElementTree.parse(report).iter("testcase"):
        path = case.get("classname", "").replace(".", "/")
        # A test in a class has the class after the module; the page names files.
        while path and not (ROOT / f"{path}.py").is_file():
            path = path.rpartition("/")[0]
        ended = {child.tag for child in case}
        state = "failed" if ended & {"failure", "error"} else "skipped" if "skipped" in ended else "passed"
        found.setdefault(f"{path}.py::{case.get('name', '').partition('[')[0]}", []).append(state)
    return found


def summary(row: Row, ended: dict[str, list[str]], told: list[dict[str, Any]]) -> dict[str, Any]:
    """What the report says of one row: its result, and each storm's figures."""
    states = [state for test in row.tests for state in ended.get(test, ["not run"])]
    bad = [state for state in ("failed", "not run", "skipped") if state in states]
    storms = [entry for entry in told if entry["test"].partition("[")[0] in row.tests]
    result = "no test" if not row.tests else bad[0] if bad else "passed"
    return {"row": row.name, "fault": row.fault, "result": result, "cases": len(states) if row.tests else 0, "storms": storms}


def table(summaries: list[dict[str, Any]]) -> str:
    lines = ["| | Fault | Result | Injected | Acknowledged | Lost | Seed |", "|---|---|---|---|---|---|---|"]
    for one in summaries:
        storms = one["storms"] or [{}]
        for number, storm in enumerate(storms):
            first = f"| {one['row']} | {one['fault']} | {one['result']} ({one['cases']}) |" if number == 0 else "| | | |"
            injected = f"{storm['times']} × {storm['injected']}" if "injected" in storm else ""
            lines.append(f"{first} {injected} | {storm.get('acked', '')} | {storm.get('lost', '')} | {storm.get('seed', '')} |")
    return "\n".join(lines)


def main() -> None:
    wanted = set(sys.argv[1:])
    rows = [row for row in fault_table.rows() if not wanted or row.name in wanted]
    if unknown := wanted - {row.name for row in rows}:
        raise SystemExit(f"Unknown rows: {', '.join(sorted(unknown))}. Rows are those of {fault_table.PAGE}.")
    # A class stands between the file and the test, and the page does not say which: such a test is chosen by its name.
    tests = sorted({test for row in rows for test in row.tests})
    files = sorted({test.partition("::")[0] for test in tests})
    names = " or ".join(sorted({test.partition("::")[2] for test in tests}))
    share = os.environ.setdefault("ASSAY_FAULTS", "full")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        told, report = Path(folder, "told"), Path(folder, "report.xml")
        told.touch()
        environment = os.environ | {"ASSAY_FAULTS_REPORT": str(told)}
        # Storms differ a thousandfold in length: whoever is idle takes what waits.
        workers = ["-n", os.environ.get("ASSAY_TEST_WORKERS", "2"), "--dist", "worksteal"]
        command = [sys.executable, "-m", "pytest", *workers, "-v", f"--junitxml={report}", *files, "-k", names]
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        storms = [json.loads(line) for line in told.read_text().splitlines()]
        summaries = [summary(row, outcomes(report), storms) for row in rows]
    minutes = round((time.monotonic() - began) / 60, 1)
    kernel = platform.release().partition("-")[0]
    about = {
        "date": time.strftime("%Y-%m-%d", time.gmtime()), "share": share, "minutes": minutes,
        "system": f"{platform.system()} {kernel}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }  # fmt: skip
    said = ", ".join(f"{name}: {value}" for name, value in about.items())
    text = f"# Faults\n\nmake faults, {said}\n\n{table(summaries)}\n"
    (ROOT / "faults.md").write_text(text)
    (ROOT / "faults.json").write_text(json.dumps({"about": about, "rows": summaries}, indent=1) + "\n")
    print(f"\n{text}\nWritten to faults.md and faults.json.")
    raise SystemExit(code)


if __name__ == "__main__":
    main()
