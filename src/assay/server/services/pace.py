"""How often writers should send, so that all of them together ask for no more than one server takes: the more of them there are,
the longer each gathers its records. A batch costs nearly the same with one row in it or with ten."""

from __future__ import annotations

import threading

from assay.server.services.stores import Clock
from assay.wire import limits

_PERIOD_S = 10.0
_UNNOTICED_S = 0.25  # seconds between a sender's own looks at its journals; less is not worth asking for


class Pace:
    """Safe to share between threads."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._since = now()
        self._heard: set[tuple[int, str]] = set()
        self._count = 0  # writers heard in the period before

    def heard(self, run_key: int, writer: str) -> float:
        """A batch came. The seconds that its writer is to wait before the next; 0: as it likes."""
        with self._lock:
            now = self._now()
            if not 0 <= now - self._since < _PERIOD_S:
                # After a pause the period before holds nobody, however many there were.
                self._count = len(self._heard) if 0 <= now - self._since < 2 * _PERIOD_S else 0
                self._heard.clear()
                self._since = now
            self._heard.add((run_key, writer))
            count = max(self._count, len(self._heard))
        pace_s = min(count / limits.BATCHES_PER_S, limits.PACE_S_MAX)
        return round(pace_s, 2) if pace_s > _UNNOTICED_S else 0.0
