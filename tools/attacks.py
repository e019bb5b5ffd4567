"""The attacks at length: every test of `tests/attacks` and `tests/property`, with many more examples than `make test` has time
for, and other ones each time. What fails prints how to see it again. Arguments go to pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = "150"  # of each kind, for each operation of the API


def main() -> None:
    environment = {**os.environ, "ASSAY_ATTACK_EXAMPLES": os.environ.get("ASSAY_ATTACK_EXAMPLES", EXAMPLES)}
    command = [sys.executable, "-m", "pytest", "--timeout", "3600", "tests/attacks", "tests/property", *sys.argv[1:]]
    raise SystemExit(subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode)


if __name__ == "__main__":
    main()
