"""The run's own processes: the scripts that write it and everything they started (data loaders, compilers, ranks)."""

from __future__ import annotations

import time

import psutil

from assay.sync.monitor import Watched

_MB = 1024 * 1024


class ProcessTree:
    """`cpu`: the tree's share of the whole machine in percent. `proc.memory.rssMB` and `proc.memory.percent`, `proc.cpu.threads`,
    `proc.count`."""

    name = "processes"

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._seconds: dict[tuple[int, float], float] = {}
        self._at = 0.0

    def probe(self) -> bool:
        self._busy_s()
        return True

    def sample(self) -> dict[str, float]:
        share = self._busy_s()
        resident = threads = count = 0
        for process in self._watched.processes():
            try:
                with process.oneshot():
                    resident += process.memory_info().rss
                    threads += process.num_threads()
                count += 1
            except psutil.Error:
                continue  # it ended while we looked
        if not count:
            return {}
        return {
            "cpu": share,
            "proc.memory.rssMB": resident / _MB,
            "proc.memory.percent": 100 * resident / psutil.virtual_memory().total,
            "proc.cpu.threads": threads,
            "proc.count": count,
        }

    def _busy_s(self) -> float:
        """Percent of the machine the tree used since the last call. A process seen for the first time counts from now on."""
        seconds: dict[tuple[int, float], float] = {}
        for process in self._watched.processes():
            try:
                with process.oneshot():
                    times = process.cpu_times()
                    seconds[process.pid, process.create_time()] = times.user + times.system
            except psutil.Error:
                continue
        now = time.monotonic()
        spent = sum(used - self._seconds[key] for key, used in seconds.items() if key in self._seconds)
        elapsed, self._seconds, self._at = now - self._at, seconds, now
        return 100 * spent / elapsed / (psutil.cpu_count() or 1) if elapsed > 0 else 0.0
