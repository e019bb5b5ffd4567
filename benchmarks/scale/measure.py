"""The method of the README."""

from __future__ import annotations

import http.client
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.testing.servers import RunningServer
from assay.wire.batch import Batch, Block
from assay.wire.records import Finish
from benchmarks.harness import Length, Result, Target, single

POINTS, ROWS_A_BATCH, SPIKE = 10_000_000, 50_000, 1e6
NAMES = 100_000
RUNS, METRICS, STEPS, SENDERS = 7_500, 1_500, 20, 4
_ASKED = 60
_LOAD_S, _OPEN_S, _DISK_GB = 900, 2.0, 3.0
_SCRIPT = """
import assay, resource
run = assay.init(project="bench", mode="offline", settings=assay.Settings(console="off", silent=True))
for part in range(10):
    run.log({f"part_{part}/layer_{n}": 0.5 for n in range(100_000)})
run.finish()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def main(length: Length) -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        data = Path(folder) / "data"
        server = RunningServer(data).start()
        try:
            client = Client(server)
            return [
                _long_curve(client, length),
                *_many_names(client, length),
                *_many_metrics(server, client, data, length),
                _script_memory(Path(folder)),
            ]
        finally:
            server.stop()


class Client:
    """One connection, signed."""

    def __init__(self, server: RunningServer) -> None:
        parts = urlsplit(server.url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=600)
        self._signed = {"Authorization": f"Bearer {server.key}"}
        self.projects = f"/api/v1/projects/{json.loads(self.ask('GET', '/api/v1/me'))['default_entity']}"

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> bytes:
        headers = {**self._signed, **({"Content-Type": kind} if body else {})}
        self._connection.request(method, path, body or None, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        assert answer.status == 200, (method, path, answer.status, content[:500])
        return content

    def create(self, project: str, run: str) -> str:
        """The run's address."""
        address = f"{self.projects}/{project}/runs/{run}"
        self.ask("PUT", address, b'{"writer":"w1"}')
        return address

    def send(self, address: str, batch: Batch) -> None:
        self.ask("POST", f"{address}/batches", batch.encode(), "application/vnd.assay.batch")


def _p95(title: str, ask: Callable[[], None], target_ms: float, length: Length) -> Result:
    def ms() -> float:
        began = time.perf_counter()
        ask()
        return (time.perf_counter() - began) * 1000

    ask()
    rounds = [
        float(np.percentile([ms() for _ in range(length.pick(5, _ASKED, _ASKED))], 95)) for _ in range(length.pick(1, 3, 5))
    ]
    return single(f"{title}: p95", rounds, unit="ms", targets=[Target(target_ms)])


def _long_curve(client: Client, length: Length) -> Result:
    points = length.pick(200_000, POINTS, POINTS)
    values = np.random.default_rng(1).standard_normal(points).astype(np.float32).astype(np.float64)
    values[points * 2 // 3] = SPIKE
    address = client.create("long", "curve")
    for first in range(0, points, ROWS_A_BATCH):
        client.send(address, batch_of(["loss"], values[None, first : first + ROWS_A_BATCH], first))
    question = json.dumps({"runs": ["curve"], "keys": ["loss"], "buckets": 1_000}).encode()

    def chart() -> None:
        answer = client.ask("POST", f"{client.projects}/long/series/query", question)
        table = pa.ipc.open_stream(io.BytesIO(answer)).read_all()
        numbers = [column for column in table.columns if pa.types.is_floating(column.type)]
        assert max(pc.max(column).as_py() or 0.0 for column in numbers) >= SPIKE, "the spike is not in the answer"

    return _p95(f"A chart of one run of {points:,} points, its spike in it", chart, 200, length)


def _many_names(client: Client, length: Length) -> list[Result]:
    names = length.pick(5_000, NAMES, NAMES)
    address = client.create("names", "wide")
    client.send(address, batch_of([f"layer/{n}/weight" for n in range(names)], np.full((names, 1), 0.5), 0))
    columns = f"{client.projects}/names/columns?section=metric&limit=1000"

    def first_page() -> None:
        assert len(json.loads(client.ask("GET", columns))["columns"]) == 1_000

    def search() -> None:
        assert json.loads(client.ask("GET", f"{columns}&prefix=layer/99"))["columns"]

    return [
        _p95(f"The first page of {names:,} metrics of a run", first_page, 200, length),
        _p95(f"A search among {names:,} metrics of a run", search, 200, length),
    ]


def _many_metrics(server: RunningServer, client: Client, data: Path, length: Length) -> list[Result]:
    share = length.pick(20 / RUNS, 0.1, 1.0)
    runs, before = round(RUNS * share), _disk(data)
    keys = [f"group_{n // 50}/metric_{n % 50}" for n in range(METRICS)]

    def send(part: int) -> None:
        own, dice = Client(server), np.random.default_rng(part)
        for run in range(part, runs, SENDERS):
            values = dice.standard_normal((METRICS, STEPS)).astype(np.float32).astype(np.float64)
            batch = batch_of(keys, values, 0)
            batch.events, batch.last_seq = [(STEPS, Finish("finished", 0, time.time()))], STEPS
            own.send(own.create("research", f"run{run}"), batch)

    began = time.perf_counter()
    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(send, range(SENDERS)))
    loaded = time.perf_counter() - began
    began = time.perf_counter()
    project = f"{client.projects}/research"
    client.ask("GET", project)
    client.ask("GET", f"{project}/columns?section=metric&limit=1000")
    first = json.dumps({"limit": 200, "sort": [{"key": "created_at", "descending": True}]}).encode()
    assert json.loads(client.ask("POST", f"{project}/runs/query", first))["total"] == runs
    opened = time.perf_counter() - began
    size = f"{runs:,} runs of {METRICS:,} metrics of {STEPS} points"
    return [
        single(f"{size}: loaded", [loaded], unit="s", targets=[Target(_LOAD_S * share)]),
        single(f"{size}: the project opens", [opened], unit="s", targets=[Target(_OPEN_S)]),
        single(f"{size}: disk", [(_settled(data) - before) / 1e9], unit="GB", targets=[Target(_DISK_GB * share)]),
    ]


def _script_memory(folder: Path) -> Result:
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src"),
        "ASSAY_DATA": str(folder / "none"),
    }
    ended = subprocess.run(
        [sys.executable, "-c", _SCRIPT], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    peak = float(ended.stdout.split()[-1])
    return single("A script that logs a million names, 100,000 a row: memory", [peak], unit="MiB", targets=[Target(600)])


def batch_of(keys: list[str], values: np.ndarray[Any, np.dtype[np.float64]], first: int) -> Batch:
    """`values`: a line for each key, a column for each row."""
    count = values.shape[1]
    seqs = np.arange(first, first + count, dtype=np.int64)
    columns = [line.tobytes() for line in values]
    times = 1_760_000_000.0 + seqs * 0.1
    block = Block("history", keys, "f" * len(keys), seqs.tobytes(), seqs.tobytes(), times.tobytes(), columns)
    return Batch("w1", first, first + count - 1, [block])


def _settled(folder: Path) -> int:
    """The disk when what the server moves behind its answers is moved."""
    size, until = -1, time.monotonic() + 120
    while (now := _disk(folder)) != size and time.monotonic() < until:
        size = now
        time.sleep(3)
    return size


def _disk(folder: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())
