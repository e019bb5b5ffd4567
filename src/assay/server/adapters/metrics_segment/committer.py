"""Group commit without a thread of its own: of the writers that wait the first one leads, which is to write what waits, sync it
once, and let everybody go. Who waits when it is done leads next. A writer that is alone hands nothing over and is not woken.

How long a leader waits for company is learnt from traffic: one writer alone never waits; with many, it lingers until about eight
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
    """A batch on its way to the disk. `gate` opens when it is settled, or when its writer is to lead."""

    source: object
    payload: bytes
    item: Any
    error: Exception | None = None
    result: Any = None
    is_done: bool = False
    gate: Any = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.gate.acquire()

    def settle(self, error: Exception | None = None) -> None:
        self.error = error
        self.is_done = True
        self.gate.release()


class Committer:
    """`commit(tickets)` writes, syncs, publishes and settles every ticket of a group, also of one that failed."""

    def __init__(self, commit: Callable[[list[Ticket]], None], linger_s: float) -> None:
        self._commit = commit
        self._linger = linger_s
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._queue: deque[Ticket] = deque()
        self._queued_bytes = 0
        self._recent: deque[tuple[float, object]] = deque(maxlen=32)
        self._is_led = False
        self._is_open = True

    @property
    def queued_bytes(self) -> int:
        return self._queued_bytes

    def put(self, ticket: Ticket) -> None:
        """Queue a batch. Whoever does has to `wait` for it: it may be the one to write it."""
        with self._lock:
            self._queue.append(ticket)
            self._queued_bytes += len(ticket.payload)
            self._recent.append((time.monotonic(), ticket.source))

    def wait(self, ticket: Ticket) -> None:
        """Returns when the batch is durable, or raises why it is not."""
        with self._lock:
            leads = not self._is_led and not ticket.is_done
            self._is_led |= leads
        if not leads:
            ticket.gate.acquire()
            leads = not ticket.is_done
        if leads:
            self._lead(ticket)
        if ticket.error is not None:
            raise ticket.error

    def drain(self) -> list[Ticket]:
        """Take everything that waits: what a failed commit does, so that nothing after it is kept."""
        with self._lock:
            taken = list(self._queue)
            self._queue.clear()
            self._queued_bytes = 0
            return taken

    def close(self) -> None:
        """Returns when everything that was put is settled; nobody lingers for it any more."""
        with self._lock:
            self._is_open = False
            while self._is_led or self._queue:
                self._idle.wait()

    def _lead(self, ticket: Ticket) -> None:
        try:
            while not ticket.is_done:
                with self._lock:
                    pause = self._pause() if self._is_open else 0.0
                if pause > 0:
                    time.sleep(pause)
                self._commit(self._take())
        finally:
            with self._lock:
                if self._queue:
                    self._queue[0].gate.release()
                else:
                    self._is_led = False
                    self._idle.notify_all()

    def _take(self) -> list[Ticket]:
        group: list[Ticket] = []
        size = 0
        with self._lock:
            while self._queue and (not group or size + len(self._queue[0].payload) <= GROUP_BYTES):
                ticket = self._queue.popleft()
                group.append(ticket)
                size += len(ticket.payload)
            self._queued_bytes -= size
        return group

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
