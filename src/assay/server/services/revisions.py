"""A number per project that moves whenever this process changes a run of it, and which runs those were: what cached answers
hang on."""

from __future__ import annotations

import threading
from collections import deque

_REMEMBERED = 4_096  # changes of one project; who lags behind further looks at every run again


class Revisions:
    """Safe to share between threads."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._changes: dict[int, deque[tuple[int, tuple[int, ...]]]] = {}
        self._lock = threading.Lock()

    def of(self, project_key: int) -> int:
        return self._numbers.get(project_key, 0)

    def bump(self, project_key: int, *run_keys: int) -> None:
        """Runs `run_keys` changed; none: something of the project that is not a run's own."""
        with self._lock:
            number = self._numbers[project_key] = self._numbers.get(project_key, 0) + 1
            self._changes.setdefault(project_key, deque(maxlen=_REMEMBERED)).append((number, run_keys))

    def changed_since(self, project_key: int, number: int) -> set[int] | None:
        """Keys of the runs that changed after revision `number`; None if that was too long ago to tell."""
        with self._lock:
            changes = self._changes.get(project_key, ())
            if self._numbers.get(project_key, 0) == number:
                return set()
            if not changes or changes[0][0] > number + 1:
                return None
            found: set[int] = set()
            for at, run_keys in reversed(changes):
                if at <= number:
                    break
                found.update(run_keys)
            return found
