"""See README.md for the method."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil

from assay.testing.servers import RunningServer
from benchmarks.harness import Contender, Length, Result, Target, compare, process_cpu_s
from benchmarks.peers import python_of

_HERE = Path(__file__).parent
_SOURCE = _HERE.parents[1] / "src"
_NAMES = {
    "assay": "assay",
    "trackio": "trackio",
    "wandb": "wandb offline",
    "tensorboardX": "tensorboardX",
    "swanlab": "swanlab",
    "aim": "aim",
}
KEYS = 10
_SLOW = ("swanlab", "aim", "tensorboardX")  # most of a minute each, or minutes
_ROUND_S = 900


def main(length: Length) -> list[Result]:
    steps = length.pick(2_000, 100_000, 100_000)
    missing: list[str] = []
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as scratch:
        folder = Path(scratch)
        pythons = {"assay": sys.executable}
        for peer in [name for name in _NAMES if name not in pythons]:
            try:
                pythons[peer] = python_of(peer)
            except (OSError, subprocess.SubprocessError) as error:
                missing.append(f"{peer} ({error})"[:120])
        with_server = RunningServer(folder / "data").start()
        try:
            lives = _Lives(folder, pythons, with_server, missing)
            return [
                lives.compare("import, init and finish", 0, length.pick(3, 3, 5), "cpu", 0.35),
                lives.compare(
                    f"{steps:,} steps of {KEYS} metrics, to a finished run",
                    steps,
                    1,
                    "wall",
                    0.35,
                    without=length.pick((), _SLOW, ()),
                ),
                lives.per_step(steps),
                *lives.journal(steps),
            ]
        finally:
            with_server.stop()


class _Lives:
    """Whole lives of runs. Ours counts the server's CPU, and can be asked for when its script has ended."""

    def __init__(self, folder: Path, pythons: dict[str, str], server: RunningServer, missing: list[str]) -> None:
        self._folder, self._pythons, self._server, self._missing = folder, pythons, server, missing
        self._count = 0
        self._told: dict[tuple[str, int], list[dict[str, float]]] = {}

    def compare(self, title: str, steps: int, rounds: int, what: str, factor: float, without: tuple[str, ...] = ()) -> Result:
        return compare(
            title,
            [Contender(_NAMES[name], self._of(name, steps, what)) for name in self._pythons if name not in without],
            unit="s CPU of everything" if what == "cpu" else "s",
            rounds=rounds,
            warm_ups=1 if steps == 0 else 0,
            targets=[Target(factor, "trackio")] if "trackio" in self._pythons else [],
            note=self._note(),
        )

    def per_step(self, steps: int) -> Result:
        """From the same lives as the comparison before."""
        names = [name for name in self._pythons if (name, steps) in self._told]
        return compare(
            f"{steps:,} steps of {KEYS} metrics, CPU a step",
            [Contender(_NAMES[name], lambda name=name: self._told[name, steps][-1]["cpu"] / steps * 1e6) for name in names],
            unit="µs CPU of everything",
            rounds=1,
            warm_ups=0,
            targets=[Target(0.35, "trackio")] if "trackio" in names else [],
        )

    def journal(self, steps: int) -> list[Result]:
        """What each leaves in its folder, from the same lives; tensorboardX leaves its own kind of file too."""
        names = [name for name in self._pythons if (name, steps) in self._told]
        return [
            compare(
                "On the client's disk after finish()",
                [
                    Contender(_NAMES[name], lambda name=name: self._told[name, steps][-1]["bytes"] / (steps * KEYS))
                    for name in names
                ],
                unit="bytes a point",
                rounds=1,
                warm_ups=0,
                targets=[Target(8), *(Target(0.6, _NAMES[name]) for name in names if name != "assay")],
            )
        ]

    def _note(self) -> str:
        absent = f" Not available here: {', '.join(self._missing)}." if self._missing else ""
        return (
            f"Assay sends to a server, whose CPU counts, and can be asked when the script ends; the others write files.{absent}"
        )

    def _of(self, name: str, steps: int, what: str) -> Callable[[], float]:
        def life() -> float:
            found = self._live(name, steps)
            self._told.setdefault((name, steps), []).append(found)
            return found[what]

        return life

    def _live(self, name: str, steps: int) -> dict[str, float]:
        self._count += 1
        here = self._folder / f"{name}-{self._count}"
        here.mkdir()
        environment = {**os.environ, "HOME": str(here), "TRACKIO_DIR": str(here / "trackio")}
        if name == "assay":  # it would take the words of wandb for its own
            environment |= {"ASSAY_BASE_URL": self._server.url, "ASSAY_API_KEY": self._server.key}
            environment |= {"ASSAY_RUN_ID": f"run{self._count}", "PYTHONPATH": str(_SOURCE)}
        command = [
            sys.executable,
            str(_HERE / "reaper.py"),
            self._pythons[name],
            str(_HERE / "worker.py"),
            name,
            str(steps),
            str(KEYS),
        ]
        before = self._server_cpu()
        ended = subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True, timeout=_ROUND_S, check=True)
        found: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
        assert found["code"] == 0, f"{name}: {ended.stderr[-1500:]}"
        found["bytes"] = sum(path.stat().st_size for path in here.rglob("*") if path.is_file())
        if name == "assay":
            found["cpu"] += self._server_cpu() - before
            self._require_all(f"run{self._count}", steps)
        shutil.rmtree(here)
        return found

    def _server_cpu(self) -> float:
        assert self._server.process is not None
        return process_cpu_s(psutil.Process(self._server.process.pid))

    def _require_all(self, run: str, steps: int) -> None:
        """The run is finished and has its last row, by the server's own word."""
        with httpx.Client(
            base_url=f"{self._server.url}/api/v1", headers={"authorization": f"Bearer {self._server.key}"}
        ) as client:
            me: dict[str, Any] = client.get("/me").json()
            answer = client.get(f"/projects/{me['default_entity']}/bench/runs/{run}").raise_for_status().json()
        assert (answer["state"], answer["last_step"]) == ("finished", steps - 1), answer
