"""What appending must know of a run, remembered for a while: a flush every second must not cost a query each, nor one of two.
A change made in this process makes it forgotten at once."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from assay.server.domain.runs import Run, RunRef
from assay.server.services.stores import Clock
from assay.wire import limits
from assay.wire.names import RunPath

_REMEMBER_S = 30.0  # seconds; the bound on how long another process's change stays unseen
_REMEMBER_COUNT = 20_000


@dataclass(frozen=True, slots=True)
class Handle:
    ref: RunRef
    name: str
    is_live: bool
    is_crashed: bool
    stop_requested_at: float
    preempt: bool
    read_at: float

    def is_stopped(self, now: float) -> bool:
        """Whether the writers are told to stop by now: a stop is held back until it cannot be taken back any more."""
        return 0 < self.stop_requested_at <= now - limits.STOP_HELD_S

    @classmethod
    def of(cls, run: Run, at: float) -> Handle:
        return cls(run.ref, run.name, run.is_live, run.state == "crashed", run.stop_requested_at,
                   run.state == "preempting", at)  # fmt: skip


class Handles:
    """Safe to share between threads."""

    def __init__(self, now: Clock) -> None:
        self.changes = 0  # rises with everything that is forgotten
        self._now = now
        self._by_path: dict[RunPath, Handle] = {}
        self._paths: dict[int, RunPath] = {}
        self._lock = threading.Lock()

    def get(self, path: RunPath) -> Handle | None:
        handle = self._by_path.get(path)
        return handle if handle is not None and 0 <= self._now() - handle.read_at < _REMEMBER_S else None

    def put(self, path: RunPath, run: Run, changes: int) -> Handle:
        """Remember `run`, unless something changed since `changes` was read, which was before the run was."""
        handle = Handle.of(run, self._now())
        with self._lock:
            if changes != self.changes:
                return handle
            if len(self._by_path) >= _REMEMBER_COUNT:
                self._by_path.clear()
                self._paths.clear()
            self._by_path[path] = handle
            self._paths[run.key] = path
        return handle

    def forget(self, run_key: int) -> None:
        with self._lock:
            self.changes += 1
            path = self._paths.pop(run_key, None)
            if path is not None:
                self._by_path.pop(path, None)
