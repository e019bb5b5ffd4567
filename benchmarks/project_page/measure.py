"""See README.md for the method."""

from __future__ import annotations

import json
import math
import random
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil

from assay.testing.batches import BatchWriter
from assay.testing.servers import RunningServer
from assay.wire.records import Finish
from benchmarks.harness import Contender, Length, Result, Target, compare, process_cpu_s
from benchmarks.mlflow_server import MlFlowServer
from benchmarks.peers import python_of

RUNS, METRICS = 10_000, 10
SHOWN = 20  # runs of the chart, the newest ones
STEPS, SHOWN_STEPS = 20, 1_000
WRITERS = 8  # requests at once while the project is filled
MLFLOW_POINTS = 320  # of a run, what its page asks for
EPOCH = 1_760_000_000.0


def main(length: Length) -> list[Result]:
    count = length.pick(500, RUNS // 5, RUNS)
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as name:
        folder = Path(name)
        ours = Ours(folder, count)
        peer: MlFlow | None = None
        missing = ""
        try:
            peer = MlFlow(folder, count)
        except (OSError, subprocess.SubprocessError) as error:
            missing = f"MLflow is not available here: {error}"[:200]
        try:
            return [_compare(what, ours, peer, missing, length) for what in ("newest", "sorted", "filtered", "chart")]
        finally:
            ours.close()
            if peer:
                peer.close()


TITLES = {
    "newest": "The newest runs",
    "sorted": "Runs sorted by a metric",
    "filtered": "Runs filtered by a parameter and a metric, sorted",
    "chart": f"One metric of {SHOWN} runs",
}


def _compare(what: str, ours: Ours, peer: MlFlow | None, missing: str, length: Length) -> Result:
    contenders = [Contender("assay", lambda: _cpu_ms(ours.process, ours.ask[what]))]
    if peer:
        contenders.append(Contender("mlflow server", lambda: _cpu_ms(peer.process, peer.ask[what])))
    return compare(
        f"{TITLES[what]}, project of {ours.count:,} runs",
        contenders,
        unit="CPU ms",
        rounds=length.pick(3, 3, 7),
        targets=[Target(0.5, "mlflow server")] if peer else [],
        note=missing,
    )


def runs(count: int) -> Iterator[dict[str, Any]]:
    """The same runs for everybody."""
    chance = random.Random(1)
    for number in range(count):
        params = {"lr": 10 ** chance.uniform(-5, -1), "optimizer": chance.choice(["adam", "sgd", "lion"]), "seed": number}
        params |= {f"option_{index}": chance.choice([0.1, 0.2, 0.5]) for index in range(17)}
        goal, steps = chance.random(), SHOWN_STEPS if number >= count - SHOWN else STEPS
        metrics = {
            f"metric_{index}": [goal * (1 - math.exp(-step / 20)) + 0.01 * chance.random() for step in range(steps)]
            for index in range(METRICS)
        }
        yield {"name": f"run-{number}", "created_at": EPOCH + 60 * number, "params": params, "metrics": metrics}


def _cpu_ms(process: psutil.Process, ask: Callable[[], None], times: int = 5) -> float:
    """CPU milliseconds that the server's processes take for one request."""
    before = process_cpu_s(process)
    for _ in range(times):
        ask()
    return (process_cpu_s(process) - before) * 1000 / times


class Ours:
    """Our server with the runs in it."""

    def __init__(self, folder: Path, count: int) -> None:
        self.count = count
        self._server = RunningServer(folder / "assay").start()
        assert self._server.process is not None
        self.process = psutil.Process(self._server.process.pid)
        headers = {"authorization": f"Bearer {self._server.key}"}
        self._http = httpx.Client(base_url=self._server.url, headers=headers, timeout=120)
        self._path = f"/api/v1/projects/{self._http.get('/api/v1/me').json()['default_entity']}/project"
        self._ids = [run["name"] for run in runs(count)][-SHOWN:]
        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(self._write, runs(count)))
        newest = [{"key": "created_at", "descending": True}]
        best = [{"key": "summary.metric_0", "descending": True}]
        where = 'config.optimizer = "adam" and summary.metric_0 > 0.5'
        self.ask: dict[str, Callable[[], None]] = {
            "newest": lambda: self._page(sort=newest),
            "sorted": lambda: self._page(sort=best),
            "filtered": lambda: self._page(sort=best, filter=where),
            "chart": self._chart,
        }

    def _write(self, run: dict[str, Any]) -> None:
        path, writer = f"{self._path}/runs/{run['name']}", BatchWriter()
        start = {"writer": writer.name, "name": run["name"], "config": run["params"], "created_at": run["created_at"]}
        self._http.put(path, json=start).raise_for_status()
        rows = [
            (step, run["created_at"] + step / 10, {key: values[step] for key, values in run["metrics"].items()})
            for step in range(len(run["metrics"]["metric_0"]))
        ]
        for batch in (writer.log_at(*rows), writer.fold([Finish("finished", 0, run["created_at"] + 60)])):
            content_type = {"content-type": "application/vnd.assay.batch"}
            self._http.post(f"{path}/batches", content=batch.encode(), headers=content_type).raise_for_status()

    def _page(self, **asked: Any) -> None:
        columns = ["config.lr", "config.optimizer", "summary.metric_0", "summary.metric_1", "summary.metric_2"]
        page = self._http.post(f"{self._path}/runs/query", json={"limit": 200, "columns": columns, **asked}).json()
        assert page["runs"] and page["runs"][0]["values"]["summary.metric_0"] is not None, page

    def _chart(self) -> None:
        asked = {"runs": self._ids, "keys": ["metric_0"], "buckets": 1_000}
        answer = self._http.post(f"{self._path}/series/query", json=asked)
        assert answer.status_code == 200 and len(answer.content) > SHOWN * SHOWN_STEPS * 8, answer.status_code

    def close(self) -> None:
        self._http.close()
        self._server.stop()


