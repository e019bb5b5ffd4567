"""CPU per million durable values, per flush and per wide point; DuckDB on the same values."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np

from assay.server.adapters.metrics_segment import SegmentMetricStore
from assay.server.domain.runs import RunRef
from assay.wire.batch import Batch, Block
from benchmarks.harness import Contender, Length, Result, Target, compare, cpu_s
from benchmarks.ingest import open_loop

KEYS = [f"metric{i}" for i in range(10)]


def batch(first: int, n: int, keys: list[str], values: np.ndarray) -> Batch:
    seqs = np.arange(first, first + n, dtype=np.int64)
    times = 1_760_000_000.0 + seqs * 0.1
    columns = [values[i : i + n].tobytes() for i in range(len(keys))]
    return Batch(
        "w",
        first,
        first + n - 1,
        [Block("history", keys, "f" * len(keys), seqs.tobytes(), seqs.tobytes(), times.tobytes(), columns)],
    )


def main(length: Length) -> list[Result]:
    dice = np.random.default_rng(1)
    values = np.cumsum(dice.standard_normal(1 << 21)).astype(np.float32).astype(np.float64)
    scale = length.pick(4, 1, 1)
    rounds = 3
    return [
        _saturated(values, 40 // scale, rounds),
        _flushes(values, 200 // scale, 20 // scale, rounds),
        _wide(values, 100 // scale, rounds),
        _merged(values, 40 // scale, rounds),
        *_open_loop(values, 4, length.pick(1, 1, rounds)),
    ]


def _saturated(values: np.ndarray, batches: int, rounds: int) -> Result:
    runs = 10
    million = runs * batches * 1_000 * len(KEYS) / 1e6
    told = {run: [batch(i * 1_000, 1_000, KEYS, values[run * 500 + i :]) for i in range(batches)] for run in range(runs)}

    def ours(folder: Path) -> float:
        store = SegmentMetricStore(folder, background=False)
        with cpu_s() as watch:
            for i in range(batches):
                for run in range(runs):
                    store.append(RunRef(1, run), told[run][i])
            store.seal()
        store.close()
        return watch.seconds / million

    def duck(folder: Path) -> float:
        db = _duck(folder)
        with cpu_s() as watch:
            for i in range(batches):
                for start in range(0, runs, 20):
                    _insert(db, [(run, told[run][i]) for run in range(start, min(runs, start + 20))])
            db.execute("CHECKPOINT")
        db.close()
        return watch.seconds / million

    return _compare(
        f"Saturated, sealed: {million:.1f} M values",
        "CPU s per million values",
        ours,
        duck,
        rounds,
        [Target(1, "DuckDB"), Target(0.4)],
    )


def _flushes(values: np.ndarray, runs: int, turns: int, rounds: int) -> Result:
    count = runs * turns
    told = {run: [batch(i * 10, 10, KEYS, values[run * 50 + i :]) for i in range(turns)] for run in range(runs)}

    def ours(folder: Path) -> float:
        store = SegmentMetricStore(folder, background=False)
        ready = threading.Barrier(runs + 1)

        def work(run: int) -> None:
            ready.wait()
            for one in told[run]:
                store.append(RunRef(1, run), one)

        threads = [threading.Thread(target=work, args=(run,)) for run in range(runs)]
        for thread in threads:
            thread.start()
        with cpu_s() as watch:
            ready.wait()
            for thread in threads:
                thread.join()
        store.close()
        return watch.seconds * 1_000 / count

    def duck(folder: Path) -> float:
        db = _duck(folder)
        with cpu_s() as watch:
            for i in range(turns):
                for start in range(0, runs, 8):
                    _insert(db, [(run, told[run][i]) for run in range(start, min(runs, start + 8))])
        db.close()
        return watch.seconds * 1_000 / count

    return _compare(
        f"{count:,} flushes of 100 values from {runs} runs",
        "CPU ms per flush",
        ours,
        duck,
        rounds,
        [Target(1.0, "DuckDB"), Target(0.2)],
    )


def _wide(values: np.ndarray, rows: int, rounds: int) -> Result:
    keys = [f"layer{i}/grad" for i in range(10_000)]
    told = [batch(i, 1, keys, values[i:]) for i in range(rows)]
    million = rows * len(keys) / 1e6

    def ours(folder: Path) -> float:
        store = SegmentMetricStore(folder, background=False)
        with cpu_s() as watch:
            for one in told:
                store.append(RunRef(1, 1), one)
        store.close()
        return watch.seconds / million

    def sealed(folder: Path) -> float:
        store = SegmentMetricStore(folder, background=False)
        with cpu_s() as watch:
            for one in told:
                store.append(RunRef(1, 1), one)
            store.seal()
        store.close()
        return watch.seconds / million

    return _compare(
        "Wide rows of 10,000 metrics", "CPU s per million values", ours, sealed, rounds, [Target(2)], peer="assay, sealed too"
    )


def _merged(values: np.ndarray, batches: int, rounds: int) -> Result:
    """Everything a value costs until it lies in a merged segment: log, memtable, seal, merge of eight."""
    runs = 10
    million = runs * batches * 1_000 * len(KEYS) / 1e6
    told = {run: [batch(i * 1_000, 1_000, KEYS, values[run * 500 + i :]) for i in range(batches)] for run in range(runs)}

    def ours(folder: Path) -> float:
        store = SegmentMetricStore(folder, background=False)
        with cpu_s() as watch:
            for i in range(batches):
                for run in range(runs):
                    store.append(RunRef(1, run), told[run][i])
                if (i + 1) % (batches // 8) == 0:
                    store.seal()
        assert len(list((folder / "seg").glob("*.seg"))) < 8, "nothing was merged"
        store.close()
        return watch.seconds / million

    def duck(folder: Path) -> float:
        db = _duck(folder)
        with cpu_s() as watch:
            for i in range(batches):
                _insert(db, [(run, told[run][i]) for run in range(runs)])
                if (i + 1) % (batches // 8) == 0:
                    db.execute("CHECKPOINT")
        db.close()
        return watch.seconds / million

    title = f"Sealed eight times and merged: {million:.1f} M values"
    return _compare(title, "CPU s per million values", ours, duck, rounds, [Target(1.0)])


def _open_loop(values: np.ndarray, seconds: int, rounds: int) -> list[Result]:
    def load(keys: list[str]) -> open_loop.Load:
        turns = range(seconds)
        runs = range(open_loop.RUNS)
        return open_loop.Load([(run, batch(turn * 10, 10, keys, values[run * 50 + turn :])) for turn in turns for run in runs])

    small, large = load(KEYS), load([f"metric{at}" for at in range(50)])
    filler = [batch(i * 1_000, 1_000, KEYS, values[i:]) for i in range(40 * seconds)]

    def duck(folder: Path, groups: list[list[tuple[int, Batch]]]) -> float:
        db = _duck(folder)
        with cpu_s() as watch:
            for group in groups:
                _insert(db, group)
        db.close()
        return watch.seconds

    return open_loop.measure(small, large, filler, rounds, duck)


def _duck(folder: Path) -> duckdb.DuckDBPyConnection:
    folder.mkdir()
    db = duckdb.connect(str(folder / "duck.db"), config={"threads": 2})
    db.execute("SET enable_progress_bar = false")
    db.execute("CREATE TABLE points (run BIGINT, metric INT, step BIGINT, time DOUBLE, value DOUBLE)")
    return db


def _insert(db: duckdb.DuckDBPyConnection, batches: list[tuple[int, Batch]]) -> None:
    """One transaction of long rows, handed over as arrays: the fastest way in that DuckDB has from Python."""
    parts = []
    for run, one in batches:
        block = one.blocks[0]
        n = len(block)
        steps, times = np.frombuffer(block.steps, np.int64), np.frombuffer(block.times)
        k = len(block.keys)
        metrics, values = np.repeat(np.arange(k), n), np.frombuffer(b"".join(block.columns))
        parts.append((np.full(n * k, run), metrics, np.tile(steps, k), np.tile(times, k), values))
    r, m, s, t, v = (np.concatenate([part[i] for part in parts]) for i in range(5))
    db.register("frame", {"r": r, "m": m, "s": s, "t": t, "v": v})
    db.execute("INSERT INTO points SELECT r, m, s, t, v FROM frame")
    db.unregister("frame")


def _compare(
    title: str,
    unit: str,
    ours: Callable[[Path], float],
    peer_run: Callable[[Path], float],
    rounds: int,
    targets: list[Target],
    peer: str = "DuckDB",
) -> Result:
    def fresh(call: Callable[[Path], float]) -> Callable[[], float]:
        def run() -> float:
            folder = Path(tempfile.mkdtemp(prefix="assay-ingest-"))
            try:
                return call(folder / "store")
            finally:
                shutil.rmtree(folder, ignore_errors=True)

        return run

    return compare(
        title, [Contender("assay", fresh(ours)), Contender(peer, fresh(peer_run))], unit=unit, rounds=rounds, targets=targets
    )
