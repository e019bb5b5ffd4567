"""How often somebody may fail to sign in: a moving window per (name, address) and per address. Held in memory, bounded."""

from __future__ import annotations

import math
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager

from assay.server.services.stores import Clock
from assay.wire.errors import TooManyRequests

WINDOW_S = 60  # seconds
PER_NAME = 5  # failures of one name from one address within the window
PER_ADDRESS = 30  # failures from one address within the window
_REMEMBERED = 10_000
_NAME_CHARS = 129  # of a name that are remembered; no user has one so long


class Attempts:
    def __init__(self, now: Clock) -> None:
        self._now = now
        self._failures: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()
        self._under_way: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def check(self, name: str, address: str) -> None:
        """Raises TooManyRequests, saying how long to wait."""
        for key, most in ((_mark(name, address), PER_NAME), (("", address), PER_ADDRESS)):
            with self._lock:
                times = self._recent(key)
                if len(times) >= most:
                    wait_s = max(1, math.ceil(times[0] + WINDOW_S - self._now()))
                    raise TooManyRequests(detail="Too many failed sign-ins.", retry_after_s=wait_s)

    @contextmanager
    def attempt(self, name: str, address: str) -> Iterator[None]:
        """Try to sign in inside. Raises TooManyRequests; also while so many are under way that they could fail too often: to
        compare a password takes its time, and whoever guesses asks many times at once."""
        self.check(name, address)
        mark = _mark(name, address)
        with self._lock:
            if len(self._recent(mark)) + self._under_way[mark] >= PER_NAME:
                raise TooManyRequests(detail="Several sign-ins of this name are under way.", retry_after_s=1)
            self._under_way[mark] += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way[mark] -= 1
                self._under_way += Counter()  # keeps those alone that are above zero

    def failed(self, name: str, address: str) -> None:
        with self._lock:
            for key in {_mark(name, address), ("", address)}:
                self._failures[key] = self._recent(key)
                self._failures[key].append(self._now())
                self._failures.move_to_end(key)
            while len(self._failures) > _REMEMBERED:
                self._failures.popitem(last=False)

    def succeeded(self, name: str, address: str) -> None:
        with self._lock:
            self._failures.pop(_mark(name, address), None)

    def _recent(self, key: tuple[str, str]) -> deque[float]:
        """Of a key that nothing is remembered of: none, and nothing is remembered for the question."""
        times = self._failures.get(key) or deque(maxlen=PER_ADDRESS)
        while times and times[0] <= self._now() - WINDOW_S:
            times.popleft()
        return times


def _mark(name: str, address: str) -> tuple[str, str]:
    """Whoever fails says any name, as long as a body may be: what is kept of it is no longer than a name."""
    return name[:_NAME_CHARS], address