class MlFlow:
    """MLflow's server with the same runs in it. Raises OSError or SubprocessError where it cannot be had."""

    def __init__(self, folder: Path, count: int) -> None:
        python = python_of("mlflow")
        store = f"sqlite:///{folder / 'mlflow.db'}"
        lines = "\n".join(json.dumps(run) for run in runs(count))
        fill = [python, str(Path(__file__).with_name("mlflow_fill.py")), store]
        filled = subprocess.run(fill, input=lines, capture_output=True, text=True, timeout=1_200, check=False)
        if filled.returncode:
            raise OSError(f"its store could not be filled: {filled.stderr.strip().splitlines()[-1]}")
        self._experiment = filled.stdout.split()[-1]
        self._server = MlFlowServer(folder, store)
        self.process = self._server.process
        self._http = httpx.Client(base_url=self._server.url, timeout=120)
        self._ids = [uuid.uuid5(uuid.NAMESPACE_OID, f"run-{number}").hex for number in range(count - SHOWN, count)]
        newest, best = ["attributes.start_time DESC"], ["metrics.metric_0 DESC"]
        where = "params.optimizer = 'adam' and metrics.metric_0 > 0.5"
        self.ask: dict[str, Callable[[], None]] = {
            "newest": lambda: self._page(order_by=newest),
            "sorted": lambda: self._page(order_by=best),
            "filtered": lambda: self._page(order_by=best, filter=where),
            "chart": self._chart,
        }

    def _page(self, **asked: Any) -> None:
        body = {"experiment_ids": [self._experiment], "max_results": 100, **asked}
        answer = self._http.post("/ajax-api/2.0/mlflow/runs/search", json=body)
        answer.raise_for_status()
        assert answer.json()["runs"][0]["data"]["metrics"], "no metrics"

    def _chart(self) -> None:
        asked = {"run_ids": self._ids, "metric_key": "metric_0", "max_results": MLFLOW_POINTS}
        answer = self._http.get("/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval", params=asked)
        answer.raise_for_status()
        assert len(answer.json()["metrics"]) >= SHOWN * MLFLOW_POINTS, "points are missing"

    def close(self) -> None:
        self._http.close()
        self._server.close()
