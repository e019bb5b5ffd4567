"""Everything `make check` looks at, one line each: what passes is one word, what fails shows its output."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import webapp

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Check:
    name: str
    command: tuple[str, ...]
    folder: str = "."
    remedy: str = ""


def checks() -> list[Check]:
    python = (sys.executable, "-m")
    found = [
        Check("ruff", (*python, "ruff", "check", "."), remedy="ruff check --fix ."),
        Check("formatting", (*python, "ruff", "format", "--check", "."), remedy="ruff format ."),
        Check("mypy (strict)", (*python, "mypy")),
        Check("import floors", ("lint-imports",)),
        Check("lock files", (*python[:1], "tools/lock.py", "--check"), remedy="make lock"),
        Check("changelog fragments", (*python[:1], "tools/fragments.py")),
        Check("OpenAPI document", (*python, "tools.openapi", "--check"), remedy="python -m tools.openapi"),
        Check("documentation", (*python, "pytest", "tests/docs", "-q")),
    ]
    if webapp.has_sources(ROOT):
        npm = (*webapp.npm(webapp.node_folder()), "run", "check")
        found.append(Check("web: lint, format, types", npm, "web"))
    return found


def main() -> None:
    failed = []
    environment = webapp.node_environment(webapp.node_folder())
    chosen = sys.argv[1:]
    for check in checks():
        if chosen and not any(word in check.name for word in chosen):
            continue
        start = time.monotonic()
        ended = subprocess.run(
            check.command,
            cwd=ROOT / check.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        print(f"{'ok    ' if ended.returncode == 0 else 'FAILED'}  {check.name}, {time.monotonic() - start:.0f} s", flush=True)
        if ended.returncode:
            print(ended.stdout)
            failed.append(f"{check.name}{f' (remedy: {check.remedy})' if check.remedy else ''}")
    if failed:
        raise SystemExit(f"{len(failed)} of the checks failed: {'; '.join(failed)}")


if __name__ == "__main__":
    main()
