"""The method of the README."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from assay.testing.servers import RunningServer
from benchmarks.harness import Contender, Length, Result, Target, compare
from benchmarks.peers import python_of

_WORKER = Path(__file__).with_name("worker.py")
_NAMES = {"assay": "assay", "trackio": "trackio", "wandb": "wandb offline"}


def main(length: Length) -> list[Result]:
    steps, missing = length.pick(50, 200, 300), list[str]()
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as scratch:
        pythons = {"assay": sys.executable}
        for peer in ("trackio", "wandb"):
            try:
                pythons[peer] = python_of(peer)
            except (OSError, subprocess.SubprocessError) as error:
                missing.append(f"{peer} ({error})"[:120])
        server = RunningServer(Path(scratch) / "data").start()
        try:
            training = _Training(Path(scratch), pythons, server, steps)
            note = f"{steps} steps{'; not available here: ' + ', '.join(missing) if missing else ''}"
            cpu = compare(
                "A step of 10 ms that logs 20 numbers: CPU of the training thread in log()",
                [Contender(_NAMES[name], training.of(name)) for name in pythons],
                unit="µs",
                rounds=length.pick(1, 3, 5),
                warm_ups=0,
                targets=[Target(50), *(Target(1.0, _NAMES[name]) for name in pythons if name != "assay")],
                note=note,
            )
            wall = compare(
                "A step of 10 ms that logs 20 numbers: wall time beyond the 10 ms",
                [Contender(_NAMES[name], lambda name=name: training.beyond[name].pop(0)) for name in pythons],  # type: ignore[misc]
                unit="µs",
                rounds=length.pick(1, 3, 5),
                warm_ups=0,
                note="from the same steps; needs an idle machine",
            )
            return [cpu, wall]
        finally:
            server.stop()


class _Training:
    def __init__(self, folder: Path, pythons: dict[str, str], server: RunningServer, steps: int) -> None:
        self._folder, self._pythons, self._server, self._steps = folder, pythons, server, steps
        self._count = 0
        self.beyond: dict[str, list[float]] = {name: [] for name in pythons}

    def of(self, name: str) -> Callable[[], float]:
        def run() -> float:
            self._count += 1
            here = self._folder / f"{name}-{self._count}"
            here.mkdir()
            environment = {**os.environ, "HOME": str(here), "TRACKIO_DIR": str(here / "trackio")}
            if name == "assay":
                environment |= {"ASSAY_BASE_URL": self._server.url, "ASSAY_API_KEY": self._server.key}
                environment |= {"PYTHONPATH": str(_WORKER.parents[2] / "src")}
            command = [self._pythons[name], str(_WORKER), name, str(self._steps)]
            ended = subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True, timeout=300, check=False)
            assert ended.returncode == 0, f"{name}: {ended.stderr[-1500:]}"
            found: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
            shutil.rmtree(here, ignore_errors=True)
            self.beyond[name].append(found["beyond"])
            return found["cpu"]

        return run
