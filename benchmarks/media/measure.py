"""Start every contender in a process of its own, and let them log pictures in turns."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.harness import Contender, Length, Result, Target, compare
from benchmarks.peers import python_of

_WORKER = Path(__file__).with_name("worker.py")
_COUNT = 40  # pictures of one round; 31 MB of pixels
_NAMES = {"assay": "assay", "write": "bare write of the pixels", "wandb": "wandb offline"}
_MEASURES = {"p50": "median", "p99": "p99", "cpu": "CPU of the script's process"}


class Worker:
    def __init__(self, name: str, python: str, folder: Path) -> None:
        here = self._here = folder / name
        here.mkdir()
        quiet = {"WANDB_MODE": "offline", "WANDB_SILENT": "true", "WANDB_DIR": str(here)}
        source = str(Path(__file__).resolve().parents[2] / "src")
        paths = {"PYTHONPATH": source} if name == "assay" else {}
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        self._process = subprocess.Popen(
            [python, str(_WORKER), name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=here,
            text=True, env={**kept, **quiet, **paths, "ASSAY_DATA": str(here)},
        )  # fmt: skip
        if not self._answer().get("ready"):
            raise OSError(f"{name} did not start")

    def round(self, kind: str) -> dict[str, float]:
        """p50, p99 and CPU of one call, in milliseconds."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"kind": kind, "count": _COUNT}) + "\n")
        self._process.stdin.flush()
        return {name: value / 1e6 for name, value in self._answer().items()}

    def close(self) -> None:
        """End it, and wait for the process beside it, which would go on to encode what nobody wants to see."""
        self._process.kill()
        self._process.wait()
        for run in self._here.glob(".assay/*"):
            shutil.rmtree(run / "staged", ignore_errors=True)
            with (run / "monitor.lock").open("r+b") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)

    def _answer(self) -> dict[str, float]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise OSError("the contender ended")
        found: dict[str, float] = json.loads(line)
        return found


def main(length: Length) -> list[Result]:
    missing: list[str] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        workers = {name: Worker(name, sys.executable, Path(folder)) for name in ("assay", "write")}
        try:
            workers["wandb"] = Worker("wandb", python_of("wandb", "numpy", "pillow"), Path(folder))
        except (OSError, subprocess.SubprocessError) as error:
            missing.append(f"wandb ({error})"[:120])
        try:
            return [
                _compare(workers, kind, measure, missing, rounds=length.pick(3, 3, 9))
                for kind in ("uint8", "float32")
                for measure in _MEASURES
            ]
        finally:
            for worker in workers.values():
                worker.close()


def _compare(workers: dict[str, Worker], kind: str, measure: str, missing: list[str], *, rounds: int) -> Result:
    def once(worker: Worker) -> Callable[[], float]:
        return lambda: worker.round(kind)[measure]

    contenders = [Contender(_NAMES[name], once(worker)) for name, worker in workers.items()]
    # Of floats within 0–1 wandb keeps a black picture (0.31 does), which costs next to nothing to encode.
    is_promised = measure == "p50" and kind == "uint8" and "wandb" in workers
    absent = f"; not available here: {', '.join(missing)}" if missing else ""
    return compare(
        f"log() of a 512 × 512 picture, {kind}, {_MEASURES[measure]}",
        contenders,
        unit="ms",
        rounds=rounds,
        targets=[Target(0.2, _NAMES["wandb"])] if is_promised else [],
        note=f"making the picture of an array and logging it; what else a contender runs goes on beside it{absent}",
    )
