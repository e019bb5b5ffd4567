"""Photograph every page of the web application: `web/tools/screens.mjs` with this checkout's Node.js."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import webapp

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    folder = webapp.node_folder()
    command = [str(folder / "node"), "tools/screens.mjs", *sys.argv[1:]]
    ended = subprocess.run(command, cwd=ROOT / "web", env=webapp.node_environment(folder), check=False)
    raise SystemExit(ended.returncode)


if __name__ == "__main__":
    main()
