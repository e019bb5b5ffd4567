"""R3: a column of the runs table, 10,000 runs by 50 metrics, beside the same summaries as rows of SQLite."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from assay.server.adapters.metrics_segment import SegmentMetricStore
from assay.server.compute.order import order_of
from assay.server.domain.runs import RunRef
from assay.wire.batch import Batch, Block
from benchmarks.harness import Contender, Length, Result, Target, compare, cpu_s

METRICS = [f"metric{i}" for i in range(50)]
ROWS = 2


def measure(folder: Path, length: Length) -> Result:
    runs = length.pick(1_000, 10_000, 10_000)
    values = np.random.default_rng(3).standard_normal((runs, len(METRICS), ROWS))
    store = SegmentMetricStore(folder / "table", linger_s=0.005, background=False)
    with ThreadPoolExecutor(32) as pool:  # writers share syncs, as they would
        list(pool.map(lambda run: store.append(RunRef(1, run), _batch(values[run])), range(runs)))
    store.seal()
    db = _rows(folder / "table.sqlite", values)
    every = np.arange(runs)

    def ours() -> None:
        column = store.summaries(1, every, METRICS[7])
        order = order_of([(column.last, True)])
        assert len(column.mean[order]) == runs

    def sqlite() -> None:
        found = db.execute("SELECT run, last, min, max, mean FROM summaries WHERE metric = 7 ORDER BY last DESC").fetchall()
        assert len(found) == runs

    def timed(call: object) -> float:
        with cpu_s() as watch:
            call()  # type: ignore[operator]
        return watch.seconds * 1_000

    result = compare(
        f"R3: one metric of {runs:,} runs × {len(METRICS)} metrics, sorted",
        [Contender("assay", lambda: timed(ours)), Contender("SQLite rows", lambda: timed(sqlite))],
        unit="ms CPU",
        rounds=7,
        targets=[Target(1), Target(1 / 20, "SQLite rows")],
        note="SQLite keeps the rows ordered by metric, so that it reads nothing but the column asked for.",
    )
    db.close()
    store.close()
    return result


def _batch(values: np.ndarray) -> Batch:
    seqs = np.arange(ROWS, dtype=np.int64)
    times = 1_760_000_000.0 + seqs
    columns = [line.tobytes() for line in values]
    block = Block("history", METRICS, "f" * len(METRICS), seqs.tobytes(), seqs.tobytes(), times.tobytes(), columns)
    return Batch("w", 0, ROWS - 1, [block])


def _rows(path: Path, values: np.ndarray) -> sqlite3.Connection:
    db = sqlite3.connect(path)
    db.execute(
        "CREATE TABLE summaries (metric INTEGER, run INTEGER, last REAL, min REAL, max REAL, mean REAL, "
        "PRIMARY KEY (metric, run)) WITHOUT ROWID"
    )
    low, high, mean = values.min(axis=2), values.max(axis=2), values.mean(axis=2)
    db.executemany(
        "INSERT INTO summaries VALUES (?, ?, ?, ?, ?, ?)",
        (
            (metric, run, values[run, metric, -1], low[run, metric], high[run, metric], mean[run, metric])
            for metric in range(len(METRICS))
            for run in range(len(values))
        ),
    )
    db.commit()
    return db
