"""System metrics: what the machine and the run's processes use, every few seconds, as rows of the system channel.

A `Source` reads one kind of hardware. Those of this package are in `sources`; a vendor adds one by an entry point in the group
`assay.monitors` that names a callable taking a `Watched` and returning a Source. A source that fails is left out from then on,
with one line in the log; it never takes the others with it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import psutil

from assay.journal.writer import JournalWriter
from assay.sync.readings import INTERVAL_S
from assay.wire.errors import PublicError
from assay.wire.records import Row, Shape

log = logging.getLogger("assay.sync.monitor")

GROUP = "assay.monitors"
INTERVAL_S_MIN, INTERVAL_S_MAX = 1.0, 60.0
_FIRST_AFTER_S = 1.0  # a run of five seconds should show something
_FAILURES_MAX = 3


@dataclass(frozen=True, slots=True)
class Watched:
    """Whose resources count as the run's: the processes given and all their descendants. `folder` lies on the run's disk."""

    pids: Callable[[], list[int]]
    folder: str

    def processes(self) -> list[psutil.Process]:
        """The processes alive now, each once."""
        found: dict[int, psutil.Process] = {}
        for pid in self.pids():
            try:
                root = psutil.Process(pid)
                for process in (root, *root.children(recursive=True)):
                    found[process.pid] = process
            except psutil.Error:
                continue
        return list(found.values())


class Source(Protocol):
    """One kind of hardware. Called from one thread."""

    name: str

    def probe(self) -> bool:
        """Whether there is something to read here. Called once, before the first sample; may prime counters."""

    def sample(self) -> dict[str, float]:
        """Readings by key, of what can be read now. Raises anything when it cannot; three times in a row end it."""


Factory = Callable[[Watched], Source]


def built_in() -> list[Factory]:
    from assay.sync.sources import disk, memory, network, nvidia, processes, processor

    return [
        processor.Processor,
        memory.Memory,
        processes.ProcessTree,
        disk.Disk,
        network.Network,
        nvidia.Nvidia,
    ]


def plugged_in() -> list[Factory]:
    """What vendors' packages add. One that cannot be imported is skipped and named in the log."""
    from importlib.metadata import entry_points  # takes as long as all the rest of us, and short runs need no reading

    found: list[Factory] = []
    for point in entry_points(group=GROUP):
        try:
            found.append(point.load())
        except Exception as error:
            log.warning("The monitor %s of %s cannot be loaded: %s", point.name, point.value, error)
    return found


class Sampler:
    """The sources that work here, asked together."""

    def __init__(self, watched: Watched, factories: list[Factory] | None = None) -> None:
        self._failures: dict[str, int] = {}
        self.sources: list[Source] = []
        for factory in factories if factories is not None else [*built_in(), *plugged_in()]:
            try:
                source = factory(watched)
                if source.probe():
                    self.sources.append(source)
            except Exception as error:
                log.info("No readings from %r: %s", factory, error)

    def sample(self) -> dict[str, float]:
        readings: dict[str, float] = {}
        for source in list(self.sources):
            try:
                readings.update({key: float(value) for key, value in source.sample().items()})
                self._failures[source.name] = 0
            except Exception as error:
                self._failures[source.name] = self._failures.get(source.name, 0) + 1
                if self._failures[source.name] >= _FAILURES_MAX:
                    self.sources.remove(source)
                    log.warning("No more readings from %s: %s", source.name, error)
        return readings


class Monitor:
    """Writes samples to a journal of its own from a thread of its own, until `close`. `label` marks this node's keys when
    several nodes write one run, as `cpu/l:node-2`."""

    def __init__(self, writer: JournalWriter, watched: Watched, *, interval_s: float = INTERVAL_S, label: str = "") -> None:
        self._writer = writer
        self._watched = watched
        self._interval_s = min(max(interval_s, INTERVAL_S_MIN), INTERVAL_S_MAX)
        self._suffix = f"/l:{label}" if label else ""
        self._shapes: dict[tuple[str, ...], int] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="assay-monitor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """No row is written after this returns, unless a driver hangs for longer than two seconds."""
        self._stop.set()
        self._thread.join(timeout=2)

    def write(self, readings: dict[str, float], at: float) -> None:
        """Append one row of `readings`, taken at `at` (seconds since the epoch)."""
        if not readings:
            return
        keys = tuple(key + self._suffix for key in readings)
        shape = self._shapes.get(keys)
        if shape is None:
            shape = self._shapes[keys] = len(self._shapes)
            self._writer.append(Shape(shape, list(keys), "system"))
        self._writer.append(Row(shape, int(at * 1000), at, list(readings.values())))

    def _work(self) -> None:
        sampler = Sampler(self._watched)
        next_at = time.monotonic() + min(_FIRST_AFTER_S, self._interval_s)
        while not self._stop.wait(max(0.0, next_at - time.monotonic())):
            # A machine that slept has missed samples; they are not made up for.
            next_at = max(next_at + self._interval_s, time.monotonic())
            readings = sampler.sample()
            if self._stop.is_set():
                return
            try:
                self.write(readings, time.time())
            except (OSError, PublicError) as error:
                log.warning("A sample of system metrics was lost: %s", error)
