"""Run benchmarks, each in a process of its own so that none warms or fills the memory of another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import harness, peers, publish
from benchmarks.harness import Length

HERE = Path(__file__).parent
_FLAGS = {Length.QUICK: ["--quick"], Length.SHORT: [], Length.FULL: ["--full"]}


def names() -> list[str]:
    """Folders with a module that can be run."""
    return sorted(path.parent.name for path in HERE.glob("*/__main__.py"))


def run(name: str, options: harness.Options) -> dict[str, Any] | None:
    """What one benchmark found, and how busy the machine was before; None when it failed. Its output is shown as it comes."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "results.json"
        command = [sys.executable, "-m", f"benchmarks.{name}", "--loaded-ok", *_FLAGS[options.length]]
        ended = subprocess.run(command, env={**os.environ, "ASSAY_BENCH_OUT": str(out)}, cwd=HERE.parent, check=False)
        return json.loads(out.read_text()) if ended.returncode == 0 and out.exists() else None


def main() -> None:
    options = harness.parse(with_names=True)
    known = names()
    if unknown := [name for name in options.names if name not in known]:
        raise SystemExit(f"No benchmark is called {', '.join(unknown)}. There are: {', '.join(known)}.")
    harness.refuse_if_loaded(loaded_ok=options.loaded_ok)
    began = time.monotonic()
    results: list[harness.Result] = []
    failed: list[str] = []
    for name in options.names or known:
        started = time.monotonic()
        print(f"──── {name}", flush=True)
        found = run(name, options)
        if found is None:
            failed.append(name)
            continue
        results += harness.from_json(found["results"])
        keep(name, found, options)
        print(f"{name} took {time.monotonic() - started:.0f} s", flush=True)
    if options.length is Length.FULL:
        publish.main()
    missed = [result.title for result in results if not result.is_met]
    over = [result.title for result in results if result.is_over]
    minutes, seconds = divmod(round(time.monotonic() - began), 60)
    print(f"{len(results)} comparisons in {minutes} min {seconds} s")
    print(f"ratios missed: {len(missed)}; figures over their target on this machine: {len(over)}")
    print("".join([f"  missed: {title}\n" for title in missed] + [f"  over: {title}\n" for title in over]), end="")
    if failed:
        raise SystemExit(f"These benchmarks ended with an error: {', '.join(failed)}.")
    if options.strict and missed:
        raise SystemExit(1)


def keep(name: str, found: dict[str, Any], options: harness.Options) -> None:
    """Write the figures beside the benchmarks (git leaves them out), so that two runs can be compared and one be published."""
    folder = HERE / "results"
    folder.mkdir(exist_ok=True)
    path = folder / time.strftime(f"%Y%m%dT%H%M%SZ-{name}.json", time.gmtime())
    head = {
        "benchmark": name, "at": time.time(), "machine": harness.machine_line(),
        "length": options.length.value, "versions": peers.versions(),
    }  # fmt: skip
    path.write_text(json.dumps({**head, **found}, indent=1))
    print(f"Kept in {path.relative_to(HERE.parent)}.")


if __name__ == "__main__":
    main()
