"""Open loop: 200 runs that each flush once a second, whether or not the store keeps up, and what they wait for.

Beside it stand a loop that does nothing (threads, clock and queue of the measurement itself) and one that only writes and syncs:
no store can be cheaper than that."""

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
BARE = "pace, write and fdatasync"
FILLER_RUN = 1_000

Duck = Callable[[Path, list[list[tuple[int, Batch]]]], float]


@dataclass(slots=True)
class Load:
    """Flushes in the order in which they are due, one every 1/RUNS s."""

    batches: list[tuple[int, Batch]]

    @property
    def million(self) -> float:
        return sum(len(block) * len(block.keys) for _, batch in self.batches for block in batch.blocks) / 1e6

    @property
    def flush_values(self) -> int:
        return _values(self.batches[0][1])

    def groups(self, size: int) -> list[list[tuple[int, Batch]]]:
        return [self.batches[at : at + size] for at in range(0, len(self.batches), size)]


def measure(small: Load, large: Load, filler: list[Batch], rounds: int, duck: Duck) -> list[Result]:
    """`small` and `large`: flushes of 100 and of 500 values; `filler`: large batches of one more run, whose sealing and
    merging the flushes go on beside."""
    third = Target(1 / 3, "DuckDB")
    results = [
        *_paced(small, 0.002, 1, [third], rounds, duck),
        *_paced(large, 0.002, 1, [Target(2.0), third], rounds, duck),
        *_paced(large, 0.05, 10, [Target(0.7), Target(2, BARE)], rounds, duck),
    ]
    return [*results, _stall(small, filler)]


def _paced(load: Load, linger_s: float, group: int, targets: list[Target], rounds: int, duck: Duck) -> list[Result]:
    waits: list[np.ndarray] = []
    syncs: list[list[float]] = []

    def ours(folder: Path) -> float:
        store = SegmentMetricStore(folder, linger_s=linger_s, background=False)
        with cpu_s() as watch:
            waits.append(_drive(store.append, load))
        store.close()
        return watch.seconds / load.million

    def peer(folder: Path) -> float:
        return duck(folder, load.groups(group)) / load.million

    def only_sync(folder: Path) -> float:
        folder.mkdir()
        with _BareLog(folder, load) as log, cpu_s() as watch:
            _drive(log.append, load)
        syncs.append(log.syncs)
        return watch.seconds / load.million

    def only_pace(folder: Path) -> float:
        with cpu_s() as watch:
            _drive(lambda run, batch: None, load)
        return watch.seconds / load.million

    work = {"assay": ours, "DuckDB": peer, BARE: only_sync, "pace alone": only_pace}
    name = f"{RUNS} flushes of {load.flush_values:,} values a second, linger {linger_s * 1_000:g} ms"
    note = f"DuckDB commits {group} flush{'es' if group > 1 else ''} a transaction, unpaced."
    cost = compare(
        f"Open loop, {name}",
        [Contender(who, _fresh(call)) for who, call in work.items()],
        unit="CPU s per million values",
        rounds=rounds,
        targets=targets,
        warm_ups=0,
        note=note,
    )
    p99, bare = ([float(np.percentile(one, 99)) * 1_000 for one in found] for found in (waits, syncs))
    floor = [linger_s * 1_000 + 5 * one for one in bare]
    wait = Result(
        f"Acknowledgement p99, {name}",
        "ms",
        (
            Measured("assay", tuple(p99)),
            Measured("linger + 5 × fdatasync p99", tuple(floor)),
            Measured("bare fdatasync p99", tuple(bare)),
        ),
        (Target(1, "linger + 5 × fdatasync p99"),),
        "From the moment a flush was due to its acknowledgement.",
    )
    return [cost, wait]


class _BareLog:
    """One file that every flush's columns are written to and synced, one at a time. `syncs`: seconds of each write and sync."""

    def __init__(self, folder: Path, load: Load) -> None:
        self._size = max(_bytes(batch) for _, batch in load.batches)
        self._fd = os.open(folder / "bare", os.O_CREAT | os.O_RDWR)
        os.posix_fallocate(self._fd, 0, self._size * len(load.batches))
        os.fsync(self._fd)
        self._at = 0
        self.syncs: list[float] = []
        self._lock = threading.Lock()

    def __enter__(self) -> _BareLog:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)

    def append(self, run: RunRef, batch: Batch) -> None:
        data = b"".join([part for block in batch.blocks for part in (block.steps, block.times, *block.columns)])
        with self._lock:
            start = time.perf_counter()
            os.pwrite(self._fd, data, self._at)
            os.fdatasync(self._fd)
            self.syncs.append(time.perf_counter() - start)
            self._at += len(data)


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
        worst = float(_drive(store.append, load).max())
        done.set()
        busy.join()
        counts.append(max((int(path.stem) for path in (folder / "seg").glob("*.seg")), default=0))
        store.close()
        return worst * 1_000

    worst = _fresh(ours)()
    note = f"{counts[0]} segments were sealed or merged meanwhile."
    return Result("Longest wait while sealing and merging", "ms", (Measured("assay", (worst,)),), (Target(1_000),), note)


def _drive(append: Callable[[RunRef, Batch], object], load: Load) -> np.ndarray:
    """Send every flush when it is due. Returns the seconds each waited, counted from then: a late start is a wait too."""
    due: queue.SimpleQueue[int] = queue.SimpleQueue()
    waits = np.zeros(len(load.batches))
    begin = time.perf_counter()

    def send() -> None:
        while (at := due.get()) >= 0:
            run, batch = load.batches[at]
            while True:
                try:
                    append(RunRef(1, run), batch)
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


def _values(batch: Batch) -> int:
    return sum(len(block) * len(block.keys) for block in batch.blocks)


def _bytes(batch: Batch) -> int:
    return sum(block.size_bytes for block in batch.blocks)


def _fresh(call: Callable[[Path], float]) -> Callable[[], float]:
    def run() -> float:
        folder = Path(tempfile.mkdtemp(prefix="assay-open-loop-"))
        try:
            return call(folder / "store")
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    return run
