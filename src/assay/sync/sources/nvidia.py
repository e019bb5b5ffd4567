"""NVIDIA GPUs, by the driver's own library (NVML). A reading that a card does not offer is left out, not zero."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assay.sync.monitor import Watched


class Nvidia:
    """For GPU number N: `gpu.N.gpu` and `gpu.N.memory` (percent busy), `gpu.N.memoryAllocated` (percent),
    `gpu.N.memoryAllocatedBytes`, `gpu.N.temp` (°C), `gpu.N.powerWatts`, `gpu.N.powerPercent`, `gpu.N.smClock`,
    `gpu.N.memoryClock` (MHz), `gpu.N.fanSpeed`. The same under `gpu.process.N` while a process of the run is on the card."""

    name = "nvidia"

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._handles: list[Any] = []
        self._nvml: Any = None

    def probe(self) -> bool:
        import pynvml

        try:
            pynvml.nvmlInit()
        except pynvml.NVMLError:
            return False
        self._nvml = pynvml
        self._handles = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(pynvml.nvmlDeviceGetCount())]
        return bool(self._handles)

    def sample(self) -> dict[str, float]:
        ours = {process.pid for process in self._watched.processes()}
        readings: dict[str, float] = {}
        for index, handle in enumerate(self._handles):
            card = self._card(handle)
            readings.update({f"gpu.{index}.{name}": value for name, value in card.items()})
            used = self._used_by(handle, ours)
            if used is not None:
                readings.update({f"gpu.process.{index}.{name}": value for name, value in card.items()})
                if used > 0:  # containers hide how much each process holds
                    readings[f"gpu.process.{index}.memoryAllocatedBytes"] = used
        return readings

    def _card(self, handle: Any) -> dict[str, float]:
        nvml = self._nvml
        found: dict[str, float] = {}
        if (rates := self._ask(nvml.nvmlDeviceGetUtilizationRates, handle)) is not None:
            found["gpu"], found["memory"] = rates.gpu, rates.memory
        if (memory := self._ask(nvml.nvmlDeviceGetMemoryInfo, handle)) is not None and memory.total:
            found["memoryAllocated"] = 100 * memory.used / memory.total
            found["memoryAllocatedBytes"] = memory.used
        if (celsius := self._ask(nvml.nvmlDeviceGetTemperature, handle, nvml.NVML_TEMPERATURE_GPU)) is not None:
            found["temp"] = celsius
        if (milliwatts := self._ask(nvml.nvmlDeviceGetPowerUsage, handle)) is not None:
            found["powerWatts"] = milliwatts / 1000
            limit = self._ask(nvml.nvmlDeviceGetEnforcedPowerLimit, handle)
            if limit:
                found["enforcedPowerLimitWatts"] = limit / 1000
                found["powerPercent"] = 100 * milliwatts / limit
        for name, clock in (("smClock", nvml.NVML_CLOCK_SM), ("memoryClock", nvml.NVML_CLOCK_MEM)):
            if (megahertz := self._ask(nvml.nvmlDeviceGetClockInfo, handle, clock)) is not None:
                found[name] = megahertz
        if (fan := self._ask(nvml.nvmlDeviceGetFanSpeed, handle)) is not None:
            found["fanSpeed"] = fan
        return found

    def _used_by(self, handle: Any, pids: set[int]) -> float | None:
        """Bytes of the card's memory that the run's processes hold; None if none of them is on the card."""
        running = self._ask(self._nvml.nvmlDeviceGetComputeRunningProcesses, handle) or []
        ours = [process for process in running if process.pid in pids]
        return sum(process.usedGpuMemory or 0 for process in ours) if ours else None

    def _ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return function(*arguments)
        except self._nvml.NVMLError:
            return None
