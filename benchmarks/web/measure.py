"""The method of the README."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.harness import Length, Measured, Result, Target

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("panels", "runs", "runPanels", "media")


def main(length: Length) -> list[Result]:
    sys.path.insert(0, str(ROOT / "tools"))
    import webapp

    if not (ROOT / "web" / "node_modules").is_dir() or not (ROOT / "src/assay/server/static/index.html").is_file():
        raise SystemExit("The web application is not built here. Build it first: make web")
    node = webapp.node_folder()
    environment = {
        **webapp.node_environment(node),
        "ROUNDS": str(length.pick(1, 1, 3)),
        "ASSAY_PYTHON": sys.executable,
    }
    return [result for script in SCRIPTS for result in _run(script, str(node / "node"), environment)]


def _run(script: str, node: str, environment: dict[str, str]) -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "figures.json"
        # Exit 1 says that a budget is broken, which the figures say too; without figures something else went wrong.
        ended = subprocess.run(
            [node, f"bench/{script}.mjs"], cwd=ROOT / "web", env={**environment, "ASSAY_BENCH_OUT": str(out)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if not out.exists():
            raise SystemExit(f"web/bench/{script}.mjs ended with {ended.returncode}:\n{ended.stdout}\n{ended.stderr}")
        told: dict[str, Any] = json.loads(out.read_text())
    return [_result(told["title"], figure) for figure in told["figures"]]


def _result(title: str, figure: dict[str, Any]) -> Result:
    contenders = [Measured("assay", tuple(figure["values"]))]
    targets: list[Target] = []
    if floor := figure.get("floor"):
        contenders.append(Measured(floor["name"], tuple(floor["values"])))
        targets.append(Target(floor["times"], floor["name"]))
    if budget := figure.get("budget"):
        targets.append(Target(budget))
    return Result(f"{title}: {figure['name']}", "CPU ms", tuple(contenders), tuple(targets))
