"""Everything `make test` runs: the Python tests, then the web application's unit tests, then its journeys in a browser.

Arguments go to pytest, and then only pytest runs: `make test ARGS="tests/unit -k journal"`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from pathlib import Path

import webapp

ROOT = Path(__file__).resolve().parent.parent
# Set after `make check` passed on the same tree: what it ran already (documentation, web units) is not run again.
IS_CHECKED = os.environ.get("ASSAY_CHECKED") == "1"
SAID_LINES = 80


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


def run(command: list[str], folder: Path, environment: dict[str, str]) -> list[str] | None:
    """Run it before the reader's eyes. None if it passed, else the last lines it said."""
    said: deque[str] = deque(maxlen=SAID_LINES)
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            said.append(line)
    return list(said) if process.returncode else None


def main() -> None:
    if len(sys.argv) > 1:
        raise SystemExit(subprocess.run([sys.executable, "-m", "pytest", *sys.argv[1:]], cwd=ROOT, check=False).returncode)
    failed = {}
    environment = webapp.node_environment(webapp.node_folder())
    for command in web_tests():
        name = " ".join(command[-2:])
        print(f"──── npm {name}", flush=True)
        if said := run(command, ROOT / "web", environment):
            failed[name] = said
    print("──── pytest", flush=True)
    if subprocess.run(python_tests(), cwd=ROOT, env=environment, check=False).returncode:
        failed["pytest"] = []
    # Far above by now: where a log is cut to its end, this is what is left of them.
    for name, said in failed.items():
        if said:
            print(f"──── the end of what {name} said", "".join(said), sep="\n", flush=True)
    if failed:
        raise SystemExit("Failed: " + ", ".join(failed))


if __name__ == "__main__":
    main()
