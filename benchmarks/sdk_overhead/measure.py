"""Start every contender in a process of its own, and let them log in turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from assay.journal import frames
from assay.wire import records
from benchmarks.harness import Contender, Length, Result, Target, compare, single
from benchmarks.peers import python_of

_WORKER = Path(__file__).with_name("worker.py")
_PEERS = ("wandb", "trackio")
_SIZES = {1: 2_000, 10: 2_000, 100: 500, 1_000: 100, 5_000: 20}  # keys: rows in a round
_PROMISED = {  # keys: at most so many times the median of others
    10: {"write": 3.0, "trackio": 0.25, "wandb": 0.05},
    1_000: {"trackio": 0.1},
    5_000: {"trackio": 0.25, "wandb": 0.25},
}


class Worker:
    def __init__(self, name: str, python: str, folder: Path) -> None:
        self.name = name
        self._p99: list[float] = []
        here = folder / name
        here.mkdir()
        quiet = {"WANDB_MODE": "offline", "WANDB_SILENT": "true", "WANDB_DIR": str(here), "TRACKIO_DIR": str(here)}
        source = str(Path(__file__).resolve().parents[2] / "src")
        self._process = subprocess.Popen(
            [python, str(_WORKER), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=here,
            text=True,
            env={**os.environ, **quiet, **({"PYTHONPATH": source} if name == "assay" else {}), "ASSAY_DATA": str(here)},
        )
        if not self._answer().get("ready"):
            raise OSError(f"{name} did not start")

    def round(self, keys: int, rows: int) -> dict[str, float]:
        """p50 and p99 of one call, in microseconds."""
        assert self._process.stdin is not None
        order = {"keys": keys, "rows": rows, "bytes": frame_bytes(keys)}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return {name: value / 1e3 for name, value in self._answer().items()}

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _answer(self) -> dict[str, float]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise OSError(f"{self.name} ended")
        found: dict[str, float] = json.loads(line)
        return found


def frame_bytes(keys: int) -> int:
    """What the journal writes for a row of `keys` floats."""
    row = records.Row(0, 1_000, 1.7e9, [0.5 + i for i in range(keys)])
    return frames.FRAME_OVERHEAD + len(records.encode(row))


def main(length: Length) -> list[Result]:
    missing: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        workers = _start(Path(folder), missing)
        try:
            results = [
                _compare(workers, keys, rows, quantile, missing, rounds=length.pick(5, 7, 15))
                for keys, rows in _SIZES.items()
                for quantile in ("p50", "p99")
            ]
            results += [
                single(f"The journal while it is written, rows of {keys:,} numbers", [frame_bytes(keys) / keys],
                       unit="bytes a point", targets=[Target(most)])
                for keys, most in ((10, 20), (1_000, 12))
            ]  # fmt: skip
        finally:
            for worker in workers.values():
                worker.close()
    return results


def _start(folder: Path, missing: list[str]) -> dict[str, Worker]:
    workers = {name: Worker(name, sys.executable, folder) for name in ("assay", "write")}
    for peer in _PEERS:
        try:
            workers[peer] = Worker(peer, python_of(peer), folder)
        except (OSError, subprocess.SubprocessError) as error:
            missing.append(f"{peer} ({error})"[:120])
    return workers


def _compare(workers: dict[str, Worker], keys: int, rows: int, quantile: str, missing: list[str], *, rounds: int) -> Result:
    def measure(worker: Worker) -> Callable[[], float]:
        return lambda: worker.round(keys, rows)[quantile]

    names = {"assay": "assay", "write": "bare write(2)", "wandb": "wandb offline", "trackio": "trackio"}
    contenders = [Contender(names[name], measure(worker)) for name, worker in workers.items()]
    targets = []
    if quantile == "p50":
        promised = _PROMISED.get(keys, {})
        targets = [Target(factor, names[name]) for name, factor in promised.items() if name in workers]
    absent = f"; not available here: {', '.join(missing)}" if missing else ""
    return compare(
        f"log() of {keys} scalars, {quantile}",
        contenders,
        unit="µs",
        rounds=rounds,
        targets=targets,
        note=f"wall time of one call; the bare write is of the same {frame_bytes(keys)} bytes{absent}",
    )
