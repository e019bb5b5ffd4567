"""Wake-ups within one process. Listeners only note the news and return, so the publisher is never kept."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from assay.server.ports.bus import News

log = logging.getLogger(__name__)
Listener = Callable[[News], None]


class LocalEventBus:
    """An EventBus without a queue or a thread. A listener that raises is dropped: nobody else can tell it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Replaced, never changed, so that publishing needs no lock.
        self._listeners: tuple[tuple[int, Listener], ...] = ()
        self._last_id = 0

    def publish(self, news: News) -> None:
        for number, listener in self._listeners:
            try:
                listener(news)
            except Exception:
                log.exception("A listener for live news failed and was dropped; its reader falls back to polling.")
                self._drop(number)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        with self._lock:
            self._last_id += 1
            number = self._last_id
            self._listeners = (*self._listeners, (number, listener))
        return lambda: self._drop(number)

    def _drop(self, number: int) -> None:
        with self._lock:
            self._listeners = tuple(entry for entry in self._listeners if entry[0] != number)

    def close(self) -> None:
        with self._lock:
            self._listeners = ()
