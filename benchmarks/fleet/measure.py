"""See README.md for the method."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil

from assay.testing.factories import a_batch
from assay.testing.servers import RunningServer
from benchmarks.harness import Contender, Length, Result, Target, compare, process_cpu_s, single
from benchmarks.mlflow_server import MlFlowServer

RUNS, KEYS, WIDE = 1_000, 20, 1_000
BATCH = {"content-type": "application/vnd.assay.batch"}


def main(length: Length) -> list[Result]:
    runs, seconds = length.pick((100, 5), (RUNS, 20), (RUNS, 600))
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as name:
        folder = Path(name)
        ours = _Ours(folder)
        peer: _MlFlow | None = None
        missing = ""
        try:
            peer = _MlFlow(folder)
        except (OSError, subprocess.SubprocessError) as error:
            missing = f"MLflow is not available here: {error}"[:200]
        try:
            return [*_beside(ours, peer, missing, length), *ours.fleet(runs, seconds)]
        finally:
            ours.close()
            if peer:
                peer.close()


def _beside(ours: _Ours, peer: _MlFlow | None, missing: str, length: Length) -> list[Result]:
    asked = {
        "created": ("A run is created", "CPU ms of the server", 0.1, False),
        "row": (f"One row of {KEYS} numbers", "CPU ms of the server", 0.1, False),
        "wide": (f"Rows of {WIDE:,} numbers", "points a CPU s of the server", 50, True),
    }
    count = length.pick(20, 50, 100)
    results = []
    for what, (title, unit, factor, at_least) in asked.items():
        contenders = [Contender("assay", _measured(ours.process, ours.ask[what], count, at_least))]
        if peer:
            contenders.append(Contender("mlflow server", _measured(peer.process, peer.ask[what], count // 5, at_least)))
        targets = [Target(factor, "mlflow server", at_least=at_least)] if peer else []
        results.append(compare(title, contenders, unit=unit, rounds=length.pick(3, 3, 5), targets=targets, note=missing))
    return results


def _measured(process: psutil.Process, ask: Callable[[], None], count: int, is_rate: bool) -> Callable[[], float]:
    def run() -> float:
        before = process_cpu_s(process)
        for _ in range(count):
            ask()
        used = max(process_cpu_s(process) - before, 0.01)  # what the kernel counts in
        return WIDE * count / used if is_rate else used * 1000 / count

    return run


class _Ours:
    def __init__(self, folder: Path) -> None:
        self._server = RunningServer(folder / "assay").start()
        assert self._server.process is not None
        self.process = psutil.Process(self._server.process.pid)
        self._http = httpx.Client(base_url=self._server.url, headers={"authorization": f"Bearer {self._server.key}"}, timeout=60)
        self._project = f"{self._http.get('/api/v1/me').json()['default_entity']}/bench"
        self._created = 0
        self._sent: dict[str, int] = {}
        self._create("row")
        self._create("wide")
        self.ask: dict[str, Callable[[], None]] = {
            "created": lambda: self._create(""),
            "row": lambda: self._row("row", KEYS),
            "wide": lambda: self._row("wide", WIDE),
        }

    def _create(self, run: str) -> None:
        self._created += 1
        path = f"/api/v1/projects/{self._project}/runs/{run or f'created{self._created}'}"
        self._http.put(path, json={"writer": "w1", "config": {"lr": 0.1}}).raise_for_status()

    def _row(self, run: str, keys: int) -> None:
        at = self._sent[run] = self._sent.get(run, -1) + 1
        body = a_batch([{f"metric/{key}": at + key / 8 for key in range(keys)}], first_seq=at, first_step=at).encode()
        path = f"/api/v1/projects/{self._project}/runs/{run}/batches"
        self._http.post(path, content=body, headers=BATCH).raise_for_status()

    def fleet(self, runs: int, seconds: int) -> list[Result]:
        for at in range(runs):
            self._create(f"fleet{at}")
        arguments = [self._server.url, self._server.key, self._project, *map(str, (runs, seconds, KEYS))]
        driver = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.fleet.driver", *arguments],
            stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")},
        )  # fmt: skip
        time.sleep(1)
        used, began, peak = process_cpu_s(self.process), time.monotonic(), 0
        while driver.poll() is None and time.monotonic() - began < seconds:
            peak = max(peak, self.process.memory_info().rss)
            time.sleep(0.5)
        cores = (process_cpu_s(self.process) - used) / (time.monotonic() - began)
        said, _ = driver.communicate()
        assert driver.returncode == 0, said
        told = json.loads(said)
        for at in range(runs):
            run = self._http.get(f"/api/v1/projects/{self._project}/runs/fleet{at}").raise_for_status().json()
            assert run["last_step"] == seconds - 1, run
        late_ms = told["late_ms"]
        what = f"{runs:,} runs, a row of {KEYS} numbers a second each, {seconds} s"
        return [
            single(
                what,
                [cores],
                unit="cores of the server",
                targets=[Target(1.2)],
                note=f"No errors; every row is there, {runs * seconds / told['sent']:.1f} in a batch on average.",
            ),
            single(f"{what}: acknowledged, p50", [late_ms[len(late_ms) // 2]], unit="ms after it was due"),
            single(
                f"{what}: acknowledged, p99",
                [late_ms[len(late_ms) * 99 // 100]],
                unit="ms after it was due",
                targets=[Target(500)],
            ),
            single(f"{what}: memory", [peak / 2**20], unit="MiB", targets=[Target(1_536)]),
        ]

    def close(self) -> None:
        self._http.close()
        self._server.stop()


class _MlFlow:
    """Raises OSError or SubprocessError where it cannot be had."""

    def __init__(self, folder: Path) -> None:
        self._server = MlFlowServer(folder)
        self.process = self._server.process
        self._http = httpx.Client(base_url=f"{self._server.url}/api/2.0/mlflow", timeout=120)
        self._experiment = self._post("experiments/create", {"name": "bench"})["experiment_id"]
        self._run = self._create()
        self._step = 0
        self.ask: dict[str, Callable[[], None]] = {
            "created": lambda: self._create() and None,
            "row": lambda: self._row(KEYS),
            "wide": lambda: self._row(WIDE),
        }

    def _create(self) -> str:
        run = self._post("runs/create", {"experiment_id": self._experiment, "start_time": int(time.time() * 1000)})["run"]
        run_id: str = run["info"]["run_id"]
        self._post("runs/log-batch", {"run_id": run_id, "params": [{"key": "lr", "value": "0.1"}]})
        return run_id

    def _row(self, keys: int) -> None:
        self._step += 1
        now = int(time.time() * 1000)
        metrics = [
            {"key": f"metric/{key}", "value": self._step + key / 8, "timestamp": now, "step": self._step} for key in range(keys)
        ]
        self._post("runs/log-batch", {"run_id": self._run, "metrics": metrics})

    def _post(self, path: str, body: object) -> dict[str, dict[str, dict[str, str]]]:
        answer = self._http.post(f"/{path}", json=body)
        answer.raise_for_status()
        return answer.json()  # type: ignore[no-any-return]

    def close(self) -> None:
        self._http.close()
        self._server.close()
