"""Open loop: 200 runs that each flush once a second, whether or not the store keeps up, and what they wait for."""

from __future__ import annotations

import os
import queue
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assay.server.adapters.metrics_segment import SegmentMetricStore
from assay.server.domain.runs import RunRef
from assay.wire.batch import Batch
from assay.wire.errors import TooManyRequests
from benchmarks.harness import Contender, Measured, Result, Target, compare, cpu_s

RUNS = 200
THREADS = 64
SYNCS = 1_000
FILLER_RUN = 1_000

Duck = Callable[[Path, list[list[tuple[int, Batch]]]], float]


@dataclass(slots=True)
class Load:
    """Flushes in the order in which they are due, one every 1/RUNS s."""

    batches: list[tuple[int, Batch]]

    @property
    def million(self) -> float:
        return sum(len(block) * len(block.keys) for _, batch in self.batches for block in batch.blocks) / 1e6

    def groups(self, size: int) -> list[list[tuple[int, Batch]]]:
        return [self.batches[at : at + size] for at in range(0, len(self.batches), size)]


def measure(load: Load, filler: list[Batch], rounds: int, duck: Duck) -> list[Result]:
    """`filler`: large batches of one more run, whose sealing and merging the flushes go on beside."""
    results = []
    for linger_s, group, targets in ((0.002, 1, [Target(2.0), Target(1 / 3, "DuckDB")]), (0.05, 10, [Target(0.7)])):
        waits: list[np.ndarray] = []
        syncs: list[float] = []

        def ours(folder: Path, linger_s: float = linger_s, waits: list = waits, syncs: list = syncs) -> float:
            store = SegmentMetricStore(folder, linger_s=linger_s, background=False)
            with cpu_s() as watch:
                waits.append(_drive(store, load))
            store.close()
            syncs.append(_sync_p99(folder))
            return watch.seconds / load.million

        def peer(folder: Path, group: int = group) -> float:
            return duck(folder, load.groups(group)) / load.million

        name = f"linger {linger_s * 1_000:g} ms"
        note = f"DuckDB commits {group} flush{'es' if group > 1 else ''} a transaction, unpaced."
        contenders = [Contender("assay", _fresh(ours)), Contender("DuckDB", _fresh(peer))]
        title = f"Open loop, {RUNS} flushes a second, {name}"
        results.append(
            compare(title, contenders, unit="CPU s per million values", rounds=rounds, targets=targets, warm_ups=0, note=note)
        )
        p99 = [float(np.percentile(one, 99)) * 1_000 for one in waits]
        floor = [linger_s * 1_000 + 5 * one * 1_000 for one in syncs]
        results.append(
            Result(
                f"Acknowledgement p99, {name}",
                "ms",
                (
                    Measured("assay", tuple(p99)),
                    Measured("linger + 5 × fdatasync p99", tuple(floor)),
                    Measured("bare fdatasync p99", tuple(one * 1_000 for one in syncs)),
                ),
                (Target(1, "linger + 5 × fdatasync p99"),),
                "From the moment a flush was due to its acknowledgement.",
            )
        )
    return [*results, _stall(load, filler)]


def _stall(load: Load, filler: list[Batch]) -> Result:
    """The longest wait of a flush while a busy run makes the store seal and merge."""
    counts: list[int] = []

    def ours(folder: Path) -> float:
        store = SegmentMetricStore(folder, linger_s=0.002, seal_values=sum(_values(one) for one in filler) // 10)
        done = threading.Event()

        def fill() -> None:
            for batch in filler:
                while not done.is_set():
                    try:
                        store.append(RunRef(1, FILLER_RUN), batch)
                        break
                    except TooManyRequests:
                        time.sleep(0.01)

        busy = threading.Thread(target=fill)
        busy.start()
        worst = float(_drive(store, load).max())
        done.set()
        busy.join()
        counts.append(max((int(path.stem) for path in (folder / "seg").glob("*.seg")), default=0))
        store.close()
        return worst * 1_000

    worst = _fresh(ours)()
    note = f"{counts[0]} segments were sealed or merged meanwhile."
    return Result("Longest wait while sealing and merging", "ms", (Measured("assay", (worst,)),), (Target(1_000),), note)


def _drive(store: SegmentMetricStore, load: Load) -> np.ndarray:
    """Send every flush when it is due. Returns the seconds each waited, counted from then: a late start is a wait too."""
    due: queue.SimpleQueue[int] = queue.SimpleQueue()
    waits = np.zeros(len(load.batches))
    begin = time.perf_counter()

    def send() -> None:
        while (at := due.get()) >= 0:
            run, batch = load.batches[at]
            while True:
                try:
                    store.append(RunRef(1, run), batch)
                    break
                except TooManyRequests:
                    time.sleep(0.01)
            waits[at] = time.perf_counter() - begin - at / RUNS

    threads = [threading.Thread(target=send) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for at in range(len(load.batches)):
        pause = begin + at / RUNS - time.perf_counter()
        if pause > 0:
            time.sleep(pause)
        due.put(at)
    for _ in threads:
        due.put(-1)
    for thread in threads:
        thread.join()
    return waits


def _sync_p99(folder: Path) -> float:
    """Seconds of a bare write and fdatasync of 4 KiB into a reserved file of the same disk."""
    path = folder / "bare"
    fd = os.open(path, os.O_CREAT | os.O_RDWR)
    try:
        os.posix_fallocate(fd, 0, SYNCS * 4096)
        os.fsync(fd)
        took = []
        for at in range(SYNCS):
            start = time.perf_counter()
            os.pwrite(fd, b"x" * 4096, at * 4096)
            os.fdatasync(fd)
            took.append(time.perf_counter() - start)
    finally:
        os.close(fd)
        path.unlink()
    return float(np.percentile(took, 99))


def _values(batch: Batch) -> int:
    return sum(len(block) * len(block.keys) for block in batch.blocks)


def _fresh(call: Callable[[Path], float]) -> Callable[[], float]:
    def run() -> float:
        folder = Path(tempfile.mkdtemp(prefix="assay-open-loop-"))
        try:
            return call(folder / "store")
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    return run
