"""Writes `docs/benchmarks.md` from the newest whole measurement of each benchmark: `python -m benchmarks.publish`.

A quick run shows that a benchmark runs and is never published."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from benchmarks.harness import Measured, Result, figure, from_json

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks.md"

HEAD = """# Benchmarks

What Assay costs, beside a named peer or a physical floor that was measured in the same minutes on the same machine. Written by
`python -m benchmarks.publish` from what `make bench` measured; each has a folder in `benchmarks/` that tells its method.

Rounds are interleaved and rotate; medians are shown, with the range in brackets. Ratios are what is judged: an absolute figure
says as much of the machine as of the program, so it is told beside the figure it was designed for. Where the machine
was busy with other things, wall times are worth little.
"""


def newest() -> list[dict[str, Any]]:
    """The newest whole measurement of each benchmark, by name."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((HERE / "results").glob("*-*.json")):
        kept = json.loads(path.read_text())
        if kept["length"] != "quick":
            found[kept["benchmark"]] = kept
    return [found[name] for name in sorted(found)]


def page(measurements: list[dict[str, Any]]) -> str:
    return "\n".join([HEAD, *(section(one) for one in measurements)])


def section(kept: dict[str, Any]) -> str:
    readme = (HERE / kept["benchmark"] / "README.md").read_text()
    title = readme.splitlines()[0].removeprefix("# ")
    at = time.strftime("%Y-%m-%d", time.gmtime(kept["at"]))
    names = {contender["name"].lower().split()[0] for result in kept["results"] for contender in result["contenders"]}
    beside = [f"{name} {version}" for name, version in kept["versions"].items() if name == "assay" or name in names]
    where = f"{at}, {kept['machine']}, {kept['busy']:.0%} busy with other things; {', '.join(beside)}"
    command = "bench-full" if kept["length"] == "full" else "bench"
    lines = [
        f"## {title}", "",
        f"`make {command} ARGS={kept['benchmark']}`, {where}.", "",
        "| measured | Assay | beside | target |", "| --- | --- | --- | --- |",
        *(row(result) for result in from_json(kept["results"])), "",
    ]  # fmt: skip
    return "\n".join(lines)


def row(result: Result) -> str:
    """A comparison as a line of the table."""
    ours, *others = result.contenders
    beside = [f"{_told(other)} {other.name}: {ours.median / other.median:.3g}×" for other in others if other.median]
    targets = []
    for target in result.targets:
        _, is_met = result.reach(target)
        word = "met" if is_met else "**missed**" if target.than else "over"
        targets.append(f"{target.sentence(result.unit)}: {word}")
    cells = (f"{result.title} [{result.unit}]", _told(ours), "<br>".join(beside), "<br>".join(targets))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _told(measured: Measured) -> str:
    low, high = min(measured.values), max(measured.values)
    return f"{figure(measured.median)} ({figure(low)} … {figure(high)})"


def main() -> None:
    measurements = newest()
    if not measurements:
        raise SystemExit("There is nothing to publish: measure first, with make bench.")
    PAGE.write_text(page(measurements))
    print(f"Wrote docs/{PAGE.name}: {', '.join(one['benchmark'] for one in measurements)}.")


if __name__ == "__main__":
    main()
