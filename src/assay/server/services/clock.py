"""Whether the time of day can be believed by which things are deleted for good. A clock that is set far ahead, as one that lost
its battery may be, would otherwise empty the trash at once."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from assay.server.services.stores import Stores

log = logging.getLogger("assay.server.clock")
_NAME = "clock_seen_at"
_JUMP_S = 7 * 86_400  # a server that was off for the holidays waits too; nobody misses what is deleted a day later
_WAIT_S = 86_400
_SAVE_EVERY_S = 600


class ClockService:
    """Asked now and then by whoever deletes by age; safe to share between threads."""

    def __init__(self, stores: Stores, running: Callable[[], float] = time.monotonic) -> None:
        self._stores = stores
        self._running = running
        self._lock = threading.Lock()
        self._offset: float | None = None  # from running time to time of day, as of the last question
        self._saved_at = float("-inf")  # running time
        self._believed_from = float("-inf")  # running time

    def is_believed(self) -> bool:
        """False for a day of running time after the time of day went ahead by a week more than the server ran."""
        with self._lock:
            now, running = self._stores.now(), self._running()
            if self._offset is None:
                seen = self._seen()
                self._offset = (now if seen is None else seen) - running
            ahead_s = now - running - self._offset
            if ahead_s > _JUMP_S:
                log.warning(
                    "the clock went ahead by %d days that this server did not run: for a day nothing is deleted for good by its "
                    "age. If the time is wrong, set it; if it is right, there is nothing to do",
                    ahead_s // 86_400,
                )
                self._believed_from = running + _WAIT_S
            self._offset = now - running
            if running - self._saved_at >= _SAVE_EVERY_S:
                with self._stores.metadata.begin() as unit:
                    unit.values.set(_NAME, repr(now))
                self._saved_at = running
            return running >= self._believed_from

    def _seen(self) -> float | None:
        with self._stores.metadata.read() as unit:
            text = unit.values.get(_NAME)
        return None if text is None else float(text)
