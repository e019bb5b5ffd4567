"""Group commit: one thread takes what waits, writes it, syncs once, and lets everybody go.

How long it waits for company is learnt from traffic: one writer alone never waits; with many, it lingers until about eight
batches share a sync, which is where the cost of a sync per batch stops mattering."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

GROUP_BATCHES = 8
GROUP_BYTES = 4 << 20
QUEUE_BYTES = 256 << 20  # bytes waiting for the disk; beyond it writers are asked to come back


@dataclass(slots=True, eq=False)
class Ticket:
    """A batch on its way to the disk. `wait` returns when it is durable, or raises why it is not."""

    source: object
    payload: bytes
    item: Any
    error: Exception | None = None
    result: Any = None
    is_done: bool = False
    _gate: Any = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._gate.acquire()

    def wait(self) -> None:
        if not self.is_done:
            self._gate.acquire()
            self._gate.release()
        if self.error is not None:
            raise self.error

    def settle(self, error: Exception | None = None) -> None:
        self.error = error
        self.is_done = True
        self._gate.release()


class Committer:
    """`commit(tickets)` writes, syncs, publishes and settles a group; it must not raise."""

    def __init__(self, commit: Callable[[list[Ticket]], None], linger_s: float) -> None:
        self._commit = commit
        self._linger = linger_s
        self._ready = threading.Condition(threading.Lock())
        self._queue: deque[Ticket] = deque()
        self._queued_bytes = 0
        self._recent: deque[tuple[float, object]] = deque(maxlen=32)
        self._is_open = True
        self._thread = threading.Thread(target=self._run, name="metrics-commit", daemon=True)
        self._thread.start()

    @property
    def queued_bytes(self) -> int:
        return self._queued_bytes

    def put(self, ticket: Ticket) -> None:
        with self._ready:
            self._queue.append(ticket)
            self._queued_bytes += len(ticket.payload)
            self._recent.append((time.monotonic(), ticket.source))
            self._ready.notify()

    def drain(self) -> list[Ticket]:
        """Take everything that waits: what a failed commit does, so that nothing after it is kept."""
        with self._ready:
            taken = list(self._queue)
            self._queue.clear()
            self._queued_bytes = 0
            return taken

    def close(self) -> None:
        """Commit what waits, then stop."""
        with self._ready:
            self._is_open = False
            self._ready.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._ready:
                while not self._queue:
                    if not self._is_open:
                        return
                    self._ready.wait()
                pause = self._pause() if self._is_open else 0.0
            if pause > 0:
                time.sleep(pause)
            group: list[Ticket] = []
            size = 0
            with self._ready:
                while self._queue and (not group or size + len(self._queue[0].payload) <= GROUP_BYTES):
                    ticket = self._queue.popleft()
                    group.append(ticket)
                    size += len(ticket.payload)
                self._queued_bytes -= size
            if group:
                self._commit(group)

    def _pause(self) -> float:
        """Seconds to wait for company: 0 unless several writers come often enough to fill a group meanwhile."""
        waiting = len(self._queue)
        if waiting >= GROUP_BATCHES or self._queued_bytes >= GROUP_BYTES or len(self._recent) < 4:
            return 0.0
        if len({source for _, source in self._recent}) <= waiting:
            return 0.0
        interval = (self._recent[-1][0] - self._recent[0][0]) / (len(self._recent) - 1)
        if interval > self._linger:
            return 0.0
        return min(self._linger, interval * (GROUP_BATCHES - waiting))
