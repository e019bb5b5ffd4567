"""R1 to R5 and bytes per value: our store, DuckDB, and numpy over decoded arrays as the floor."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from copy import copy
from pathlib import Path

import duckdb
import numpy as np

from assay.server.adapters.metrics_segment import SegmentMetricStore
from assay.server.domain.runs import RunRef
from assay.server.ports.metrics import AlignedQuery, RowsQuery, SeriesQuery
from assay.wire.batch import Batch, Block
from benchmarks.harness import Length, Measured, Result, Target, compare_calls
from benchmarks.series import curves, tables

KEYS = ("loss", "acc", "lr", "noise", "counter", "gpu", "gnorm", "temp")
EPOCH = 1_760_000_000.0
LONG = RunRef(1, 1)


def columns(n: int, seed: int) -> list[np.ndarray]:
    dice = np.random.default_rng(seed)
    step = np.arange(n)
    loss = (2.5 * np.exp(-step / (n / 4)) + 0.1 * dice.standard_normal(n)).astype(np.float32).astype(np.float64)
    acc = np.round(256 * (1 - np.exp(-step / (n / 3))) + dice.integers(-3, 4, n)) / 256
    lr = 1e-3 * 0.5 * (1 + np.cos(np.pi * step / n))
    gnorm = np.abs(dice.standard_normal(n)).astype(np.float32).astype(np.float64)
    temp = np.round(60 + np.cumsum(dice.standard_normal(n)) / 50, 1)
    return [loss, acc, lr, dice.standard_normal(n), step, dice.integers(80, 101, n), gnorm, temp]


def batch(n: int, seed: int) -> Batch:
    seqs = np.arange(n, dtype=np.int64)
    dice = np.random.default_rng(seed + 1)
    times = EPOCH + np.round(np.cumsum(0.1 + 0.002 * dice.random(n)), 3)
    values = columns(n, seed)
    kinds = "".join("i" if c.dtype == np.int64 else "f" for c in values)
    block = Block("history", list(KEYS), kinds, seqs.tobytes(), seqs.tobytes(), times.tobytes(), [c.tobytes() for c in values])
    return Batch("w", 0, n - 1, [block])


def main(length: Length) -> list[Result]:
    folder = Path(tempfile.mkdtemp(prefix="assay-series-"))
    try:
        return [*_measure(folder, length), *_curves(folder, length), tables.measure(folder, length)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _curves(folder: Path, length: Length) -> list[Result]:
    store = SegmentMetricStore(folder / "curves", background=False, seal_values=1 << 40, seal_bytes=1 << 40)
    try:
        return curves.measure(folder, store, batch, length)
    finally:
        store.close()


def _measure(folder: Path, length: Length) -> list[Result]:
    long_n, many, short_n = length.pick((200_000, 20, 20_000), (1_000_000, 100, 50_000), (1_000_000, 100, 50_000))
    rounds = length.pick(3, 5, 7)
    store = SegmentMetricStore(folder / "store", background=False, seal_values=1 << 40, seal_bytes=1 << 40)
    db = duckdb.connect(str(folder / "duck.db"), config={"threads": 2})
    db.execute("SET enable_progress_bar = false")
    db.execute("CREATE TABLE points (run BIGINT, metric INT, step BIGINT, time DOUBLE, value DOUBLE)")
    runs = [RunRef(1, key) for key in range(2, many + 2)]
    value_count = 0
    for run, n in [(LONG, long_n), *[(run, short_n) for run in runs]]:
        told = batch(n, run.run_key)
        value_count += n * len(KEYS)
        store.append(run, told)
        steps, times = np.frombuffer(told.blocks[0].steps, np.int64), np.frombuffer(told.blocks[0].times)
        for metric, column in enumerate(columns(n, run.run_key)):
            values = column.astype(np.float64)
            frame = {"r": np.full(n, run.run_key), "m": np.full(n, metric), "s": steps, "t": times, "v": values}
            db.register("frame", frame)
            db.execute("INSERT INTO points SELECT r, m, s, t, v FROM frame")
            db.unregister("frame")
    store.seal()
    db.execute(
        "CREATE TABLE nodes AS SELECT run, metric, step >> 6 AS node, "
        "count(*) n, min(value) lo, max(value) hi, sum(value) total, "
        "arg_min(value, step) first, arg_max(value, step) last, min(time) t0 FROM points GROUP BY ALL ORDER BY run, metric, node"
    )
    db.execute("CHECKPOINT")
    raw = copy(store)
    raw._use_nodes = False
    width = 1
    while -(-long_n // width) > 1_000:
        width *= 2
    short_width = 1
    while -(-short_n // short_width) > 1_000:
        short_width *= 2
    aggregates = "count(*), min(value), max(value), sum(value), arg_min(value, step), arg_max(value, step)"
    node_aggregates = "sum(n), min(lo), max(hi), sum(total), arg_min(first, node), arg_max(last, node)"
    loss = columns(long_n, 1)[0]
    starts = np.arange(0, long_n, width)

    def numpy_reduce() -> None:
        np.minimum.reduceat(loss, starts)
        np.maximum.reduceat(loss, starts)
        np.add.reduceat(loss, starts)

    def ours(query: SeriesQuery, of: SegmentMetricStore = store) -> Callable[[], object]:
        return lambda: list(of.read(query))

    def sql(text: str) -> Callable[[], object]:
        return lambda: db.execute(text).fetchnumpy()

    one = SeriesQuery((LONG,), ("loss",))
    every = SeriesQuery(tuple(runs), ("loss",))
    zoom = SeriesQuery((LONG,), ("loss",), window=(long_n / 2, long_n / 2 + 1_000))
    by_time, by_acc = (SeriesQuery((LONG,), ("loss",), x=x, x_key="acc") for x in ("time", "metric"))
    where = "WHERE run = 1 AND metric = 0"
    many_where = "WHERE run > 1 AND metric = 0"
    key_array = np.array([run.run_key for run in runs])
    results = [
        compare_calls(
            f"R1: {long_n:,} points in 1,000 buckets, from nodes",
            {
                "assay": ours(one),
                "DuckDB pyramid": sql(
                    f"SELECT node // {width // 64} b, {node_aggregates} FROM nodes {where} GROUP BY b ORDER BY b"
                ),
            },
            rounds,
            [Target(1 / 8, "DuckDB pyramid"), Target(1)],
        ),
        compare_calls(
            f"R1: {long_n:,} points in 1,000 buckets, raw",
            {
                "assay": ours(one, raw),
                "DuckDB": sql(f"SELECT step // {width} b, {aggregates} FROM points {where} GROUP BY b ORDER BY b"),
                "numpy reduction": numpy_reduce,
            },
            rounds,
            [Target(8, "numpy reduction"), Target(1 / 3, "DuckDB")],
        ),
        compare_calls(
            "R1: a window of 1,000 points",
            {
                "assay": ours(zoom),
                "DuckDB": sql(
                    f"SELECT step, value FROM points {where} AND step BETWEEN {long_n // 2} AND {long_n // 2 + 999} ORDER BY step"
                ),
            },
            rounds,
            [Target(1, "DuckDB")],
        ),
        compare_calls(
            "R1: x = wall time, against the step axis",
            {"assay": ours(by_time), "step axis": ours(one)},
            rounds,
            [Target(2, "step axis")],
        ),
        compare_calls(
            "R1: x = another metric",
            {
                "assay": ours(by_acc),
                "DuckDB": sql(
                    "SELECT floor(x.value * 1024) b, count(*), min(y.value), max(y.value), sum(y.value) "
                    "FROM points y JOIN points x USING (run, step) WHERE run = 1 AND y.metric = 0 AND x.metric = 1 "
                    "GROUP BY b ORDER BY b"
                ),
            },
            rounds,
            [Target(1 / 3, "DuckDB")],
        ),
        compare_calls(
            f"R2: {many} runs of {short_n:,} points, from nodes",
            {
                "assay": ours(every),
                "DuckDB pyramid": sql(
                    f"SELECT run, node // {max(1, short_width // 64)} b, {node_aggregates} FROM nodes {many_where} "
                    "GROUP BY run, b ORDER BY run, b"
                ),
            },
            rounds,
            [Target(10), Target(1 / 4, "DuckDB pyramid")],
        ),
        *(
            compare_calls(
                f"R2: x = {name} time, {many} runs, against the step axis",
                {"assay": ours(SeriesQuery(tuple(runs), ("loss",), x=x)), "step axis": ours(every)},
                rounds,
                [Target(2, "step axis")],
            )
            for name, x in (("wall", "time"), ("relative", "relative"))
        ),
        compare_calls(
            f"R2: {many} runs of {short_n:,} points, raw",
            {
                "assay": ours(every, raw),
                "DuckDB": sql(
                    f"SELECT run, step // {short_width} b, {aggregates} FROM points {many_where} GROUP BY run, b ORDER BY run, b"
                ),
            },
            rounds,
            [Target(1 / 3, "DuckDB")],
        ),
        compare_calls(
            "R4: a run's eight metrics as columns",
            {
                "assay": lambda: list(store.rows(RowsQuery(LONG))),
                "DuckDB": sql("SELECT metric, step, time, value FROM points WHERE run = 1 ORDER BY metric, step"),
            },
            rounds,
            [Target(0.6, "DuckDB")],
        ),
        compare_calls(
            f"R5: {many} runs combined",
            {
                "assay": lambda: store.aligned(AlignedQuery(tuple(runs), "loss")),
                "DuckDB pyramid": sql(
                    "SELECT b, count(*), avg(m), stddev_pop(m), min(m), max(m) FROM "
                    f"(SELECT run, node // {max(1, short_width // 64)} b, "
                    f"sum(total) / sum(n) m FROM nodes {many_where} GROUP BY run, b) GROUP BY b ORDER BY b"
                ),
            },
            rounds,
            [Target(10)],
        ),
        compare_calls(
            f"R3: one metric's summary of {many} runs",
            {
                "assay": lambda: store.summaries(1, key_array, "loss"),
                "DuckDB pyramid": sql(
                    f"SELECT run, min(lo), max(hi), sum(total) / sum(n), arg_max(last, node) FROM nodes {many_where} GROUP BY run"
                ),
            },
            rounds,
            [Target(1 / 20, "DuckDB pyramid")],
        ),
    ]
    size = sum(path.stat().st_size for path in (folder / "store" / "seg").iterdir())
    duck = (folder / "duck.db").stat().st_size
    sizes = (Measured("assay", (size / value_count,)), Measured("DuckDB", (duck / value_count,)))
    targets = (Target(4.5), Target(0.4, "DuckDB"))
    results.append(Result("Disk, a value, wall time and nodes included", "bytes", sizes, targets))
    store.close()
    db.close()
    return results
