"""Memory and CPU time of a process with the store open, minus those of the same process without it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from assay.server.adapters.metrics_segment import SegmentMetricStore
from assay.server.domain.runs import RunRef
from benchmarks.harness import Length, Result, Target, single
from benchmarks.series.measure import batch

FLOOR = """
import resource, sys, time
import numpy, assay.wire.batch, assay.wire.errors, assay.wire.records
"""
STORE = """
from pathlib import Path
from assay.server.adapters.metrics_segment import SegmentMetricStore
from assay.server.domain.runs import RunRef
store = SegmentMetricStore(Path(sys.argv[1]))
assert store.last_steps([RunRef(1, 1)])[0] == 999
"""
TELL = """
pages = int(open("/proc/self/statm").read().split()[1])
print(pages * resource.getpagesize() / 1e6, time.process_time() * 1e3)
"""


def main(length: Length) -> list[Result]:
    folder = Path(tempfile.mkdtemp(prefix="assay-idle-"))
    try:
        store = SegmentMetricStore(folder / "store", background=False)
        for run in range(1, 101):
            store.append(RunRef(1, run), batch(1_000, run))
        store.seal()
        store.close()
        pairs = [(_told(folder, FLOOR + TELL), _told(folder, FLOOR + STORE + TELL)) for _ in range(length.pick(3, 5, 7))]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    memory = [ours[0] - floor[0] for floor, ours in pairs]
    cpu = [ours[1] - floor[1] for floor, ours in pairs]
    note = f"The floor itself: {pairs[0][0][0]:.0f} MB, {pairs[0][0][1]:.0f} CPU ms."
    return [
        single("Metric store at rest, over python + numpy", memory, unit="MB", targets=[Target(10)], note=note),
        single("Metric store start, over python + numpy", cpu, unit="CPU ms", targets=[Target(50)], note=note),
    ]


def _told(folder: Path, script: str) -> tuple[float, float]:
    """(MB, CPU ms) that a process running `script` reports."""
    command = [sys.executable, "-c", script, str(folder / "store")]
    # As the server does. The threads that numpy's OpenBLAS starts otherwise spin for a while, more of it in the longer process.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    memory, cpu = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.split()
    return float(memory), float(cpu)
