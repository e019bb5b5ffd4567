"""The processor: each core, all together, and the run's share of it."""

from __future__ import annotations

import psutil

from assay.sync.monitor import Watched

_CORES_SHOWN = 128  # a line per core beyond that cannot be read, and a key each is not free


class Processor:
    """`cpu.N.cpu_percent` per core, `cpu.all.cpu_percent` their mean."""

    name = "processor"

    def __init__(self, watched: Watched) -> None:
        del watched

    def probe(self) -> bool:
        psutil.cpu_percent(percpu=True)  # the first answer is only a starting point
        return True

    def sample(self) -> dict[str, float]:
        cores = psutil.cpu_percent(percpu=True)
        readings = {f"cpu.{core}.cpu_percent": percent for core, percent in enumerate(cores[:_CORES_SHOWN])}
        if cores:
            readings["cpu.all.cpu_percent"] = sum(cores) / len(cores)
        return readings
