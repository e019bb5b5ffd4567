"""See README.md for the method."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import psutil

from assay.testing.factories import a_batch
from assay.testing.servers import RunningServer
from assay.wire.batch import Batch, Block
from benchmarks.harness import Contender, Length, Result, Target, compare, single

ROWS, KEYS, WIDE = 10, 10, 20_000
BATCH = {"Content-Type": "application/vnd.assay.batch"}
JSON = {"Content-Type": "application/json"}
CURVES, STEPS, BUCKETS, ROWS_A_BATCH = 100, 50_000, 1_000, 25_000


def main(length: Length) -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        starts, rests = _starts(Path(folder), length.pick(2, 3, 5))
        server = RunningServer(Path(folder) / "data").start()
        bare = subprocess.Popen([sys.executable, "-m", "benchmarks.server.bare"], stdout=subprocess.PIPE, text=True)
        try:
            assert bare.stdout is not None
            bare_url = f"http://127.0.0.1:{int(bare.stdout.readline())}"
            return [
                _flushes(server, bare, bare_url, length),
                _wide(server, length),
                _visible(server, length),
                _chart(server, length),
                *_at_rest(starts, rests),
            ]
        finally:
            bare.terminate()
            bare.wait()
            bare.stdout.close()  # type: ignore[union-attr]
            server.stop()


def _starts(folder: Path, rounds: int) -> tuple[list[float], list[float]]:
    """(seconds to the first answer, MiB at rest) of servers on the same data, the first start not counted."""
    starts, rests = [], []
    for turn in range(rounds + 1):
        server = RunningServer(folder / "start")
        began = time.perf_counter()
        server.start()
        connection = _connect(server.url)
        _ask(connection, "GET", "/healthz", b"", {})
        took = time.perf_counter() - began
        time.sleep(2)
        assert server.process is not None
        if turn:
            starts.append(took)
            rests.append(psutil.Process(server.process.pid).memory_info().rss / 2**20)
        connection.close()
        server.stop()
    return starts, rests


def _flushes(server: RunningServer, bare: subprocess.Popen[str], bare_url: str, length: Length) -> Result:
    count = length.pick(200, 1_000, 1_000)
    send = _sender(server, "narrow", ROWS, [f"metric/{n}" for n in range(KEYS)])
    ours = _process(server)
    floor = psutil.Process(bare.pid)
    connection = _connect(bare_url)
    body = a_batch([{f"metric/{n}": 0.5 for n in range(KEYS)}] * ROWS).encode()

    def post_bare() -> None:
        _ask(connection, "POST", "/batches", body, BATCH)

    return compare(
        f"One flush over HTTP, {ROWS} rows of {KEYS} numbers",
        [
            Contender("assay", lambda: _cpu_per_call(ours, send, count)),
            Contender("bare ASGI answer", lambda: _cpu_per_call(floor, post_bare, count)),
        ],
        unit="CPU ms",
        rounds=length.pick(3, 5, 7),
        targets=[Target(1.0)],
    )


def _wide(server: RunningServer, length: Length) -> Result:
    send = _sender(server, "wide", 1, [f"layer/{n}/weight" for n in range(WIDE)])
    process = _process(server)
    send()
    calls = length.pick(5, 20, 20)
    rates = [WIDE / (_cpu_per_call(process, send, calls) / 1000) for _ in range(length.pick(3, 5, 5))]
    return single(
        f"Wide rows over HTTP, one row of {WIDE:,} numbers a batch", rates, unit="points per CPU s",
        targets=[Target(500_000, at_least=True)],
    )  # fmt: skip


def _visible(server: RunningServer, length: Length) -> Result:
    """From a batch's acknowledgement to an answer that has its last row."""
    send, connection = _sender(server, "seen", ROWS, ["loss"]), _connect(server.url)
    signed = {"Authorization": f"Bearer {server.key}"}
    address = f"{_project(connection, signed)}/runs/seen"
    sent = 0

    def seen_ms() -> float:
        nonlocal sent
        send()
        began = time.perf_counter()
        sent += ROWS
        while json.loads(_ask(connection, "GET", address, b"", signed))["last_step"] < sent - 1:
            pass
        return (time.perf_counter() - began) * 1000

    rounds = length.pick(3, 5, 7)
    worst = [float(np.percentile([seen_ms() for _ in range(length.pick(20, 100, 100))], 95)) for _ in range(rounds)]
    return single("From a row's acknowledgement to an answer that has it: p95", worst, unit="ms", targets=[Target(50)])


