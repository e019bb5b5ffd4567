"""Everything `make test` runs: the Python tests, then the web application's unit tests, then its journeys in a browser.

Arguments go to pytest, and then only pytest runs: `make test ARGS="tests/unit -k journal"`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import webapp

ROOT = Path(__file__).resolve().parent.parent
# These start servers and browsers, measure processes or need a whole machine's attention: one at a time, after the rest.
SERIAL = ("tests/journeys", "tests/faults", "tests/packaging", "tests/docs")


def python_tests() -> list[list[str]]:
    """Two runs of pytest: what can share the machine side by side, then what cannot."""
    pytest = [sys.executable, "-m", "pytest"]
    serial = [folder for folder in SERIAL if (ROOT / folder).is_dir()]
    return [
        [*pytest, "-n", os.environ.get("ASSAY_TEST_WORKERS", "2"), "tests", *(f"--ignore={folder}" for folder in serial)],
        [*pytest, *serial],
    ]


def web_tests() -> list[list[str]]:
    if not webapp.has_sources(ROOT):
        return []
    npm = webapp.npm(webapp.node_folder())
    return [[*npm, "run", "test"], [*npm, "run", "e2e"]]


def main() -> None:
    if len(sys.argv) > 1:
        raise SystemExit(subprocess.run([sys.executable, "-m", "pytest", *sys.argv[1:]], cwd=ROOT, check=False).returncode)
    failed = []
    environment = webapp.node_environment(webapp.node_folder())
    runs = [(command, ROOT / "web") for command in web_tests()] + [(command, ROOT) for command in python_tests()]
    for command, folder in runs:
        print(f"──── {' '.join(Path(part).name if part.startswith('/') else part for part in command)}", flush=True)
        if subprocess.run(command, cwd=folder, env=environment, check=False).returncode:
            failed.append(" ".join(command[-3:]))
    if failed:
        raise SystemExit("Failed: " + "; ".join(failed))


if __name__ == "__main__":
    main()
