"""What is known of a run's console lines without reading them again: five to eight bytes a line, and one list a pattern.

A scan goes on where the last one stopped, for a bounded time. Several things are learned in one pass over the text."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assay.server.compute.lines import LineBlock, LinePattern, levels
from assay.server.domain.runs import RunRef
from assay.server.ports.metrics import MetricStore

SCAN_S = 0.5  # seconds one question may look through lines; then it answers with what it has
MEMORY_BYTES = 256 << 20  # bytes of what is remembered of all runs; the one asked longest ago is forgotten first
PATTERNS_MAX = 12  # patterns remembered of one run
_STRIDE = 131_072  # lines asked of the store at a time

Int64 = NDArray[np.int64]
Array = NDArray[Any]


class Learner(Protocol):
    """Takes the lines from `count` on."""

    count: int

    def take(self, block: LineBlock) -> None: ...


class _Column:
    """An array that grows at its end."""

    def __init__(self, dtype: Any) -> None:
        self._held: Array = np.empty(1024, dtype=dtype)
        self._n = 0

    def extend(self, values: Array) -> None:
        end = self._n + len(values)
        if end > len(self._held):
            wider = np.empty(max(end, len(self._held) * 3 // 2), dtype=self._held.dtype)
            wider[: self._n] = self._held[: self._n]
            self._held = wider
        self._held[self._n : end] = values
        self._n = end

    @property
    def values(self) -> Array:
        return self._held[: self._n]

    @property
    def nbytes(self) -> int:
        return self._held.nbytes


class Index:
    """Level, stream, label and time of every line up to `count`."""

    def __init__(self) -> None:
        self.count = 0
        self._began = 0.0
        self._times = _Column(np.float32)  # seconds since the first line: to a thirtieth of one after three days
        self._kinds = _Column(np.uint8)  # level, and 128 for stderr
        self._labels = _Column(np.uint16)
        self._names: dict[str, int] = {}

    def take(self, block: LineBlock) -> None:
        if not self.count:
            self._began = float(block.times[0])
        codes = np.array([self._names.setdefault(name, min(len(self._names), 65_535)) for name in block.label_names])
        self._times.extend((block.times - self._began).astype(np.float32))
        self._kinds.extend(levels(block) | (block.streams << 7))
        self._labels.extend(codes.astype(np.uint16)[block.labels])
        self.count += len(block)

    def times(self) -> NDArray[np.float64]:
        return self._times.values.astype(np.float64) + self._began

    def levels(self) -> Array:
        return self._kinds.values & 127

    def streams(self) -> Array:
        return self._kinds.values >> 7

    def labels(self) -> Array:
        return self._labels.values

    def label_codes(self, names: tuple[str, ...]) -> list[int]:
        return [self._names[name] for name in names if name in self._names]

    def label_counts(self) -> list[tuple[str, int]]:
        counts = np.bincount(self._labels.values, minlength=len(self._names)).tolist()
        return sorted(((name, counts[code]) for name, code in self._names.items() if counts[code]), key=lambda pair: pair[0])

    @property
    def nbytes(self) -> int:
        return self._times.nbytes + self._kinds.nbytes + self._labels.nbytes


class Matches:
    """Numbers of the lines up to `count` that hold a pattern."""

    def __init__(self, pattern: LinePattern) -> None:
        self.count = 0
        self._pattern = pattern
        self._found = _Column(np.int64)

    def take(self, block: LineBlock) -> None:
        self._found.extend(self._pattern.rows(block) + block.first)
        self.count += len(block)

    @property
    def found(self) -> Int64:
        return self._found.values

    @property
    def nbytes(self) -> int:
        return self._found.nbytes


class Scan:
    """What is known of one run. Used under the run's lock."""

    def __init__(self, metrics: MetricStore, run: RunRef) -> None:
        self.lock = threading.Lock()
        self.nbytes = 0  # as it was when its lock was last given back
        self.index = Index()
        self.line_count = 0
        self._metrics = metrics
        self._run = run
        self._patterns: OrderedDict[str, Matches] = OrderedDict()

    def measure(self) -> None:
        self.nbytes = self.index.nbytes + sum(matches.nbytes for matches in self._patterns.values())

    def reach(self, look: Any) -> int:
        """How many lines have been looked through for `look`."""
        counts = [self._patterns[look.matcher_name].count] if look.pattern else []
        return min([*counts, *([self.index.count] if look.is_narrowed else [])])

    def matches(self, name: str) -> Int64:
        return self._patterns[name].found

    def learn(self, name: str, pattern: LinePattern) -> bool:
        """Look for the pattern; whether all lines have been looked at."""
        return self._go_on([self._matches(name, pattern)])

    def learn_all(self, name: str, pattern: LinePattern | None) -> bool:
        """Learn the lines' levels, labels and times, and look for the pattern if there is one."""
        return self._go_on([self.index, *([self._matches(name, pattern)] if pattern is not None else [])])

    def _matches(self, name: str, pattern: LinePattern) -> Matches:
        found = self._patterns.pop(name, None) or Matches(pattern)
        self._patterns[name] = found
        while len(self._patterns) > PATTERNS_MAX:
            self._patterns.popitem(last=False)
        return found

    def _go_on(self, learners: list[Learner]) -> bool:
        deadline = time.perf_counter() + SCAN_S
        self.line_count = self._metrics.console_count(self._run)
        while True:
            at = min(learner.count for learner in learners)
            if at >= self.line_count:
                return True
            # Whoever is ahead waits until the others have caught up, and then takes the same blocks.
            ahead = [learner.count for learner in learners if learner.count > at]
            end = min([at + _STRIDE, self.line_count, *ahead])
            for block in self._metrics.console_blocks(self._run, at, end):
                seen = block.as_seen()
                for learner in learners:
                    if learner.count == block.first:
                        learner.take(seen)
                if time.perf_counter() > deadline:
                    return min(learner.count for learner in learners) >= self.line_count
            if min(learner.count for learner in learners) == at:
                return True  # the lines are gone: the run was purged meanwhile


class Scans:
    """The scans of the runs asked for last. Safe to share between threads."""

    def __init__(self, metrics: MetricStore) -> None:
        self._metrics = metrics
        self._scans: OrderedDict[RunRef, Scan] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def of(self, run: RunRef) -> Iterator[Scan]:
        with self._lock:
            scan = self._scans.pop(run, None) or Scan(self._metrics, run)
            self._scans[run] = scan
        with scan.lock:
            try:
                yield scan
            finally:
                scan.measure()
        self._forget()

    def _forget(self) -> None:
        with self._lock:
            held = sum(scan.nbytes for scan in self._scans.values())
            while held > MEMORY_BYTES and len(self._scans) > 1:
                _, oldest = self._scans.popitem(last=False)
                held -= oldest.nbytes