def _chart(server: RunningServer, length: Length) -> Result:
    """One metric of many runs, as a chart asks for it when it is opened."""
    runs, steps = length.pick((5, 5_000), (CURVES, STEPS), (CURVES, STEPS))
    connection, signed = _connect(server.url), {"Authorization": f"Bearer {server.key}"}
    project = _project(connection, signed)
    dice = np.random.default_rng(1)
    names = [f"curve{number}" for number in range(runs)]
    for name in names:
        _ask(connection, "PUT", f"{project}/runs/{name}", b'{"writer":"w1"}', signed | JSON)
        loss = (2.5 * np.exp(-np.arange(steps) / (steps / 4)) + 0.1 * dice.standard_normal(steps)).astype(np.float32)
        for first in range(0, steps, ROWS_A_BATCH):
            part = loss[first : first + ROWS_A_BATCH].astype(np.float64)
            _ask(connection, "POST", f"{project}/runs/{name}/batches", _column(part, first).encode(), signed | BATCH)
    asked = length.pick(5, 60, 60)

    def answer_ms(count: int) -> float:
        question = {"runs": names[:count], "keys": ["loss"], "buckets": BUCKETS}
        began = time.perf_counter()
        body = _ask(connection, "POST", f"{project}/series/query", json.dumps(question).encode(), signed | JSON)
        took = (time.perf_counter() - began) * 1000
        assert len(body) > count * min(BUCKETS, steps // 2) * 4, len(body)
        return took

    def slowest(count: int) -> Callable[[], float]:
        """The 95th of a hundred."""
        return lambda: float(np.percentile([answer_ms(count) for _ in range(asked)], 95))

    return compare(
        f"A chart over HTTP, {runs} runs × {steps:,} points in {BUCKETS:,} buckets: p95",
        [Contender("assay", slowest(runs)), Contender("one run of them", slowest(1))],
        unit="ms",
        rounds=length.pick(3, 3, 5),
        targets=[Target(50)],
        note="wall time at the client; needs an idle machine",
    )


def _column(values: np.ndarray, first: int) -> Batch:
    seqs = np.arange(first, first + len(values), dtype=np.int64)
    times = 1_760_000_000.0 + seqs * 0.1
    block = Block("history", ["loss"], "f", seqs.tobytes(), seqs.tobytes(), times.tobytes(), [values.tobytes()])
    return Batch("w1", first, first + len(values) - 1, [block])


def _at_rest(starts: list[float], rests: list[float]) -> list[Result]:
    return [
        single("Resident memory at rest", rests, unit="MiB", targets=[Target(150)]),
        single("Cold start to the first answer", starts, unit="s", targets=[Target(2)], note="wall time; needs an idle machine"),
    ]


def _sender(server: RunningServer, run: str, rows: int, keys: list[str]) -> Callable[[], None]:
    connection = _connect(server.url)
    signed = {"Authorization": f"Bearer {server.key}"}
    address = f"{_project(connection, signed)}/runs/{run}"
    _ask(connection, "PUT", address, b'{"writer":"w1"}', signed | JSON)
    sent = 0

    def send() -> None:
        nonlocal sent
        batch = a_batch([dict.fromkeys(keys, float(sent))] * rows, first_seq=sent, first_step=sent)
        _ask(connection, "POST", f"{address}/batches", batch.encode(), signed | BATCH)
        sent += rows

    return send


def _project(connection: http.client.HTTPConnection, signed: dict[str, str]) -> str:
    me = json.loads(_ask(connection, "GET", "/api/v1/me", b"", signed))
    return f"/api/v1/projects/{me['username']}/bench"


def _cpu_per_call(process: psutil.Process, call: Callable[[], None], count: int) -> float:
    """Milliseconds of the process' CPU time."""
    before = process.cpu_times()
    for _ in range(count):
        call()
    after = process.cpu_times()
    return float(1000 * (after.user + after.system - before.user - before.system) / count)


def _process(server: RunningServer) -> psutil.Process:
    assert server.process is not None
    return psutil.Process(server.process.pid)


def _connect(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)


def _ask(connection: http.client.HTTPConnection, method: str, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status == 200, (method, path, answer.status, content[:500])
    return content
