"""The disk that the run's folder lies on."""

from __future__ import annotations

import os

import psutil

from assay.sync.monitor import Watched

_MB, _GB = 1024**2, 1024**3


class Disk:
    """`disk.PATH.usagePercent`, `disk.PATH.usageGB`; `disk.in` and `disk.out`: MB read and written by the machine since the
    start."""

    name = "disk"

    def __init__(self, watched: Watched) -> None:
        self._path = _mount_point(os.path.realpath(watched.folder))
        self._start: tuple[int, int] | None = None

    def probe(self) -> bool:
        self._start = self._counters()
        return bool(psutil.disk_usage(self._path).total)

    def sample(self) -> dict[str, float]:
        usage = psutil.disk_usage(self._path)
        readings = {f"disk.{self._path}.usagePercent": usage.percent, f"disk.{self._path}.usageGB": usage.used / _GB}
        now = self._counters()
        if now is not None and self._start is not None:
            readings["disk.in"] = (now[0] - self._start[0]) / _MB
            readings["disk.out"] = (now[1] - self._start[1]) / _MB
        return readings

    @staticmethod
    def _counters() -> tuple[int, int] | None:
        counters = psutil.disk_io_counters()  # None in containers that hide the devices
        return None if counters is None else (counters.read_bytes, counters.write_bytes)


def _mount_point(path: str) -> str:
    while not os.path.ismount(path):
        path = os.path.dirname(path)  # noqa: PTH120 - ends at the root, as Path.parent does
    return path
