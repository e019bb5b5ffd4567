"""A storm: how often a fault test repeats, its dice, and its line in the report of `make faults`.

`ASSAY_FAULTS` says how much: absent, the sample that `make test` runs; `full`, the whole storm; 0.1, a tenth of it.
`ASSAY_TEST_SEED` repeats what an earlier run printed. `ASSAY_FAULTS_REPORT` names the file that `make faults` reads meanwhile."""

from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path
from typing import Any

from assay.testing.servers import RunningServer
from assay.wire import failpoints

ASKED = os.environ.get("ASSAY_FAULTS", "")
SHARE = 1.0 if ASKED == "full" else float(ASKED or 0)
STORM_TIMEOUT_S = 80 * 60


class Storm:
    """`dice` are this test's own, from `seed`; one seed and one share give one storm."""

    def __init__(self, test: str) -> None:
        self.test = test
        self.seed = int(os.environ.get("ASSAY_TEST_SEED") or random.randrange(1 << 32))
        self.dice = random.Random(self.seed)
        self.told: dict[str, Any] = {}

    def times(self, sample: int, full: int) -> int:
        """How often: `sample` in the ordinary run, `full` in a storm."""
        return max(sample, round(full * SHARE))

    def tell(self, **figures: Any) -> None:
        """Figures for the report: what was injected and how often, what was acknowledged, what was lost."""
        self.told |= figures

    def __str__(self) -> str:
        return f"To repeat it: ASSAY_TEST_SEED={self.seed} ASSAY_FAULTS={ASKED} pytest '{self.test}'"

    def report(self) -> None:
        """Add seed and figures to what `make faults` reads."""
        add_line(test=self.test, seed=self.seed, **self.told)


def add_line(**line: Any) -> None:
    """Add it to the file that `make faults` reads, if somebody does."""
    if path := os.environ.get("ASSAY_FAULTS_REPORT"):
        with Path(path).open("a") as file:
            file.write(json.dumps(line) + "\n")


def die_at(server: RunningServer, point: str, nth: int, deadline_s: float = 90) -> None:
    """Start the server again so that it ends itself at the nth time of a failpoint; wait for that, and start it as it was."""
    server.stop()
    server.environment[failpoints.VARIABLE] = f"{point}:{nth}:kill"
    try:
        server.start()
        assert server.process is not None
        try:
            assert server.process.wait(deadline_s) == -9, server.output[-2000:]
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{point} was not reached {nth} times in {deadline_s} s") from None
        server.kill()
    finally:
        del server.environment[failpoints.VARIABLE]
    server.start()
