"""The machine's memory."""

from __future__ import annotations

import psutil

from assay.sync.monitor import Watched

_MB = 1024 * 1024


class Memory:
    """`memory_percent` in use, `proc.memory.availableMB` left for everybody, `swap_percent` where there is swap."""

    name = "memory"

    def __init__(self, watched: Watched) -> None:
        del watched

    def probe(self) -> bool:
        return bool(psutil.virtual_memory().total)

    def sample(self) -> dict[str, float]:
        memory = psutil.virtual_memory()
        readings = {"memory_percent": memory.percent, "proc.memory.availableMB": memory.available / _MB}
        swap = psutil.swap_memory()
        if swap.total:
            readings["swap_percent"] = swap.percent
        return readings
