"""A process that writes runs to a server, as a training script's upload does. The browser tests start it.
The key is in ASSAY_API_KEY.

    python e2e/writer.py SERVER PROJECT seed     12 runs of 600 steps, then exits
    python e2e/writer.py SERVER PROJECT long     one run of 200,000 steps with a spike one step wide, then exits
    python e2e/writer.py SERVER PROJECT live     one run that logs ten rows a second until standard input ends
    python e2e/writer.py SERVER PROJECT spike    one run of 10,000,000 steps, two of 600; a spike one step wide at 6,543,210
    python e2e/writer.py SERVER PROJECT encoders 12 runs of three encoders, some shorter, with an alert
    python e2e/writer.py SERVER PROJECT odd      one run with NaN and infinities, one with a single point
    python e2e/writer.py SERVER PROJECT sizes    one run of values that take 64 bits: huge, tiny, large and close together
    python e2e/writer.py SERVER PROJECT wall     20 runs of 40 metrics and 1,000 steps, for the budgets
    python e2e/writer.py SERVER PROJECT hall     20 runs of 300 metrics and 1,000 steps, for the page of 300 panels
    python e2e/writer.py SERVER PROJECT tick     goes on with them: ten rows to each run for every line it reads

The project is ENTITY/NAME. Prints a line when what it wrote can be read."""

# ruff: noqa: S311, T201 -- reproducible curves, and lines that whoever started this waits for
from __future__ import annotations

import math
import os
import random
import select
import sys
import time
from collections.abc import Iterable

import httpx
import numpy as np

from assay.wire.batch import Batch, Block
from assay.wire.records import Alert, Finish, Record, Row, Shape

WORDS = [("amber", "otter"), ("quiet", "fjord"), ("brisk", "heron"), ("copper", "lark"), ("sunlit", "quartz"), ("lucid", "comet")]
BATCH_ROWS = 20_000
SPIKE_AT = 6_543_210


class Writer:
    """One run, one writer. Batches go out as they come; the answer to each is awaited."""

    def __init__(
        self, client: httpx.Client, project: str, run: str, name: str, config: dict[str, object], at: float, writer: str = "w"
    ) -> None:
        self._client = client
        self._path = f"/api/v1/projects/{project}/runs/{run}"
        self._seq = 0
        self._shapes: dict[tuple[str, tuple[str, ...]], int] = {}
        self._known: dict[int, Shape] = {}
        self._writer = writer
        start = {"writer": writer, "name": name, "config": config, "created_at": at, "program": "train.py"}
        self._send("PUT", self._path, json=start)

    def log(self, rows: Iterable[tuple[int, float, dict[str, float]]], channel: str = "history") -> None:
        """Rows of (step, time, values)."""
        records: list[tuple[int, Record]] = []
        for step, at, values in rows:
            place = (channel, tuple(values))
            if place not in self._shapes:
                self._shapes[place] = len(self._shapes)
                self._append(records, Shape(self._shapes[place], list(values), channel))  # type: ignore[arg-type]
            self._append(records, Row(self._shapes[place], step, at, list(values.values())))
            if len(records) >= BATCH_ROWS:
                self._flush(records)
        self._flush(records)

    def log_columns(self, steps: np.ndarray, times: np.ndarray, values: dict[str, np.ndarray]) -> None:
        """Rows as columns: millions of them as fast as they are sent."""
        seqs = np.arange(self._seq, self._seq + len(steps), dtype=np.int64)
        columns = [value.astype(np.float64).tobytes() for value in values.values()]
        block = Block("history", list(values), "f" * len(values), seqs.tobytes(), steps.tobytes(), times.tobytes(), columns)
        batch = Batch(self._writer, self._seq, int(seqs[-1]), [block])
        self._seq = int(seqs[-1]) + 1
        self._post(batch)

    def alert(self, title: str, step: int, at: float) -> None:
        records: list[tuple[int, Record]] = []
        self._append(records, Alert(title, "", "error", at, step))
        self._flush(records)

    def finish(self, state: str = "finished") -> None:
        records: list[tuple[int, Record]] = []
        self._append(records, Finish(state, 0, time.time()))  # type: ignore[arg-type]
        self._flush(records)

    def _append(self, records: list[tuple[int, Record]], record: Record) -> None:
        records.append((self._seq, record))
        self._seq += 1

    def _flush(self, records: list[tuple[int, Record]]) -> None:
        if not records:
            return
        self._post(Batch.fold(self._writer, records, self._known))
        records.clear()

    def _post(self, batch: Batch) -> None:
        self._send(
            "POST", f"{self._path}/batches", content=batch.encode(), headers={"content-type": "application/vnd.assay.batch"}
        )

    def _send(self, method: str, path: str, **rest: object) -> None:
        answer = self._client.request(method, path, **rest)  # type: ignore[arg-type]
        if answer.status_code >= 300:
            raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text}")


