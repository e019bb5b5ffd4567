"""Runs that must not be written to for a while, because they are on their way to another project."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from assay.wire.errors import Conflict, TooManyRequests


class Gates:
    """What was let in is finished before a gate closes; who comes then is asked to come again. Safe to share between threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside: Counter[int] = Counter()
        self._closed: set[int] = set()

    @contextmanager
    def entered(self, run_key: int) -> Iterator[None]:
        """Write to the run's rows inside. Raises TooManyRequests while its gate is closed."""
        with self._changed:
            if run_key in self._closed:
                raise TooManyRequests(detail="The run is on its way to another project.", retry_after_s=1)
            self._inside[run_key] += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside[run_key] -= 1
                if not self._inside[run_key]:
                    del self._inside[run_key]
                    self._changed.notify_all()

    @contextmanager
    def closed(self, run_keys: Collection[int]) -> Iterator[None]:
        """Nobody writes to the runs' rows inside. Raises Conflict if somebody else has closed one of them."""
        keys = set(run_keys)
        with self._changed:
            if keys & self._closed:
                raise Conflict(detail="A run is being moved or copied by somebody else just now. Try again when that is done.")
            self._closed |= keys
            while keys & self._inside.keys():
                self._changed.wait()
        try:
            yield
        finally:
            with self._changed:
                self._closed -= keys
