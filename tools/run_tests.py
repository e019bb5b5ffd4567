"""Everything `make test` runs: the Python tests, then the web application's unit tests, then its journeys in a browser.

Arguments go to pytest, and then only pytest runs: `make test ARGS="tests/unit -k journal"`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import webapp

ROOT = Path(__file__).resolve().parent.parent
# Set after `make check` passed on the same tree: what it ran already (documentation, web units) is not run again.
IS_CHECKED = os.environ.get("ASSAY_CHECKED") == "1"


def python_tests() -> list[str]:
    """One run of pytest, so that its closing line speaks for all. tests/conftest.py keeps folders that need it together."""
    left_out = ["--ignore=tests/docs"] if IS_CHECKED else []
    return [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        os.environ.get("ASSAY_TEST_WORKERS", "2"),
        "--dist",
        "loadgroup",
        *left_out,
        "tests",
    ]


def web_tests() -> list[list[str]]:
    if not webapp.has_sources(ROOT):
        return []
    npm = webapp.npm(webapp.node_folder())
    journeys = [*npm, "run", "e2e"]
    return [journeys] if IS_CHECKED else [[*npm, "run", "test"], journeys]


def main() -> None:
    if len(sys.argv) > 1:
        raise SystemExit(subprocess.run([sys.executable, "-m", "pytest", *sys.argv[1:]], cwd=ROOT, check=False).returncode)
    failed = []
    environment = webapp.node_environment(webapp.node_folder())
    runs = [(command, ROOT / "web") for command in web_tests()] + [(python_tests(), ROOT)]
    for command, folder in runs:
        print(f"──── {' '.join(Path(part).name if part.startswith('/') else part for part in command)}", flush=True)
        if subprocess.run(command, cwd=folder, env=environment, check=False).returncode:
            failed.append(" ".join(command[-3:]))
    if failed:
        raise SystemExit("Failed: " + "; ".join(failed))


if __name__ == "__main__":
    main()