def curve(i: int, step: int, noise: random.Random) -> dict[str, float]:
    decay = math.exp(-step / (60 + 9 * i))
    loss = 0.12 + 0.02 * i + 1.9 * decay + noise.gauss(0, 0.03) * (0.3 + decay)
    return {
        "train/loss": max(loss, 0.01),
        "train/lr": 0.01 * 0.5 * (1 + math.cos(math.pi * step / 600)),
        "val/loss": 0.2 + 0.02 * i + 1.7 * decay,
        "val/accuracy": 0.93 - 0.012 * i - 0.8 * decay + noise.gauss(0, 0.004),
        "epoch": float(step // 50),
    }


def seed(client: httpx.Client, project: str) -> None:
    now = time.time()
    states = ["finished"] * 8 + ["failed", "killed", "finished", "preempted"]
    for i, state in enumerate(states):
        noise, began = random.Random(i), now - 7200 * (len(states) - i)
        first, second = WORDS[i % len(WORDS)]
        config = {"lr": 0.1 / (i + 1), "optimizer": "adam" if i % 2 else "sgd", "layers": 2 + i % 3}
        writer = Writer(client, project, f"run{i}", f"{first}-{second}-{i + 1}", config, began)
        steps = 600 if state == "finished" else 350
        writer.log((step, began + step * 2.0, curve(i, step, noise)) for step in range(steps))
        times = [began + 15.0 * k for k in range(80)]
        gauges = [{"cpu.percent": 40 + 30 * noise.random(), "gpu.0.util": 88 + 9 * noise.random()} for _ in times]
        samples = ((int(at * 1000), at, values) for at, values in zip(times, gauges, strict=True))
        writer.log(samples, "system")
        writer.finish(state)


def long(client: httpx.Client, project: str) -> None:
    noise, now = random.Random(7), time.time() - 3600
    writer = Writer(client, project, "long", "steady-maple-1", {}, now)
    rows = (
        (step, now + step * 0.01, {"loss": 40.0 if step == 123_456 else 1 + 0.2 * math.sin(step / 9000) + noise.gauss(0, 0.02)})
        for step in range(200_000)
    )
    writer.log(rows)
    writer.finish()


def spike(client: httpx.Client, project: str) -> None:
    total, part, now = 10_000_000, 50_000, time.time() - 4_000
    noise = np.random.default_rng(11)
    writer = Writer(client, project, "spike", "steady-maple-1", {}, now)
    for first in range(0, total, part):
        steps = np.arange(first, first + part, dtype=np.int64)
        loss = 1 + 0.3 * np.sin(steps / 400_000) + noise.normal(0, 0.05, part)
        loss[steps == SPIKE_AT] = 50.0
        writer.log_columns(steps, now + steps * 4e-4, {"loss": loss})
    writer.finish()
    for i in range(2):
        short = Writer(client, project, f"short{i}", f"quiet-fjord-{i + 2}", {}, now)
        short.log((step * 10_000, now + step, {"loss": 1.5 + i * 0.2 + math.sin(step / 40) * 0.1}) for step in range(600))
        short.finish()


def encoders(client: httpx.Client, project: str) -> None:
    now = time.time() - 3000
    for i in range(12):
        noise, name = random.Random(i), ("convnext-t", "segformer-b2", "unet-r34")[i % 3]
        first, second = WORDS[i % len(WORDS)]
        writer = Writer(client, project, f"enc{i}", f"{first}-{second}-{i + 1}", {"encoder": name, "lr": 0.01 * (1 + i)}, now)
        floor, steps = 0.1 + 0.05 * (i % 3), 400 if i < 9 else 250
        writer.log(
            (step, now + step, {"val/loss": floor + math.exp(-step / 80) + noise.gauss(0, 0.02), "lr": 0.01 * (1 + i)})
            for step in range(steps)
        )
        if i == 0:
            writer.alert("Loss is high", 120, now + 120)
        writer.finish()


def odd(client: httpx.Client, project: str) -> None:
    now = time.time() - 100
    writer = Writer(client, project, "odd", "odd-values-1", {}, now)
    values = {40: math.nan, 41: math.nan, 70: math.inf, 90: -math.inf}
    writer.log((step, now + step, {"loss": values.get(step, 2 + math.sin(step / 8))}) for step in range(120))
    writer.finish()
    single = Writer(client, project, "single", "single-point-2", {}, now)
    single.log([(60, now, {"loss": 2.5})])
    single.finish()


def sizes(client: httpx.Client, project: str) -> None:
    now = time.time() - 100
    writer = Writer(client, project, "sizes", "sizes-1", {}, now)
    writer.log(
        (
            step,
            now + step,
            {
                "diverged": 1e40 * (step + 1),
                "vanishing": 1e-60 * (step + 1),
                "tokens": 1_234_567_890.0 + step,
                "full": 1.7e308 if step < 5 else 1.0,
                "never": math.nan,
            },
        )
        for step in range(50)
    )
    writer.finish()


def wall(client: httpx.Client, project: str, metrics: int = 40) -> None:
    now = time.time() - 1000
    for i in range(20):
        noise = random.Random(i)
        writer = Writer(client, project, f"wall{i}", f"wall-{i}", {}, now)
        walk = [noise.gauss(0, 1) for _ in range(metrics)]
        rows = []
        for step in range(1000):
            walk = [value + noise.gauss(0, 0.1) for value in walk]
            rows.append((step, now + step, {f"m{k:02}": value for k, value in enumerate(walk)}))
        writer.log(rows)


def hall(client: httpx.Client, project: str) -> None:
    wall(client, project, 300)


def tick(client: httpx.Client, project: str) -> None:
    writers = [Writer(client, project, f"wall{i}", f"wall-{i}", {}, time.time(), "w2") for i in range(20)]
    noise, step = random.Random(99), 1000
    print("ready", flush=True)
    while sys.stdin.readline():
        for writer in writers:
            writer.log((step + k, time.time(), {f"m{m:02}": noise.gauss(0, 2) for m in range(40)}) for k in range(10))
        step += 10
        print(step, flush=True)


def live(client: httpx.Client, project: str) -> None:
    began, noise = time.time(), random.Random(3)
    writer = Writer(client, project, f"live{int(began)}", "running-now-1", {"lr": 0.3}, began)
    step = 0
    while True:
        writer.log([(step, time.time(), curve(0, step, noise))])
        if step == 0:
            print("live", flush=True)
        step += 1
        if select.select([sys.stdin], [], [], 0.1)[0] and not sys.stdin.readline():
            writer.finish()
            return


def main() -> None:
    server, project, what = sys.argv[1:4]
    with httpx.Client(base_url=server, headers={"authorization": f"Bearer {os.environ['ASSAY_API_KEY']}"}, timeout=60) as client:
        writers = {
            "seed": seed, "long": long, "spike": spike, "encoders": encoders, "odd": odd, "sizes": sizes, "wall": wall,
            "hall": hall, "tick": tick, "live": live,
        }  # fmt: skip
        writers[what](client, project)
    print("written", flush=True)


if __name__ == "__main__":
    main()
