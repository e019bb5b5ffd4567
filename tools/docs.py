"""Build the documentation into `site/`, strictly: a broken link fails. `serve` shows it and follows edits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    serve = sys.argv[1:] == ["serve"]
    command = [sys.executable, "-m", "mkdocs", *(["serve"] if serve else ["build", "--strict", "--quiet"])]
    # Material prints an advertisement for its successor unless told not to.
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    ended = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    if ended.returncode == 0 and not serve:
        print("Built site/index.html.")
    raise SystemExit(ended.returncode)


if __name__ == "__main__":
    main()
