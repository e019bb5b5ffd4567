"""An EventBus that also remembers what was published."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from assay.server.ports.bus import News


class MemoryEventBus:
    def __init__(self) -> None:
        self.published: list[News] = []
        self._listeners: dict[int, Callable[[News], None]] = {}
        self._numbers = count()

    def publish(self, news: News) -> None:
        self.published.append(news)
        for number, listener in list(self._listeners.items()):
            try:
                listener(news)
            except Exception:
                self._listeners.pop(number, None)

    def subscribe(self, listener: Callable[[News], None]) -> Callable[[], None]:
        number = next(self._numbers)
        self._listeners[number] = listener
        return lambda: self._listeners.pop(number, None) and None

    def close(self) -> None:
        self._listeners.clear()
