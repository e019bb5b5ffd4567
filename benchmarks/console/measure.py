"""A search over millions of lines, cold and warm; the strip; a page. Beside grep and RE2 over the same text."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import re2

from assay.server.adapters.metrics_segment import SegmentMetricStore
from assay.server.compute.lines import LinePattern, levels
from assay.server.domain.runs import RunRef
from assay.server.services.console_scan import Scan
from assay.wire.batch import Batch
from assay.wire.records import Console
from benchmarks.harness import Contender, Length, Result, Target, children_cpu_s, compare, cpu_s

RUN = RunRef(1, 1)
EPOCH = 1_760_000_000.0
PATTERN = r"waited 2\.[6-9] s|overflow|ERROR"
_BATCH = 20_000


def lines(n: int, seed: int) -> list[str]:
    """`n` lines as a training script prints them."""
    dice = np.random.default_rng(seed)
    loss, grad, odd = dice.random(n), dice.random(n), dice.random(n)
    found = []
    for i in range(n):
        if odd[i] < 0.0001:
            found.append(f"ERROR loader worker 5: cannot read plate_07/field_{i % 90}.tif: truncated IFD, sample replaced")
        elif odd[i] < 0.01:
            found.append(f"WARN loader: rank {i % 4} waited {odd[i] * 300:.1f} s for a batch, queue empty")
        else:
            found.append(f"step={i} loss={loss[i]:.4f} boundary={loss[i] * 0.34:.4f} grad={grad[i]:.2f} lr=1.07e-4 417 img/s")
    return found


def main(length: Length) -> list[Result]:
    folder = Path(tempfile.mkdtemp(prefix="assay-console-"))
    try:
        return _measure(folder, length)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fill(store: SegmentMetricStore, file: Path, n: int) -> None:
    with file.open("w") as out:
        for number, at in enumerate(range(0, n, _BATCH)):
            texts = lines(min(_BATCH, n - at), number)
            times = [EPOCH + (at + i) * 0.001 for i in range(len(texts))]
            store.append(RUN, Batch.fold("w", [(number, Console("stdout", times, texts, f"rank{number % 2}"))], {}))
            out.write("\n".join(texts) + "\n")
    store.seal()


def _measure(folder: Path, length: Length) -> list[Result]:
    n = length.pick(500_000, 2_000_000, 10_000_000)
    rounds = 3
    store = SegmentMetricStore(folder / "store", background=False)
    file = folder / "console.log"
    _fill(store, file, n)
    text = file.read_bytes()
    pattern = re2.compile(f"(?m){PATTERN}")
    warm = Scan(store, RUN)
    while not warm.learn("p", LinePattern(PATTERN)):
        pass
    expected = len(warm.matches("p"))

    def cold() -> float:
        with cpu_s() as watch:
            scan = Scan(store, RUN)
            while not scan.learn("p", LinePattern(PATTERN)):
                pass
        assert len(scan.matches("p")) == expected
        return watch.seconds

    def grep() -> float:
        with children_cpu_s() as watch:
            done = subprocess.run(
                ["grep", "-cE", PATTERN, str(file)], capture_output=True, check=False, env={"LC_ALL": "C.UTF-8"}
            )
        assert int(done.stdout) == expected, done
        return watch.seconds

    def plain() -> float:
        with cpu_s() as watch:
            count, at = 0, 0
            while (match := pattern.search(text, at)) is not None:
                count += 1
                at = text.find(b"\n", match.end()) + 1
        assert count == expected
        return watch.seconds

    def again() -> float:
        with cpu_s() as watch:
            for _ in range(100):
                warm.learn("p", LinePattern(PATTERN))
                warm.matches("p").searchsorted(n // 2)
        return watch.seconds * 10  # ms of one

    def strip() -> float:
        with cpu_s() as watch:
            scan = Scan(store, RUN)
            while not scan.learn_all("", None):
                pass
        return watch.seconds

    def by_hand() -> float:
        with cpu_s() as watch:
            for block in store.console_blocks(RUN, 0, n):
                levels(block)
        return watch.seconds

    def page() -> float:
        with cpu_s() as watch:
            for i in range(20):
                store.console(RUN, (n // 21) * i, 400)
        return watch.seconds * 1000 / 20

    note = f"{n:,} lines, {len(text) / 1e6:.0f} MB, {expected:,} matches"
    results = [
        compare(
            "Console: search, nothing remembered",
            [Contender("assay", cold), Contender("grep", grep), Contender("re2", plain)],
            unit="s CPU", rounds=rounds, targets=[Target(20, "re2")], warm_ups=0, note=note,
        ),
        compare("Console: the same search again", [Contender("assay", again)], unit="ms CPU", rounds=rounds,
                targets=[Target(5)], note=note),
        compare(
            "Console: levels, ranks and times of all lines",
            [Contender("assay", strip), Contender("levels alone", by_hand)],
            unit="s CPU", rounds=length.pick(rounds, rounds, 1), warm_ups=0, targets=[Target(2, "levels alone")], note=note,
        ),
        compare("Console: a page of 400 lines from anywhere", [Contender("assay", page)], unit="ms CPU", rounds=rounds,
                targets=[Target(50)], note=note),
    ]  # fmt: skip
    store.close()
    return results
