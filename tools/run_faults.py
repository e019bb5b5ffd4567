"""Everything `make faults` runs: the tests of the page of faults as whole storms, then a table of what they did and found.

`ASSAY_FAULTS` is the share of a whole storm (`full`, or 0.1); names of rows choose some: `make faults ARGS="V1 V2"`. The table is
written to `faults.md` and `faults.json`, again and again while tests run, so that whoever ends it early has what was found; a row
whose tests failed says so, below the table is why, and the exit code is not 0."""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import fault_table
from fault_table import ROOT, Row

WRITTEN_EVERY_S = 20


def outcomes(told: list[dict[str, Any]]) -> dict[str, list[str]]:
    """By test (`path::function`, without parameters) how each of its cases ended: passed, failed or skipped."""
    cases: dict[str, str] = {}
    for line in told:
        if "ended" in line and cases.get(line["test"]) != "failed":  # its end may fail after it has passed
            cases[line["test"]] = line["ended"]
    found: dict[str, list[str]] = {}
    for test, ended in cases.items():
        # A test in a class has the class after the file; the page names files.
        names = test.partition("[")[0].split("::")
        found.setdefault(f"{names[0]}::{names[-1]}", []).append(ended)
    return found


def summary(row: Row, ended: dict[str, list[str]], told: list[dict[str, Any]]) -> dict[str, Any]:
    """What the report says of one row: its result, and each storm's figures."""
    states = [state for test in row.tests for state in ended.get(test, ["not run"])]
    bad = [state for state in ("failed", "not run", "skipped") if state in states]
    storms = [line for line in told if "seed" in line and line["test"].partition("[")[0] in row.tests]
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


def failures(told: list[dict[str, Any]]) -> str:
    """Why what failed did, as pytest says it."""
    return "".join(f"\n## {line['test']}\n\n```\n{line['why']}\n```\n" for line in told if line.get("ended") == "failed")


def lines_of(told: Path) -> list[dict[str, Any]]:
    """Every whole line; the last may be on its way."""
    return [json.loads(line) for line in told.read_text().splitlines(keepends=True) if line.endswith("\n")]


def write(rows: list[Row], told: list[dict[str, Any]], share: str, minutes: float) -> str:
    """Table and figures of what has been found so far; answers the table."""
    ended = outcomes(told)
    summaries = [summary(row, ended, told) for row in rows]
    kernel = platform.release().partition("-")[0]
    about = {
        "date": time.strftime("%Y-%m-%d", time.gmtime()), "share": share, "minutes": round(minutes, 1),
        "system": f"{platform.system()} {kernel}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }  # fmt: skip
    said = ", ".join(f"{name}: {value}" for name, value in about.items())
    text = f"# Faults\n\nmake faults, {said}\n\n{table(summaries)}\n{failures(told)}"
    (ROOT / "faults.md").write_text(text)
    (ROOT / "faults.json").write_text(json.dumps({"about": about, "rows": summaries}, indent=1) + "\n")
    return text


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
        told = Path(folder, "told")
        told.touch()
        environment = os.environ | {"ASSAY_FAULTS_REPORT": str(told)}
        # Storms differ a thousandfold in length: whoever is idle takes what waits.
        workers = ["-n", os.environ.get("ASSAY_TEST_WORKERS", "2"), "--dist", "worksteal"]
        command = [sys.executable, "-m", "pytest", *workers, "-vv", *files, "-k", names]
        with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
            signal.signal(signal.SIGTERM, lambda *_: process.send_signal(signal.SIGINT))
            code = None
            while code is None:
                try:
                    code = process.wait(WRITTEN_EVERY_S)
                except subprocess.TimeoutExpired:
                    write(rows, lines_of(told), share, (time.monotonic() - began) / 60)
                except KeyboardInterrupt:
                    continue  # pytest has heard it too, and takes down what its tests have set up
            text = write(rows, lines_of(told), share, (time.monotonic() - began) / 60)
    print(f"\n{text}\nWritten to faults.md and faults.json.")
    raise SystemExit(code)


if __name__ == "__main__":
    main()
